/** An order as Shopify's lists name it, made ready to be marked due. Pure. */
import type { ChangedOrder } from '../shopify/types.ts';
import type { FoundOrder, StoreRow } from '../store/types.ts';

/** A young order keeps its upsell delay; one from before the connection yields to live traffic. */
export function foundOrder(row: Pick<StoreRow, 'firstConnectedAt'>, order: ChangedOrder, upsellDelayMs: number): FoundOrder {
  const createdAt = Date.parse(order.createdAt);
  return {
    orderId: order.orderId,
    createdAt,
    updatedAt: order.updatedAt,
    heldUntil: createdAt + upsellDelayMs,
    lane: createdAt < row.firstConnectedAt ? 'historical' : 'live',
  };
}
