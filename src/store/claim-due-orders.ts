/** Leases orders that are due. */
import { and, asc, eq, isNotNull, isNull, lte, sql } from './drizzle.ts';
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
    .where(and(eq(dueOrders.store, p('store')), eq(dueOrders.lane, p('lane')), lte(dueOrders.dueAt, p('now')), isNull(dueOrders.suspect)))
    .orderBy(asc(dueOrders.dueAt))
    .limit(p('limit'))
    .prepare();
  // Those that were not alone in hand yet go first.
  const suspect = orm
    .select()
    .from(dueOrders)
    .where(and(eq(dueOrders.store, p('store')), isNotNull(dueOrders.suspect), lte(dueOrders.dueAt, p('now'))))
    .orderBy(asc(dueOrders.suspect), asc(dueOrders.dueAt))
    .limit(p('limit'))
    .prepare();
  const lease = orm
    .update(dueOrders)
    .set({ leaseToken: parameter('leaseToken'), dueAt: parameter('dueAt'), attempts: sql`attempts + 1` })
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
      if (suspects) suspect.all({ store, now, limit }).forEach(take);
      else for (const lane of LANES) due.all({ store, lane, now, limit: limit - claims.length }).forEach(take);
      return claims;
    }),
  );
}

function claimOf(row: typeof dueOrders.$inferSelect, leaseToken: string): DueOrder {
  const { store, orderId, version, reason, attempts, firstDueAt, lane, deleteSeen, missingSince, failingSince } = row;
  return { store, orderId, leaseToken, version, reason, attempts, firstDueAt, lane, deleteSeen, missingSince, failingSince };
}
