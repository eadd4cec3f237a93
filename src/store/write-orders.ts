/** Writes derived orders: events, lanes, ledger and the finished due row of each, in one commit. */
import type { Derivation } from '../core/decision.ts';
import { withBody, type EventBody } from '../core/event.ts';
import { appendEvent } from './append-event.ts';
import { dueRows, type Kept, type Leased } from './due-rows.ts';
import { concernsOneRow, operation } from './errors.ts';
import type { Connection } from './open.ts';
import type { OrderWrite, OrderWriteResult, Store } from './types.ts';
import { ledger } from './write-ledger.ts';

/** Waits that a signal must not cut short. */
const HOLDS = ['upsell', 'journey'];

export function writeOrders(connection: Connection): Store['writeOrders'] {
  const { client, transaction } = connection;
  const append = appendEvent(connection);
  const { write } = ledger(connection);
  const due = dueRows(connection);

  function writeEvents({ claim, derivation, destinations }: OrderWrite, now: number): string[] {
    const { store, orderId, lane } = claim;
    const isNew = (event: EventBody) =>
      destinations
        .filter(({ eventNames }) => eventNames?.includes(event.event_name) ?? true)
        .filter(({ name: destination }) => append({ store, destination, orderId, event, lane, now })).length > 0;
    return derivation.events
      .map(withBody)
      .filter(isNew)
      .map(({ event_id }) => event_id);
  }

  function writeOne(order: OrderWrite, now: number): OrderWriteResult {
    const { claim, row, derivation } = order;
    const { store, orderId } = claim;
    const leased = due.leased(claim);
    if (!leased) return { orderId, written: false, newEvents: [] };
    const newEvents = writeEvents(order, now);
    // The Placed Order is the one event whose id is the order's.
    write({ store, orderId, row, derivation, placed: newEvents.includes(orderId) });
    const kept = whatIsKept(leased, derivation, claim.reason, now);
    if (kept) due.keep(claim, kept);
    else due.remove(claim);
    return { orderId, written: true, newEvents };
  }

  // A transaction inside a transaction is a savepoint: an order that cannot be stored does not take the others with it.
  const savepoint = client.transaction(writeOne);
  function attempt(order: OrderWrite, now: number): OrderWriteResult {
    try {
      return savepoint(order, now);
    } catch (error) {
      if (!concernsOneRow(error)) throw error;
      const message = error instanceof Error ? error.message : String(error);
      // The lease is left to run out: that is the pause before the next try.
      if (due.leased(order.claim)) due.noteError(order.claim, message);
      return { orderId: order.claim.orderId, written: false, newEvents: [], error: message };
    }
  }

  return operation((_store, orders, now) => transaction(() => orders.map((order) => attempt(order, now))));
}

/** Null: nothing more to wait for, the order is finished. */
function whatIsKept(leased: Leased, { dueAgainAt, dueAgainReason }: Derivation, reason: string, now: number): Kept | null {
  const hold = dueAgainAt !== null && HOLDS.includes(dueAgainReason ?? '') ? dueAgainAt : null;
  if (leased.changed) {
    const heldUntil = hold ?? leased.heldUntil;
    return {
      dueAt: Math.max(now, heldUntil ?? 0),
      heldUntil,
      reason: hold === null ? 'changed_during_read' : dueAgainReason!,
      missingSince: null,
    };
  }
  if (dueAgainAt === null) return null;
  return { dueAt: dueAgainAt, heldUntil: hold, reason: dueAgainReason ?? reason, missingSince: null };
}
