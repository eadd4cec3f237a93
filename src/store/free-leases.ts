/** Gives back what a dead process had in hand. */
import { isNotNull, sql } from './drizzle.ts';
import type { Connection } from './open.ts';
import { dueOrders, lanes } from './schema.ts';

/**
 * Ends every lease: for the one who holds the daemon's lock, because whoever leased is gone then. Held orders stay held.
 * What was written or delivered meanwhile is not undone by it; what was posted and not recorded is posted again, under the same id.
 */
export function freeLeases({ orm, transaction }: Connection): (now: number) => void {
  return (now) =>
    transaction(() => {
      orm
        .update(dueOrders)
        .set({ leaseToken: null, dueAt: sql`max(${now}, coalesce(held_until, 0))` })
        .where(isNotNull(dueOrders.leaseToken))
        .run();
      orm.update(lanes).set({ leaseToken: null, nextAt: now }).where(isNotNull(lanes.leaseToken)).run();
    });
}
