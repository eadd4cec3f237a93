/** What a derivation must know besides the order itself: the window, the time of connection, what the ledger holds. */
import type { Facts } from '../core/decision.ts';
import type { Order } from '../core/order.ts';
import { startOfDay } from '../core/time.ts';
import type { Span, Store, StoreRow } from '../store/types.ts';

export interface WindowSettings {
  enabled: boolean;
  /** First day, `YYYY-MM-DD` in the shop's time zone; null: everything the token may see. */
  since: string | null;
}

/** When the window of a store opens, ms: orders created before are `before_window`; null: everything visible is inside. */
export function windowStart(backfill: WindowSettings, row: Pick<StoreRow, 'firstConnectedAt' | 'timeZone'>): number | null {
  if (!backfill.enabled) return toSecond(row.firstConnectedAt);
  return backfill.since === null ? null : startOfDay(backfill.since, row.timeZone);
}

/** The window of an order by its creation time: that of the config, or of a backfill that was asked for and names the order. */
export function windowOf(
  backfill: WindowSettings,
  row: Pick<StoreRow, 'firstConnectedAt' | 'timeZone'>,
  widened: readonly Span[],
): (createdAt: number) => number | null {
  const start = windowStart(backfill, row);
  return (createdAt) => {
    if (start === null || createdAt >= start) return start;
    const named = widened.find(({ since, until }) => (since === null || createdAt >= since) && createdAt < until);
    return named ? named.since : start;
  };
}

/** When the store was first connected, cut to the second: what was created before is history. */
export function connectedAt(row: Pick<StoreRow, 'firstConnectedAt'>): number {
  return toSecond(row.firstConnectedAt);
}

/** The facts of one order as it was just read. `known`: what `previousOf` returned for it. */
export async function orderFacts(
  store: Pick<Store, 'hasEarlierOrder'>,
  row: StoreRow,
  order: Order,
  known: (Facts['previous'] & { waitedForJourney: boolean }) | undefined,
  options: { window: (createdAt: number) => number | null; now: number },
): Promise<Facts> {
  const customerId = order.customer?.id ?? null;
  return {
    now: options.now,
    connectedAt: connectedAt(row),
    windowStart: options.window(Date.parse(order.createdAt)),
    previous: known ?? null,
    earlierOrderKnown: customerId !== null && (await store.hasEarlierOrder(row.name, customerId, Date.parse(order.createdAt), order.id)),
    waitedForJourney: known?.waitedForJourney ?? false,
  };
}

function toSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
