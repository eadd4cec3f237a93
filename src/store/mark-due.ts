/** The one way an order becomes due from outside sync: by a signal, or because reconcile or a backfill found it. */
import { sql } from './drizzle.ts';
import { parametersOf } from './placeholders.ts';
import type { Connection } from './open.ts';
import { dueOrders } from './schema.ts';
import type { Lane } from './types.ts';

export interface Mark {
  store: string;
  orderId: string;
  /** Now. */
  markedAt: number;
  /** Null: not known. */
  heldUntil: number | null;
  reason: string;
  lane: Lane;
  deletes: boolean;
}

/**
 * Inserts the due row, or tells the row that is there that the order changed. The version always grows. The due time never moves later, and never
 * before the hold: a row that waits for a retry or a pending refund becomes due now, a held one stays held. A leased row keeps its lease; who holds it sees the
 * new version when finishing.
 */
export function markDue({ orm }: Connection): (mark: Mark) => void {
  const upsert = orm
    .insert(dueOrders)
    .values(parametersOf(dueOrders))
    .onConflictDoUpdate({
      target: [dueOrders.store, dueOrders.orderId],
      // In each expression a bare column is the old value. first_due_at of the new row is the time of the mark.
      set: {
        version: sql`version + 1`,
        deleteSeen: sql`max(delete_seen, excluded.delete_seen)`,
        heldUntil: sql`coalesce(held_until, excluded.held_until)`,
        lane: sql`case when excluded.lane = 'live' then 'live' else lane end`,
        dueAt: sql`case when lease_token is null
          then min(due_at, max(excluded.first_due_at, coalesce(held_until, excluded.held_until, 0))) else due_at end`,
        reason: sql`case when lease_token is null
          and max(excluded.first_due_at, coalesce(held_until, excluded.held_until, 0)) < due_at then excluded.reason else reason end`,
      },
    })
    .prepare();

  return ({ store, orderId, markedAt, heldUntil, reason, lane, deletes }) => {
    // A hold that is over is no hold: it would only make old orders look overdue.
    const held = heldUntil !== null && heldUntil > markedAt ? heldUntil : null;
    upsert.run({
      store,
      orderId,
      dueAt: held ?? markedAt,
      heldUntil: held,
      reason: held === null ? reason : 'upsell',
      version: 1,
      leaseToken: null,
      attempts: 0,
      firstDueAt: markedAt,
      lane,
      deleteSeen: deletes,
      missingSince: null,
      lastError: null,
    } satisfies typeof dueOrders.$inferInsert);
  };
}
