/** How many orders were created in a span, and which: what accounts are compared with. */
import { ConnectorError } from '../core/errors.ts';
import { isoSeconds } from '../core/time.ts';
import type { Query } from './client.ts';
import { OrdersCount, OrdersCreated } from './generated.ts';
import { nextCursor, present, whole } from './pages.ts';
import { idOf } from './to-order.ts';
import type { CreatedOrder, CreationSpan } from './types.ts';

/** The largest page Shopify allows. */
const PAGE = 250;

/** See Shopify.ordersCount. Without `limit: null` Shopify stops counting at 10,000. */
export async function countCreated(query: Query, span: CreationSpan): Promise<number> {
  const { count, precision } = present(whole(await query(OrdersCount, { query: createdIn(span) })).ordersCount);
  if (precision === 'EXACT') return count;
  const message = `Shopify counts orders only roughly now (${count}, ${precision}). Try again later.`;
  throw new ConnectorError('SHOPIFY_COUNT', message, { retryable: true });
}

/** See Shopify.ordersCreated. */
export async function* readCreated(query: Query, span: CreationSpan): AsyncGenerator<CreatedOrder[]> {
  let after: string | null = null;
  do {
    const { orders } = whole(await query(OrdersCreated, { query: createdIn(span), first: PAGE, after }));
    yield orders.nodes.map(({ id, ...order }) => ({ orderId: idOf(id), ...order }));
    after = nextCursor(orders, after);
  } while (after !== null);
}

/** The search for orders created in a span. */
export function createdIn({ since, until }: CreationSpan): string {
  const before = `created_at:<'${isoSeconds(until)}'`;
  return since === null ? before : `created_at:>='${isoSeconds(since)}' ${before}`;
}
