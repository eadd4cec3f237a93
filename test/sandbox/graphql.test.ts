/** The GraphQL endpoint: what is visible to whom, pages, throttling, and what every answer carries. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { handClock, type HandClock } from '../clock.ts';
import { ask, at, operation, token, type GraphqlAnswer, type Json } from './client.ts';

const DAY_MS = 86_400_000;

let clock: HandClock;
let sandbox: Sandbox;
let run: (query: string, variables?: object) => Promise<GraphqlAnswer>;

async function start(options: SandboxOptions = {}): Promise<void> {
  clock = handClock();
  sandbox = await startSandbox({ clock, ...options });
  const accessToken = await token(sandbox);
  run = (query, variables = {}) => ask(sandbox, accessToken, query, variables);
}
afterEach(() => sandbox.close());

describe('orders', () => {
  beforeEach(() => start());

  it('are found by id, whole', async () => {
    const order = sandbox.shop.createOrder({
      customer: { email: 'ada@example.com', firstName: 'Ada' },
      shipping: { price: '4.90' },
      taxRate: 0.1,
    });
    sandbox.shop.createOrder();
    const { body } = await run(operation('OrdersByIds'), { query: `id:${order.id} OR id:1`, first: 50, lines: 50 });
    expect(at(body, 'data.orders.nodes')).toHaveLength(1);
    expect(at(body, 'data.orders.nodes.0')).toMatchObject({
      id: `gid://shopify/Order/${order.id}`,
      name: '#1001',
      createdAt: '2026-11-20T12:00:00Z',
      edited: false,
      sourceName: 'web',
      totalPriceSet: { shopMoney: { amount: '113.19' } },
      totalTaxSet: { shopMoney: { amount: '10.29' } },
      totalShippingPriceSet: { shopMoney: { amount: '4.9' } },
      customer: { numberOfOrders: '1', defaultEmailAddress: { emailAddress: 'ada@example.com' } },
      customerJourneySummary: { ready: true, customerOrderIndex: 1 },
      lineItems: {
        pageInfo: { hasNextPage: false },
        nodes: [{ title: 'Wool Runner', quantity: 1, originalUnitPriceSet: { shopMoney: { amount: '98.0' } } }],
      },
    });
    expect(at(body, 'errors')).toBeUndefined();
  });

  it('are seen by nodes at once and by search when the index has caught up', async () => {
    sandbox.shopify.setSearchLag(5_000);
    const order = sandbox.shop.createOrder();
    const search = async () =>
      (await run('query($q: String) { orders(first: 5, query: $q) { nodes { id tags } } }', { q: `id:${order.id}` })).body;
    const node = async () => (await run(operation('OrderNodes'), { ids: [`gid://shopify/Order/${order.id}`], lines: 5 })).body;
    expect(at(await search(), 'data.orders.nodes')).toEqual([]);
    expect(at(await node(), 'data.nodes.0.__typename')).toBe('Order');
    await clock.advance(5_000);
    expect(at(await search(), 'data.orders.nodes.0.id')).toBe(`gid://shopify/Order/${order.id}`);
    await clock.advance(60_000);
    sandbox.shop.addTags(order.id, ['late']);
    const changed = (since: string) =>
      run('query($q: String) { orders(first: 5, query: $q) { nodes { tags } } }', { q: `updated_at:>='${since}'` });
    expect(at((await changed('2026-11-20T12:01:00Z')).body, 'data.orders.nodes')).toEqual([]);
    await clock.advance(5_000);
    expect(at((await changed('2026-11-20T12:01:00Z')).body, 'data.orders.nodes.0.tags.0')).toBe('late');
  });

  it('are paged in order of their change, without loss or repeat, whatever the page size', async () => {
    for (let index = 0; index < 23; index += 1) {
      sandbox.shop.createOrder();
      // Several in one second: the id settles it.
      await clock.advance(400);
    }
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { body }: GraphqlAnswer = await run(operation('OrdersChanged'), { query: '', first: 4, after });
      seen.push(...(at(body, 'data.orders.nodes') as Json[]).map((node) => String(at(node, 'id'))));
      after = at(body, 'data.orders.pageInfo.hasNextPage') === true ? String(at(body, 'data.orders.pageInfo.endCursor')) : null;
    } while (after !== null);
    expect(seen).toEqual(sandbox.shop.orders().map((order) => `gid://shopify/Order/${order.id}`));
  });

  it('come in the order of processing by default, and backwards on demand', async () => {
    const first = sandbox.shop.createOrder({ processedAt: clock.now() - 1_000 });
    const second = sandbox.shop.createOrder({ processedAt: clock.now() - 9_000 });
    const names = async (args: string) => at((await run(`{ orders(${args}) { nodes { name } } }`)).body, 'data.orders.nodes');
    expect(await names('first: 9')).toEqual([{ name: second.name }, { name: first.name }]);
    expect(await names('first: 9, reverse: true')).toEqual([{ name: first.name }, { name: second.name }]);
    expect(await names('first: 9, sortKey: ID')).toEqual([{ name: first.name }, { name: second.name }]);
  });

  it('are counted up to a limit, exactly without one', async () => {
    for (let index = 0; index < 3; index += 1) sandbox.shop.createOrder();
    const { body } = await run(
      '{ a: ordersCount(limit: 2) { count precision } b: ordersCount(limit: null) { count precision } c: ordersCount { count precision } }',
    );
    expect(at(body, 'data')).toEqual({
      a: { count: 2, precision: 'AT_LEAST' },
      b: { count: 3, precision: 'EXACT' },
      c: { count: 3, precision: 'EXACT' },
    });
  });

  it('keep a journey that is not ready to themselves', async () => {
    await sandbox.close();
    await start({ journeyReadyAfterMs: 60_000 });
    const order = sandbox.shop.createOrder({ customer: { email: 'a@example.com' } });
    const journey = async () =>
      at(
        (await run(`{ order(id: "gid://shopify/Order/${order.id}") { customerJourneySummary { ready customerOrderIndex } } }`)).body,
        'data.order.customerJourneySummary',
      );
    expect(await journey()).toEqual({ ready: false, customerOrderIndex: null });
    await clock.advance(60_000);
    expect(await journey()).toEqual({ ready: true, customerOrderIndex: 1 });
  });
});

describe('every operation of the program', () => {
  beforeEach(() => start());

  it('is answered without an error', async () => {
    const order = sandbox.shop.createOrder({
      shipping: { price: 5 },
      tip: 2,
      lines: [{ variant: 'MS-M', quantity: 2 }, { variant: 'TM-1' }],
    });
    const [line] = order.lines;
    sandbox.shop.editOrder(order.id, { add: [{ title: 'Wrap', price: 1 }], pay: true });
    const refund = sandbox.shop.refund(order.id, { lines: [{ lineId: line?.id ?? '', quantity: 1 }], shipping: 'full' });
    const id = `gid://shopify/Order/${order.id}`;
    const uri = 'https://connector.example.com/webhooks/shopify';
    const asked: [string, object][] = [
      ['OrderLines', { id, first: 1 }],
      ['OrderAgreements', { id, first: 10, sales: 20 }],
      ['RefundNodes', { ids: [`gid://shopify/Refund/${refund.id}`], items: 10 }],
      ['OrdersChanged', { query: "updated_at:>='2026-01-01T00:00:00Z'", first: 250 }],
      ['Installation', {}],
      ['SubscriptionCreate', { topic: 'ORDERS_CREATE', subscription: { uri, format: 'JSON', includeFields: ['id'] } }],
      ['Subscriptions', { first: 50 }],
    ];
    for (const [name, variables] of asked) {
      const { body } = await run(operation(name), variables);
      expect(at(body, 'errors'), name).toBeUndefined();
      expect(at(body, 'extensions.cost.requestedQueryCost'), name).toBeGreaterThan(0);
      if (name === 'OrderLines') expect(at(body, 'data.order.lineItems.pageInfo.hasNextPage')).toBe(true);
      if (name === 'OrderAgreements') {
        expect((at(body, 'data.order.agreements.nodes') as Json[]).map((node) => at(node, 'reason'))).toEqual([
          'ORDER',
          'ORDER_EDIT',
          'REFUND',
        ]);
        const types = (at(body, 'data.order.agreements.nodes.0.sales.nodes') as Json[]).map((node) => at(node, '__typename'));
        expect(types).toEqual(['ProductSale', 'ProductSale', 'ShippingLineSale', 'TipSale']);
      }
      if (name === 'RefundNodes') {
        expect(at(body, 'data.nodes.0')).toMatchObject({
          __typename: 'Refund',
          refundLineItems: { nodes: [{ quantity: 1 }] },
          refundShippingLines: { nodes: [{ subtotalAmountSet: { shopMoney: { amount: '5.0' } } }] },
          transactions: { nodes: [{ kind: 'REFUND', status: 'SUCCESS', amountSet: { shopMoney: { amount: '19.95' } } }] },
        });
      }
    }
  });
});

describe('scopes', () => {
  it('without read_all_orders only 60 days are visible, and nothing says so', async () => {
    await start({ scopes: ['read_orders', 'read_customers', 'read_products'] });
    const old = sandbox.shop.createOrder({}, { at: clock.now() - 61 * DAY_MS });
    const young = sandbox.shop.createOrder({}, { at: clock.now() - 59 * DAY_MS });
    const query = `query($ids: [ID!]!) { orders(first: 9) { nodes { name } } ordersCount { count } nodes(ids: $ids) { id } order(id: "gid://shopify/Order/${old.id}") { id } }`;
    const { body } = await run(query, { ids: [old, young].map(({ id }) => `gid://shopify/Order/${id}`) });
    expect(at(body, 'data')).toEqual({
      orders: { nodes: [{ name: young.name }] },
      ordersCount: { count: 1 },
      nodes: [null, { id: `gid://shopify/Order/${young.id}` }],
      order: null,
    });
    expect(at(body, 'errors')).toBeUndefined();
  });

  it('a missing read_orders is ACCESS_DENIED with HTTP 200; a missing read_customers takes only the customer away', async () => {
    await start({ scopes: ['read_products'] });
    const denied = await run('{ orders(first: 1) { nodes { id } } }');
    expect(denied.status).toBe(200);
    expect(at(denied.body, 'errors.0')).toMatchObject({
      path: ['orders'],
      extensions: { code: 'ACCESS_DENIED', requiredAccess: '`read_orders` access scope.' },
    });
    sandbox.shop.setScopes(['write_orders']);
    sandbox.shop.createOrder({ customer: { email: 'a@example.com' } });
    const partial = await run('{ orders(first: 1) { nodes { name customer { id } } } }');
    expect(at(partial.body, 'data.orders.nodes')).toEqual([{ name: '#1001', customer: null }]);
    expect(at(partial.body, 'errors.0.path')).toEqual(['orders', 'nodes', 0, 'customer']);
  });
});

describe('the cost of a query', () => {
  it('is in every answer; what was reserved and not used comes back', async () => {
    await start();
    sandbox.shop.createOrder();
    const { body } = await run('{ orders(first: 50) { nodes { id } } }');
    expect(at(body, 'extensions.cost')).toEqual({
      requestedQueryCost: 9,
      actualQueryCost: 3,
      throttleStatus: { maximumAvailable: 2000, currentlyAvailable: 1997, restoreRate: 100 },
    });
  });

  it('throttles with HTTP 200 when the bucket is empty, and refills with time', async () => {
    await start({ bucket: { maximum: 100, restoreRate: 10 } });
    const query = 'query($n: Int!) { orders(first: $n) { nodes { lineItems(first: 100) { nodes { id } } } } }';
    const cost = 2 + 5 * (1 + 11);
    expect(at((await run(query, { n: 14 })).body, 'extensions.cost.requestedQueryCost')).toBe(cost);
    sandbox.shop.createOrder();
    // Take it all: actual equals requested for an empty page, so ask until there is less than the next one needs.
    const answers = [await run(query, { n: 14 }), await run(query, { n: 14 })];
    let last = answers[1];
    for (let tries = 0; tries < 20 && at(last?.body, 'errors') === undefined; tries += 1) last = await run(query, { n: 14 });
    expect(last?.status).toBe(200);
    expect(last?.body).toMatchObject({
      errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED', documentation: 'https://shopify.dev/api/usage/rate-limits' } }],
      extensions: { cost: { requestedQueryCost: cost, actualQueryCost: null, throttleStatus: { maximumAvailable: 100, restoreRate: 10 } } },
    });
    expect(at(last?.body, 'data')).toBeUndefined();
    const available = Number(at(last?.body, 'extensions.cost.throttleStatus.currentlyAvailable'));
    await clock.advance(Math.ceil(((cost - available) / 10) * 1000));
    expect(at((await run(query, { n: 14 })).body, 'errors')).toBeUndefined();
  });

  it('above 1000 points is refused for good', async () => {
    await start();
    const query =
      '{ orders(first: 250) { nodes { lineItems(first: 250) { nodes { id } } agreements(first: 250) { nodes { sales(first: 250) { nodes { id } } } } } } }';
    const { status, body } = await run(query);
    expect(status).toBe(200);
    expect(at(body, 'errors.0')).toMatchObject({ extensions: { code: 'MAX_COST_EXCEEDED', maxCost: 1000 } });
  });
});

describe('the endpoint', () => {
  beforeEach(() => start());

  it('names the version it used; an old one falls forward, an unknown one is not there', async () => {
    const accessToken = await token(sandbox);
    const version = async (asked: string) => {
      const { status, headers } = await ask(sandbox, accessToken, '{ shop { name } }', {}, asked);
      return [status, headers.get('x-shopify-api-version')];
    };
    expect(await version('2026-10')).toEqual([200, '2026-10']);
    expect(await version('2025-01')).toEqual([200, '2026-01']);
    expect(await version('2026-11')).toEqual([404, null]);
  });

  it('refuses unknown fields without a cost, and warns of search fields it ignores', async () => {
    const unknown = await run('{ shop { nonsense } }');
    expect([unknown.status, at(unknown.body, 'extensions')]).toEqual([200, undefined]);
    expect(at(unknown.body, 'errors.0.message')).toContain('nonsense');
    sandbox.shop.createOrder();
    const ignored = await run('{ orders(first: 5, query: "colour:red") { nodes { name } } }');
    expect(at(ignored.body, 'data.orders.nodes')).toEqual([{ name: '#1001' }]);
    expect(at(ignored.body, 'extensions.search.0.warnings.0.field')).toBe('colour');
  });

  it('finds single things by their id, and nothing by an id of another type', async () => {
    const order = sandbox.shop.createOrder();
    const refund = sandbox.shop.refund(order.id, { amount: 3, note: 'sorry' });
    const query =
      'query($o: ID!, $r: ID!) { refund(id: $r) { note order { name } } none: refund(id: $o) { id } order(id: $r) { id } node(id: $o) { id } }';
    const { body } = await run(query, { o: `gid://shopify/Order/${order.id}`, r: `gid://shopify/Refund/${refund.id}` });
    const node = { id: `gid://shopify/Order/${order.id}` };
    expect(at(body, 'data')).toEqual({ refund: { note: 'sorry', order: { name: '#1001' } }, none: null, order: null, node });
    expect(at((await run('{ node(id: "17") { id } }')).body, 'errors.0.message')).toBe("Invalid global id '17'");
  });

  it('limits pages and inputs', async () => {
    expect(at((await run('{ orders(first: 251) { nodes { id } } }')).body, 'errors')).toBeDefined();
    expect(at((await run('{ orders { nodes { id } } }')).body, 'errors.0.message')).toContain('first');
    const many = await run('query($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids: Array.from({ length: 251 }, (_, index) => `gid://shopify/Order/${index}`),
    });
    expect(at(many.body, 'errors.0.extensions.code')).toBe('MAX_INPUT_SIZE_EXCEEDED');
  });

  it('can be made to fail', async () => {
    sandbox.shopify.setFaults(({ count }) => (count === 1 ? { kind: 'status', status: 502, body: '<html>Bad gateway</html>' } : null));
    await expect(run('{ shop { name } }')).rejects.toThrow();
    expect((await run('{ shop { name } }')).status).toBe(200);
  });
});
