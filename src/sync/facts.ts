/** What a derivation must know besides the order itself: the window, the time of connection, what the ledger holds. */
import type { Facts } from '../core/decision.ts';
import type { Order } from '../core/order.ts';
import { startOfDay } from '../core/time.ts';
import type { Store, StoreRow } from '../store/types.ts';

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

/** The facts of one order as it was just read. `known`: what `previousOf` returned for it. */
export async function orderFacts(
  store: Pick<Store, 'hasEarlierOrder'>,
  row: StoreRow,
  order: Order,
  known: (Facts['previous'] & { waitedForJourney: boolean }) | undefined,
  options: { backfill: WindowSettings; now: number },
): Promise<Facts> {
  const customerId = order.customer?.id ?? null;
  return {
    now: options.now,
    connectedAt: toSecond(row.firstConnectedAt),
    windowStart: windowStart(options.backfill, row),
    previous: known ?? null,
    earlierOrderKnown: customerId !== null && (await store.hasEarlierOrder(row.name, customerId, Date.parse(order.createdAt), order.id)),
    waitedForJourney: known?.waitedForJourney ?? false,
  };
}

function toSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
