import { afterEach, describe, expect, test } from 'vitest';
import { ConnectorError } from '../../src/core/errors.ts';
import { isConnectionRefused } from '../../src/shopify/index.ts';
import { connectTo, cost, DOMAIN, INSTALLED, passing, startShop, type Answer, type Connected, type Reply, type Shop } from './shop.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

type Ready = Connected & { shop: Shop };

async function setUp(graphql: Answer, options: Parameters<typeof connectTo>[1] = {}): Promise<Ready> {
  const shop = await startShop({ graphql });
  const connected = connectTo(shop, options);
  open.push(shop, connected.shopify);
  return { shop, ...connected };
}

/** Replies in turn, the last one for ever. */
function inTurn(...replies: Reply[]): Answer {
  let at = 0;
  return () => replies[Math.min(at++, replies.length - 1)] as Reply;
}

async function failure<Value>(clock: Connected['clock'], work: Promise<Value>): Promise<ConnectorError> {
  const error = await passing(clock, work).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ConnectorError);
  return error as ConnectorError;
}

const GOOD: Reply = { json: { ...INSTALLED, extensions: cost(2, 2) } };
const THROTTLED = (requested: number, available: number): Reply => ({
  json: { errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }], extensions: cost(requested, null, available) },
});
const failing = (code: string | undefined, more: object = {}): Reply => ({
  json: { data: null, errors: [{ message: 'Internal error', path: ['shop'], extensions: { code }, ...more }] },
});

describe('a query', () => {
  test('goes to the pinned version with its variables', async () => {
    const { shop, shopify } = await setUp(() => ({ json: { data: { orders: { nodes: [] } } } }));
    expect(await shopify.findOrder('#1001')).toBeNull();
    const [query] = shop.queries();
    expect(query?.path).toBe('/admin/api/2026-10/graphql.json');
    expect(query?.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': expect.stringMatching(/^shopify-converge/) });
    expect(query?.variables).toEqual({ query: "name:'#1001'", first: 50 });
  });

  test.each([
    ['500', { status: 500, html: '<title>oops</title>' }],
    ['502', { status: 502, html: '' }],
    ['an HTML page with 200', { status: 200, html: '<html>' }],
    ['a cut connection', 'drops'],
  ] as const)('is tried again after %s', async (_, reply) => {
    const { shop, shopify, clock } = await setUp(inTurn(reply, reply, reply, GOOD));
    const { ms } = await passing(clock, shopify.installation());
    expect(shop.queries()).toHaveLength(4);
    // Three pauses of half the ceiling (random is 0.5): 0.5, 1 and 2 s.
    expect(ms).toBeGreaterThanOrEqual(3_500);
    expect(ms).toBeLessThan(4_500);
  });

  test.each([
    ['503', { status: 503, html: '' }, 4, 'SHOPIFY_UNAVAILABLE'],
    ['a cut connection', 'drops', 4, 'SHOPIFY_UNREACHABLE'],
    ['an answer that hangs', 'hangs', 2, 'SHOPIFY_TIMEOUT'],
    ['an internal error', failing('INTERNAL_SERVER_ERROR'), 2, 'SHOPIFY_QUERY_FAILED'],
    ['an error without a code', failing(undefined), 2, 'SHOPIFY_QUERY_FAILED'],
  ] as const)('is not tried for ever after %s', async (_, reply, attempts, code) => {
    // Real time: short only where nothing else may run into it.
    const { shop, shopify, clock } = await setUp(() => reply, { timeoutMs: reply === 'hangs' ? 300 : 20_000 });
    const error = await failure(clock, shopify.installation());
    expect(error).toMatchObject({ code, retryable: true });
    expect(isConnectionRefused(error)).toBe(false);
    expect(shop.queries()).toHaveLength(attempts);
  });

  test.each([
    [402, 'SHOPIFY_SHOP_FROZEN', /settle the Shopify bill/],
    [403, 'SHOPIFY_FORBIDDEN', /scopes/],
    [404, 'SHOPIFY_SHOP_NOT_FOUND', /check `shop`/],
    [423, 'SHOPIFY_SHOP_LOCKED', /Shopify support/],
    [400, 'SHOPIFY_REFUSED', /HTTP 400/],
  ])('HTTP %i is final: %s', async (status, code, fix) => {
    const { shop, shopify, clock } = await setUp(() => ({ status, json: { errors: 'x' } }));
    const error = await failure(clock, shopify.installation());
    expect(error).toMatchObject({ code, retryable: false });
    expect(error.message).toMatch(fix);
    expect(error.message).toContain(DOMAIN);
    expect(shop.queries()).toHaveLength(1);
  });

  test('a missing scope is named', async () => {
    const denied = {
      message: 'Access denied for orders field.',
      path: ['orders'],
      extensions: { code: 'ACCESS_DENIED', requiredAccess: '`read_orders` access scope.' },
    };
    const { shopify, clock } = await setUp(() => ({ json: { data: null, errors: [denied] } }));
    const error = await failure(clock, shopify.installation());
    expect(error.code).toBe('SHOPIFY_ACCESS_DENIED');
    expect(error.message).toContain('the scope read_orders');
  });

  test('so is the approval that is missing', async () => {
    const documentation = 'https://shopify.dev/docs/apps/launch/protected-customer-data';
    const denied = {
      message: 'This app is not approved to access the Order object.',
      path: ['orders'],
      extensions: { code: 'ACCESS_DENIED', documentation },
    };
    const { shopify, clock } = await setUp(() => ({ json: { data: null, errors: [denied] } }));
    const error = await failure(clock, shopify.installation());
    expect(error.code).toBe('SHOPIFY_ACCESS_DENIED');
    expect(error.message).toContain('API access requests');
  });

  test('a query Shopify does not understand is final', async () => {
    const { shop, shopify, clock } = await setUp(() => ({
      json: { errors: [{ message: "Field 'x' doesn't exist on type 'Shop'", extensions: { code: 'undefinedField' } }] },
    }));
    expect((await failure(clock, shopify.installation())).code).toBe('SHOPIFY_QUERY_REFUSED');
    expect(shop.queries()).toHaveLength(1);
  });

  test('an inactive shop is frozen', async () => {
    const { shopify, clock } = await setUp(() => ({
      json: { errors: [{ message: 'Shop is inactive', extensions: { code: 'SHOP_INACTIVE' } }] },
    }));
    expect((await failure(clock, shopify.installation())).code).toBe('SHOPIFY_SHOP_FROZEN');
  });

  test('a redirect is named and not followed', async () => {
    const { shop, shopify, clock } = await setUp(() => ({ status: 301, headers: { location: 'https://renamed.myshopify.com/admin' } }));
    const error = await failure(clock, shopify.installation());
    expect(error.code).toBe('SHOPIFY_REDIRECTED');
    expect(error.message).toContain('renamed.myshopify.com');
    expect(shop.queries()).toHaveLength(1);
  });
});

describe('rate limits', () => {
  test('THROTTLED waits for the points that are missing and counts', async () => {
    let throttles = 0;
    const { shop, shopify, clock } = await setUp(inTurn(THROTTLED(300, 50), GOOD), { onThrottle: () => (throttles += 1) });
    const { ms } = await passing(clock, shopify.installation());
    expect(ms).toBeGreaterThanOrEqual(2_500);
    expect(ms).toBeLessThan(3_000);
    expect(shop.queries()).toHaveLength(2);
    expect(throttles).toBe(1);
  });

  test('THROTTLED although the points are there, or without any cost, pauses all the same', async () => {
    for (const reply of [THROTTLED(300, 2000), { json: { errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }] } }]) {
      const { shopify, clock } = await setUp(inTurn(reply, reply, GOOD));
      expect((await passing(clock, shopify.installation())).ms).toBeGreaterThanOrEqual(1_000);
    }
  });

  test('429 waits as long as Shopify says, in seconds with decimals', async () => {
    const { shop, shopify, clock } = await setUp(
      inTurn({ status: 429, headers: { 'retry-after': '2.5' }, html: '' }, { status: 429, html: '' }, GOOD),
    );
    const { ms } = await passing(clock, shopify.installation());
    expect(ms).toBeGreaterThanOrEqual(3_500);
    expect(ms).toBeLessThan(4_000);
    expect(shop.queries()).toHaveLength(3);
  });

  test('it does not wait for ever', async () => {
    const { shopify, clock } = await setUp(() => ({ status: 429, html: '' }));
    expect(await failure(clock, shopify.installation())).toMatchObject({ code: 'SHOPIFY_THROTTLED', retryable: true });
  });

  test('the budget follows what Shopify tells', async () => {
    const told: unknown[] = [];
    const { shopify } = await setUp(() => ({ json: { ...INSTALLED, extensions: cost(38, 12, 812, 1000, 50) } }), {
      onCost: (operation, { requested, actual }) => told.push([operation, requested, actual]),
    });
    expect(shopify.budget()).toBeNull();
    await shopify.installation();
    expect(shopify.budget()).toEqual({ available: 812, maximum: 1000, restoreRate: 50 });
    expect(told).toEqual([['Installation', 38, 12]]);
  });
});

describe('what Shopify says beside its data', () => {
  const deprecating = { 'x-shopify-api-deprecated-reason': 'https://shopify.dev/x', 'x-shopify-api-version': '2027-01' };

  test('deprecations and another version are logged once', async () => {
    const { shopify, log } = await setUp(() => ({ ...(GOOD as object), headers: deprecating }));
    for (let i = 0; i < 3; i += 1) await shopify.installation();
    const warnings = log.filter(({ level }) => level === 'warn');
    expect(warnings).toHaveLength(2);
    expect(warnings).toEqual([
      expect.objectContaining({ reason: 'https://shopify.dev/x' }),
      expect.objectContaining({ served: '2027-01', asked: '2026-10' }),
    ]);
  });

  test('the version that was asked for is no news', async () => {
    const { shopify, log } = await setUp(() => ({ ...(GOOD as object), headers: { 'x-shopify-api-version': '2026-10' } }));
    await shopify.installation();
    expect(log.filter(({ level }) => level === 'warn')).toEqual([]);
  });
});

describe('a mutation', () => {
  const list = { data: { webhookSubscriptions: { pageInfo: { hasNextPage: false, endCursor: null }, nodes: [] } } };
  const created = { data: { webhookSubscriptionCreate: { webhookSubscription: { id: 'x' }, userErrors: [] } } };

  test.each([
    ['503', { status: 503, html: '' }, 'SHOPIFY_UNAVAILABLE'],
    ['a cut connection', 'drops', 'SHOPIFY_UNREACHABLE'],
    ['a time-out', 'hangs', 'SHOPIFY_TIMEOUT'],
  ] as const)('is not sent again after %s', async (_, reply, code) => {
    const { shop, shopify, clock } = await setUp(({ operation }) => (operation === 'Subscriptions' ? { json: list } : reply), {
      timeoutMs: reply === 'hangs' ? 500 : 20_000,
    });
    expect((await failure(clock, shopify.ensureSubscriptions('https://c.example.com/webhooks/shopify'))).code).toBe(code);
    expect(shop.queries().filter(({ operation }) => operation === 'SubscriptionCreate')).toHaveLength(1);
  });

  test('is sent again when Shopify says it did nothing', async () => {
    const refusals = [THROTTLED(10, 0), { status: 429, html: '' }, { status: 401, html: '' }] as Reply[];
    const { shop, shopify, clock } = await setUp(({ operation }) =>
      operation === 'Subscriptions' ? { json: list } : (refusals.shift() ?? { json: created }),
    );
    const { value } = await passing(clock, shopify.ensureSubscriptions('https://c.example.com/webhooks/shopify'));
    expect(value.created).toHaveLength(10);
    expect(shop.queries().filter(({ operation }) => operation === 'SubscriptionCreate')).toHaveLength(13);
  });
});
