/** One order with everything the store has of it. */
import { and, asc, eq } from './drizzle.ts';
import { operation } from './errors.ts';
import { findOrder } from './find-order.ts';
import type { Connection } from './open.ts';
import { dueOrders, events, orders } from './schema.ts';
import type { LedgerEntry, Store } from './types.ts';

/** By gid, numeric id, or name with or without `#`. Also one that only waits to be read. Null: nothing is known of it. */
export function getOrder(connection: Connection): Store['getOrder'] {
  const { orm } = connection;
  const find = findOrder(connection);

  const read = operation((store: string, orderId: string) => {
    const ofOrder = and(eq(orders.store, store), eq(orders.orderId, orderId));
    const row = orm.select().from(orders).where(ofOrder).get();
    const due = orm
      .select()
      .from(dueOrders)
      .where(and(eq(dueOrders.store, store), eq(dueOrders.orderId, orderId)))
      .get();
    const { id, eventId, name, destination, state, outcome, createdAt, settledAt } = events;
    const sent = orm
      .select({ id, eventId, name, destination, state, outcome, createdAt, settledAt })
      .from(events)
      .where(and(eq(events.store, store), eq(events.orderId, orderId)))
      .orderBy(asc(events.destination), asc(events.sequence))
      .all();
    if (!row && !due && sent.length === 0) return null;
    return {
      store,
      orderId,
      ledger: row ? ledgerOf(row) : null,
      refunds: row?.refunds ?? [],
      due: due
        ? {
            dueAt: due.dueAt,
            heldUntil: due.heldUntil,
            reason: due.reason,
            attempts: due.attempts,
            lastError: due.lastError,
            reading: due.leaseToken !== null,
          }
        : null,
      events: sent,
    };
  });

  return async (store, nameOrId) => {
    const found = await find(store, nameOrId);
    return await read(store, found?.orderId ?? nameOrId.trim().replace(/^gid:\/\/shopify\/Order\//, ''));
  };
}

type Row = typeof orders.$inferSelect;

/** Without the customer's id, which is nobody's business here. */
function ledgerOf(row: Row): LedgerEntry {
  const { name, createdAt, placedAt, updatedAt, sourceName, appName, currency, channel, channelMapped, total, historical } = row;
  const { decision, reason, sentTotal, subscription, changedAfterSending, trail } = row;
  const order = { name, createdAt, placedAt, updatedAt, sourceName, appName, currency, channel, channelMapped, total, historical };
  return { ...order, decision, reason, sentTotal, subscription, changedAfterSending, trail };
}
