/** When a lane goes on: judged by what stands in it now, so that events written meanwhile are seen too. */
import { and, asc, sql } from './drizzle.ts';
import { ofLane, type LaneKey } from './lane-key.ts';
import type { Connection } from './open.ts';
import { p, parametersOf } from './placeholders.ts';
import { events, lanes } from './schema.ts';
import { ABOVE_SUSPICION } from './set-aside.ts';

/** Ends the lease of a lane and frees it for its first undelivered event; with a dead one in it the lane is blocked, with none left it is gone. */
export function moveOn({ orm }: Connection): (lane: LaneKey, now: number) => void {
  const unfinished = orm
    .select({ state: events.state, nextAttemptAt: events.nextAttemptAt, lane: events.lane })
    .from(events)
    .where(and(ofLane(events), sql`state in ('pending', 'dead')`))
    .orderBy(asc(events.sequence))
    .prepare();
  const drop = orm.delete(lanes).where(ofLane(lanes)).prepare();
  // A lane whose only event was dead is gone: a replay opens it again.
  const free = orm
    .insert(lanes)
    .values(parametersOf(lanes))
    .onConflictDoUpdate({
      target: [lanes.store, lanes.orderId, lanes.destination],
      set: { leaseToken: null, nextAt: p('nextAt'), ...ABOVE_SUSPICION },
    })
    .prepare();

  return (lane, now) => {
    const rows = unfinished.all({ ...lane });
    const head = rows.find(({ state }) => state === 'pending');
    if (!head) return void drop.run({ ...lane });
    const blocked = rows.some(({ state }) => state === 'dead');
    free.run({
      ...lane,
      lane: rows.some(({ lane: one }) => one === 'live') ? 'live' : 'historical',
      nextAt: blocked ? null : (head.nextAttemptAt ?? now),
      leaseToken: null,
      ...ABOVE_SUSPICION,
    } satisfies typeof lanes.$inferInsert);
  };
}
