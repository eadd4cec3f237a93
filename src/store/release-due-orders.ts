/** Gives claimed orders back after a read that failed: to be tried again, or set aside as dead letters. */
import { and, eq, sql } from './drizzle.ts';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import { p } from './placeholders.ts';
import { dueOrders } from './schema.ts';
import { ABOVE_SUSPICION, NEVER } from './set-aside.ts';
import type { Store } from './types.ts';

/** A row whose lease was lost is left alone; one that turned out to be held keeps its hold. */
export function releaseDueOrders({ orm, transaction }: Connection): Pick<Store, 'releaseDueOrders' | 'failDueOrder'> {
  const held = and(eq(dueOrders.store, p('store')), eq(dueOrders.orderId, p('orderId')), eq(dueOrders.leaseToken, p('leaseToken')));
  // Whatever failed, the process has lived through it.
  const given = { leaseToken: null, lastError: p('error'), ...ABOVE_SUSPICION };
  const again = sql`max(${p('againAt')}, coalesce(held_until, 0))`;
  const since = sql`coalesce(failing_since, ${p('now')})`;
  const release = orm
    .update(dueOrders)
    .set({ ...given, dueAt: again })
    .where(held)
    .prepare();
  const fail = orm
    .update(dueOrders)
    .set({ ...given, dueAt: again, failingSince: since })
    .where(held)
    .prepare();
  // A signal that came during the read is news: the order is tried once more.
  const setAside = orm
    .update(dueOrders)
    .set({
      ...given,
      dueAt: sql`case when version = ${p('version')} then ${NEVER} else ${p('now')} end`,
      failingSince: since,
      setAsideAt: sql`case when version = ${p('version')} then ${p('now')} end`,
    })
    .where(held)
    .prepare();

  return {
    releaseDueOrders: operation((claims, againAt, error) =>
      transaction(() => {
        for (const { store, orderId, leaseToken } of claims) release.run({ store, orderId, leaseToken, againAt, error });
      }),
    ),
    failDueOrder: operation(({ store, orderId, leaseToken, version }, { againAt, error, now }) => {
      const row = { store, orderId, leaseToken, version, error, now };
      if (againAt === null) setAside.run(row);
      else fail.run({ ...row, againAt });
    }),
  };
}
