/** Removes what is stored of a customer: bodies, answers, and the link from orders to the person. */
import { and, eq, gte, lt, sql } from './drizzle.ts';
import type { Connection } from './open.ts';
import { OWN_LANES } from './own-lane.ts';
import { p } from './placeholders.ts';
import { attempts, dueOrders, events, lanes, orders } from './schema.ts';

export interface CustomerRedaction {
  store: string;
  customerId: string | null;
  orderIds: string[];
  now: number;
}

/**
 * Concerns the orders named, those of the customer in the ledger, and events of no known order that name one of these or the customer. Delivered events lose the body,
 * undelivered ones are discarded; the ledger keeps ids and decisions. A read of such an order in flight loses its lease, so that it cannot write back what is removed here. Returns the rows touched by table.
 */
export function redactCustomer({ orm }: Connection): (redaction: CustomerRedaction) => Record<string, number> {
  const ordersOf = orm
    .select({ orderId: orders.orderId })
    .from(orders)
    .where(and(eq(orders.store, p('store')), eq(orders.customerId, p('customerId'))))
    .prepare();
  const eventsOf = orm
    .select({ id: events.id })
    .from(events)
    .where(and(eq(events.store, p('store')), eq(events.orderId, p('orderId'))))
    .prepare();
  const ownLanesOf = orm
    .select({ orderId: events.orderId })
    .from(events)
    .where(
      and(
        eq(events.store, p('store')),
        gte(events.orderId, OWN_LANES.from),
        lt(events.orderId, OWN_LANES.to),
        sql`body is not null and (
          cast(json_extract(body, '$.properties.id') as text) in (select value from json_each(${p('orderIds')}))
          or exists (select 1 from json_each(body, '$.aliases') where value = 'urn:customer_id:' || ${p('customerId')}))`,
      ),
    )
    .prepare();
  const emptyEvent = orm
    .update(events)
    .set({
      body: null,
      settledAt: sql`coalesce(settled_at, ${p('now')})`,
      nextAttemptAt: null,
      outcome: sql`case when state in ('pending', 'dead') then 'redacted' else outcome end`,
      state: sql`case when state in ('pending', 'dead') then 'discarded' else state end`,
    })
    .where(eq(events.id, p('id')))
    .prepare();
  const emptyAttempts = orm
    .update(attempts)
    .set({ answer: null })
    .where(eq(attempts.event, p('id')))
    .prepare();
  const dropLanes = orm
    .delete(lanes)
    .where(and(eq(lanes.store, p('store')), eq(lanes.orderId, p('orderId'))))
    .prepare();
  const emptyOrder = orm
    .update(orders)
    .set({ customerId: null, trail: sql`'[]'` })
    .where(and(eq(orders.store, p('store')), eq(orders.orderId, p('orderId'))))
    .prepare();
  const breakLease = orm
    .update(dueOrders)
    .set({ leaseToken: null, dueAt: sql`max(${p('now')}, coalesce(held_until, 0))` })
    .where(and(eq(dueOrders.store, p('store')), eq(dueOrders.orderId, p('orderId')), sql`lease_token is not null`))
    .prepare();

  return ({ store, customerId, orderIds, now }) => {
    const known = customerId === null ? [] : ordersOf.all({ store, customerId }).map(({ orderId }) => orderId);
    const counts = { orders: 0, events: 0, attempts: 0, lanes: 0 };
    const concerned = [...orderIds, ...known];
    const own = ownLanesOf.all({ store, customerId, orderIds: JSON.stringify(concerned) }).map(({ orderId }) => orderId);
    for (const orderId of new Set([...concerned, ...own])) {
      for (const { id } of eventsOf.all({ store, orderId })) {
        counts.events += emptyEvent.run({ id, now }).changes;
        counts.attempts += emptyAttempts.run({ id }).changes;
      }
      counts.lanes += dropLanes.run({ store, orderId }).changes;
      counts.orders += emptyOrder.run({ store, orderId }).changes;
      breakLease.run({ store, orderId, now });
    }
    return counts;
  };
}
