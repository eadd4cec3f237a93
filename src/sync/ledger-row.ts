/** What the ledger keeps of an order beside the decision. Pure. */
import type { Order } from '../core/order.ts';
import type { LedgerRow } from '../store/types.ts';

export function ledgerRow(order: Order): LedgerRow {
  return {
    name: order.name,
    customerId: order.customer?.id ?? null,
    createdAt: Date.parse(order.createdAt),
    placedAt: order.processedAt,
    updatedAt: order.updatedAt,
    sourceName: order.sourceName,
    appName: order.appName,
    currency: order.currency,
  };
}
