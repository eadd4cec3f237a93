/** The store against a model: random interleavings of signals, reads, lost leases and deliveries by two processes' connections keep its promises. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DueOrder, LaneClaim, Settlement, Signal, Store } from '../../src/store/types.ts';
import { connected, dead, delivered, due, event, open, retryAt, rows, SHOP, signal, T0, write } from './fixture.ts';
import { counted, tallied } from './figures.ts';

const HOLD = 100;
const LEASE = 50;

type Action =
  | { do: 'signal'; order: number; knowsCreation: boolean; deletes: boolean; repeats: boolean }
  | { do: 'find'; order: number }
  | { do: 'wait'; ms: number }
  | { do: 'claim'; by: 0 | 1; limit: number }
  | { do: 'write'; claim: number; events: number; outcome: 'finished' | 'pending_refund' | 'upsell' | 'missing' | 'ended' | 'failed' }
  | { do: 'claimLanes'; by: 0 | 1; limit: number; eventsPerLane: number }
  | { do: 'settle'; claim: number; results: ('delivered' | 'retry' | 'dead')[] }
  | { do: 'release'; claim: number };

const order = fc.nat({ max: 2 });
const by = fc.constantFrom<0 | 1>(0, 1);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('signal' as const),
      order,
      knowsCreation: fc.boolean(),
      deletes: fc.boolean(),
      repeats: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('find' as const), order }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat({ max: 70 }) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('claim' as const), by, limit: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      claim: fc.nat({ max: 20 }),
      events: fc.nat({ max: 2 }),
      outcome: fc.constantFrom('finished', 'finished', 'pending_refund', 'upsell', 'missing', 'ended', 'failed'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('claimLanes' as const),
      by,
      limit: fc.integer({ min: 1, max: 3 }),
      eventsPerLane: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      claim: fc.nat({ max: 20 }),
      results: fc.array(fc.constantFrom('delivered', 'delivered', 'delivered', 'retry', 'dead'), { maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), claim: fc.nat({ max: 20 }) }) },
);

interface Expected {
  /** Counts what was said of the order: signals and finds. */
  said: number;
  /** `said` at the time of the last read whose outcome was recorded. */
  read: number;
  /** A failed or empty read asked for a pause until then. */
  pausedUntil: number;
  /** No claim before this. */
  heldUntil: number;
  /** No claim of its lane before this: a lease or a retry. */
  laneWaitsUntil: number;
  nextEvent: number;
  written: string[];
  /** Event ids in the order in which their delivery was recorded. */
  delivered: string[];
}

/** Drives the store and the model side by side; every step ends with all invariants checked on the file. */
async function world() {
  const first = await connected();
  const stores: [Store, Store] = [first, open(first.path)];
  let now = T0;
  const expected = new Map<string, Expected>();
  const claims: { claim: DueOrder; said: number; by: 0 | 1 }[] = [];
  const laneClaims: { claim: LaneClaim; by: 0 | 1; settled: number }[] = [];
  const of = (orderId: string): Expected => {
    const known = expected.get(orderId) ?? {
      said: 0,
      read: 0,
      pausedUntil: 0,
      heldUntil: 0,
      laneWaitsUntil: 0,
      nextEvent: 0,
      written: [],
      delivered: [],
    };
    expected.set(orderId, known);
    return known;
  };
  const row = (orderId: string) => due(first).find(({ order_id }) => order_id === orderId);
  const leaseOf = (orderId: string) =>
    rows<{ token: string | null }>(first, `select lease_token as token from lanes where order_id = '${orderId}'`)[0]?.token;
  let lastDelivery: Signal | null = null;

  async function say(orderId: string, knowsCreation: boolean, mark: (heldUntil: number | null) => Promise<unknown>): Promise<void> {
    const before = row(orderId);
    const heldUntil = knowsCreation ? T0 + HOLD : null;
    await mark(heldUntil);
    const model = of(orderId);
    model.said += 1;
    if (!before && heldUntil !== null) model.heldUntil = Math.max(model.heldUntil, heldUntil);
    const after = row(orderId)!;
    if (before) expect(after.version).toBe(before.version + 1);
    if (before && before.lease_token === null) {
      expect(after.due_at).toBeLessThanOrEqual(before.due_at);
      model.pausedUntil = 0;
    }
    if (before && before.lease_token !== null) expect(after).toMatchObject({ due_at: before.due_at, lease_token: before.lease_token });
  }

  async function finish(index: number, events: number, outcome: Extract<Action, { do: 'write' }>['outcome']): Promise<void> {
    const held = claims.splice(index % Math.max(claims.length, 1), 1)[0];
    if (!held) return;
    const { claim, said, by } = held;
    const model = of(claim.orderId);
    const before = row(claim.orderId);
    const owns = before?.lease_token === claim.leaseToken;
    const changed = before?.version !== claim.version;
    const later = now + 30;
    if (outcome === 'failed') await stores[by].releaseDueOrders([claim], later, 'failed');
    else if (outcome === 'missing' || outcome === 'ended') {
      const decision = outcome === 'ended' ? ('deleted' as const) : null;
      await stores[by].writeMissing(SHOP, [{ claim, decision, againAt: decision ? null : later, reason: outcome }], now);
    } else {
      const ids = Array.from({ length: events }, (_, more) => `${claim.orderId}-${model.nextEvent + more}`);
      const repeated = model.written.slice(0, 1);
      const dueAgainAt = outcome === 'finished' ? null : later;
      const [result] = await stores[by].writeOrders(
        SHOP,
        [
          write(claim, {
            events: [...repeated, ...ids].map((id) => event(id)),
            dueAgainAt,
            dueAgainReason: dueAgainAt === null ? null : outcome,
          }),
        ],
        now,
      );
      expect(result).toEqual({ orderId: claim.orderId, written: owns, newEvents: owns ? ids : [] });
      if (owns) {
        model.nextEvent += events;
        model.written.push(...ids);
      }
    }
    const after = row(claim.orderId);
    if (!owns) return expect(after).toEqual(before);
    if (outcome !== 'failed') model.read = said;
    // What was learned about the hold during the lease counts from here on.
    model.heldUntil = after?.held_until ?? 0;
    if (outcome === 'upsell') expect(after).toMatchObject({ held_until: later, due_at: later });
    model.pausedUntil = outcome === 'failed' || (outcome === 'missing' && !changed) ? later : 0;
    if (changed || !['finished', 'ended'].includes(outcome)) expect(after?.lease_token).toBeNull();
    else expect(after).toBeUndefined();
  }

  async function settle(index: number, results: ('delivered' | 'retry' | 'dead')[]): Promise<void> {
    const at = index % Math.max(laneClaims.length, 1);
    const held = laneClaims[at];
    if (!held) return;
    const { claim, by } = held;
    const upTo = results.findIndex((result) => result !== 'delivered');
    const tried = claim.events.slice(held.settled, held.settled + (upTo === -1 ? results.length : upTo + 1));
    const settlements: Record<(typeof results)[number], Settlement> = { delivered, dead, retry: retryAt(now + 20) };
    const list = tried.map((item, position) => ({ event: item, settlement: settlements[results[position]!] }));
    const owns = leaseOf(claim.orderId) === claim.leaseToken;
    expect(await stores[by].settle(claim, list, now)).toBe(owns);
    held.settled += tried.length;
    const goesOn = upTo === -1 && held.settled < claim.events.length;
    if (!owns || !goesOn) laneClaims.splice(at, 1);
    if (owns && !goesOn) of(claim.orderId).laneWaitsUntil = list.at(-1)?.settlement.state === 'retry' ? now + 20 : now;
    if (owns)
      of(claim.orderId).delivered.push(
        ...list.filter(({ settlement }) => settlement.state === 'delivered').map(({ event: { eventId } }) => eventId),
      );
  }

  async function run(step: Action): Promise<void> {
    switch (step.do) {
      case 'signal': {
        if (step.repeats && lastDelivery) {
          const before = due(first);
          const [result] = await stores[1].acceptSignals([lastDelivery]);
          expect(result?.duplicate).toBe(true);
          return expect(due(first)).toEqual(before);
        }
        return say(String(step.order), step.knowsCreation, async (heldUntil) => {
          lastDelivery = signal({ orderId: String(step.order), receivedAt: now, heldUntil, deletes: step.deletes });
          await stores[0].acceptSignals([lastDelivery]);
        });
      }
      case 'find':
        return say(String(step.order), true, (heldUntil) =>
          stores[1].markFound(
            SHOP,
            [{ orderId: String(step.order), createdAt: T0, updatedAt: '2030-01-01T00:00:00Z', heldUntil: heldUntil!, lane: 'historical' }],
            now,
          ),
        );
      case 'wait':
        now += step.ms;
        return;
      case 'claim':
        for (const claim of await stores[step.by].claimDueOrders(SHOP, { limit: step.limit, now, leaseMs: LEASE })) {
          expect(now).toBeGreaterThanOrEqual(of(claim.orderId).heldUntil);
          claims.push({ claim, said: of(claim.orderId).said, by: step.by });
        }
        return;
      case 'write':
        return finish(step.claim, step.events, step.outcome);
      case 'claimLanes':
        for (const claim of await stores[step.by].claimLanes({ store: SHOP, destination: 'converge', now, leaseMs: LEASE, ...step })) {
          expect(now).toBeGreaterThanOrEqual(of(claim.orderId).laneWaitsUntil);
          of(claim.orderId).laneWaitsUntil = now + LEASE;
          laneClaims.push({ claim, by: step.by, settled: 0 });
        }
        return;
      case 'settle':
        return settle(step.claim, step.results);
      case 'release': {
        const held = laneClaims.splice(step.claim % Math.max(laneClaims.length, 1), 1)[0];
        if (!held) return;
        if (leaseOf(held.claim.orderId) === held.claim.leaseToken) of(held.claim.orderId).laneWaitsUntil = now;
        await stores[held.by].releaseLane(held.claim, now);
      }
    }
  }

  interface EventRow {
    event_id: string;
    order_id: string;
    sequence: number;
    state: string;
  }

  function check(): void {
    const events = rows<EventRow>(first, 'select event_id, order_id, sequence, state from events order by sequence');
    const lanes = rows<{ order_id: string; next_at: number | null }>(first, 'select order_id, next_at from lanes');
    for (const [orderId, model] of expected) {
      const waiting = row(orderId);
      if (model.said > model.read) {
        // No signal is lost: the order is due, or leased to a read after which it is due again.
        expect(waiting).toBeDefined();
        if (waiting!.lease_token === null) {
          expect(waiting!.due_at).toBeLessThanOrEqual(Math.max(now, waiting!.held_until ?? 0, model.pausedUntil));
        } else {
          const holder = claims.find(({ claim }) => claim.leaseToken === waiting!.lease_token && claim.orderId === orderId);
          if (holder && holder.said < model.said) expect(waiting!.version).toBeGreaterThan(holder.claim.version);
        }
      }
      const mine = events.filter(({ order_id }) => order_id === orderId);
      // Each event once, in sequence, in the order in which it was written.
      expect(mine.map(({ event_id }) => event_id)).toEqual(model.written);
      expect(mine.map(({ sequence }) => sequence)).toEqual(mine.map((_, index) => index + 1));
      // Delivered in sequence and once; nothing passes a dead one.
      expect(model.delivered).toEqual(model.written.slice(0, model.delivered.length));
      expect(mine.filter(({ state }) => state === 'delivered').map(({ event_id }) => event_id)).toEqual(model.delivered);
      const open = mine.filter(({ state }) => state === 'pending').length > 0;
      const lane = lanes.filter(({ order_id }) => order_id === orderId);
      expect(lane).toHaveLength(open ? 1 : 0);
      if (open) expect(lane[0]!.next_at === null).toBe(mine.some(({ state }) => state === 'dead'));
    }
  }

  /** When nobody fails any more, everything said is read and everything written is delivered, or blocked behind a dead one. */
  async function drain(): Promise<void> {
    for (let round = 0; round < 4; round += 1) {
      await run({ do: 'wait', ms: 1000 });
      await run({ do: 'claim', by: 0, limit: 3 });
      while (claims.length > 0) await run({ do: 'write', claim: claims.length - 1, events: 1, outcome: 'finished' });
      await run({ do: 'claimLanes', by: 1, limit: 3, eventsPerLane: 1000 });
      while (laneClaims.length > 0)
        await run({ do: 'settle', claim: laneClaims.length - 1, results: Array<'delivered'>(1000).fill('delivered') });
      check();
    }
    expect(due(first)).toEqual([]);
    expect(tallied(first)).toEqual(counted(first));
    for (const model of expected.values()) expect(model.read).toBe(model.said);
    const deadOrders = rows<{ order_id: string }>(first, "select distinct order_id from events where state = 'dead'").map(
      ({ order_id }) => order_id,
    );
    for (const [orderId, model] of expected) if (!deadOrders.includes(orderId)) expect(model.delivered).toEqual(model.written);
  }

  return { run, check, drain, close: () => Promise.all(stores.map((store) => store.close())) };
}

test('no signal is lost, no event doubled or overtaken, no hold cut short', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 60, size: 'max' }), async (steps) => {
      const { run, check, drain, close } = await world();
      try {
        for (const step of steps) {
          await run(step);
          check();
        }
        await drain();
      } finally {
        await close();
      }
    }),
    { numRuns: Number(process.env['MODEL_RUNS'] ?? 60) },
  );
});
