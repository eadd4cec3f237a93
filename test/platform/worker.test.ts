import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConnectorError } from '../../src/core/errors.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { createWorker } from '../../src/platform/worker.ts';
import { handClock } from '../clock.ts';

type Tick = (signal: AbortSignal, count: number) => Promise<number> | number;

function start(tick: Tick, random = () => 0) {
  const clock = handClock();
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger(
    { level: 'info', fd: 1, pretty: false, colour: false },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  );
  const ticks: number[] = [];
  const begun = clock.now();
  const worker = createWorker({
    name: 'test',
    tick: async (signal) => {
      ticks.push(clock.now() - begun);
      return await tick(signal, ticks.length);
    },
    clock,
    random,
    logger,
  });
  worker.start();
  return { worker, clock, lines, ticks };
}

test('ticks, pauses as long as the tick says, ticks again', async () => {
  const { worker, clock, ticks } = start(() => 1_000);
  await clock.advance(2_500);
  expect(ticks).toEqual([0, 1_000, 2_000]);
  await worker.stop();
  await clock.advance(10_000);
  expect(ticks).toEqual([0, 1_000, 2_000]);
  expect(clock.sleepers()).toBe(0);
});

test('a wake during the pause ends it, one during a tick is followed by another tick', async () => {
  let finish = (): void => {};
  const { worker, clock, ticks } = start((_signal, count) =>
    count === 2 ? new Promise((resolve) => (finish = () => resolve(1_000))) : 1_000,
  );
  await clock.advance(300);
  worker.wake();
  await clock.advance(0);
  expect(ticks).toEqual([0, 300]);
  worker.wake();
  await clock.advance(100);
  expect(ticks).toEqual([0, 300]);
  finish();
  await clock.advance(0);
  expect(ticks).toEqual([0, 300, 400]);
  await clock.advance(999);
  expect(ticks).toHaveLength(3);
  await clock.advance(1);
  expect(ticks).toEqual([0, 300, 400, 1_400]);
  await worker.stop();
});

test('comes back after a failure with a growing pause, says so, and is healthy again after one success', async () => {
  const { worker, clock, ticks, lines } = start(
    (_signal, count) => {
      if (count <= 3) throw new ConnectorError('SHOPIFY_DOWN', 'Shopify cannot be reached; nothing to do.');
      return 60_000;
    },
    () => 0.999,
  );
  await clock.advance(0);
  expect(worker.failure()).toBe('SHOPIFY_DOWN');
  await clock.advance(10_000);
  expect(ticks).toEqual([0, 500, 1_499, 3_497]);
  expect(worker.failure()).toBeNull();
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    ['error', 'worker failed, will be started again'],
    ['error', 'worker failed, will be started again'],
    ['error', 'worker failed, will be started again'],
    ['info', 'worker recovered'],
  ]);
  await worker.stop();
});

test('signals do not turn a failing worker into a busy loop', async () => {
  const { worker, clock, ticks } = start(() => {
    throw new Error('down');
  });
  await clock.advance(0);
  for (let i = 0; i < 100; i += 1) {
    worker.wake();
    await clock.advance(1);
  }
  expect(ticks).toEqual([0]);
  await clock.advance(400);
  expect(ticks).toEqual([0, 500]);
  await worker.stop();
});

test('stop asks the tick to end and waits for it', async () => {
  let ended = false;
  const { worker, clock } = start(
    (signal) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () =>
          setImmediate(() => {
            ended = true;
            resolve(0);
          }),
        ),
      ),
  );
  await clock.advance(0);
  await worker.stop();
  expect(ended).toBe(true);
  await worker.stop();
});

test('a tick that gives up because it was told to stop has not failed', async () => {
  const { worker, clock, lines } = start(
    (signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  );
  await clock.advance(0);
  await worker.stop();
  expect(lines).toEqual([]);
  expect(worker.failure()).toBeNull();
});

test('a tick that fails while stopping still says so', async () => {
  const { worker, clock, lines } = start(
    (signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('disk full')))),
  );
  await clock.advance(0);
  await worker.stop();
  expect(lines).toMatchObject([{ level: 'error', error: 'disk full' }]);
});

test('whatever happens, ticks never overlap, and a wake of a healthy worker is never lost', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('wake' as const) }),
    fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 2_000 }) }),
    fc.record({ kind: fc.constant('end' as const), fails: fc.boolean() }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      let running = 0;
      let overlapped = false;
      const tick: { end?: (fails: boolean) => void } = {};
      const { worker, clock, ticks } = start(() => {
        running += 1;
        overlapped ||= running > 1;
        return new Promise((resolve, reject) => {
          tick.end = (fails) => {
            running -= 1;
            delete tick.end;
            if (fails) reject(new Error('down'));
            else resolve(1_000);
          };
        });
      });
      await clock.advance(0);
      for (const one of steps) {
        if (one.kind === 'pass') await clock.advance(one.ms);
        else if (one.kind === 'end') {
          tick.end?.(one.fails);
          await clock.advance(0);
        } else {
          const healthy = worker.failure() === null;
          const before = ticks.length;
          const busy = running > 0;
          worker.wake();
          await clock.advance(0);
          if (!healthy) continue;
          if (busy) tick.end?.(false);
          await clock.advance(0);
          expect(ticks.length).toBe(before + 1);
        }
      }
      const stopped = worker.stop();
      tick.end?.(false);
      await stopped;
      expect(overlapped).toBe(false);
      expect(clock.sleepers()).toBe(0);
    }),
    { numRuns: 200 },
  );
});
