/** What sync does while the disk is full, Shopify throttles or the token is refused: gives everything back, writes nothing by half, and catches up. */
import { expect, test } from 'vitest';
import { ConnectorError } from '../../src/core/errors.ts';
import { diskWithStore } from '../store/disk.ts';
import { MINUTE, rows } from '../store/fixture.ts';
import { order, startSync } from './running.ts';

type Run = Awaited<ReturnType<typeof startSync>>;

const ids = Array.from({ length: 60 }, (_, index) => String(index + 1));

async function change(run: Run, id: string): Promise<void> {
  const one = order(id, 0);
  run.shop.orders.set(id, one);
  await run.webhook('orders/updated', one);
}

/** Nothing was lost, nothing came twice, and nothing waits. */
function expectAllOnce(run: Run): void {
  const written = run.events().map(({ eventId }) => eventId);
  expect(written.toSorted()).toEqual(ids.toSorted());
  expect(run.due()).toEqual([]);
}

test.each([0, 1, 2, 5, 9])('the disk is full, but for %i pages', async (room) => {
  const disk = await diskWithStore();
  const run = await startSync({ store: disk.store, rules: {} });
  for (const id of ids) await change(run, id);
  disk.fill(room);
  const failures: string[] = [];
  for (let minute = 0; minute < 10; minute += 1) {
    await run.tick().catch((error: ConnectorError) => failures.push(error.code));
    // An order's event, lane, ledger and due row are written together or not at all.
    const halves = rows(
      disk.store,
      `select order_id from orders where order_id not in (select order_id from events) or order_id not in (select order_id from lanes)
         or order_id in (select order_id from due_orders)
       union all select order_id from events where order_id not in (select order_id from orders)`,
    );
    expect(halves).toEqual([]);
    await run.clock.advance(MINUTE);
  }
  expect(failures.length).toBeGreaterThan(0);
  expect(new Set(failures)).toEqual(new Set(['STORE_FULL']));
  expect(run.events().length).toBeLessThan(ids.length);

  disk.empty();
  // What was in hand when the disk was full waits for its lease or its next try.
  await run.pass(20 * MINUTE, MINUTE);
  expectAllOnce(run);
});

test('room that comes back is used at once for what could be given back', async () => {
  const disk = await diskWithStore();
  const run = await startSync({ store: disk.store, rules: {} });
  const batch = ids.slice(0, 50);
  for (const id of batch) await change(run, id);
  run.shop.whileReading(async () => disk.fill());
  await expect(run.tick()).rejects.toMatchObject({ code: 'STORE_FULL' });
  expect(run.events()).toEqual([]);
  run.shop.whileReading(async () => {});
  disk.empty();
  await run.pass(MINUTE);
  expect(run.events()).toHaveLength(batch.length);
});

test.each([
  ['Shopify throttles', new ConnectorError('SHOPIFY_THROTTLED', 'Shopify asks to wait. Nothing to do.', { retryable: true })],
  ['the token is refused', new ConnectorError('TOKEN_REFUSED', 'Shopify refuses the token. Run connect.')],
] as const)(
  'for an hour %s: nothing is lost, nothing comes twice, and Shopify is not asked more than it need be',
  async (_trouble, error) => {
    const run = await startSync({ rules: {} });
    run.shop.fail(error);
    for (const id of ids) {
      await change(run, id);
      await run.pass(MINUTE, 30_000).catch(() => {});
    }
    expect(run.events()).toEqual([]);
    expect(run.due()).toHaveLength(ids.length);
    const asked = run.shop.asked.length;
    expect(asked).toBeLessThan(3 * ids.length);
    run.shop.fail(null);
    await run.pass(16 * MINUTE, MINUTE);
    expectAllOnce(run);
  },
);
