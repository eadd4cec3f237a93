/** The event log, newest first, with what blocks an event. */
import type { SQL } from 'drizzle-orm';
import { and, desc, eq, gte, inArray, sql } from './drizzle.ts';
import { operation } from './errors.ts';
import { eventStores } from './event-stores.ts';
import type { Connection } from './open.ts';
import { events, orders } from './schema.ts';
import type { EventFilter, EventState, Store } from './types.ts';

const STATES: EventState[] = ['pending', 'delivered', 'dead', 'discarded'];

/** An event waits behind this dead one of its lane; null: it does not. */
const blockedBy = sql<string | null>`case when ${events.state} = 'pending' then (
  select dead.event_id from events dead
  where dead.store = ${events.store} and dead.order_id = ${events.orderId} and dead.destination = ${events.destination} and dead.state = 'dead'
  order by dead.sequence limit 1) end`;

const isBlocked = sql`exists (select 1 from lanes l where l.store = ${events.store} and l.order_id = ${events.orderId}
  and l.destination = ${events.destination} and l.next_at is null)`;

/**
 * The log may hold millions of events, so each store and state is read in the order of its index and only as far as `limit`;
 * the newest of all are the newest of these.
 */
export function listEvents(connection: Connection): Store['listEvents'] {
  const { orm } = connection;
  type Listed = Awaited<ReturnType<Store['listEvents']>>[number];

  function read(filter: EventFilter, ...where: SQL[]): Listed[] {
    return orm
      .select({ event: events, blockedBy, orderName: orders.name })
      .from(events)
      .leftJoin(orders, and(eq(orders.store, events.store), eq(orders.orderId, events.orderId)))
      .where(
        and(
          ...where,
          filter.name === undefined ? undefined : eq(events.name, filter.name),
          filter.since === undefined ? undefined : gte(events.createdAt, filter.since),
          filter.before && sql`(${events.createdAt}, ${events.id}) < (${filter.before.createdAt}, ${filter.before.id})`,
          filter.state === 'blocked' ? isBlocked : undefined,
        ),
      )
      .orderBy(desc(events.createdAt), desc(events.id))
      .limit(filter.limit)
      .all()
      .map(({ event, ...more }) => ({ ...event, ...more }));
  }

  function orderIds(store: string, { orderId, orderName }: EventFilter): string[] | null {
    if (orderName === undefined) return orderId === undefined ? null : [orderId];
    const bare = orderName.replace(/^#/, '');
    const named = orm
      .select({ id: orders.orderId })
      .from(orders)
      .where(and(eq(orders.store, store), inArray(orders.name, [bare, `#${bare}`])))
      .all();
    return named.map(({ id }) => id).filter((id) => orderId === undefined || id === orderId);
  }

  function ofStore(store: string, filter: EventFilter): Listed[] {
    const state = filter.state === 'blocked' ? 'pending' : filter.state;
    const states = state === undefined ? STATES : [state];
    const ids = orderIds(store, filter);
    // The plus keeps SQLite from walking through a whole state for the few events of an order.
    if (ids) return read(filter, eq(events.store, store), inArray(events.orderId, ids), inArray(sql`+${events.state}`, states));
    return states.flatMap((each) => read(filter, eq(events.store, store), eq(events.state, each)));
  }

  const storesWithEvents = eventStores(connection);

  return operation((filter) => {
    const stores = filter.store === undefined ? storesWithEvents() : [filter.store];
    const found = stores.flatMap((store) => ofStore(store, filter));
    return found.sort((a, b) => b.createdAt - a.createdAt || b.id - a.id).slice(0, filter.limit);
  });
}
