/** What is known of orders of history before they are derived. Plain SQL: asked for every order of a backfill. */
import type { DecisionKind } from '../core/decision.ts';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import type { HistoryKey, HistoryStanding, Store } from './types.ts';

interface Known {
  updatedAt: string;
  decision: DecisionKind;
  reason: string | null;
}

export function historyStanding({ client }: Connection): Store['historyStanding'] {
  const ledger = client.prepare<[string, string], Known>(
    'select updated_at as updatedAt, decision, reason from orders where store = ? and order_id = ?',
  );
  const due = client.prepare<[string, string]>('select 1 from due_orders where store = ? and order_id = ?').pluck();
  const earlier = client
    .prepare<[string, string, number, string]>(
      'select 1 from orders where store = +? and customer_id = +? and created_at < ? and order_id <> ? limit 1',
    )
    .pluck();

  function standingOf(
    store: string,
    { orderId, createdAt, updatedAt }: HistoryKey,
    inside: (createdAt: number) => boolean,
  ): HistoryStanding {
    const row = ledger.get(store, orderId);
    if (due.get(store, orderId) !== undefined) return 'due';
    if (!row) return 'new';
    if (row.decision === 'deleted' || row.decision === 'not_visible') return 'stale';
    if (row.reason === 'before_window' && inside(createdAt)) return 'stale';
    // The same time may be written with another offset.
    return row.updatedAt === updatedAt || Date.parse(row.updatedAt) >= Date.parse(updatedAt) ? 'known' : 'stale';
  }

  const look = client.transaction((store: string, orders: readonly HistoryKey[], inside: (createdAt: number) => boolean) =>
    orders.map((order) => ({
      standing: standingOf(store, order, inside),
      earlierOrderKnown: order.customerId !== null && earlier.get(store, order.customerId, order.createdAt, order.orderId) !== undefined,
    })),
  );
  return operation((store, orders, inside) => look(store, orders, inside));
}
