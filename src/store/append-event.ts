/** Puts an event at the end of its order's lane at one destination. */
import type { EventBody } from '../core/event.ts';
import { sql } from './drizzle.ts';
import { ofLane } from './lane-key.ts';
import type { Connection } from './open.ts';
import { parametersOf } from './placeholders.ts';
import { events, lanes } from './schema.ts';
import { ABOVE_SUSPICION } from './set-aside.ts';
import { tallyRows } from './tally.ts';
import type { Lane } from './types.ts';

export interface Append {
  store: string;
  destination: string;
  orderId: string;
  event: EventBody;
  lane: Lane;
  now: number;
}

/**
 * False: that event id is taken at this destination and nothing was changed. Called within a transaction.
 * A lane that waits (retry, lease) goes on waiting: a later event must not shorten the wait of the head. Behind a dead event the lane is blocked.
 */
export function appendEvent(connection: Connection): (append: Append) => boolean {
  const { orm } = connection;
  const { events: countEvents } = tallyRows(connection);
  const tail = orm
    .select({ sequence: sql<number>`coalesce(max(sequence), 0)`, blocked: sql<number>`coalesce(max(state = 'dead'), 0)` })
    .from(events)
    .where(ofLane(events))
    .prepare();
  const insert = orm.insert(events).values(parametersOf(events, 'id')).onConflictDoNothing().prepare();
  const openLane = orm
    .insert(lanes)
    .values(parametersOf(lanes))
    .onConflictDoUpdate({
      target: [lanes.store, lanes.orderId, lanes.destination],
      set: { lane: sql`case when excluded.lane = 'live' then 'live' else lane end` },
    })
    .prepare();

  return ({ store, destination, orderId, event, lane, now }) => {
    const last = tail.get({ store, destination, orderId });
    const row = {
      store,
      destination,
      eventId: event.event_id,
      orderId,
      sequence: (last?.sequence ?? 0) + 1,
      name: event.event_name,
      body: event.body,
      lane,
      state: 'pending',
      attempts: 0,
      createdAt: now,
      firstAttemptAt: null,
      nextAttemptAt: null,
      settledAt: null,
      outcome: null,
      downMsBefore: null,
    } satisfies typeof events.$inferInsert;
    if (insert.run(row).changes === 0) return false;
    countEvents(store, 1);
    openLane.run({
      store,
      destination,
      orderId,
      lane,
      nextAt: last?.blocked ? null : now,
      leaseToken: null,
      ...ABOVE_SUSPICION,
    } satisfies typeof lanes.$inferInsert);
    return true;
  };
}
