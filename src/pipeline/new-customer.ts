/** Whether an order is its customer's first, as far as that can be known. */
import type { Facts } from '../core/decision.ts';
import type { Order } from '../core/order.ts';

/**
 * The answer and how it is known; `isNew` null: unknown. In this order: the customer journey when it is ready (index 1 is the first
 * order; the base is undocumented, every public implementation counts from 1), a customer whose only order this is, an earlier order in
 * the ledger. The ledger never proves that an order is the first.
 */
export function newCustomer(order: Order, facts: Facts): { isNew: boolean | null; because: string } {
  const index = order.journey?.ready ? order.journey.customerOrderIndex : null;
  if (index === 1) return { isNew: true, because: "it is the first in Shopify's customer journey" };
  if (typeof index === 'number' && index > 1) return { isNew: false, because: `it is number ${index} in Shopify's customer journey` };
  if (order.customer?.numberOfOrders === 1) return { isNew: true, because: 'the customer has one order' };
  if (facts.earlierOrderKnown) return { isNew: false, because: 'an earlier order of the customer is known' };
  return { isNew: null, because: order.customer ? 'nothing proves it' : 'the order has no customer' };
}
