/** Requests for history and their slices: recorded, planned, moved on, ended. */
import { and, asc, desc, eq, inArray, sql } from './drizzle.ts';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import { is, limitOf, p } from './placeholders.ts';
import { backfills as requests, backfillSlices as slices, watermarks } from './schema.ts';
import type { BackfillOperations, BackfillRequest, NewSlice, SliceState } from './types.ts';

const OPEN: SliceState[] = ['planned', 'starting', 'running', 'reading'];
const NOTHING_READ = { checkpoint: 0, derived: 0, markedDue: 0, known: 0, distinct: null };
const UNTOUCHED = { ...NOTHING_READ, state: 'planned' as const, operation: null, attempts: 0, error: null, firstId: null, lastId: null };

type Operations = Omit<BackfillOperations, 'listBackfills' | 'historyStanding' | 'writeHistory'>;

export function backfills({ orm, client, transaction }: Connection): Operations {
  const isOpen = inArray(requests.state, ['waiting', 'running']);
  const next = orm
    .select()
    .from(requests)
    .where(and(eq(requests.store, p('store')), isOpen))
    .orderBy(asc(requests.id))
    .limit(limitOf(1))
    .prepare();
  const same = orm
    .select()
    .from(requests)
    .where(and(eq(requests.store, p('store')), eq(requests.words, p('words')), isOpen))
    .orderBy(asc(requests.id))
    .limit(limitOf(1))
    .prepare();
  const open = orm
    .select()
    .from(slices)
    .where(and(eq(slices.backfill, p('backfill')), inArray(slices.state, OPEN)))
    .orderBy(desc(slices.until))
    .prepare();
  const failed = orm
    .select({ number: sql<number>`count(*)` })
    .from(slices)
    .where(and(eq(slices.backfill, p('backfill')), is(slices.state, 'failed')))
    .prepare();
  const widened = orm
    .select({ since: requests.since, until: requests.until })
    .from(requests)
    .where(and(eq(requests.store, p('store')), is(requests.origin, 'command')))
    .prepare();
  const pending = client.prepare<[string, number]>(`select 1 from events where store = +? and state = 'pending' limit 1 offset +?`).pluck();

  function insert(request: BackfillRequest, createdAt: number) {
    const row = { ...request, createdAt, state: 'waiting' as const };
    return orm.insert(requests).values(row).returning().get();
  }

  function addSlices(backfill: number, added: NewSlice[]): void {
    for (const slice of added)
      orm
        .insert(slices)
        .values({ ...UNTOUCHED, ...slice, backfill })
        .run();
  }

  return {
    requestBackfill: operation((request, now) =>
      transaction(() => same.get({ store: request.store, words: request.words }) ?? insert(request, now)),
    ),
    beginHistory: operation((store, at, request, now) =>
      transaction(() => {
        const begun = orm.insert(watermarks).values({ store, at }).onConflictDoNothing().run().changes > 0;
        if (begun && request) insert(request, now);
        return begun;
      }),
    ),
    nextBackfill: operation((store) => next.get({ store }) ?? null),
    planBackfill: operation((backfill, plan, now) =>
      transaction(() => {
        const { since, expected } = plan;
        orm.update(requests).set({ since, expected, state: 'running', startedAt: now, error: null }).where(eq(requests.id, backfill)).run();
        orm.delete(slices).where(eq(slices.backfill, backfill)).run();
        addSlices(backfill, plan.slices);
      }),
    ),
    noteBackfill: operation((backfill, error) => {
      orm.update(requests).set({ error }).where(eq(requests.id, backfill)).run();
    }),
    finishBackfill: operation((backfill, error, finishedAt) =>
      transaction(() => {
        const number = failed.get({ backfill })?.number ?? 0;
        const incomplete = number > 0 ? 'Some slices could not be read whole: see status, then run backfill again.' : null;
        const words = error ?? incomplete;
        orm
          .update(requests)
          .set({ state: words === null ? 'done' : 'failed', error: words, finishedAt })
          .where(eq(requests.id, backfill))
          .run();
        return number;
      }),
    ),
    openSlices: operation((backfill) => open.all({ backfill })),
    changeSlice: operation((slice, change) => {
      orm.update(slices).set(change).where(eq(slices.id, slice)).run();
    }),
    // What was written of it stays counted; what was read of it is read again by the halves.
    splitSlice: operation((slice, halves) =>
      transaction(() => {
        const row = orm
          .update(slices)
          .set({ state: 'split', checkpoint: 0, known: 0, distinct: null })
          .where(eq(slices.id, slice))
          .returning()
          .get();
        addSlices(row.backfill, halves);
      }),
    ),
    widenedWindow: operation((store) => widened.all({ store })),
    outboxAbove: operation((store, bound) => pending.get(store, bound) !== undefined),
  };
}
