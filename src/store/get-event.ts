/** One event with its attempts. */
import type { SQL } from 'drizzle-orm';
import { and, eq } from './drizzle.ts';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import { attempts, events, orders } from './schema.ts';
import type { Store } from './types.ts';

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
