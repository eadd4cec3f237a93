/** Leases orders that are due, and gives them back after a read that failed. */
import { and, asc, eq, lte, sql } from './drizzle.ts';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import { parameter } from './placeholders.ts';
import { dueOrders, stores } from './schema.ts';
import type { DueOrder, Lane, Store } from './types.ts';

const p = sql.placeholder;
const LANES: Lane[] = ['live', 'historical'];

export function claimDueOrders({ orm, transaction }: Connection, newToken: () => string): Store['claimDueOrders'] {
  const connected = orm
    .select({ name: stores.name })
    .from(stores)
    .where(and(eq(stores.name, p('store')), eq(stores.state, 'connected')))
    .prepare();
  const due = orm
    .select()
    .from(dueOrders)
    .where(and(eq(dueOrders.store, p('store')), eq(dueOrders.lane, p('lane')), lte(dueOrders.dueAt, p('now'))))
    .orderBy(asc(dueOrders.dueAt))
    .limit(p('limit'))
    .prepare();
  const lease = orm
    .update(dueOrders)
    .set({ leaseToken: parameter('leaseToken'), dueAt: parameter('dueAt'), attempts: sql`attempts + 1` })
    .where(and(eq(dueOrders.store, p('store')), eq(dueOrders.orderId, p('orderId'))))
    .prepare();

  return operation((store, { limit, now, leaseMs }) =>
    transaction(() => {
      if (!connected.get({ store })) return [];
      const leaseToken = newToken();
      const claims: DueOrder[] = [];
      for (const lane of LANES) {
        for (const row of due.all({ store, lane, now, limit: limit - claims.length })) {
          const { orderId, version, reason, attempts, firstDueAt, deleteSeen, missingSince } = row;
          lease.run({ store, orderId, leaseToken, dueAt: now + leaseMs });
          claims.push({ store, orderId, leaseToken, version, reason, attempts, firstDueAt, lane, deleteSeen, missingSince });
        }
      }
      return claims;
    }),
  );
}

/** A row whose lease was lost is left alone; one that turned out to be held keeps its hold. */
export function releaseDueOrders({ orm, transaction }: Connection): Store['releaseDueOrders'] {
  const release = orm
    .update(dueOrders)
    .set({ leaseToken: null, dueAt: sql`max(${p('againAt')}, coalesce(held_until, 0))`, lastError: parameter('error') })
    .where(and(eq(dueOrders.store, p('store')), eq(dueOrders.orderId, p('orderId')), eq(dueOrders.leaseToken, p('leaseToken'))))
    .prepare();
  return operation((claims, againAt, error) =>
    transaction(() => {
      for (const { store, orderId, leaseToken } of claims) release.run({ store, orderId, leaseToken, againAt, error });
    }),
  );
}
