/** Leases orders that are due. */
import { and, asc, eq, isNotNull, isNull, lte, sql } from './drizzle.ts';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import { is, limitOf, p } from './placeholders.ts';
import { dueOrders, stores } from './schema.ts';
import type { DueOrder, Lane, Store } from './types.ts';

/** Of a batch with live orders in it: they are read no sooner than the whole batch, and history goes on all the same. */
const HISTORY_BESIDE_LIVE = 0.2;

export function claimDueOrders({ orm, transaction }: Connection, newToken: () => string): Store['claimDueOrders'] {
  const connected = orm
    .select({ name: stores.name })
    .from(stores)
    .where(and(eq(stores.name, p('store')), is(stores.state, 'connected')))
    .prepare();
  const due = orm
    .select()
    .from(dueOrders)
    .where(and(eq(dueOrders.store, p('store')), eq(dueOrders.lane, p('lane')), lte(dueOrders.dueAt, p('now')), isNull(dueOrders.suspect)))
    .orderBy(asc(dueOrders.dueAt))
    .limit(limitOf('limit'))
    .prepare();
  // Those that were not alone in hand yet go first.
  const suspect = orm
    .select()
    .from(dueOrders)
    .where(and(eq(dueOrders.store, p('store')), isNotNull(dueOrders.suspect), lte(dueOrders.dueAt, p('now'))))
    .orderBy(asc(dueOrders.suspect), asc(dueOrders.dueAt))
    .limit(limitOf('limit'))
    .prepare();
  const lease = orm
    .update(dueOrders)
    .set({ leaseToken: p('leaseToken'), dueAt: p('dueAt'), attempts: sql`attempts + 1` })
    .where(and(eq(dueOrders.store, p('store')), eq(dueOrders.orderId, p('orderId'))))
    .prepare();

  return operation((store, { limit, now, leaseMs, suspects = false }) =>
    transaction(() => {
      if (!connected.get({ store })) return [];
      const leaseToken = newToken();
      const claims: DueOrder[] = [];
      const take = (row: typeof dueOrders.$inferSelect) => {
        lease.run({ store, orderId: row.orderId, leaseToken, dueAt: now + leaseMs });
        claims.push(claimOf(row, leaseToken));
      };
      const takeLane = (lane: Lane, most: number) => due.all({ store, lane, now, limit: most }).forEach(take);
      if (suspects) {
        suspect.all({ store, now, limit }).forEach(take);
        return claims;
      }
      takeLane('live', limit);
      takeLane('historical', claims.length === 0 ? limit : Math.min(limit - claims.length, Math.ceil(limit * HISTORY_BESIDE_LIVE)));
      return claims;
    }),
  );
}

function claimOf(row: typeof dueOrders.$inferSelect, leaseToken: string): DueOrder {
  const { store, orderId, version, reason, attempts, firstDueAt, lane, deleteSeen, missingSince, failingSince } = row;
  return { store, orderId, leaseToken, version, reason, attempts, firstDueAt, lane, deleteSeen, missingSince, failingSince };
}
