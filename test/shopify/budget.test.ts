import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBudget, type Budget, type Cost } from '../../src/shopify/budget.ts';
import { handClock, type HandClock } from '../clock.ts';

const FULL = { maximum: 2000, restoreRate: 100 };

/** Shopify's side: refuses what it has no points for. */
function bucket(clock: HandClock, { maximum, restoreRate }: typeof FULL, start = maximum) {
  let level = start;
  let at = clock.now();
  const refill = () => {
    level = Math.min(maximum, level + ((clock.now() - at) * restoreRate) / 1000);
    at = clock.now();
  };
  return {
    charge: (points: number) => {
      refill();
      if (level < points) return false;
      level -= points;
      return true;
    },
    refund: (points: number) => {
      refill();
      level = Math.min(maximum, level + points);
    },
    status: () => {
      refill();
      return { available: Math.floor(level), maximum, restoreRate };
    },
  };
}

/** Resolves once `budget` lets it through; tells when that was. */
async function timed(clock: HandClock, budget: Budget, key: string): Promise<{ at: number; settle(cost: Cost): void; lose(): void }> {
  const reservation = await budget.reserve(key);
  return { at: clock.now(), ...reservation };
}

async function learned(clock: HandClock, costs: Record<string, number>, available = 2000): Promise<Budget> {
  const budget = createBudget(clock);
  for (const [key, requested] of Object.entries(costs)) {
    const { settle } = await budget.reserve(key);
    settle({ requested, actual: 0, status: { ...FULL, available } });
  }
  return budget;
}

describe('the cost budget', () => {
  test('nothing is known at first, and nothing waits', async () => {
    const budget = createBudget(handClock());
    expect(budget.look()).toBeNull();
    await Promise.all([budget.reserve('a'), budget.reserve('b')]);
    expect(budget.look()).toBeNull();
  });

  test('it learns what an operation costs, waits for the points, in order of arrival', async () => {
    const clock = handClock();
    const budget = await learned(clock, { big: 900, small: 10 }, 1000);
    expect(budget.look()).toEqual({ ...FULL, available: 1000 });
    const begun = clock.now();
    const waiting = [timed(clock, budget, 'big'), timed(clock, budget, 'big'), timed(clock, budget, 'small')];
    await clock.advance(20_000);
    const times = (await Promise.all(waiting)).map(({ at }) => at - begun);
    // 100 left after the first: 800 are missing for the second; the small one does not overtake it.
    expect(times).toEqual([0, 8_000, 8_100]);
  });

  test('points given back end the wait', async () => {
    const clock = handClock();
    const budget = await learned(clock, { big: 900 }, 900);
    const first = await timed(clock, budget, 'big');
    const second = timed(clock, budget, 'big');
    await clock.advance(1_000);
    first.settle({ requested: 900, actual: 40, status: { ...FULL, available: 960 } });
    expect((await second).at).toBe(clock.now());
  });

  test('a throttled query waits (requested - available) / restoreRate', async () => {
    const clock = handClock();
    const budget = await learned(clock, { page: 300 });
    const begun = clock.now();
    const first = await timed(clock, budget, 'page');
    first.settle({ requested: 300, actual: null, status: { ...FULL, available: 50 } });
    const again = timed(clock, budget, 'page');
    await clock.advance(10_000);
    expect((await again).at - begun).toBe(2_500);
  });

  test('an answer that is lost counts as paid', async () => {
    const clock = handClock();
    const budget = await learned(clock, { page: 300 }, 500);
    (await timed(clock, budget, 'page')).lose();
    expect(budget.look()?.available).toBe(200);
    await clock.advance(60_000);
    expect(budget.look()?.available).toBe(2000);
  });

  test('what costs more than the whole bucket waits for a full one, not for ever', async () => {
    const clock = handClock();
    const budget = createBudget(clock);
    (await budget.reserve('huge')).settle({ requested: 5000, actual: 0, status: { ...FULL, available: 0 } });
    const huge = timed(clock, budget, 'huge');
    await clock.advance(20_000);
    expect((await huge).at).toBe(clock.now());
  });

  test('a clock that is set back makes no points and takes none', async () => {
    let now = 1_000_000;
    const budget = createBudget({ now: () => now, sleep: () => Promise.resolve() });
    (await budget.reserve('a')).settle({ requested: 10, actual: 10, status: { ...FULL, available: 700 } });
    now -= 3_600_000;
    expect(budget.look()?.available).toBe(700);
    now += 1_000;
    expect(budget.look()?.available).toBe(800);
  });

  test('once the costs are known Shopify never has to refuse, whatever overtakes what', async () => {
    const job = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      startsAt: fc.nat(20_000),
      there: fc.nat(3_000),
      works: fc.nat(5_000),
      back: fc.nat(3_000),
      used: fc.double({ min: 0, max: 1, noNaN: true }),
      lost: fc.nat(9).map((n) => n === 0),
    });
    const costs = fc.record({
      a: fc.integer({ min: 1, max: 900 }),
      b: fc.integer({ min: 1, max: 900 }),
      c: fc.integer({ min: 1, max: 90 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(job, { minLength: 1, maxLength: 25 }), costs, fc.nat(2000), async (jobs, requested, start) => {
        const clock = handClock(0);
        const shop = bucket(clock, FULL, start);
        const budget = createBudget(clock);
        const keys = ['a', 'b', 'c'] as const;
        const first = await Promise.all(keys.map(async (key) => ({ key, ...(await budget.reserve(key)) })));
        for (const { key, settle } of first) settle({ requested: requested[key], actual: 0, status: shop.status() });
        let refused = 0;
        const all = jobs.map(async ({ key, startsAt, there, works, back, used, lost }) => {
          const points = requested[key as 'a' | 'b' | 'c'];
          const actual = Math.floor(points * used);
          await clock.sleep(startsAt);
          const reservation = await budget.reserve(key);
          await clock.sleep(there);
          if (!shop.charge(points)) refused += 1;
          await clock.sleep(works);
          shop.refund(points - actual);
          const status = shop.status();
          await clock.sleep(back);
          if (lost) reservation.lose();
          else reservation.settle({ requested: points, actual, status });
        });
        let done = false;
        const finished = Promise.all(all).then(() => (done = true));
        for (let i = 0; i < 2_000 && !done; i += 1) await clock.advance(1_000);
        await finished;
        expect(refused).toBe(0);
      }),
      { numRuns: 500 },
    );
  }, 60_000);
});
