/** The circuit breaker, the gate it closes and the ramp after it, against a real store and a real endpoint. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBreaker } from '../../src/delivery/breaker.ts';
import { createRamp } from '../../src/delivery/ramp.ts';
import type { Outcome } from '../../src/destinations/types.ts';
import { rows, SHOP } from '../store/fixture.ts';
import { OK, rig, until, type Reply, type Rig } from './setup.ts';

const HOUR = 3_600_000;
const DOWN: Reply = { status: 503 };
const failed: Outcome = { kind: 'retry', reason: 'x', afterMs: 0 };

describe('the breaker', () => {
  it('opens on ten failures in a row of different events, whatever came before; never on fewer', () => {
    const outcome = fc.oneof(
      { weight: 8, arbitrary: fc.record({ id: fc.nat(14), kind: fc.constant('retry' as const) }) },
      { weight: 1, arbitrary: fc.record({ id: fc.nat(14), kind: fc.constantFrom('delivered' as const, 'reject' as const) }) },
    );
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 200 }), (outcomes) => {
        const breaker = createBreaker();
        let row = new Set<number>();
        for (const { id, kind } of outcomes) {
          if (kind === 'retry') row.add(id);
          else row = new Set();
          const opens = breaker.note(String(id), kind === 'delivered' ? { kind } : { ...failed, kind });
          expect(opens).toBe(row.size === 10);
          if (opens) row = new Set();
        }
      }),
    );
  });
});

describe('the ramp', () => {
  it('is between one and the concurrency, whole unless it was restarted, and doubles with each round of successes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.constantFrom('delivered' as const, 'failed' as const, 'restart' as const)),
        (concurrency, calls) => {
          const ramp = createRamp(concurrency);
          let restarted = false;
          for (const call of calls) {
            ramp[call]();
            restarted ||= call === 'restart';
            expect(ramp.width()).toBeGreaterThanOrEqual(1);
            expect(ramp.width()).toBeLessThanOrEqual(concurrency);
            if (!restarted) expect(ramp.width()).toBe(concurrency);
            if (call === 'restart') expect(ramp.width()).toBe(1);
          }
          ramp.restart();
          for (let round = 1; round <= 4; round += 1) {
            for (let success = ramp.width(); success > 0; success -= 1) ramp.delivered();
            expect(ramp.width()).toBe(Math.min(concurrency, 2 ** round));
          }
        },
      ),
    );
  });
});

/** So many orders, each written a second after the one before. */
async function orders({ put, clock }: Rig, count: number, prefix = 'o'): Promise<string[]> {
  const ids: string[] = [];
  for (let order = 0; order < count; order += 1) {
    const id = `${prefix}${String(order).padStart(4, '0')}`;
    await put(id, id);
    ids.push(id);
    await clock.advance(1_000);
  }
  return ids;
}

/** In [0.5, 1), never the same for long. */
function varied(): () => number {
  let last = 1;
  return () => 0.5 + (last = (last * 48_271) % 2_147_483_647) / 2 / 2_147_483_647;
}

const state = ({ store }: Rig) => store.getDestination(SHOP, 'converge');

/** Ticks at each probe, and every half minute while it is open, for so long. */
async function outage(base: Rig, ms: number): Promise<void> {
  const end = base.clock.now() + ms;
  while (base.clock.now() < end) {
    const { probeAt } = await state(base);
    const wait = probeAt === null ? 30_000 : Math.max(1, probeAt - base.clock.now());
    await base.clock.advance(Math.min(wait, end - base.clock.now()));
    await base.tick();
  }
}

describe('an endpoint that is down', () => {
  it('gets single events only, after a few; the backlog burns no attempts; it is drained oldest first, live before history', async () => {
    const base = await rig({ treat: () => DOWN, random: varied(), set: { concurrency: 1 } });
    const { tick, endpoint, clock, lines, states, store } = base;
    const old = await orders(base, 60);
    await tick();
    const before = endpoint.arrivals.length;
    expect(before).toBeGreaterThanOrEqual(10);
    expect(before).toBeLessThanOrEqual(16);
    expect(await state(base)).toMatchObject({ cause: 'down', pausedAt: clock.now(), reason: 'Converge answered 503' });
    expect(lines.filter(({ level }) => level === 'error').map(({ msg }) => msg)).toEqual([expect.stringMatching('circuit open')]);

    await outage(base, 4 * HOUR);
    const probes = endpoint.arrivals.length - before;
    expect(probes).toBeGreaterThan(100);
    expect(probes).toBeLessThan(300);
    // Not one event alone decides.
    expect(new Set(endpoint.ids().slice(before)).size).toBeGreaterThan(3);
    const live = await orders(base, 5, 'live');
    const attempts = rows<{ attempts: number; id: string }>(store, 'select event_id id, attempts from events');
    expect(attempts.filter(({ attempts: count }) => count === 0).length).toBeGreaterThan(20);
    expect(Object.values(await states()).every((one) => one.startsWith('pending'))).toBe(true);

    endpoint.treat = () => OK;
    const from = endpoint.arrivals.length;
    await outage(base, HOUR / 4);
    expect(new Set(Object.values(await states()))).toEqual(new Set(['delivered']));
    // Once the probe was taken, all that was never tried, in exactly the order it was written; what is new waits for no retry of what is old.
    const untried = new Set(attempts.filter(({ attempts: count }) => count === 0).map(({ id }) => id));
    const [probe, ...drained] = endpoint.ids().slice(from);
    const wanted = [...old, ...live].filter((id) => untried.has(id) && id !== probe);
    expect(drained.filter((id) => untried.has(id))).toEqual(wanted);
    expect(await state(base)).toMatchObject({ pausedAt: null, cause: null });
    expect((await state(base)).downMs).toBeGreaterThan(4 * HOUR);
  });

  it('is met by one request when it is back, then by more, up to the concurrency', async () => {
    const base = await rig({ treat: () => DOWN, set: { concurrency: 8 } });
    const { tick, endpoint, clock, stop } = base;
    await orders(base, 60);
    await tick();
    await clock.advance(200_000);
    endpoint.treat = () => 'hold';
    const from = endpoint.arrivals.length;
    const done = base.delivery.tick(stop.signal);
    const widths: number[] = [];
    let seen = 0;
    // The probe first.
    for (const width of [1, 1, 2, 4, 8, 8, 8]) {
      await until(() => endpoint.arrivals.length - from >= seen + width);
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      const held = endpoint.arrivals.length - from - seen;
      widths.push(held);
      seen += held;
      endpoint.release();
    }
    expect(widths).toEqual([1, 1, 2, 4, 8, 8, 8]);
    endpoint.treat = () => OK;
    endpoint.release();
    await done;
  });

  it('is asked again no earlier than it wants', async () => {
    const base = await rig({ treat: () => ({ status: 429, headers: { 'retry-after': '600' } }) });
    await orders(base, 12);
    await base.tick();
    expect((await state(base)).probeAt).toBe(base.clock.now() + 600_000);
  });

  it('stays down through a restart, which tries at once', async () => {
    const base = await rig({ treat: () => DOWN });
    await orders(base, 30);
    await base.tick();
    const before = base.endpoint.arrivals.length;
    const restarted = base.again();
    await restarted.tick(base.stop.signal);
    expect(base.endpoint.arrivals).toHaveLength(before + 1);
    expect((await state(base)).cause).toBe('down');
  });

  it('is back with any answer about the event itself', async () => {
    const base = await rig({ treat: () => DOWN });
    await orders(base, 12);
    await base.tick();
    base.endpoint.treat = ({ eventId }) => (eventId === 'o0010' ? { status: 422 } : OK);
    await outage(base, 10 * 60_000);
    const states = await base.states();
    expect(states['o0010']).toBe('dead');
    expect(Object.values(states).filter((one) => one === 'delivered')).toHaveLength(11);
  });

  it('lets no event die that it could have taken: an outage shorter than maxAgeHours, whatever was tried before it', async () => {
    const base = await rig({ treat: () => DOWN, set: { maxAgeHours: 2 }, random: varied() });
    await orders(base, 30);
    await base.tick();
    for (let times = 0; times < 3; times += 1) {
      await outage(base, 1.9 * HOUR);
      let taken = 0;
      // Back for two minutes only, and for a few.
      base.endpoint.treat = () => ((taken += 1) <= 3 ? OK : DOWN);
      await outage(base, 120_000);
      base.endpoint.treat = () => DOWN;
    }
    expect(Object.values(await base.states()).filter((one) => one === 'dead')).toEqual([]);
  });

  it('for longer than maxAgeHours gives up what is tried then, one after the other', async () => {
    const base = await rig({ treat: () => DOWN, set: { maxAgeHours: 2 }, random: varied() });
    await orders(base, 30);
    await base.tick();
    await outage(base, 1.9 * HOUR);
    expect(Object.values(await base.states())).not.toContain('dead');
    await outage(base, HOUR / 4);
    const dead = Object.values(await base.states()).filter((one) => one === 'dead');
    expect(dead.length).toBeGreaterThan(0);
  });

  it('is another thing than an event that fails by itself, however often', async () => {
    const base = await rig({ treat: ({ eventId }) => (eventId === 'bad' ? DOWN : OK) });
    await base.put('bad', 'bad');
    for (let round = 0; round < 30; round += 1) {
      await base.tick();
      await base.clock.advance(900_000);
    }
    expect((await state(base)).pausedAt).toBeNull();
    expect((await base.store.getEvent('bad'))?.event.attempts).toBe(30);
  });
});
