/** The one way an order becomes due from outside sync: by a signal, or because reconcile or a backfill found it. */
import type { Connection } from './open.ts';
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
 * In SQL and not in Drizzle, as on this path (every webhook) its mapping of parameters costs as much as a quarter of the commit (see accept-signals.ts).
 * In each expression a bare column is the old value. first_due_at of the new row is the time of the mark.
 */
const UPSERT = `
  insert into due_orders (store, order_id, due_at, held_until, reason, version, attempts, first_due_at, lane, delete_seen)
  values (?, ?, ?, ?, ?, 1, 0, ?, ?, ?)
  on conflict (store, order_id) do update set
    version = version + 1,
    delete_seen = max(delete_seen, excluded.delete_seen),
    held_until = coalesce(held_until, excluded.held_until),
    lane = case when excluded.lane = 'live' then 'live' else lane end,
    set_aside_at = case when discarded is null then null else set_aside_at end,
    due_at = case when lease_token is null and discarded is null
      then min(due_at, max(excluded.first_due_at, coalesce(held_until, excluded.held_until, 0))) else due_at end,
    reason = case when lease_token is null
      and max(excluded.first_due_at, coalesce(held_until, excluded.held_until, 0)) < due_at then excluded.reason else reason end`.trim();

/**
 * What the upsert comes to for an order that is due, held or leased already: its version. Written apart, because an update that names indexed columns rewrites
 * their indexes even with the same values, and most webhooks are about an order that others were about a moment ago.
 */
const TOUCH = `
  update due_orders set version = version + 1
  where store = ? and order_id = ? and (lane = 'live' or ? <> 'live') and delete_seen >= ? and (held_until is not null or ? is null)
    and (lease_token is not null or due_at <= max(?, coalesce(held_until, 0)))`.trim();

/**
 * Inserts the due row, or tells the row that is there that the order changed. The version always grows. The due time never moves later, and never
 * before the hold: a row that waits for a retry or a pending refund becomes due now, a held one stays held, a dead letter is tried once more unless it was discarded. A leased row keeps its lease; who holds it sees the
 * new version when finishing.
 */
export function markDue({ client }: Connection): (mark: Mark) => void {
  const upsert = client.prepare<[string, string, number, number | null, string, number, Lane, number]>(UPSERT);
  const touch = client.prepare<[string, string, Lane, number, number | null, number]>(TOUCH);

  return ({ store, orderId, markedAt, heldUntil, reason, lane, deletes }) => {
    // A hold that is over is no hold: it would only make old orders look overdue.
    const held = heldUntil !== null && heldUntil > markedAt ? heldUntil : null;
    if (touch.run(store, orderId, lane, deletes ? 1 : 0, held, markedAt).changes > 0) return;
    upsert.run(store, orderId, held ?? markedAt, held, held === null ? reason : 'upsell', markedAt, lane, deletes ? 1 : 0);
  };
}
