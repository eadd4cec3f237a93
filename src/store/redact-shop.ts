/** Removes everything stored of a shop; its row stays, disconnected. */
import { and, eq, ne, sql } from './drizzle.ts';
import type { Connection } from './open.ts';
import { tallyRows } from './tally.ts';
import {
  attempts,
  audits,
  backfills,
  backfillSlices,
  dueOrders,
  events,
  lanes,
  orders,
  stores,
  watermarks,
  webhookReceipts,
} from './schema.ts';

/** `deliveryId` is the request itself: its receipt stays, so that a repeat of it is known. Returns the rows removed by table. */
export function redactShop(connection: Connection): (store: string, deliveryId: string) => Record<string, number> {
  const { orm } = connection;
  const { receipts } = tallyRows(connection);
  return (store, deliveryId) => {
    const counts = {
      attempts: orm
        .delete(attempts)
        .where(sql`${attempts.event} in (select id from events where store = ${store})`)
        .run().changes,
      events: orm.delete(events).where(eq(events.store, store)).run().changes,
      lanes: orm.delete(lanes).where(eq(lanes.store, store)).run().changes,
      due_orders: orm.delete(dueOrders).where(eq(dueOrders.store, store)).run().changes,
      orders: orm.delete(orders).where(eq(orders.store, store)).run().changes,
      backfill_slices: orm
        .delete(backfillSlices)
        .where(sql`${backfillSlices.backfill} in (select id from backfills where store = ${store})`)
        .run().changes,
      backfills: orm.delete(backfills).where(eq(backfills.store, store)).run().changes,
      audits: orm.delete(audits).where(eq(audits.store, store)).run().changes,
      watermarks: orm.delete(watermarks).where(eq(watermarks.store, store)).run().changes,
      webhook_receipts: orm
        .delete(webhookReceipts)
        .where(and(eq(webhookReceipts.store, store), ne(webhookReceipts.deliveryId, deliveryId)))
        .run().changes,
    };
    receipts(store, -counts.webhook_receipts);
    orm.update(stores).set({ state: 'disconnected', stateReason: 'shop redacted', tokenAt: null }).where(eq(stores.name, store)).run();
    return counts;
  };
}
