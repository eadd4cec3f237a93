/** Which orders changed since a moment: what reconcile compares its ledger with. */
import type { Query } from './client.ts';
import { OrdersChanged } from './generated.ts';
import { nextCursor, whole } from './pages.ts';
import type { ChangedOrder } from './types.ts';
import { idOf } from './to-order.ts';

/** The largest page Shopify allows; 13 points. */
const PAGE = 250;

/** See Shopify.ordersChangedSince. An order that changes while this runs moves to the end and may come twice. */
export async function* readChanged(query: Query, since: string | null): AsyncGenerator<ChangedOrder[]> {
  if (since !== null && !/^[0-9TZ:.+-]+$/.test(since)) throw new RangeError('since is no ISO 8601 time');
  const filter = since === null ? null : `updated_at:>='${since}'`;
  let after: string | null = null;
  do {
    const { orders } = whole(await query(OrdersChanged, { query: filter, first: PAGE, after }));
    yield orders.nodes.map(({ id, createdAt, updatedAt }) => ({ orderId: idOf(id), createdAt, updatedAt }));
    after = nextCursor(orders, after);
  } while (after !== null);
}
