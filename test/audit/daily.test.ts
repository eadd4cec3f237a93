/** The daemon's own audit: once a day, again soon while something differs, and never in the way. */
import { expect, it } from 'vitest';
import { createDailyAudit } from '../../src/audit/daily.ts';
import { connection, MINUTE, SHOP, T0 } from '../store/fixture.ts';
import { silent } from '../sync/running.ts';
import { DAY, startShop } from './running.ts';

async function start() {
  const run = await startShop();
  run.sandbox.generateOrders(12, 3, T0 - 3 * DAY, T0 - 60 * MINUTE);
  await run.catchUp();
  await run.deliver();
  let asked = 0;
  const daily = () =>
    createDailyAudit({
      storeName: SHOP,
      store: run.store,
      shopify: {
        ...run.shopify,
        ordersCreated: (span) => {
          asked += 1;
          return run.shopify.ordersCreated(span);
        },
      },
      upsellDelayMs: 0,
      absence: async () => () => null,
      clock: run.clock,
      logger: silent,
    });
  const pass = async (tick: () => Promise<number>, ms: number) => {
    for (let passed = 0; passed < ms; passed += 5 * MINUTE) {
      await run.clock.advance(5 * MINUTE);
      await tick();
    }
  };
  return { ...run, daily, pass, asked: () => asked, last: () => run.store.lastAudit(SHOP) };
}

it('waits for reconcile after a start, then looks at the last seven days once a day, over restarts', async () => {
  const run = await start();
  const { tick } = run.daily();
  await tick();
  expect(await run.last()).toBeNull();
  await run.pass(tick, 10 * MINUTE);
  expect(await run.last()).toMatchObject({
    since: '2026-11-14',
    until: '2026-11-20',
    shopify: 12,
    accounted: 12,
    differing: 0,
    differingSince: null,
    named: [],
  });
  expect(run.asked()).toBe(7);
  await run.pass(run.daily().tick, 12 * 60 * MINUTE);
  expect(run.asked()).toBe(7);
  await run.pass(run.daily().tick, 12 * 60 * MINUTE + 10 * MINUTE);
  expect(run.asked()).toBe(14);
});

it('looks again soon while orders are not accounted for, and knows since when', async () => {
  const run = await start();
  const lost = run.sandbox.shop.createOrder({}, { at: T0 - DAY });
  const { tick } = run.daily();
  await run.pass(tick, 10 * MINUTE);
  const first = await run.last();
  expect(first).toMatchObject({ differing: 1, named: [{ name: lost.name, kind: 'missing' }] });
  expect(first?.differingSince).toBe(first?.at);
  const gone = run.sandbox.shop.orders()[0]!;
  run.sandbox.shop.deleteOrder(gone.id);
  await run.pass(tick, 15 * MINUTE);
  expect(await run.last()).toMatchObject({ differing: 1, differingSince: first?.at, named: [{ name: gone.name, kind: 'not_in_shopify' }] });
  for (let round = 0; round < 4; round += 1) {
    await run.read();
    await run.deliver();
    await run.pass(tick, 5 * MINUTE);
  }
  expect(await run.last()).toMatchObject({ differing: 0, differingSince: null, shopify: 12, accounted: 12 });
});

it('that cannot be made is tried again and throws nothing; a store that is not connected is left alone', async () => {
  const run = await start();
  const { tick } = run.daily();
  run.sandbox.shopify.setFaults(() => ({ kind: 'status', status: 500 }) as never);
  await run.store.markDisconnected(SHOP, 'away');
  await run.pass(tick, 30 * MINUTE);
  expect(run.asked()).toBe(0);
  await run.store.saveConnection(connection({ domain: run.sandbox.shopDomain }));
  run.sandbox.shopify.setFaults(null);
  await run.pass(tick, 20 * MINUTE);
  expect(await run.last()).toMatchObject({ differing: 0 });
});
