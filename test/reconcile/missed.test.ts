/** What no webhook told, against a shop that behaves as Shopify does: whatever happened to an order, the next look at what changed brings it. */
import { describe, expect, it } from 'vitest';
import { MINUTE, T0 } from '../store/fixture.ts';
import { DAY, startShop } from '../audit/running.ts';

type Run = Awaited<ReturnType<typeof startShop>>;

const eventIds = async ({ store }: Run) => (await store.listEvents({ limit: 100 })).map(({ eventId }) => eventId);

/** A shop whose one order of yesterday was sent; webhooks go nowhere. */
async function sent() {
  const run = await startShop();
  const order = run.sandbox.shop.createOrder({ lines: [{ variant: 'WR-42-GR', quantity: 2 }], sourceName: 'web' }, { at: T0 - DAY });
  await run.catchUp();
  expect(await eventIds(run)).toEqual([order.id]);
  return { run, order };
}

describe('the next look finds', () => {
  it('an order', async () => {
    const { run } = await sent();
    const missed = run.sandbox.shop.createOrder();
    await run.catchUp();
    expect(await eventIds(run)).toContain(missed.id);
  });

  it('a refund that came late', async () => {
    const { run, order } = await sent();
    await run.clock.advance(6 * 60 * MINUTE);
    const refund = run.sandbox.shop.refund(order.id, { amount: '10.00' });
    await run.catchUp();
    expect(await eventIds(run)).toContain(`refund-${refund.id}`);
  });

  it('the money of a pending refund, as the order changes with it', async () => {
    const { run, order } = await sent();
    const refund = run.sandbox.shop.refund(order.id, { amount: '10.00', pending: true });
    await run.catchUp();
    expect(await eventIds(run)).toEqual([order.id]);
    await run.clock.advance(10 * MINUTE);
    run.sandbox.shop.settleRefund(order.id, refund.id);
    await run.catchUp();
    expect(await eventIds(run)).toContain(`refund-${refund.id}`);
  });

  it('all of what happened during an outage of days, and asks for nothing it knows', async () => {
    const { run, order } = await sent();
    const missed = Array.from({ length: 30 }, (_, index) => run.sandbox.shop.createOrder({}, { at: run.clock.now() + index * MINUTE }));
    const refund = run.sandbox.shop.refund(order.id, { amount: '5.00' });
    run.sandbox.shop.addTags(missed[0]!.id, ['later']);
    await run.clock.advance(3 * DAY);
    await run.catchUp();
    expect((await eventIds(run)).sort()).toEqual([order.id, `refund-${refund.id}`, ...missed.map(({ id }) => id)].sort());
    await run.clock.advance(15 * MINUTE);
    await run.catchUp();
    expect((await run.store.counts('main', run.clock.now())).due).toBe(0);
    expect(await eventIds(run)).toHaveLength(32);
  });
});

it('the money of a pending refund is looked for by its own row too, should the order not change with it', async () => {
  const { run, order } = await sent();
  const refund = run.sandbox.shop.refund(order.id, { amount: '10.00', pending: true });
  await run.catchUp();
  run.sandbox.shop.settleRefund(order.id, refund.id);
  // No look at what changed: only what is due.
  await run.clock.advance(60 * MINUTE);
  await run.read();
  expect(await eventIds(run)).toContain(`refund-${refund.id}`);
});

it('each look is remembered, so that its absence shows', async () => {
  const { run } = await sent();
  expect((await run.store.getStore('main'))?.reconciledAt).toBe(run.clock.now());
});
