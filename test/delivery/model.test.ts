/** Any run of failures, outages, restarts, stalled workers, replays and discards: nothing lost, nothing out of order, the same bytes every time. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SHOP } from '../store/fixture.ts';
import { OK, rig, until, type Arrival, type Reply, type Rig, type Treat } from './setup.ts';

const HOUR = 3_600_000;

type Fate = 'ok' | 'busy' | 'wait' | 'reset' | 'denied' | 'refused';

const REPLIES: Record<Exclude<Fate, 'reset'>, Reply> = {
  ok: OK,
  busy: { status: 500 },
  wait: { status: 429, headers: { 'retry-after': '30' } },
  denied: { status: 403 },
  refused: { status: 422 },
};

type Step =
  | { do: 'put'; order: number; events: number }
  | { do: 'tick' }
  | { do: 'pass'; ms: number }
  | { do: 'restart' }
  /** Puts every dead letter back, or lets one order go on without it. */
  | { do: 'replay' }
  | { do: 'discard'; order: number }
  /** A worker stalls with its requests open, another takes over after the leases, then the first wakes up. */
  | { do: 'stall' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      order: fc.integer({ min: 1, max: 6 }),
      events: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 5, arbitrary: fc.constant({ do: 'tick' as const }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.oneof(fc.nat(3_000), fc.nat(400_000)) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'replay' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('discard' as const), order: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'stall' as const }) },
);

const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 10, arbitrary: fc.constant('ok' as const) },
  { weight: 4, arbitrary: fc.constantFrom('busy' as const, 'wait' as const, 'reset' as const) },
  { weight: 1, arbitrary: fc.constantFrom('denied' as const, 'refused' as const) },
);

/** What the endpoint has seen, and the rules it checks as requests come in. */
function watch() {
  const bodies = new Map<string, string>();
  const seen = {
    /** Order id -> its events, in order. */
    orders: new Map<string, string[]>(),
    accepted: new Set<string>(),
    refused: new Set<string>(),
    discarded: new Set<string>(),
    broken: [] as string[],
    check: ({ eventId, body }: Arrival): void => {
      const events = seen.orders.get(eventId.split('-')[0] ?? '') ?? [];
      for (const earlier of events.slice(0, events.indexOf(eventId))) {
        if (!seen.accepted.has(earlier) && !seen.discarded.has(earlier)) seen.broken.push(`${eventId} came before ${earlier} was accepted`);
      }
      if ((bodies.get(eventId) ?? body) !== body) seen.broken.push(`${eventId} came with another body`);
      bodies.set(eventId, body);
    },
  };
  return seen;
}

type Seen = ReturnType<typeof watch>;

function treatBy(fates: Fate[], seen: Seen): Treat {
  let requests = 0;
  return (arrival) => {
    seen.check(arrival);
    requests += 1;
    const fate_ = fates[requests % fates.length] ?? 'ok';
    // What is cut off may have been taken in: the sender cannot know.
    if (fate_ === 'ok' || (fate_ === 'reset' && requests % 2 === 0)) seen.accepted.add(arrival.eventId);
    if (fate_ === 'refused') seen.refused.add(arrival.eventId);
    return fate_ === 'reset' ? 'reset' : REPLIES[fate_];
  };
}

/** The sleeper's requests arrive, but when their answers come somebody else has the lanes: they must not count. */
async function stall({ store, endpoint, clock, stop, again }: Rig, seen: Seen): Promise<void> {
  const { treat, arrivals } = endpoint;
  const before = arrivals.length;
  endpoint.treat = (arrival) => {
    seen.check(arrival);
    return 'hold';
  };
  let idle = false;
  const asleep = again()
    .tick(stop.signal)
    .finally(() => (idle = true));
  await until(() => arrivals.length > before || idle);
  const now = clock.now() + HOUR;
  const stolen = await store.claimLanes({ store: SHOP, destination: 'converge', limit: 50, now, leaseMs: HOUR, eventsPerLane: 9 });
  while (!idle) {
    endpoint.release({ status: 422 });
    await new Promise((resolve) => setImmediate(resolve));
  }
  await asleep;
  endpoint.treat = treat;
  for (const claim of stolen) await store.releaseLane(claim, clock.now());
}

async function run(steps: Step[], fates: Fate[]): Promise<void> {
  const seen = watch();
  const base = await rig({ treat: treatBy(fates, seen), set: { concurrency: 3, maxAgeHours: 8_000 } });
  const { clock, endpoint, stop } = base;
  let { delivery } = base;
  for (const next of steps) {
    if (next.do === 'tick') await delivery.tick(stop.signal);
    else if (next.do === 'pass') await clock.advance(next.ms);
    else if (next.do === 'restart') delivery = base.again();
    else if (next.do === 'stall') await stall(base, seen);
    else if (next.do === 'replay') await base.store.replayDeadLetters({ filter: {} }, clock.now());
    else if (next.do === 'discard') {
      const filter = { order: String(next.order) };
      for (const { letter } of await base.store.discardDeadLetters({ filter }, 'model', clock.now()))
        seen.discarded.add(letter?.eventId ?? '');
    } else {
      const order = String(next.order);
      const known = seen.orders.get(order) ?? [];
      const added = Array.from({ length: next.events }, (_, index) => `${order}-${known.length + index}`);
      seen.orders.set(order, [...known, ...added]);
      await base.put(order, ...added);
    }
  }
  endpoint.treat = (arrival) => {
    seen.check(arrival);
    seen.accepted.add(arrival.eventId);
    return OK;
  };
  for (let round = 0; round < 6; round += 1) {
    await delivery.tick(stop.signal);
    await clock.advance(HOUR);
  }

  expect(seen.broken).toEqual([]);
  const events = await base.store.listEvents({ store: SHOP, limit: 1_000 });
  expect(events).toHaveLength([...seen.orders.values()].flat().length);
  for (const { eventId, state, blockedBy } of events) {
    if (state === 'pending') expect(blockedBy, `${eventId} is left behind`).not.toBe(null);
    if (state === 'delivered') expect(seen.accepted).toContain(eventId);
    if (state === 'dead') expect(seen.refused).toContain(eventId);
    expect(state === 'discarded', eventId).toBe(seen.discarded.has(eventId));
  }
  // Put back, all that is left goes, in order.
  await base.store.replayDeadLetters({ filter: {} }, clock.now());
  for (let round = 0; round < 3; round += 1) {
    await delivery.tick(stop.signal);
    await clock.advance(HOUR);
  }
  expect(seen.broken).toEqual([]);
  for (const { eventId, state } of await base.store.listEvents({ store: SHOP, limit: 1_000 })) {
    expect(state, eventId).toBe(seen.discarded.has(eventId) ? 'discarded' : 'delivered');
  }
}

it('delivers everything that was not refused, in order', { timeout: 120_000 }, async () => {
  const runs = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), fc.array(fate, { minLength: 1, maxLength: 40 }), run);
  await fc.assert(runs, { numRuns: 40, interruptAfterTimeLimit: 100_000 });
});
