/** Group sizes follow the pace of requests and of the disk, within their limits. */
import { expect, it } from 'vitest';
import { createTempo } from '../../src/delivery/tempo.ts';
import { handClock } from '../clock.ts';

it('holds as many lanes ready as a tenth of a second takes away, one for each request at once at least', async () => {
  const clock = handClock();
  const tempo = createTempo(10, clock);
  const ends = async (count: number, ms: number) => {
    for (let index = 0; index < count; index += 1) tempo.ended();
    await clock.advance(ms);
    return tempo.ahead();
  };
  expect(tempo.ahead()).toBe(10);
  expect(await ends(400, 99)).toBe(10);
  expect(await ends(0, 101)).toBe(200);
  expect(await ends(3, 1_000)).toBe(10);
  expect(await ends(100_000, 100)).toBe(250);
  expect(await ends(0, 100)).toBe(10);
});

it('collects answers for twice the time of the last commit, not longer than 50 ms', async () => {
  const clock = handClock();
  const tempo = createTempo(10, clock);
  expect(tempo.collectMs()).toBe(0);
  await tempo.timed(() => clock.advance(7));
  expect(tempo.collectMs()).toBe(14);
  await tempo.timed(() => clock.advance(3_600_000));
  expect(tempo.collectMs()).toBe(50);
  await tempo.timed(async () => {});
  expect(tempo.collectMs()).toBe(0);
});

it('takes a clock that is set back for no measure', async () => {
  let offset = 0;
  const hand = handClock();
  const tempo = createTempo(4, { ...hand, now: () => hand.now() + offset });
  await tempo.timed(async () => {
    offset = -3_600_000;
  });
  expect(tempo.collectMs()).toBe(0);
  for (let index = 0; index < 40; index += 1) tempo.ended();
  expect(tempo.ahead()).toBe(40);
});
