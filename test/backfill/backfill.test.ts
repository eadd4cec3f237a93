/** Backfill: every order of the window once, in whatever way bulk operations fail. */
import { describe, expect, it, vi } from 'vitest';
import { derive } from '../../src/pipeline/index.ts';
import type { BulkFaults } from '../../src/sandbox/bulk-faults.ts';
import { connected, rows, SHOP, T0 } from '../store/fixture.ts';
import { DAY_MS, startBackfill, type Run } from './running.ts';

vi.setConfig({ testTimeout: 60_000 });

const events = (run: Run) => rows<{ event_id: string; body: string }>(run.store, 'select event_id, body from events order by event_id');

/** All orders are in the ledger once the rest was read, and no event is there twice or under another body than a read by id gives. */
async function expectWhole(run: Run): Promise<void> {
  expect(await run.progress()).toMatchObject({ state: 'done', read: run.orders.length, slices: { failed: 0, planned: 0, running: 0 } });
  await run.sync();
  expect(run.ledger()).toEqual(run.orders);
  const ids = events(run).map(({ event_id }) => event_id);
  expect(new Set(ids).size).toBe(ids.length);
}

const first = (faults: BulkFaults) => (operation: { number: number }) => (operation.number === 1 ? faults : null);

describe('a backfill', () => {
  it('writes each order as a read by id would, and leaves refunded and edited ones to sync', async () => {
    const run = await startBackfill();
    await run.toEnd();
    const written = run.ledger();
    const { orders } = await run.shopify.orders(run.orders);
    const plain = [...orders.values()].filter(({ edited, refunds }) => !edited && refunds.length === 0);
    expect(written).toEqual(plain.map(({ id }) => id).sort());
    expect(written.length).toBeLessThan(run.orders.length);
    const bodies = new Map(events(run).map(({ event_id, body }) => [event_id, body]));
    const { rules } = await import('../pipeline/cases.ts').then(({ baseSettings }) => ({ rules: baseSettings({}) }));
    const facts = {
      now: run.clock.now(),
      connectedAt: T0,
      windowStart: null,
      previous: null,
      earlierOrderKnown: false,
      waitedForJourney: false,
    };
    for (const order of plain)
      for (const event of derive(order, rules, facts).events) expect(JSON.parse(bodies.get(event.event_id) ?? 'null')).toEqual(event);
    await expectWhole(run);
  });

  it('reads slices newest first, several at once, of a history that one operation would not hold', async () => {
    const history = { orders: 6_500, from: T0 - 300 * DAY_MS, to: T0 - DAY_MS, seed: 3, linesPerOrder: 1 };
    const run = await startBackfill({ sandbox: { orders: 0, history } });
    const seen: number[] = [];
    await run.toEnd(async () => void seen.push(run.sandbox.shopify.bulk.operations().filter(({ status }) => status === 'RUNNING').length));
    const queries = run.sandbox.shopify.bulk.operations().map(({ query }) => /created_at:>='([^']+)'/.exec(query)?.[1] ?? '');
    expect(queries.length).toBeGreaterThan(2);
    expect(queries).toEqual([...queries].sort().reverse());
    expect(Math.max(...seen)).toBeGreaterThan(1);
    const progress = await run.progress();
    expect(progress).toMatchObject({ state: 'done', expected: 6_500, read: 6_500 });
    expect(progress.derived + progress.markedDue).toBe(6_500);
  });

  it('of a shop without orders, or of a window without, is done at once', async () => {
    const run = await startBackfill({ request: { since: T0 - 3_000 * DAY_MS, until: T0 - 2_000 * DAY_MS } });
    await run.toEnd();
    expect(await run.progress()).toMatchObject({ state: 'done', expected: 0, read: 0 });
    expect(run.sandbox.shopify.bulk.operations()).toEqual([]);
  });

  it('leaves young orders that wait for an upsell to the live path', async () => {
    const run = await startBackfill({
      sandbox: { orders: 5 },
      rules: { upsellDelay: { enabled: true, minutes: 10 } },
      request: { until: T0 + DAY_MS },
    });
    const { id } = run.sandbox.shop.createOrder({ lines: [{ variant: 'MS-M' }] });
    await run.toEnd();
    expect(run.ledger()).not.toContain(id);
    expect(rows(run.store, `select reason from due_orders where order_id = '${id}'`)).toEqual([{ reason: 'upsell' }]);
  });

  it('widens the window for the orders it names, those read one by one included', async () => {
    const run = await startBackfill({ backfill: { enabled: false, since: null }, request: { since: T0 - 40 * DAY_MS } });
    await run.toEnd();
    await run.sync();
    const reasons = rows<{ reason: string | null }>(run.store, "select distinct reason from orders where reason = 'before_window'");
    expect(reasons).toEqual([]);
    expect(run.ledger().length).toBeGreaterThan(5);
  });

  it('after more access reads the days a command had named, too, whatever the config says', async () => {
    const store = await connected();
    const named = { store: SHOP, origin: 'command' as const, words: '80 days', since: T0 - 80 * DAY_MS, until: T0 };
    await store.finishBackfill((await store.requestBackfill(named, T0)).id, null, T0);
    const run = await startBackfill({ store, backfill: { enabled: false, since: null }, request: { origin: 'access' } });
    await run.toEnd();
    await run.sync();
    const { orders } = await run.shopify.orders(run.orders);
    const inside = [...orders.values()].filter(({ createdAt }) => Date.parse(createdAt) >= T0 - 80 * DAY_MS);
    expect(inside.length).toBeLessThan(run.orders.length);
    expect(run.ledger()).toEqual(inside.map(({ id }) => id).sort());
    expect(rows(run.store, "select order_id from orders where reason = 'before_window'")).toEqual([]);
  });

  it('again changes nothing: what is known is left alone', async () => {
    const run = await startBackfill();
    await run.toEnd();
    await run.sync();
    const before = events(run);
    const { id } = await run.store.requestBackfill({ store: SHOP, origin: 'command', words: 'again', since: null, until: T0 }, T0);
    while ((await run.store.nextBackfill(SHOP)) !== null) {
      const pause = await run.tick();
      await run.sandbox.shopify.bulk.idle();
      await run.clock.advance(Math.max(1, pause));
    }
    const again = (await run.store.listBackfills(SHOP)).find((one) => one.id === id);
    expect(again).toMatchObject({ state: 'done', derived: 0, markedDue: 0, known: run.orders.length });
    expect(events(run)).toEqual(before);
  });
});

describe('a backfill behind a full outbox', () => {
  it('asks Shopify for nothing that would go stale, and goes on when there is room', async () => {
    const run = await startBackfill();
    const { outboxAbove } = run.store;
    run.store.outboxAbove = async () => true;
    for (let ticks = 0; ticks < 3; ticks += 1) await run.clock.advance(await run.tick());
    expect(run.sandbox.shopify.bulk.operations()).toEqual([]);
    run.store.outboxAbove = outboxAbove;
    await run.toEnd();
    await expectWhole(run);
  });
});

describe('a backfill whose operations go wrong', () => {
  const faults: Record<string, BulkFaults> = {
    'fail with partial data': { failAfterOrders: 20 },
    'fail before anything was written': { failAfterOrders: 0 },
    'are cancelled by Shopify': { cancelAfterOrders: 5 },
    'leave out orders that the operation counts': { missing: { every: 7, counted: true } },
    'leave out orders that only ordersCount knows': { missing: { places: [3], counted: false } },
    'never begin': { neverStarts: true },
    'never end': { neverFinishes: true },
    'tell nobody': { losesWebhook: true },
  };
  it.each(Object.entries(faults))('%s: all comes in the end', async (_, fault) => {
    const run = await startBackfill();
    run.sandbox.shopify.bulk.setFaults(first(fault));
    await run.toEnd();
    await expectWhole(run);
  });

  it('take too long: is cut until they do not', async () => {
    const run = await startBackfill();
    run.sandbox.shopify.bulk.setFaults({ timeoutAboveOrders: 20 });
    await run.toEnd();
    await expectWhole(run);
    expect((await run.progress()).slices.done).toBeGreaterThan(2);
  });

  it('leave lines out: the orders concerned are read by themselves', async () => {
    const run = await startBackfill();
    run.sandbox.shopify.bulk.setFaults({ missingChildrenEvery: 5 });
    await run.toEnd();
    await expectWhole(run);
    const { orders } = await run.shopify.orders(run.orders);
    for (const { event_id, body } of events(run)) {
      const order = orders.get(event_id);
      const { properties } = JSON.parse(body) as { properties: { items?: unknown[] } };
      if (order && !order.edited) expect(properties.items?.length ?? 0).toBe(order.lines.filter(({ quantity }) => quantity > 0).length);
    }
  });

  it('never bring it whole: is reported with the span and the ids, and what came is written', async () => {
    const run = await startBackfill();
    run.sandbox.shopify.bulk.setFaults({ missing: { places: [0], counted: false } });
    await run.toEnd();
    const progress = await run.progress();
    expect(progress).toMatchObject({ state: 'failed', error: expect.stringContaining('backfill again') });
    expect(progress.failed.length).toBeGreaterThan(0);
    for (const slice of progress.failed) expect(slice.error).toMatch(/Shopify counts/);
    await run.sync();
    expect(run.ledger().length).toBeGreaterThanOrEqual(run.orders.length - progress.failed.length - 4);
    expect(run.ledger().length).toBeLessThan(run.orders.length);
  });

  it('are refused because another client holds them: waits', async () => {
    const run = await startBackfill();
    const others = await Promise.all(
      Array.from({ length: 5 }, (_, n) => run.shopify.history.run({ since: T0 - (n + 2) * DAY_MS, until: T0 })),
    );
    expect(others.every(({ operation }) => operation !== null)).toBe(true);
    run.sandbox.shopify.bulk.setFaults(null);
    await run.toEnd();
    await expectWhole(run);
  });
});

describe('a download', () => {
  const downloads = {
    'that is cut off goes on by range': { cutAfterBytes: 20_000, cuts: 3 },
    'that is cut off starts again where ranges are not heeded': { cutAfterBytes: 20_000, cuts: 2, ignoresRange: true },
  };
  it.each(Object.entries(downloads))('%s', async (_, fault) => {
    const run = await startBackfill();
    run.sandbox.shopify.bulk.setDownloadFaults(fault);
    await run.toEnd();
    await expectWhole(run);
    expect(run.sandbox.shopify.bulk.operations()).toHaveLength(1);
  });

  it('whose address has expired has the operation made again', async () => {
    const run = await startBackfill();
    run.sandbox.shopify.bulk.setDownloadFaults({ expired: true });
    await run.toEnd(() => {
      if (run.sandbox.shopify.bulk.operations().length > 1) run.sandbox.shopify.bulk.setDownloadFaults(null);
    });
    await expectWhole(run);
  });
});

describe('a backfill that is killed', () => {
  it('adopts the operation that runs', async () => {
    const run = await startBackfill();
    await run.tick();
    expect(await run.progress()).toMatchObject({ slices: { running: 1 } });
    run.restart();
    await run.toEnd(() => run.restart());
    await expectWhole(run);
    expect(run.sandbox.shopify.bulk.operations()).toHaveLength(1);
  });

  it('finds the operation whose id it did not come to write down', async () => {
    const run = await startBackfill();
    await run.tick();
    const [slice] = await run.store.openSlices(run.id);
    await run.store.changeSlice(slice!.id, { state: 'starting', operation: null });
    run.restart();
    await run.toEnd();
    await expectWhole(run);
    expect(run.sandbox.shopify.bulk.operations()).toHaveLength(1);
  });

  it('does not adopt what an earlier backfill or a dry run of the same days had asked for', async () => {
    const run = await startBackfill();
    await run.toEnd();
    await run.clock.advance(DAY_MS);
    const again = { store: SHOP, origin: 'command' as const, words: 'again', since: null, until: T0 };
    const { id } = await run.store.requestBackfill(again, T0 + DAY_MS);
    const { history } = run.shopify;
    const { run: ask } = history;
    history.run = () => Promise.reject(new Error('the connection broke before Shopify heard of it'));
    await expect(run.tick()).rejects.toThrow('broke');
    history.run = ask;
    expect(await run.store.openSlices(id)).toMatchObject([{ state: 'starting', operation: null }]);
    run.restart();
    await run.tick();
    const [earlier, own] = run.sandbox.shopify.bulk.operations().map((operation) => operation.id);
    expect(await run.store.openSlices(id)).toMatchObject([{ state: 'running', operation: `gid://shopify/BulkOperation/${own}` }]);
    expect(own).not.toBe(earlier);
    expect(run.sandbox.shopify.bulk.operations()).toHaveLength(2);
  });

  it('goes on from the checkpoint in the middle of a file', async () => {
    const history = { orders: 700, from: T0 - 300 * DAY_MS, to: T0 - DAY_MS, seed: 4, linesPerOrder: 1 };
    const run = await startBackfill({ sandbox: { orders: 0, history } });
    const stop = new AbortController();
    const write = run.store.writeHistory;
    let batches = 0;
    run.store.writeHistory = (...args) => {
      if ((batches += 1) === 3) stop.abort();
      return write(...args);
    };
    while (!stop.signal.aborted) {
      const pause = await run.tick(stop.signal);
      await run.sandbox.shopify.bulk.idle();
      await run.clock.advance(Math.max(1, pause));
    }
    expect(await run.progress()).toMatchObject({ read: 300, slices: { reading: 1 } });
    run.restart();
    await run.toEnd();
    expect(batches).toBe(7);
    expect(await run.progress()).toMatchObject({ state: 'done', read: 700, known: 0 });
    expect(run.sandbox.shopify.bulk.operations()).toHaveLength(1);
  });
});
