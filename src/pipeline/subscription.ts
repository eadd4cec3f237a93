/** What an order is to a subscription, and the event that says so. */
import type { Facts, SubscriptionRole } from '../core/decision.ts';
import type { ConvergeEvent } from '../core/event.ts';
import type { Order } from '../core/order.ts';
import type { RuleSettings } from '../core/settings.ts';
import type { Bought } from './lines.ts';
import { newCustomer } from './new-customer.ts';
import { placedOrder, type Common } from './placed-order.ts';
import { isRenewalSource } from './sales-channel.ts';
import { filled } from './text.ts';

/** A role that has an event. */
export type EventRole = Exclude<SubscriptionRole, 'none'>;

/**
 * Order tags of subscription apps, in any case. Recharge and Skio document theirs, Skio's last one with the number of the order; Appstle's
 * are its defaults, behind which its templates may put more (observed); `First Subscription` was observed on several apps' orders.
 */
const TAGS: readonly [tag: RegExp, role: EventRole][] = [
  [/^subscription recurring order$/i, 'recurring'],
  [/^subscription order: ?(?:[2-9]|[1-9]\d+)$/i, 'recurring'],
  [/^appstle_subscription_recurring_order(?:_.*)?$/i, 'recurring'],
  [/^subscription first order$/i, 'first'],
  [/^subscription order: ?1$/i, 'first'],
  [/^appstle_subscription_first_order(?:_.*)?$/i, 'first'],
  [/^first subscription$/i, 'first'],
];

/** Recharge repeats the tags of the order that was paid on every shipment it paid for, and adds this one (documented). */
const PREPAID = /^prepaid$/i;

export interface SubscriptionOutcome {
  /** To be recorded; see `Previous`. */
  role: SubscriptionRole | null;
  /** Its event is to be written now. */
  writes: EventRole | null;
}

/**
 * Asked once the Placed Order is or was written. Tags arrive seconds after the order, so an order that was sent without a role is asked
 * again whenever it is read; one that was sent while these events were off is not: it belongs to the source that counted it then.
 */
export function subscriptionOutcome(
  order: Order,
  bought: Bought,
  settings: RuleSettings['subscriptions'],
  facts: Facts,
  writesNow: boolean,
  trail: string[],
): SubscriptionOutcome {
  const before = facts.previous?.subscription ?? null;
  const left = { role: before, writes: null };
  if (before !== null && before !== 'none') {
    trail.push(`Subscription: ${eventName(before)} written earlier.`);
    return left;
  }
  if (!settings.events) return left;
  if (!writesNow && before === null) {
    trail.push('Subscription: these events were off when the order was sent, so it has none.');
    return left;
  }
  // Of an order that was sent the lines that were reported count: an edit afterwards neither starts a subscription nor takes one back.
  const { sentLines } = facts.previous ?? {};
  const reported = writesNow ? bought.lines : bought.lines.filter(({ line }) => (sentLines?.[line.id] ?? 0) > 0);
  const { role, because } = roleOf(order, reported);
  trail.push(`Subscription: ${because}.`);
  return { role, writes: role === 'none' ? null : role };
}

/** What holds from the beginning comes first, so that the role does not depend on when the order is read; tags are asked last. */
function roleOf(order: Order, lines: Bought['lines']): { role: SubscriptionRole; because: string } {
  if (isRenewalSource(order.sourceName)) return { role: 'recurring', because: 'a renewal, by the source name' };
  if (lines.some(({ line }) => line.sellingPlan)) return { role: 'first', because: 'starts with this order, which has a selling plan' };
  const tags = (order.tags ?? []).flatMap((tag) => filled(tag) ?? []);
  if (tags.some((tag) => PREPAID.test(tag))) return { role: 'none', because: 'a shipment that an earlier order paid for, by its tags' };
  const role = TAGS.find(([pattern]) => tags.some((tag) => pattern.test(tag)))?.[1] ?? 'none';
  const words = {
    recurring: 'a renewal, by an order tag',
    first: 'starts with this order, by an order tag',
    none: 'none that the order shows',
  };
  return { role, because: words[role] };
}

/** The Placed Order again, under the name of the role. A renewal is one on whatever channel an app places it. */
export function subscriptionEvent(role: EventRole, common: Common, bought: Bought, facts: Facts, historical: boolean): ConvergeEvent {
  const placed = placedOrder(common, bought, newCustomer(common.order, facts).isNew, historical);
  const { id } = common.order;
  if (role === 'first') return { ...placed, event_name: eventName(role), event_id: `subscription-start-${id}` };
  return {
    ...placed,
    event_name: eventName(role),
    event_id: `subscription-order-${id}`,
    properties: { ...placed.properties, $sales_channel_type: 'subscription_contract' },
  };
}

function eventName(role: EventRole): string {
  return role === 'first' ? 'Started Subscription' : 'Placed Recurring Subscription Order';
}
