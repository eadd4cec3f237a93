/** Writes orders of history nothing was known of, with the checkpoint of their slice, in one commit. Plain SQL: this is the hot path of a backfill. */
import { appendEvent } from './append-event.ts';
import { concernsOneRow, operation } from './errors.ts';
import { markDue } from './mark-due.ts';
import type { Connection } from './open.ts';
import { tallyOrders, tallyRows } from './tally.ts';
import type { FoundOrder, HistoryBatch, HistoryWrite, Store } from './types.ts';

const ORDER = `
  insert into orders (store, order_id, name, customer_id, created_at, placed_at, updated_at, source_name, app_name, currency, channel,
    channel_mapped, total, historical, decision, reason, refunds, sent_total, sent_lines, subscription, waited_for_journey,
    changed_after_sending, trail)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, null, ?) on conflict do nothing`.trim();
const EVENT = `
  insert into events (store, destination, event_id, order_id, sequence, name, body, lane, state, attempts, created_at)
  values (?, ?, ?, ?, ?, ?, ?, ?, 'pending', 0, ?) on conflict do nothing`.trim();
const LANE = 'insert into lanes (store, destination, order_id, lane, next_at) values (?, ?, ?, ?, ?) on conflict do nothing';
const NOT_PLACED = 'update orders set sent_total = null, sent_lines = null where store = ? and order_id = ?';
const CHECKPOINT = `
  update backfill_slices set checkpoint = ?, derived = derived + ?, marked_due = marked_due + ?, known = known + ? where id = ?`.trim();

type Value = string | number | null;

export function writeHistory(connection: Connection): Store['writeHistory'] {
  const { client, transaction } = connection;
  const insertOrder = client.prepare<[Value[]]>(ORDER);
  const insertEvent = client.prepare<[Value[]]>(EVENT);
  const insertLane = client.prepare<[Value[]]>(LANE);
  const notPlaced = client.prepare<[Value[]]>(NOT_PLACED);
  const setCheckpoint = client.prepare<[Value[]]>(CHECKPOINT);
  const append = appendEvent(connection);
  const mark = markDue(connection);
  const countOrders = tallyOrders(connection);
  const { events: countEvents } = tallyRows(connection);

  /** How many were put on the outbox and are not counted yet, and whether the Placed Order was among all, which is the one event whose id is the order's. */
  function writeEvents(store: string, { orderId, derivation, lane }: HistoryWrite, batch: HistoryBatch, now: number) {
    let placed = false;
    let uncounted = 0;
    for (const { name: destination, eventNames } of batch.destinations) {
      let sequence = 0;
      for (const event of derivation.events) {
        const { event_id, event_name, body } = event;
        if (eventNames && !eventNames.includes(event_name)) continue;
        sequence += 1;
        const row: Value[] = [store, destination, event_id, orderId, sequence, event_name, body, lane, now];
        const inserted = insertEvent.run(row).changes > 0;
        if (inserted) uncounted += 1;
        // Somebody handed in an event of this order before: then its lane is not empty.
        const written = inserted || append({ store, destination, orderId, event, lane, now });
        placed ||= written && event_id === orderId;
      }
      if (sequence > 0) insertLane.run([store, destination, orderId, lane, now]);
    }
    return { placed, uncounted };
  }

  /** How many events it has that are not counted yet. Null: it was accounted for meanwhile, and nothing was written. */
  function writeOne(store: string, write: HistoryWrite, batch: HistoryBatch, now: number): number | null {
    const { orderId, row, derivation } = write;
    const { decision, reason, total, sentLines } = derivation;
    const sent = decision === 'sent';
    const values: Value[] = [
      ...[store, orderId, row.name, row.customerId, row.createdAt, row.placedAt, row.updatedAt, row.sourceName, row.appName, row.currency],
      ...[derivation.channel, derivation.channelMapped ? 1 : 0, total, derivation.historical ? 1 : 0, decision, sent ? null : reason],
      ...[JSON.stringify(derivation.refunds), sent ? total : null, sent ? JSON.stringify(sentLines) : null, derivation.subscription],
      JSON.stringify(derivation.trail),
    ];
    if (insertOrder.run(values).changes === 0) return null;
    const { placed, uncounted } = writeEvents(store, write, batch, now);
    if (sent && !placed) notPlaced.run([store, orderId]);
    return uncounted;
  }

  function leaveToSync(
    store: string,
    { orderId, lane }: Pick<FoundOrder, 'orderId' | 'lane'>,
    heldUntil: number | null,
    now: number,
  ): void {
    mark({ store, orderId, markedAt: now, heldUntil, reason: 'found', lane, deletes: false });
  }

  function writeAll(store: string, batch: HistoryBatch, now: number, one: typeof writeOne): number {
    const written: string[] = [];
    let events = 0;
    for (const write of batch.writes) {
      const uncounted = one(store, write, batch, now);
      if (uncounted === null) {
        leaveToSync(store, write, null, now);
        continue;
      }
      written.push(write.orderId);
      events += uncounted;
    }
    countOrders(store, written);
    countEvents(store, events);
    for (const found of batch.due) leaveToSync(store, found, found.heldUntil, now);
    const due = batch.due.length + batch.waiting + batch.writes.length - written.length;
    setCheckpoint.run([batch.checkpoint, written.length, due, batch.known, batch.slice]);
    return written.length;
  }

  const savepoint = client.transaction(writeOne);
  /** An order whose values the database refuses is left to sync, which says so of that order alone. */
  const carefully: typeof writeOne = (...order) => {
    try {
      return savepoint(...order);
    } catch (error) {
      if (!concernsOneRow(error)) throw error;
      return null;
    }
  };

  return operation((store, batch, now) => {
    try {
      return transaction(() => writeAll(store, batch, now, writeOne));
    } catch (error) {
      if (!concernsOneRow(error)) throw error;
      return transaction(() => writeAll(store, batch, now, carefully));
    }
  });
}
