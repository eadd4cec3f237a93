/** A disk that is full in the middle of a backfill: what is written is whole, and the rest comes when there is room. */
import { expect, test } from 'vitest';
import { rows } from '../store/fixture.ts';
import { diskWithStore } from '../store/disk.ts';
import { startBackfill } from './running.ts';

test('a full disk stops it with its reason, an order is in the ledger with its event or not at all, and all come when there is room', async () => {
  const disk = await diskWithStore();
  const run = await startBackfill({ sandbox: { orders: 400 }, store: disk.store });
  let refused = 0;
  for (let ticks = 0; refused === 0; ticks += 1) {
    if (ticks > 2_000) throw new Error('the disk was never full');
    if (ticks === 0) disk.fill(40);
    const pause = await run.tick().catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'STORE_FULL', retryable: true });
      refused += 1;
      return 1_000;
    });
    await run.sandbox.shopify.bulk.idle();
    await run.clock.advance(Math.max(pause, 1));
  }
  expect((await run.progress()).finishedAt).toBeNull();
  expect(run.ledger().length).toBeLessThan(run.orders.length);
  const halves = `select count(*) n from orders where decision = 'sent' and not exists (select 1 from events where event_id = orders.order_id)`;
  expect(rows(run.store, halves)).toEqual([{ n: 0 }]);
  await expect(run.tick()).rejects.toMatchObject({ code: 'STORE_FULL' });

  disk.empty();
  run.restart();
  await run.toEnd();
  await run.sync();
  expect(run.ledger()).toEqual(run.orders);
  expect(rows(run.store, halves)).toEqual([{ n: 0 }]);
  expect(await run.progress()).toMatchObject({ state: 'done', read: 400 });
});
