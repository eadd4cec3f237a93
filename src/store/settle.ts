/** Records what became of the events of a leased lane, and when the lane goes on. */
import { and, eq, sql } from './drizzle.ts';
import { operation } from './errors.ts';
import { ofLane } from './lane-key.ts';
import { moveOn } from './move-on.ts';
import type { Connection } from './open.ts';
import { is, p, parametersOf } from './placeholders.ts';
import { attempts, destinations, events, lanes } from './schema.ts';
import type { EventState, LaneClaim, SettledEvent, Settlement, Store } from './types.ts';

interface Settled {
  state: EventState;
  nextAttemptAt: number | null;
  settledAt: number | null;
  outcome: string;
}

function settled(settlement: Settlement, now: number): Settled {
  switch (settlement.state) {
    case 'delivered':
      return { state: 'delivered', nextAttemptAt: null, settledAt: now, outcome: 'delivered' };
    case 'retry':
      return { state: 'pending', nextAttemptAt: settlement.nextAt, settledAt: null, outcome: settlement.outcome };
    case 'dead':
      return { state: 'dead', nextAttemptAt: null, settledAt: now, outcome: settlement.outcome };
  }
}

export function settlements(connection: Connection): Pick<Store, 'settle' | 'settleAll'> {
  const { orm, transaction } = connection;
  const goOn = moveOn(connection);
  const holder = orm.select({ leaseToken: lanes.leaseToken }).from(lanes).where(ofLane(lanes)).prepare();
  const setEvent = orm
    .update(events)
    .set({
      state: p('state'),
      nextAttemptAt: p('nextAttemptAt'),
      settledAt: p('settledAt'),
      outcome: p('outcome'),
      attempts: sql`attempts + 1`,
      firstAttemptAt: sql`coalesce(first_attempt_at, ${p('at')})`,
      downMsBefore: sql`case when first_attempt_at is null then ${p('downMs')} else down_ms_before end`,
    })
    .where(and(eq(events.id, p('id')), is(events.state, 'pending')))
    .prepare();
  const addAttempt = orm.insert(attempts).values(parametersOf(attempts, 'id')).prepare();
  const noteDelivery = orm
    .insert(destinations)
    .values({ store: p('store'), destination: p('destination'), probes: 0, lastDeliveredAt: p('now') })
    .onConflictDoUpdate({
      target: [destinations.store, destinations.destination],
      set: { lastDeliveredAt: sql`excluded.last_delivered_at` },
    })
    .prepare();

  function settleOne(claim: LaneClaim, results: SettledEvent[], now: number): boolean {
    const lane = { store: claim.store, orderId: claim.orderId, destination: claim.destination };
    if (holder.get(lane)?.leaseToken !== claim.leaseToken) return false;
    for (const { event, settlement, downMs = 0 } of results) {
      const changed = setEvent.run({ id: event.id, at: settlement.attempt.at, downMs, ...settled(settlement, now) }).changes;
      if (changed > 0) addAttempt.run({ event: event.id, ...settlement.attempt } satisfies typeof attempts.$inferInsert);
    }
    if (!goesOn(claim, results)) goOn(lane, now);
    return true;
  }

  function settleAll(batch: { claim: LaneClaim; results: SettledEvent[] }[], now: number): boolean[] {
    const kept = batch.map(({ claim, results }) => settleOne(claim, results, now));
    // Once for each destination of a store, however many events went there.
    const delivered = batch.filter(
      ({ results }, place) => kept[place] && results.some(({ settlement }) => settlement.state === 'delivered'),
    );
    const noted = new Map(delivered.map(({ claim: { store, destination } }) => [`${store} ${destination}`, { store, destination, now }]));
    for (const note of noted.values()) noteDelivery.run(note);
    return kept;
  }

  return {
    settle: operation((claim, results, now) => transaction(() => settleAll([{ claim, results }], now)[0] === true)),
    settleAll: operation((batch, now) => transaction(() => settleAll(batch, now))),
  };
}

/** The worker that holds the lane has more of it in hand and nothing stands in its way. */
function goesOn(claim: LaneClaim, results: SettledEvent[]): boolean {
  const last = Math.max(0, ...results.map(({ event }) => event.sequence));
  return results.every(({ settlement }) => settlement.state === 'delivered') && claim.events.some(({ sequence }) => sequence > last);
}
