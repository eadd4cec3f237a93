/** The thread of a backfill: when it is there, and what becomes of the slice when it dies. */
import { expect, it, vi } from 'vitest';
import { DAY_MS, startBackfill } from './running.ts';
import { T0 } from '../store/fixture.ts';
import { alive, threadsOf } from './threads.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Two slices. */
const history = { orders: 3_100, from: T0 - 300 * DAY_MS, to: T0 - DAY_MS, seed: 3, linesPerOrder: 1 };

it('stays from slice to slice, and ends when the worker is stopped between them', async () => {
  const run = await startBackfill({ sandbox: { orders: 0, history } });
  const stopping = new AbortController();
  const threads = await threadsOf(async () => {
    for (let open = 2; open > 1;) {
      const pause = await run.tick(stopping.signal);
      open = 2 - (await run.progress()).slices.done;
      await run.sandbox.shopify.bulk.idle();
      await run.clock.advance(Math.max(pause, 1));
    }
  });
  expect(alive(threads)).toBe(1);
  stopping.abort();
  await expect.poll(() => alive(threads)).toBe(0);
});

it('ends after each slice while other stores wait for their turn', async () => {
  const run = await startBackfill({ othersWait: () => true });
  const threads = await threadsOf(async () => {
    for (let done = 0; done === 0;) {
      const pause = await run.tick();
      done = (await run.progress()).slices.done;
      await run.sandbox.shopify.bulk.idle();
      await run.clock.advance(Math.max(pause, 1));
    }
  });
  expect(threads.length).toBe(1);
  expect(alive(threads)).toBe(0);
});

it('ends with the backfill, and with a dry run', async () => {
  const run = await startBackfill();
  const threads = await threadsOf(async () => {
    await run.rehearse();
    await run.toEnd();
  });
  expect(threads.length).toBeGreaterThan(1);
  expect(alive(threads)).toBe(0);
});

it('whose memory a slice does not fit in has it cut in two, which is read whole', async () => {
  const run = await startBackfill();
  let full = 1;
  const threads = await threadsOf(
    () => run.toEnd(),
    (thread) => {
      full -= 1;
      if (full >= 0) thread.emit('error', Object.assign(new Error('JS heap out of memory'), { code: 'ERR_WORKER_OUT_OF_MEMORY' }));
      if (full >= 0) void thread.terminate();
    },
  );
  expect(threads.length).toBeGreaterThan(1);
  const progress = await run.progress();
  expect(progress).toMatchObject({ state: 'done', read: run.orders.length, slices: { failed: 0 } });
  expect(progress.slices.done).toBeGreaterThan(1);
  await run.sync();
  expect(run.ledger()).toEqual(run.orders);
});

it('that finds rows that are not what was asked for has the slice read again', async () => {
  const run = await startBackfill();
  const download = vi.spyOn(run.shopify.history, 'download').mockResolvedValueOnce(Buffer.from('null\n'));
  await run.toEnd();
  expect(await run.progress()).toMatchObject({ state: 'done', read: run.orders.length, slices: { done: 1, failed: 0 } });
  expect(download).toHaveBeenCalledTimes(2);
});
