import { afterEach, describe, expect, test } from 'vitest';
import type { ConnectorError } from '../../src/core/errors.ts';
import type { ReadOrders } from '../../src/shopify/types.ts';
import { handClock } from '../clock.ts';
import {
  agreement,
  connection,
  failing,
  gid,
  line,
  modelShop,
  money,
  order,
  refund,
  sale,
  type Fields,
  type Model,
  type ModelOptions,
} from './model.ts';
import { connectTo, passing, startShop, type Connected, type Shop } from './shop.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

type Ready = Connected & { shop: Shop; model: Model; read(ids: string[]): Promise<ReadOrders> };

async function setUp(orders: Fields[], options: Omit<ModelOptions, 'orders'> = {}): Promise<Ready> {
  const model = modelShop({ orders, ...options });
  const shop = await startShop({ graphql: model.answer });
  const connected = connectTo(shop);
  open.push(shop, connected.shopify);
  const read = async (ids: string[]) => (await passing(connected.clock, connected.shopify.orders(ids))).value;
  return { shop, model, ...connected, read };
}

const operations = ({ shop }: Ready) => shop.queries().map(({ operation }) => operation);
const ids = (from: number, count: number) => Array.from({ length: count }, (_, index) => String(6_100_000_000_000 + from + index));

describe('an order', () => {
  test('is mapped field by field', async () => {
    const { read } = await setUp([order('6100000000001')]);
    const { orders, failed } = await read(['6100000000001']);
    expect(failed.size).toBe(0);
    const address = {
      firstName: 'Ada',
      lastName: 'Lovelace',
      phone: null,
      city: 'Berlin',
      province: 'BE',
      provinceCode: 'BE',
      countryCode: 'DE',
      zip: '10115',
    };
    const shirt = (id: string) => ({
      id,
      productId: '77',
      variantId: '88',
      title: `Shirt ${id}`,
      variantTitle: 'M',
      sku: `sku-${id}`,
      vendor: 'Acme',
      unitPrice: '10.0',
      quantity: 2,
      url: 'https://shop.example.com/products/shirt',
      imageUrl: 'https://cdn.example.com/shirt.png',
      sellingPlan: false,
    });
    expect(orders.get('6100000000001')).toEqual({
      id: '6100000000001',
      name: '#6100000000001',
      createdAt: '2026-11-20T12:00:00Z',
      processedAt: '2026-11-20T12:00:01Z',
      updatedAt: '2026-11-20T12:00:02Z',
      cancelledAt: null,
      edited: false,
      test: false,
      sourceName: 'web',
      appName: 'Online Store',
      tags: ['vip'],
      cartToken: 'cart',
      checkoutToken: 'checkout',
      email: 'ada@example.com',
      phone: null,
      currency: 'EUR',
      taxesIncluded: true,
      discountCodes: ['TEN'],
      attributes: [
        { key: '__cvg_uid', value: 'u1' },
        { key: 'empty', value: '' },
      ],
      paymentGateways: ['shopify_payments'],
      totals: { price: '44.9', tax: '3.8', shipping: '4.9', discounts: '0.0', tip: '0.0', duties: '0', fees: '0', rounding: '0.0' },
      customer: {
        id: '5',
        numberOfOrders: 3,
        firstName: 'Ada',
        lastName: 'Lovelace',
        email: 'ada@example.com',
        phone: '+4930123',
        tags: ['b2c'],
        defaultAddress: address,
      },
      billingAddress: address,
      shippingAddress: { ...address, province: 'Berlin' },
      journey: { ready: true, customerOrderIndex: 2 },
      lines: [shirt('1'), shirt('2')],
      refunds: [],
      agreements: [],
    });
  });

  test('with nothing in it that may be missing is still an order', async () => {
    const bare = line(1, {
      variantTitle: null,
      sku: null,
      vendor: null,
      product: null,
      variant: null,
      image: null,
      sellingPlan: { sellingPlanId: null },
    });
    const nothing = Object.fromEntries(
      [
        'sourceName',
        'cartToken',
        'checkoutToken',
        'email',
        'phone',
        'app',
        'totalTaxSet',
        'totalDiscountsSet',
        'customer',
        'billingAddress',
        'shippingAddress',
        'customerJourneySummary',
      ].map((field) => [field, null]),
    );
    const { read } = await setUp([order('1', { ...nothing, tags: [], customAttributes: [], lineItems: connection('x', [bare]) })]);
    expect((await read(['1'])).orders.get('1')).toMatchObject({
      customer: null,
      billingAddress: null,
      shippingAddress: null,
      journey: null,
      appName: null,
      totals: { tax: '0', discounts: '0', duties: '0' },
      lines: [{ productId: null, variantId: null, sku: null, url: null, imageUrl: null, sellingPlan: true }],
    });
  });

  test('keeps ids beyond 2^53 and amounts to the last digit', async () => {
    const id = '820982911946154508';
    const { read } = await setUp([order(id, { totalPriceSet: money('12345678901234567890.123') })]);
    const { orders } = await read([id]);
    expect(orders.get(id)).toMatchObject({ id, totals: { price: '12345678901234567890.123' } });
  });

  test.each([0, 1, 20, 21, 270, 271, 600])('has all of its %i lines, in order', async (count) => {
    const lines = Array.from({ length: count }, (_, index) => line(index + 1));
    const { read } = await setUp([order('1', { lineItems: connection('lines', lines) })]);
    const found = (await read(['1'])).orders.get('1');
    expect(found?.lines.map(({ id }) => id)).toEqual(lines.map((_, index) => String(index + 1)));
  });
});

describe('many orders', () => {
  test('are read by search, fifty at a time, for a few points each', async () => {
    const all = ids(0, 120);
    const ready = await setUp(all.map((id) => order(id)));
    const { orders, failed } = await ready.read(all);
    expect([...orders.keys()].sort()).toEqual([...all].sort());
    expect(failed.size).toBe(0);
    expect(operations(ready)).toEqual(['OrdersByIds', 'OrdersByIds', 'OrdersByIds']);
    const [page] = ready.model.costs;
    console.info(
      `OrdersByIds, 50 orders: ${page?.requested} points requested (${(page?.requested ?? 0) / 50} an order), ${page?.actual} actual`,
    );
    expect(page?.requested).toBeLessThan(1000);
    expect((page?.requested ?? Infinity) / 50).toBeLessThanOrEqual(15);
  });

  test('search does not return yet are read by id, ten at a time; what is not there either is in neither map', async () => {
    const all = ids(0, 40);
    const lagging = new Set(all.slice(0, 15).map((id) => gid('Order', id)));
    const ready = await setUp(
      all.slice(0, 38).map((id) => order(id)),
      { lagging },
    );
    const { orders, failed } = await ready.read(all);
    expect([...orders.keys()].sort()).toEqual(all.slice(0, 38).sort());
    expect(failed.size).toBe(0);
    expect(operations(ready)).toEqual(['OrdersByIds', 'OrderNodes', 'OrderNodes']);
    expect(ready.model.costs.every(({ requested }) => requested < 1000)).toBe(true);
  });

  test('one alone is read by id at once: no dearer, and never late', async () => {
    const ready = await setUp([order('1')], { lagging: new Set([gid('Order', 1)]) });
    expect((await ready.read(['1'])).orders.size).toBe(1);
    expect(operations(ready)).toEqual(['OrderNodes']);
  });

  test('none, twice the same, and what is no id', async () => {
    const ready = await setUp([order('1')]);
    expect(await ready.read([])).toEqual({ orders: new Map(), failed: new Map() });
    expect((await ready.read(['1', '1', '1'])).orders.size).toBe(1);
    const odd = await ready.read(['1 OR status:any', '', '-1', '01', "1'", 'gid://shopify/Order/1']);
    expect(odd).toEqual({ orders: new Map(), failed: new Map() });
    expect(operations(ready)).toEqual(['OrderNodes']);
  });

  test('a page that costs too much is halved', async () => {
    const all = ids(0, 50);
    const ready = await setUp(
      all.map((id) => order(id)),
      { maximum: 220 },
    );
    const { orders, failed } = await ready.read(all);
    expect(orders.size).toBe(50);
    expect(failed.size).toBe(0);
  });
});

describe('refunds', () => {
  test('are read whole, for many orders at once', async () => {
    const first = Array.from({ length: 30 }, (_, index) => refund(index + 1, { lines: index % 3, shipping: index % 2, transactions: 1 }));
    const second = [
      refund(100, { lines: 300, shipping: 290, transactions: 21 }),
      refund(101, { lines: 0, shipping: 0, transactions: 0 }, { createdAt: null }),
    ];
    const ready = await setUp([order('1', { refunds: first }), order('2', { refunds: second }), order('3')]);
    const { orders, failed } = await ready.read(['1', '2', '3']);
    expect(failed.size).toBe(0);
    expect(orders.get('1')?.refunds.map(({ id, lines }) => [id, lines.length])).toEqual(
      first.map((_, index) => [String(index + 1), index % 3]),
    );
    const [large, empty] = orders.get('2')?.refunds ?? [];
    expect(large?.lines.map(({ lineId, quantity, tax }) => [lineId, quantity, tax])).toEqual(
      Array.from({ length: 300 }, (_, index) => [String(index + 1), index + 1, '1.9']),
    );
    expect(large?.shipping.at(-1)).toEqual({ amount: '289.5', tax: '0.1' });
    expect(large?.shipping).toHaveLength(290);
    expect(large?.transactions.map(({ amount }) => amount)).toEqual(Array.from({ length: 21 }, (_, index) => `${index}.0`));
    expect(large?.transactions[1]).toEqual({ kind: 'REFUND', status: 'PENDING', amount: '1.0' });
    expect(empty).toMatchObject({ id: '101', createdAt: null, lines: [], shipping: [], transactions: [] });
    expect(operations(ready).filter((name) => name === 'RefundNodes')).toHaveLength(2);
    expect(ready.model.costs.every(({ requested }) => requested < 1000)).toBe(true);
  });
});

describe('agreements', () => {
  const product = (id: number) => sale('ProductSale', 'PRODUCT', { lineItem: { id: gid('LineItem', id) } });

  test('are read for edited orders only', async () => {
    const agreements = connection('agreements', [agreement(1, [product(1)])]);
    const ready = await setUp([order('1', { agreements }), order('2', { agreements, edited: true })]);
    const { orders } = await ready.read(['1', '2']);
    expect(orders.get('1')?.agreements).toEqual([]);
    expect(orders.get('2')?.agreements).toHaveLength(1);
  });

  test('say what was sold, taken away, and of which line', async () => {
    const sales = [
      product(7),
      sale('GiftCardSale', 'GIFT_CARD', { lineItem: { id: gid('LineItem', 8) } }),
      sale('TipSale', 'TIP', { lineItem: { id: gid('LineItem', 9) }, quantity: null }),
      sale('ShippingLineSale', 'SHIPPING', { totalAmount: money('-4.9') }),
      sale('UnknownSale', 'UNKNOWN'),
    ];
    const { read } = await setUp([
      order('1', { edited: true, agreements: connection('agreements', [agreement(1, sales, { reason: 'ORDER' })]) }),
    ]);
    const [found] = (await read(['1'])).orders.get('1')?.agreements ?? [];
    expect(found).toMatchObject({ reason: 'ORDER', happenedAt: '2026-11-20T12:05:00Z' });
    expect(found?.sales.map(({ lineType, lineId, quantity, total }) => [lineType, lineId, quantity, total])).toEqual([
      ['PRODUCT', '7', 1, '11.9'],
      ['GIFT_CARD', '8', 1, '11.9'],
      ['TIP', '9', null, '11.9'],
      ['SHIPPING', null, 1, '-4.9'],
      ['UNKNOWN', null, 1, '11.9'],
    ]);
    expect(found?.sales[0]).toMatchObject({ tax: '1.9', discountBeforeTaxes: '2.0', discountAfterTaxes: '1.0' });
  });

  test.each([[[1, 10, 0]], [[1, 11, 3]], [[250]], [[2, 2, 2, 2, 2, 2]], [[0, 1, 2, 3, 4, 120, 6, 7, 8, 9, 11, 101, 1]]])(
    'with %j sales each are read to the end',
    async (sizes) => {
      const list = sizes.map((size, at) =>
        agreement(
          at,
          Array.from({ length: size }, (_, index) => product(at * 1000 + index + 1)),
        ),
      );
      const ready = await setUp([order('1', { edited: true, agreements: connection('agreements', list) })]);
      const { orders, failed } = await ready.read(['1']);
      expect([...failed.values()]).toEqual([]);
      expect(orders.get('1')?.agreements.map(({ sales }) => sales.map(({ lineId }) => lineId))).toEqual(
        sizes.map((size, at) => Array.from({ length: size }, (_, index) => String(at * 1000 + index + 1))),
      );
      expect(ready.model.costs.every(({ requested }) => requested < 1000)).toBe(true);
    },
  );

  test('cost an ordinary upsell about as much as a refund', async () => {
    const ready = await setUp([
      order('1', { edited: true, agreements: connection('agreements', [agreement(1, [product(1)]), agreement(2, [product(2)])]) }),
    ]);
    await ready.read(['1']);
    const [, agreements] = ready.model.costs;
    console.info(`OrderAgreements: ${agreements?.requested} points requested, ${agreements?.actual} actual`);
    expect(agreements?.requested).toBeLessThan(50);
  });
});

describe('one that fails does not fail the others', () => {
  const all = ids(0, 50);
  const poison = all[17] as string;

  async function others(more: Fields): Promise<{ ready: Ready; error: ConnectorError | undefined }> {
    const ready = await setUp(all.map((id) => order(id, id === poison ? more : {})));
    const { orders, failed } = await ready.read(all);
    expect(orders.size).toBe(49);
    expect([...failed.keys()]).toEqual([poison]);
    return { ready, error: failed.get(poison) };
  }

  test('a field that is null with an error', async () => {
    const { error } = await others({ customerJourneySummary: failing() });
    expect(error).toMatchObject({ code: 'SHOPIFY_QUERY_FAILED', retryable: true });
  });

  test('a field that takes the whole answer with it', async () => {
    const { ready, error } = await others({ totalPriceSet: failing() });
    expect(error).toMatchObject({ code: 'SHOPIFY_QUERY_FAILED', retryable: true });
    expect(operations(ready).length).toBeLessThan(25);
  });

  test('the first few of them', async () => {
    const ready = await setUp(all.map((id, index) => order(id, index < 4 ? { totalPriceSet: failing() } : {})));
    const { orders, failed } = await ready.read(all);
    expect([orders.size, failed.size]).toEqual([46, 4]);
  });

  test('its lines', async () => {
    const lineItems = (paging: { first: number; after?: string }) =>
      paging.after
        ? failing()()
        : connection(
            'lines',
            Array.from({ length: 30 }, (_, index) => line(index)),
          )(paging);
    await others({ lineItems });
  });

  test('its refund', async () => {
    const broken = refund(1, { lines: 1, shipping: 0, transactions: 1 }, { transactions: failing() });
    await others({ refunds: [broken, refund(2, { lines: 1, shipping: 0, transactions: 1 })] });
  });

  test('its agreements', async () => {
    await others({ edited: true, agreements: failing() });
  });

  test('its agreements when they change while they are read', async () => {
    let calls = 0;
    const sales = Array.from({ length: 120 }, () => sale('UnknownSale', 'UNKNOWN'));
    const first = connection('agreements', [agreement(1, sales)]);
    const later = connection('agreements', [agreement(2, sales, { sales: connection('sales of 1', sales) }), agreement(1, sales)]);
    const { error } = await others({
      edited: true,
      agreements: (paging: { first: number }) => ((calls += 1) < 3 ? first(paging) : later(paging)),
    });
    expect(error).toMatchObject({ code: 'SHOPIFY_GONE', retryable: true });
  });

  test('a scope that is missing is named', async () => {
    const denied = failing('ACCESS_DENIED', 'Access denied for product field. Required access: `read_products` access scope.');
    const { error } = await others({ lineItems: connection('lines', [line(1, { product: denied })]) });
    expect(error).toMatchObject({ code: 'SHOPIFY_ACCESS_DENIED', retryable: false });
    expect(error?.message).toContain('read_products');
  });
});

test('customer data that is withheld is null, said once, and fails nothing', async () => {
  const message =
    'This app is not approved to access the Customer object. See https://shopify.dev/docs/apps/launch/protected-customer-data for more details.';
  const ready = await setUp(
    ids(0, 3).map((id) => order(id, { customer: failing('ACCESS_DENIED', message), email: failing('ACCESS_DENIED', message) })),
  );
  for (let i = 0; i < 2; i += 1) {
    const { orders, failed } = await ready.read(ids(0, 3));
    expect([orders.size, failed.size]).toEqual([3, 0]);
    expect([...orders.values()].every(({ customer, email }) => customer === null && email === null)).toBe(true);
  }
  const warnings = ready.log.filter(({ level }) => level === 'warn');
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatchObject({ fields: ['orders.nodes.email', 'orders.nodes.customer'] });
});

test('an error that may concern any of them fails them all', async () => {
  const model = modelShop({ orders: ids(0, 5).map((id) => order(id)) });
  for (const path of [undefined, [], ['orders'], ['orders', 'pageInfo']]) {
    const shop = await startShop({
      graphql: async (received) => {
        const { json } = (await model.answer(received)) as { json: object };
        return { json: { ...json, errors: [{ message: 'Internal error', path, extensions: { code: 'INTERNAL_SERVER_ERROR' } }] } };
      },
    });
    const { shopify, clock } = connectTo(shop);
    open.push(shop, shopify);
    const { orders, failed } = (await passing(clock, shopify.orders(ids(0, 5)))).value;
    expect([orders.size, failed.size]).toEqual([0, 5]);
  }
});

describe('Shopify down', () => {
  test('throws after a handful of requests, however many orders were asked for', async () => {
    const shop = await startShop({ graphql: () => ({ status: 503, html: '' }) });
    const { shopify, clock } = connectTo(shop);
    open.push(shop, shopify);
    await expect(passing(clock, shopify.orders(ids(0, 200)))).rejects.toMatchObject({ code: 'SHOPIFY_UNAVAILABLE', retryable: true });
    expect(shop.queries().length).toBeLessThan(20);
    await expect(passing(clock, shopify.orders(ids(0, 1)))).rejects.toMatchObject({ code: 'SHOPIFY_UNAVAILABLE' });
  });

  test('half-way: what was read is kept, the rest is failed', async () => {
    const all = ids(0, 100);
    const model = modelShop({
      orders: all.map((id) => order(id, { refunds: id === all[0] ? [refund(1, { lines: 0, shipping: 0, transactions: 1 })] : [] })),
    });
    let queries = 0;
    const shop = await startShop({ graphql: (received) => ((queries += 1) > 1 ? { status: 402, json: {} } : model.answer(received)) });
    const { shopify, clock } = connectTo(shop);
    open.push(shop, shopify);
    const { orders, failed } = (await passing(clock, shopify.orders(all))).value;
    expect([orders.size, failed.size]).toEqual([49, 51]);
    expect([...failed.values()].every(({ code }) => code === 'SHOPIFY_SHOP_FROZEN')).toBe(true);
  });
});

test('3,000 orders in ten minutes fit into 100 points a second, every tenth edited', async () => {
  const all = ids(0, 3_000);
  const clock = handClock();
  let level = 2000;
  let at = clock.now();
  let refused = 0;
  const agreements = connection('agreements', [
    agreement(1, [sale('ShippingLineSale', 'SHIPPING')]),
    agreement(2, [sale('UnknownSale', 'UNKNOWN')]),
  ]);
  const model = modelShop({
    orders: all.map((id, index) => order(id, index % 10 === 0 ? { edited: true, agreements } : {})),
    pay: (requested, actual) => {
      level = Math.min(2000, level + (clock.now() - at) / 10);
      at = clock.now();
      if (level < requested) {
        refused += 1;
        return null;
      }
      level -= actual;
      return { available: Math.floor(level) };
    },
  });
  const shop = await startShop({ graphql: model.answer });
  const { shopify } = connectTo(shop, { clock });
  open.push(shop, shopify);
  const { value, ms } = await passing(clock, shopify.orders(all), 250);
  const requested = model.costs.reduce((sum, cost) => sum + cost.requested, 0);
  console.info(
    `3,000 orders, 300 of them edited: ${requested} points requested, ${(ms / 1000).toFixed(0)} s on the clock, ${refused} throttled`,
  );
  expect(value.orders.size).toBe(3_000);
  expect(requested).toBeLessThan(60_000);
  expect(ms).toBeLessThan(600_000);
}, 60_000);
