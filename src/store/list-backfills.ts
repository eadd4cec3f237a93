/** Backfills with their progress, for people. */
import { and, desc, eq, sql } from './drizzle.ts';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import { is, limitOf, p } from './placeholders.ts';
import { backfills, backfillSlices as slices } from './schema.ts';
import type { BackfillProgress, Store } from './types.ts';

const SHOWN = 5;
const FAILED_SHOWN = 20;

export function listBackfills({ orm, client }: Connection): Store['listBackfills'] {
  const newest = orm
    .select()
    .from(backfills)
    .where(eq(backfills.store, p('store')))
    .orderBy(desc(backfills.id))
    .limit(limitOf('limit'))
    .prepare();
  const sum = (what: string) => sql<number>`coalesce(sum(${sql.raw(what)}), 0)`;
  const figures = orm
    .select({
      read: sum(`checkpoint`),
      derived: sum('derived'),
      markedDue: sum('marked_due'),
      known: sum('known'),
      planned: sum(`state = 'planned'`),
      starting: sum(`state = 'starting'`),
      running: sum(`state = 'running'`),
      reading: sum(`state = 'reading'`),
      done: sum(`state = 'done'`),
      failed: sum(`state = 'failed'`),
    })
    .from(slices)
    .where(eq(slices.backfill, p('backfill')))
    .prepare();
  const { since, until, expected, distinct, error, firstId, lastId } = slices;
  const failures = orm
    .select({ since, until, expected, distinct, error, firstId, lastId })
    .from(slices)
    .where(and(eq(slices.backfill, p('backfill')), is(slices.state, 'failed')))
    .orderBy(desc(until))
    .limit(limitOf(FAILED_SHOWN))
    .prepare();

  // One read transaction, so that the figures belong together.
  const list = client.transaction((store: string, limit: number) =>
    newest.all({ store, limit }).map((backfill): BackfillProgress => {
      const { read, derived, markedDue, known, ...states } = figures.get({ backfill: backfill.id })!;
      return { ...backfill, read, derived, markedDue, known, slices: states, failed: failures.all({ backfill: backfill.id }) };
    }),
  );
  return operation((store, limit = SHOWN) => list(store, limit));
}
