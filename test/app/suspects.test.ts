/** When suspects are tried: after the quiet, alone, not for long at a stretch, and not while somebody does not come to an end. */
import { expect, test } from 'vitest';
import { createTurns } from '../../src/platform/turns.ts';
import { createSuspects } from '../../src/suspects.ts';
import { handClock } from '../clock.ts';

function suspects(count: number, more: { eachMs?: number } = {}) {
  const clock = handClock();
  const turns = createTurns();
  const self = { clock, turns, left: count, stop: new AbortController() };
  const take = async (): Promise<boolean> => {
    if (self.left === 0) return false;
    self.left -= 1;
    await clock.advance(more.eachMs ?? 0);
    return true;
  };
  const tick = createSuspects({ store: { countSuspects: async () => self.left }, storeName: 'main', kinds: [take], turns, clock });
  return { ...self, state: self, tick: () => tick(self.stop.signal) };
}

test('without any there is nothing to do until the next start', async () => {
  expect(await suspects(0).tick()).toBe(86_400_000);
});

test('ten seconds belong to the others, then all are taken', async () => {
  const { tick, clock, state } = suspects(3);
  expect(await tick()).toBe(10_000);
  await clock.advance(9_000);
  expect(await tick()).toBe(1_000);
  expect(state.left).toBe(3);
  await clock.advance(1_000);
  expect(await tick()).toBe(10_000);
  expect(state.left).toBe(0);
});

test('after twenty seconds the others have their turn', async () => {
  const { tick, clock, state } = suspects(100, { eachMs: 5_000 });
  await clock.advance(10_000);
  expect(await tick()).toBe(10_000);
  expect(state.left).toBe(96);
});

test('who does not come to an end is not waited for for long', async () => {
  const { tick, clock, turns, state, stop } = suspects(1);
  await clock.advance(10_000);
  const leave = await turns.together(stop.signal);
  const ticked = tick();
  for (let second = 0; second < 25; second += 1) await clock.advance(1_000);
  expect(await ticked).toBe(10_000);
  expect(state.left).toBe(1);
  leave?.();
  await tick();
  expect(state.left).toBe(0);
});

test('a clock that is set back makes nobody wait for as long', async () => {
  const { tick, clock, state } = suspects(1);
  clock.set(clock.now() - 86_400_000);
  expect(await tick()).toBe(10_000);
  await clock.advance(10_000);
  await tick();
  expect(state.left).toBe(0);
});
