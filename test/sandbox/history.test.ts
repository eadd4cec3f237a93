/** A history that is only made where it is looked at: the same orders everywhere, in bounded memory. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHistory } from '../../src/sandbox/history.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { handClock, type HandClock } from '../clock.ts';
import { ORDERS, bulkClient } from './bulk-client.ts';
import { at, operation, type Json } from './client.ts';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-11-20T12:00:00Z');
const SIZE = 400;
const HISTORY = { orders: SIZE, from: NOW - 200 * DAY_MS, to: NOW, seed: 7 };
const made = (history = HISTORY) =>
  createHistory({ ...history, making: { currency: 'USD', shopDomain: 'x.myshopify.com' }, firstNumber: 1001, firstOrderId: undefined });

describe('a history', () => {
  it('makes an order anew each time, the same whatever was made before', () => {
    const [one, other] = [made(), made()];
    fc.assert(
      fc.property(fc.nat(SIZE - 1), (place) => {
        expect(one.order(place)).toEqual(other.order(place));
        expect(one.createdAt(place)).toBe(one.order(place).createdAt);
        expect(one.placeOf(one.order(place).id)).toBe(place);
        for (const { id } of one.order(place).refunds) expect(one.placeOfRefund(id)).toBe(place);
      }),
    );
    expect(made({ ...HISTORY, seed: 8 }).order(5)).not.toEqual(one.order(5));
  });

  it('is created in ascending order, with ids of its own, some of it edited, refunded, cancelled', () => {
    const history = made();
    const orders = Array.from({ length: SIZE }, (_, place) => history.order(place));
    const times = orders.map(({ createdAt }) => createdAt);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(HISTORY.from);
    expect(times.at(-1)).toBeLessThan(HISTORY.to);
    const ids = orders.flatMap((order) => [
      ...[order.id, ...order.lines.map(({ id }) => `line ${id}`), ...order.refunds.map(({ id }) => `refund ${id}`)],
      ...[...order.transactions.map(({ id }) => `transaction ${id}`), ...order.agreements.map(({ id }) => `agreement ${id}`)],
    ]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [least, some] of [
      [15, (n: number) => orders[n]?.edited],
      [15, (n: number) => (orders[n]?.refunds.length ?? 0) > 0],
      [3, (n: number) => orders[n]?.cancelledAt !== null],
    ] as const)
      // prettier-ignore
      expect(orders.filter((_, place) => some(place)).length).toBeGreaterThan(least);
    for (const order of orders) expect(order.updatedAt).toBeLessThanOrEqual(Math.max(HISTORY.to, order.createdAt));
    const byCustomer = Map.groupBy(
      orders.filter(({ customer }) => customer),
      ({ customer }) => customer?.id,
    );
    expect([...byCustomer.values()].some((list) => list.length > 1)).toBe(true);
    for (const list of byCustomer.values()) {
      expect(new Set(list.map(({ customer }) => JSON.stringify({ ...customer, defaultAddress: null }))).size).toBe(1);
      expect(list.length).toBeLessThanOrEqual(list[0]?.customer?.numberOfOrders ?? 0);
    }
  });

  it('finds the first place from a time on', () => {
    const history = made();
    fc.assert(
      fc.property(fc.integer({ min: HISTORY.from - DAY_MS, max: HISTORY.to + DAY_MS }), (ms) => {
        const place = history.firstFrom(ms);
        if (place > 0) expect(history.createdAt(place - 1)).toBeLessThan(ms);
        if (place < SIZE) expect(history.createdAt(place)).toBeGreaterThanOrEqual(ms);
      }),
    );
  });

  it('has as many lines as asked for, and refuses what cannot be', () => {
    expect(
      made({ ...HISTORY, ...{ linesPerOrder: 6 } })
        .order(3)
        .agreements[0]?.sales.filter(({ lineId }) => lineId),
    ).toHaveLength(6);
    for (const wrong of [{ orders: -1 }, { orders: 10_000_001 }, { from: NOW + 1 }, { linesPerOrder: 21 }])
      expect(() => made({ ...HISTORY, ...wrong })).toThrow('history');
  });
});

describe('a sandbox with a history', () => {
  let clock: HandClock;
  let sandbox: Sandbox;
  let client: ReturnType<typeof bulkClient>;
  async function start(options: SandboxOptions = {}): Promise<void> {
    clock = handClock(NOW);
    sandbox = await startSandbox({ clock, history: HISTORY, ...options });
    client = bulkClient(sandbox, clock);
  }
  beforeEach(() => start());
  afterEach(() => sandbox.close());

  const count = async (query: string | null): Promise<Json | undefined> =>
    at(
      await client.ask('query($query: String) { ordersCount(limit: null, query: $query) { count } }', { query }),
      'data.ordersCount.count',
    );
  /** All ids a search pages through, a few at a time. */
  async function search(query: string, sortKey: string, reverse = false): Promise<string[]> {
    const ids: string[] = [];
    for (let after: Json = null; ;) {
      const body = await client.ask(
        `query($query: String, $after: String, $reverse: Boolean) { orders(first: 60, query: $query, sortKey: ${sortKey}, after: $after, reverse: $reverse) {
          nodes { id } pageInfo { hasNextPage endCursor } } }`,
        { query, after, reverse },
      );
      ids.push(...(at(body, 'data.orders.nodes') as { id: string }[]).map(({ id }) => id));
      if (at(body, 'data.orders.pageInfo.hasNextPage') !== true) return ids;
      after = at(body, 'data.orders.pageInfo.endCursor') ?? null;
    }
  }
  const bulkIds = async (query: string, sortKey = 'CREATED_AT'): Promise<string[]> => {
    const rows = await client.rows(
      (await client.run(ORDERS.replace('orders', `orders(query: "${query}", sortKey: ${sortKey})`), true))['url'],
    );
    return rows.flatMap(({ id, __parentId }) => (__parentId ? [] : id));
  };
  const iso = (daysAgo: number): string => new Date(NOW - daysAgo * DAY_MS).toISOString();

  it('counts, pages and reads in bulk the same orders', async () => {
    sandbox.generateOrders(20, 3, NOW - 40 * DAY_MS, NOW);
    expect(await count(null)).toBe(SIZE + 20);
    for (const query of [
      `created_at:>='${iso(30)}'`,
      `created_at:>'${iso(90)}' AND created_at:<='${iso(31.5)}'`,
      `created_at:<'${iso(199)}'`,
      `updated_at:>='${iso(20)}' updated_at:<'${iso(3)}'`,
      `created_at:>='${iso(60)}' source_name:pos`,
      `created_at:>='${iso(30)}' OR created_at:<'${iso(190)}'`,
    ]) {
      const paged = await search(query, 'CREATED_AT');
      expect(new Set(paged).size).toBe(paged.length);
      expect(paged.length, query).toBeGreaterThan(0);
      expect(await count(query), query).toBe(paged.length);
      expect(await bulkIds(query), query).toEqual(paged);
      expect(await search(query, 'CREATED_AT', true), query).toEqual(paged.toReversed());
      expect((await bulkIds(query, 'UPDATED_AT')).sort(), query).toEqual(paged.toSorted());
    }
  });

  it('finds every order whose update a search is about', async () => {
    const history = made();
    const orders = Array.from({ length: SIZE }, (_, place) => history.order(place));
    for (let days = 10; days < 200; days += 10) {
      const expected = orders
        .filter(({ updatedAt }) => updatedAt >= NOW - days * DAY_MS && updatedAt < NOW - (days - 10) * DAY_MS)
        .map(({ id }) => `gid://shopify/Order/${id}`);
      const found = await search(`updated_at:>='${iso(days)}' updated_at:<'${iso(days - 10)}'`, 'UPDATED_AT');
      expect(found.sort(), String(days)).toEqual(expected.sort());
    }
  });

  it('compares times of creation to the second', async () => {
    const history = made();
    await fc.assert(
      fc.asyncProperty(fc.nat(SIZE - 1), fc.constantFrom('>', '>=', '<', '<=', ''), async (place, comparison) => {
        const second = (ms: number): number => Math.floor(ms / 1000);
        const wanted = second(history.createdAt(place));
        const holds = { '>': (n: number) => n > wanted, '>=': (n: number) => n >= wanted, '<': (n: number) => n < wanted, '<=': (n: number) => n <= wanted, '': (n: number) => n === wanted }[comparison]; // prettier-ignore
        const expected = Array.from({ length: SIZE }, (_, one) => second(history.createdAt(one))).filter((n) => holds?.(n)).length;
        expect(await count(`created_at:${comparison}'${new Date(wanted * 1000).toISOString()}'`)).toBe(expected);
      }),
      { numRuns: 30 },
    );
  });

  it('shows an order by id, by node and in a search as bulk does, refund and agreements included', async () => {
    const [id = ''] = await bulkIds(`created_at:>='${iso(100)}' financial_status:partially_refunded`);
    const order = at(await client.ask(operation('OrderNodes'), { ids: [id], lines: 50 }), 'data.nodes.0');
    expect(order).toMatchObject({ id });
    const found = await client.ask(operation('OrdersByIds'), { query: `id:${id.replace(/\D/g, '')}`, first: 5, lines: 50 });
    expect(at(found, 'data.orders.nodes')).toEqual([{ ...(order as object), __typename: undefined }]);
    const read = await client.ask('query($id: ID!) { order(id: $id) { refunds { id } agreements(first: 5) { nodes { id reason } } } }', {
      id,
    });
    expect((at(read, 'data.order.agreements.nodes') as Json[]).length).toBeGreaterThan(1);
    const refundId = String(at(read, 'data.order.refunds.0.id'));
    const refund = await client.ask('query($id: ID!) { refund(id: $id) { id order { id } } }', { id: refundId });
    expect(at(refund, 'data.refund')).toEqual({ id: refundId, order: { id } });
  });

  it('can be changed order by order', async () => {
    const [first = '', second = '', third = ''] = await bulkIds(`created_at:>='${iso(50)}'`);
    sandbox.shop.addTags(first, ['changed']);
    sandbox.shop.deleteOrder(second);
    expect(await search('tag:changed', 'ID')).toEqual([first]);
    expect(await count(null)).toBe(SIZE - 1);
    expect((await bulkIds(`created_at:>='${iso(50)}'`)).slice(0, 2)).toEqual([first, third]);
    expect(at(await client.ask('query($id: ID!) { order(id: $id) { id } }', { id: second }), 'data.order')).toBeNull();
    expect(sandbox.shop.order('#1001').number).toBe(1001);
    expect(sandbox.shop.createOrder().number).toBe(1001 + SIZE);
    expect(sandbox.state()).toMatchObject({ orders: SIZE });
  });

  it('shows 60 days only without read_all_orders', async () => {
    const query = `created_at:>='${iso(60)}'`;
    const recent = await count(query);
    const [old = ''] = await bulkIds('');
    sandbox.shop.setScopes(['read_orders', 'read_customers', 'read_products']);
    expect(await count(null)).toBe(recent);
    expect(await search('', 'CREATED_AT')).toHaveLength(Number(recent));
    expect(at(await client.ask('query($id: ID!) { order(id: $id) { id } }', { id: old }), 'data.order')).toBeNull();
  });
});

describe('a history of a million orders', () => {
  it('starts at once, counts by time at once, and streams a part in bounded memory', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const heap = (): number => {
      gc();
      return process.memoryUsage().heapUsed;
    };
    const clock = handClock(NOW);
    const before = heap();
    const history = { orders: 1_000_000, from: NOW - 1_000 * DAY_MS, to: NOW, seed: 3 };
    const sandbox = await startSandbox({ clock, history, bulk: { queuedMs: 0 } });
    try {
      const client = bulkClient(sandbox, clock);
      const since = `created_at:>='${new Date(NOW - 100 * DAY_MS).toISOString()}'`;
      const counted = await client.ask(
        'query($query: String) { a: ordersCount { count precision } b: ordersCount(limit: null, query: $query) { count } }',
        { query: since },
      );
      expect(counted).toMatchObject({ data: { a: { count: 10_000, precision: 'AT_LEAST' }, b: { count: 100_000 } } });
      const { id } = await client.start(
        `{ orders(query: "${since}", sortKey: CREATED_AT) { edges { node { id name createdAt updatedAt cartToken checkoutToken tags email lineItems { edges { node { id title vendor sku quantity } } } } } } }`,
      );
      let most = 0;
      let looks = 0;
      let done = false;
      const idle = sandbox.shopify.bulk.idle().then(() => (done = true));
      while (!done) {
        most = Math.max(most, heap());
        looks += 1;
        await Promise.race([idle, new Promise((resolve) => setTimeout(resolve, 100))]);
      }
      await clock.advance(DAY_MS / 2);
      expect(await client.poll(id)).toMatchObject({ status: 'COMPLETED', rootObjectCount: '100000' });
      expect(looks).toBeGreaterThan(5);
      // The file alone is larger.
      expect(sandbox.shopify.bulk.operations()[0]?.fileSize).toBeGreaterThan(40 * 2 ** 20);
      expect((most - before) / 2 ** 20).toBeLessThan(30);
    } finally {
      await sandbox.close();
    }
  }, 120_000);
});
