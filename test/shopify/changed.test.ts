import { afterEach, describe, expect, test } from 'vitest';
import type { ChangedOrder } from '../../src/shopify/types.ts';
import { modelShop, order, type Fields } from './model.ts';
import { connectTo, startShop, type Answer, type Connected, type Shop } from './shop.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

async function setUp(graphql: Answer): Promise<Connected & { shop: Shop }> {
  const shop = await startShop({ graphql });
  const connected = connectTo(shop);
  open.push(shop, connected.shopify);
  return { shop, ...connected };
}

const ofOrders = (orders: Fields[]) => setUp(modelShop({ orders }).answer);

async function all(pages: AsyncIterable<ChangedOrder[]>): Promise<ChangedOrder[][]> {
  const list: ChangedOrder[][] = [];
  for await (const page of pages) list.push(page);
  return list;
}

const at = (second: number) => new Date(Date.parse('2026-11-20T12:00:00Z') + second * 1000).toISOString().replace('.000', '');

describe('ordersChangedSince', () => {
  const orders = Array.from({ length: 600 }, (_, index) => order(String(index + 1), { updatedAt: at(index) }));

  test('pages to the end, with times as Shopify gives them', async () => {
    const { shop, shopify } = await ofOrders(orders);
    const pages = await all(shopify.ordersChangedSince(at(50)));
    expect(pages.map(({ length }) => length)).toEqual([250, 250, 50]);
    expect(pages.flat().map(({ orderId }) => orderId)).toEqual(orders.slice(50).map((_, index) => String(index + 51)));
    expect(pages[0]?.[0]).toEqual({ orderId: '51', createdAt: '2026-11-20T12:00:00Z', updatedAt: at(50) });
    expect(shop.queries().map(({ variables }) => variables['query'])).toEqual(Array(3).fill(`updated_at:>='${at(50)}'`));
    expect(shop.queries()[0]?.query).toContain('sortKey: UPDATED_AT');
  });

  test('null is no filter', async () => {
    const { shop, shopify } = await ofOrders(orders.slice(0, 3));
    expect((await all(shopify.ordersChangedSince(null))).flat()).toHaveLength(3);
    expect(shop.queries()[0]?.variables['query']).toBeNull();
  });

  test('nothing changed is one empty page', async () => {
    const { shopify } = await ofOrders([]);
    expect((await all(shopify.ordersChangedSince(at(0)))).flat()).toEqual([]);
  });

  test('whoever stops early asks for no more', async () => {
    const { shop, shopify } = await ofOrders(orders);
    for await (const page of shopify.ordersChangedSince(null)) if (page.length > 0) break;
    expect(shop.queries()).toHaveLength(1);
  });

  test('what is no time does not reach the search', async () => {
    const { shop, shopify } = await ofOrders([]);
    await expect(all(shopify.ordersChangedSince("2026' OR status:any"))).rejects.toThrow(RangeError);
    expect(shop.received).toEqual([]);
  });

  test('a page that leads to itself ends in an error, not in a loop', async () => {
    const { shopify } = await setUp(() => ({
      json: { data: { orders: { pageInfo: { hasNextPage: true, endCursor: 'same' }, nodes: [] } } },
    }));
    await expect(all(shopify.ordersChangedSince(null))).rejects.toMatchObject({ code: 'SHOPIFY_PAGING', retryable: true });
  });
});

describe('findOrder', () => {
  const orders = [
    order('6100000000001', { name: '#1001' }),
    order('6100000000002', { name: '#10010' }),
    order('6100000000003', { name: 'EN1002' }),
  ];

  test.each([
    ['6100000000001', '6100000000001', 0],
    [' gid://shopify/Order/5 ', '5', 0],
    ['#1001', '6100000000001', 1],
    ['1001', '6100000000001', 1],
    ['en1002', '6100000000003', 1],
    ['#100', null, 1],
    ['gid://shopify/Customer/5', null, 0],
    ['', null, 0],
  ])('%j is %j', async (wanted, id, queries) => {
    const { shop, shopify } = await ofOrders(
      wanted.toLowerCase() === 'en1002' ? orders.slice(2).map((item) => ({ ...item, name: 'en1002' })) : orders,
    );
    expect(await shopify.findOrder(wanted)).toBe(id);
    expect(shop.queries()).toHaveLength(queries);
  });

  test('a quote in a name stays in it', async () => {
    const { shop, shopify } = await setUp(() => ({ json: { data: { orders: { nodes: [] } } } }));
    expect(await shopify.findOrder("x' OR id:1 \\")).toBeNull();
    expect(shop.queries()[0]?.variables['query']).toBe("name:'x\\' OR id:1 \\\\'");
  });
});
