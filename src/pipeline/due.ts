/** When an order must wait, and until when. All times in ms since the epoch. */
import type { Order } from '../core/order.ts';
import type { RuleSettings } from '../core/settings.ts';
import { parseTime } from '../core/time.ts';

const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WATCH_REFUND_MS = 30 * DAY_MS;

/** How long an order may wait for Shopify to finish the customer journey. */
export const JOURNEY_WAIT_MS = 2 * MINUTE_MS;

/** When the upsell delay of the order ends; null without a delay. Counted from creation, so that no edit or update moves it. */
export function upsellEnd(order: Order, delay: RuleSettings['upsellDelay']): number | null {
  const createdAt = parseTime(order.createdAt);
  if (!delay.enabled || createdAt === null) return null;
  return createdAt + Math.ceil(delay.minutes * MINUTE_MS);
}

/** The next look at a refund whose money has not moved: one hour after its creation, then daily for 30 days; null afterwards. */
export function pendingRefundDue(createdAt: number, now: number): number | null {
  const first = createdAt + HOUR_MS;
  if (now < first) return first;
  const next = first + (Math.floor((now - first) / DAY_MS) + 1) * DAY_MS;
  return next <= createdAt + WATCH_REFUND_MS ? next : null;
}
