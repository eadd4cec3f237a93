/** How many rows are to be tried alone. */
import { and, eq, isNotNull, sql } from './drizzle.ts';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import { p } from './placeholders.ts';
import { dueOrders, lanes } from './schema.ts';
import type { Store } from './types.ts';

export function countSuspects({ orm }: Connection): Store['countSuspects'] {
  const number = sql<number>`count(*)`;
  const store = p('store');
  const dueSuspects = orm
    .select({ number })
    .from(dueOrders)
    .where(and(eq(dueOrders.store, store), isNotNull(dueOrders.suspect)))
    .prepare();
  const laneSuspects = orm
    .select({ number })
    .from(lanes)
    .where(and(eq(lanes.store, store), isNotNull(lanes.suspect)))
    .prepare();
  return operation((name) => (dueSuspects.get({ store: name })?.number ?? 0) + (laneSuspects.get({ store: name })?.number ?? 0));
}
