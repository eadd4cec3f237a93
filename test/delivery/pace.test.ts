/** The pace: never more than so many starts in any second. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPace } from '../../src/delivery/pace.ts';
import { handClock, type HandClock } from '../clock.ts';

const never = new AbortController().signal;

async function startTimes(clock: HandClock, perSecond: number, gaps: number[]): Promise<number[]> {
  const pace = createPace(perSecond, clock);
  const starts: number[] = [];
  const first = clock.now();
  const calls: Promise<void>[] = [];
  for (const gap of gaps) {
    await clock.advance(gap);
    calls.push(pace(never).then(() => void starts.push(clock.now() - first)));
  }
  while (starts.length < gaps.length) await clock.advance(100);
  await Promise.all(calls);
  return starts;
}

it('lets go at once what is below the limit, and holds the rest until a second has passed', async () => {
  expect(await startTimes(handClock(), 3, [0, 0, 0, 0, 0, 0, 0])).toEqual([0, 0, 0, 1000, 1000, 1000, 2000]);
  expect(await startTimes(handClock(), 0.5, [0, 0, 0])).toEqual([0, 2000, 4000]);
  expect(await startTimes(handClock(), 2.5, [0, 0, 0, 0, 0])).toEqual([0, 0, 800, 800, 1600]);
});

it('of a part of a second keeps the rate and lets no more go at once', async () => {
  const clock = handClock();
  const pace = createPace(20, clock, 0.1);
  const starts: number[] = [];
  const first = clock.now();
  const calls = Array.from({ length: 6 }, () => pace(never).then(() => void starts.push(clock.now() - first)));
  await clock.advance(1_000);
  await Promise.all(calls);
  expect(starts).toEqual([0, 0, 100, 100, 200, 200]);
});

it('holds in any second, wherever it begins, and wastes no slot', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.array(fc.nat(700), { minLength: 1, maxLength: 40 }), async (perSecond, gaps) => {
      const starts = await startTimes(handClock(), perSecond, gaps);
      let called = 0;
      const calls = gaps.map((gap) => (called += gap));
      for (const [index, start] of starts.entries()) {
        const before = starts[index - perSecond];
        // As early as the limit, the order and the call allow, and no earlier.
        expect(start).toBe(Math.max(calls[index] ?? 0, starts[index - 1] ?? 0, before === undefined ? 0 : before + 1000));
      }
    }),
    { numRuns: 60 },
  );
});

it('waits no more than its second when the clock is set back', async () => {
  let offset = 0;
  const hand = handClock();
  const clock = { ...hand, now: () => hand.now() + offset };
  const pace = createPace(2, clock);
  await pace(never);
  await pace(never);
  offset = -3_600_000;
  let third = false;
  void pace(never).then(() => (third = true));
  await hand.advance(999);
  expect(third).toBe(false);
  await hand.advance(1);
  expect(third).toBe(true);
});

it('lets everything go when it is told to stop', async () => {
  const stop = new AbortController();
  const pace = createPace(1, handClock());
  const calls = Array.from({ length: 5 }, () => pace(stop.signal));
  stop.abort();
  await Promise.all(calls);
});
