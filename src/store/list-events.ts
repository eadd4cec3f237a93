/** Looking at the event log: newest first, with what blocks an event. */
import { and, desc, eq, gte, or, sql, type SQL } from 'drizzle-orm';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import { attempts, events, lanes, orders } from './schema.ts';
import type { EventFilter, Store } from './types.ts';

/** An event waits behind this dead one of its lane; null: it does not. */
const blockedBy = sql<string | null>`case when ${events.state} = 'pending' then (
  select dead.event_id from events dead
  where dead.store = ${events.store} and dead.order_id = ${events.orderId} and dead.destination = ${events.destination} and dead.state = 'dead'
  order by dead.sequence limit 1) end`;

function conditions({ store, orderId, orderName, name, state, since }: EventFilter): (SQL | undefined)[] {
  const bare = orderName?.replace(/^#/, '');
  return [
    store === undefined ? undefined : eq(events.store, store),
    orderId === undefined ? undefined : eq(events.orderId, orderId),
    bare === undefined ? undefined : or(eq(orders.name, bare), eq(orders.name, `#${bare}`)),
    name === undefined ? undefined : eq(events.name, name),
    since === undefined ? undefined : gte(events.createdAt, since),
    state === undefined ? undefined : eq(events.state, state === 'blocked' ? 'pending' : state),
    state === 'blocked' ? sql`${lanes.nextAt} is null and ${lanes.store} is not null` : undefined,
  ];
}

export function listEvents({ orm }: Connection): Store['listEvents'] {
  return operation((filter) =>
    orm
      .select({ event: events, blockedBy, orderName: orders.name })
      .from(events)
      .leftJoin(orders, and(eq(orders.store, events.store), eq(orders.orderId, events.orderId)))
      .leftJoin(lanes, and(eq(lanes.store, events.store), eq(lanes.orderId, events.orderId), eq(lanes.destination, events.destination)))
      .where(and(...conditions(filter)))
      .orderBy(desc(events.id))
      .limit(filter.limit)
      .all()
      .map(({ event, ...more }) => ({ ...event, ...more })),
  );
}

/** By the row id that lists print, else by the event id (of its first destination). */
export function getEvent({ orm }: Connection): Store['getEvent'] {
  const found = (where: SQL) =>
    orm
      .select({ event: events, orderName: orders.name, trail: orders.trail })
      .from(events)
      .leftJoin(orders, and(eq(orders.store, events.store), eq(orders.orderId, events.orderId)))
      .where(where)
      .orderBy(events.id)
      .limit(1)
      .get();
  return operation((idOrEventId) => {
    const rowId = /^\d{1,15}$/.test(idOrEventId) ? Number(idOrEventId) : null;
    const row = (rowId === null ? undefined : found(eq(events.id, rowId))) ?? found(eq(events.eventId, idOrEventId));
    if (!row) return null;
    const { at, latencyMs, status, answer } = attempts;
    const log = orm
      .select({ at, latencyMs, status, answer })
      .from(attempts)
      .where(eq(attempts.event, row.event.id))
      .orderBy(attempts.id)
      .all();
    return { event: row.event, attempts: log, orderName: row.orderName, trail: row.trail ?? [] };
  });
}
