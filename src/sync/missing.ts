/** What to think of an order Shopify does not return. Pure. */
import type { DueOrder, OrderMissing } from '../store/types.ts';

/** Search and replicas lag behind webhooks; this long an order gets to appear. */
const MISSING_MS = 600_000;
const FIRST_WAIT_MS = 15_000;
const LONGEST_WAIT_MS = 120_000;

/**
 * Reads again for ten minutes, with growing pauses. Then: `deleted` when an `orders/delete` came or the token sees all orders;
 * else `not_visible`, because a token without `read_all_orders` silently sees the last 60 days only.
 */
export function missingOrder(claim: DueOrder, now: number, readsAllOrders: boolean): OrderMissing {
  const missingFor = claim.missingSince === null ? 0 : now - claim.missingSince;
  if (missingFor < MISSING_MS) {
    const wait = Math.min(Math.max(FIRST_WAIT_MS, missingFor), LONGEST_WAIT_MS, MISSING_MS - missingFor);
    return { claim, decision: null, againAt: now + wait, reason: 'not returned by Shopify yet' };
  }
  if (claim.deleteSeen) return { claim, decision: 'deleted', againAt: null, reason: 'deleted in Shopify' };
  if (readsAllOrders)
    return { claim, decision: 'deleted', againAt: null, reason: 'Shopify no longer returns it although the token may read all orders' };
  return {
    claim,
    decision: 'not_visible',
    againAt: null,
    reason: 'the token sees the last 60 days only: grant read_all_orders to the app, then run connect again',
  };
}
