/** Marks due what reconcile or a backfill found changed. */
import { and, eq } from './drizzle.ts';
import { operation } from './errors.ts';
import { markDue } from './mark-due.ts';
import type { Connection } from './open.ts';
import { p } from './placeholders.ts';
import { dueOrders, orders } from './schema.ts';
import type { Store } from './types.ts';

export function markFound(connection: Connection): Store['markFound'] {
  const { orm, transaction } = connection;
  const mark = markDue(connection);
  const ledger = orm
    .select({ updatedAt: orders.updatedAt, decision: orders.decision })
    .from(orders)
    .where(and(eq(orders.store, p('store')), eq(orders.orderId, p('orderId'))))
    .prepare();

  const setAside = orm
    .select({ at: dueOrders.setAsideAt, discarded: dueOrders.discarded })
    .from(dueOrders)
    .where(and(eq(dueOrders.store, p('store')), eq(dueOrders.orderId, p('orderId'))))
    .prepare();

  /** A dead letter is found again at every look; it is news only if the order changed since. */
  function stillDead(store: string, orderId: string, updatedAt: string): boolean {
    const row = setAside.get({ store, orderId });
    if (!row || row.at === null) return false;
    return row.discarded !== null || Date.parse(updatedAt) <= row.at;
  }

  /** Compared as instants: the same time may be written with another offset. What was recorded as gone and is found again is news at any time. */
  function known(store: string, orderId: string, updatedAt: string): boolean {
    const row = ledger.get({ store, orderId });
    if (!row || row.decision === 'deleted' || row.decision === 'not_visible') return false;
    return Date.parse(row.updatedAt) >= Date.parse(updatedAt);
  }

  return operation((store, found, now) =>
    transaction(() => {
      const changed = found.filter(({ orderId, updatedAt }) => !known(store, orderId, updatedAt) && !stillDead(store, orderId, updatedAt));
      for (const { orderId, heldUntil, lane } of changed) {
        mark({ store, orderId, markedAt: now, heldUntil, reason: 'found', lane, deletes: false });
      }
      return changed.length;
    }),
  );
}

export function markAgain(connection: Connection): Store['markAgain'] {
  const mark = markDue(connection);
  return operation((store, orderIds, now) =>
    connection.transaction(() => {
      for (const orderId of orderIds)
        mark({ store, orderId, markedAt: now, heldUntil: null, reason: 'audit', lane: 'live', deletes: false });
    }),
  );
}
