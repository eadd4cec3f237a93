import { afterEach, describe, expect, test } from 'vitest';
import { headersFor, SECRET, SHOP, sign, startReceiver, type StartOptions } from './running.ts';

type Running = Awaited<ReturnType<typeof startReceiver>>;
let running: Running | null = null;

async function start(options?: StartOptions): Promise<Running> {
  return (running = await startReceiver(options));
}

afterEach(async () => {
  await running?.server.close(0);
  running = null;
});

const ORDER = JSON.stringify({ id: 5_000_000_001, created_at: '2026-11-20T11:58:00Z', updated_at: '2026-11-20T11:58:00Z' });
const BIG = Buffer.alloc(2 * 1024 * 1024 + 1, ' ');

function streamed(body: Buffer): ReadableStream {
  return new ReadableStream({
    start: (controller) => {
      for (let at = 0; at < body.length; at += 65_536) controller.enqueue(body.subarray(at, at + 65_536));
      controller.close();
    },
  });
}

describe('refusals', () => {
  const missing = { 'x-shopify-topic': undefined };
  const wrong = { 'x-shopify-hmac-sha256': sign('something else') };
  const cases: { name: string; status: number; body?: string | Buffer; headers: Record<string, string | undefined>; result: string }[] = [
    { name: 'too large comes before a missing topic', status: 413, body: BIG, headers: missing, result: 'too_large' },
    {
      name: 'too large comes before an unknown shop',
      status: 413,
      body: BIG,
      headers: { 'x-shopify-shop-domain': 'other.myshopify.com' },
      result: 'too_large',
    },
    { name: 'too large comes before a bad signature', status: 413, body: BIG, headers: wrong, result: 'too_large' },
    {
      name: 'no topic comes before an unknown shop',
      status: 400,
      headers: { ...missing, 'x-shopify-shop-domain': 'other.myshopify.com' },
      result: 'invalid',
    },
    { name: 'no topic comes before a bad signature', status: 400, headers: { ...missing, ...wrong }, result: 'invalid' },
    { name: 'empty topic', status: 400, headers: { 'x-shopify-topic': ' ' }, result: 'invalid' },
    { name: 'no shop', status: 400, headers: { 'x-shopify-shop-domain': undefined }, result: 'invalid' },
    {
      name: 'unknown shop comes before a bad signature',
      status: 404,
      headers: { 'x-shopify-shop-domain': 'other.myshopify.com', ...wrong },
      result: 'unknown_shop',
    },
    { name: 'no signature', status: 401, headers: { 'x-shopify-hmac-sha256': undefined }, result: 'unauthorized' },
    {
      name: 'bad signature comes before a missing delivery id',
      status: 401,
      headers: { ...wrong, 'x-shopify-webhook-id': undefined },
      result: 'unauthorized',
    },
    { name: 'bad signature comes before a bad body', status: 401, body: 'no json', headers: wrong, result: 'unauthorized' },
    { name: 'short signature', status: 401, headers: { 'x-shopify-hmac-sha256': 'YWJj' }, result: 'unauthorized' },
    {
      name: 'signature in hex',
      status: 401,
      headers: { 'x-shopify-hmac-sha256': Buffer.from(sign(ORDER), 'base64').toString('hex') },
      result: 'unauthorized',
    },
    {
      name: 'signature of another secret',
      status: 401,
      headers: { 'x-shopify-hmac-sha256': sign(ORDER, 'guess') },
      result: 'unauthorized',
    },
    {
      name: 'no delivery id comes before a bad body',
      status: 400,
      body: '[]',
      headers: { 'x-shopify-webhook-id': undefined },
      result: 'invalid',
    },
    { name: 'endless delivery id', status: 400, headers: { 'x-shopify-webhook-id': 'x'.repeat(1_000) }, result: 'invalid' },
    { name: 'no JSON', status: 400, body: '{"id":', headers: {}, result: 'invalid' },
    { name: 'JSON that is no object', status: 400, body: '[1]', headers: {}, result: 'invalid' },
    { name: 'empty body', status: 400, body: '', headers: {}, result: 'invalid' },
    { name: 'UTF-16', status: 400, body: Buffer.from(ORDER, 'utf16le'), headers: {}, result: 'invalid' },
    { name: 'nested beyond reason', status: 400, body: '{"a":'.repeat(200_000), headers: {}, result: 'invalid' },
    { name: 'names no order', status: 400, body: '{"created_at":"2026-11-20T11:58:00Z"}', headers: {}, result: 'invalid' },
    {
      name: 'no JSON under a topic nobody uses',
      status: 400,
      body: 'hello',
      headers: { 'x-shopify-topic': 'carts/create' },
      result: 'invalid',
    },
  ];

  test.each(cases)('$status: $name', async ({ status, body = ORDER, headers, result }) => {
    const { post, store, metrics } = await start();
    const response = await post(body, headersFor(body, headers));
    expect(response.status).toBe(status);
    if (status === 401) expect(await response.text()).toBe('');
    expect(store.batches).toEqual([]);
    expect(await metrics.registry.metrics()).toMatch(new RegExp(`webhooks_total\\{topic="[^"]+",result="${result}"\\} 1\\n`));
  });

  test('413 for an oversize body that does not say its length', async () => {
    const { origin, store } = await start();
    const response = await fetch(`${origin}/webhooks/shopify`, {
      method: 'POST',
      headers: headersFor(BIG),
      body: streamed(Buffer.concat([BIG, BIG, BIG])),
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
    expect(response.headers.get('connection')).toBe('close');
    expect(store.batches).toEqual([]);
  });

  test('a body of exactly 2 MiB is read', async () => {
    const { post, store } = await start();
    const body = ORDER.slice(0, -1) + `,"note":"${'x'.repeat(2 * 1024 * 1024 - ORDER.length - 10)}"}`;
    expect(Buffer.byteLength(body)).toBe(2 * 1024 * 1024);
    expect((await post(body)).status).toBe(200);
    expect(store.signals()).toHaveLength(1);
  });

  test('a store without secrets refuses every signature, the one of the empty secret included', async () => {
    for (const secrets of [[], ['']]) {
      const { post, store, server } = await start({ stores: [{ name: 'main', domains: [SHOP], secrets, upsellDelayMs: 0 }] });
      expect((await post(ORDER, headersFor(ORDER, { 'x-shopify-hmac-sha256': sign(ORDER, '') }))).status).toBe(401);
      expect(store.batches).toEqual([]);
      await server.close(0);
    }
  });

  test('a flood of refusals is a few lines in the log', async () => {
    const { post, lines, clock } = await start();
    const refused = headersFor(ORDER, { 'x-shopify-hmac-sha256': 'x', 'x-shopify-topic': 'evil\ttopic' });
    for (let i = 0; i < 20; i += 1) await post(ORDER, refused);
    expect(lines).toHaveLength(1);
    await clock.advance(60_000);
    await post(ORDER, refused);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatchObject({ level: 'warn', topic: 'other', shop: SHOP, alsoRefused: 19 });
  });
});

describe('what is accepted', () => {
  test('becomes a signal: order, times, ids', async () => {
    const { post, store, clock } = await start();
    const headers = headersFor(ORDER, {
      'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
      'x-shopify-event-id': '98880550-7158-44d4-b7cd-2c97c8a091b5',
      'x-shopify-triggered-at': '2026-11-20T11:58:01.123456789Z',
    });
    const response = await post(ORDER, headers);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
    expect(store.signals()).toEqual([
      {
        store: 'main',
        deliveryId: 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
        eventId: '98880550-7158-44d4-b7cd-2c97c8a091b5',
        topic: 'orders/create',
        triggeredAt: '2026-11-20T11:58:01.123456789Z',
        receivedAt: clock.now(),
        orderId: '5000000001',
        orderCreatedAt: Date.parse('2026-11-20T11:58:00Z'),
        heldUntil: Date.parse('2026-11-20T12:08:00Z'),
        deletes: false,
        checksConnection: false,
        redact: null,
      },
    ]);
  });

  test('is signed with the previous secret, or written in another case', async () => {
    const { post, store } = await start();
    expect((await post(ORDER, headersFor(ORDER, { 'x-shopify-hmac-sha256': sign(ORDER, 'shpss_previous') }))).status).toBe(200);
    expect(
      (await post(ORDER, headersFor(ORDER, { 'x-shopify-shop-domain': SHOP.toUpperCase(), 'x-shopify-topic': 'Orders/Create' }))).status,
    ).toBe(200);
    expect(store.signals().map(({ topic }) => topic)).toEqual(['orders/create', 'orders/create']);
  });

  test('is hashed as it came, byte by byte', async () => {
    const { post, store } = await start();
    const odd = [
      '{"id":1,"created_at":"2026-11-20T11:58:00Z","note":"\\ud83d\\ude00 \\u00e9 \\/"}',
      '{"id":2,"created_at":"2026-11-20T11:58:00Z","note":"😀 é / ﷽"}',
      ' {\r\n "id" : 3 , "created_at":"2026-11-20T11:58:00Z" }\n',
      Buffer.concat([Buffer.from('{"id":4,"note":"'), Buffer.from([0xff, 0xfe, 0xc3]), Buffer.from('"}')]),
      '{"id":5,"__proto__":{"id":6},"constructor":null}',
    ];
    for (const body of odd) expect((await post(body)).status).toBe(200);
    expect(store.signals().map(({ orderId }) => orderId)).toEqual(['1', '2', '3', '4', '5']);
  });

  test('is held from its creation on, and from now when that lies in the future or is unknown or there is no delay', async () => {
    const { post, store, clock } = await start({
      stores: [
        { name: 'main', domains: [SHOP], secrets: [SECRET], upsellDelayMs: 60_000 },
        { name: 'quick', domains: ['quick.myshopify.com'], secrets: [SECRET], upsellDelayMs: 0 },
      ],
    });
    const at = (createdAt: string | null) => JSON.stringify({ id: 1, created_at: createdAt });
    await post(at('2026-11-20T11:59:30Z'));
    await post(at('2026-11-21T12:00:00Z'));
    await post(at(null));
    const quick = at('2026-11-20T11:59:30Z');
    await post(quick, headersFor(quick, { 'x-shopify-shop-domain': 'quick.myshopify.com' }));
    expect(store.signals().map(({ heldUntil }) => heldUntil)).toEqual([
      Date.parse('2026-11-20T12:00:30Z'),
      clock.now() + 60_000,
      null,
      null,
    ]);
    expect(store.signals().at(-1)?.store).toBe('quick');
  });

  test('may come again: 200, and sync is not woken', async () => {
    let woken = 0;
    const { post, store, metrics } = await start({ onAccepted: () => (woken += 1) });
    const headers = headersFor(ORDER);
    expect((await post(ORDER, headers)).status).toBe(200);
    expect((await post(ORDER, headers)).status).toBe(200);
    expect(woken).toBe(1);
    expect(store.batches).toHaveLength(2);
    expect(await metrics.registry.metrics()).toContain('webhooks_total{topic="orders/create",result="duplicate"} 1');
  });

  test('may have a topic nobody uses: a receipt and no order', async () => {
    const { post, store, metrics } = await start();
    const body = '{"token":"x"}';
    expect((await post(body, headersFor(body, { 'x-shopify-topic': 'carts/create' }))).status).toBe(200);
    expect(store.signals()).toMatchObject([{ topic: 'carts/create', orderId: null, checksConnection: false, redact: null }]);
    expect(await metrics.registry.metrics()).toContain('webhooks_total{topic="other",result="unused"} 1');
  });

  test('names the order of a refund, an edit and a transaction, which say nothing of its creation', async () => {
    const { post, store } = await start();
    const bodies = {
      'refunds/create': { id: 1, order_id: 77 },
      'order_transactions/create': { id: 2, order_id: 78 },
      'orders/edited': { order_edit: { id: 3, order_id: 79 } },
    };
    for (const [topic, fields] of Object.entries(bodies)) {
      const body = JSON.stringify(fields);
      expect((await post(body, headersFor(body, { 'x-shopify-topic': topic }))).status).toBe(200);
    }
    expect(store.signals().map(({ orderId, heldUntil }) => [orderId, heldUntil])).toEqual([
      ['77', null],
      ['78', null],
      ['79', null],
    ]);
  });

  test('an uninstall asks for a look, a deletion says so', async () => {
    const { post, store } = await start();
    await post('{"id":1}', headersFor('{"id":1}', { 'x-shopify-topic': 'app/uninstalled' }));
    await post('{"id":9}', headersFor('{"id":9}', { 'x-shopify-topic': 'orders/delete' }));
    expect(store.signals()).toMatchObject([
      { checksConnection: true, orderId: null, deletes: false },
      { checksConnection: false, orderId: '9', deletes: true },
    ]);
  });

  test('a compliance request is taken in its own shape and for its own shop', async () => {
    const { post, store, lines } = await start();
    const customer = { id: 7, email: 'canary@example.com' };
    const redact = JSON.stringify({ shop_id: 1, shop_domain: SHOP, customer, orders_to_redact: [11, 12] });
    const request = JSON.stringify({ shop_id: 1, shop_domain: SHOP, customer, orders_requested: [11, 12, 13] });
    const foreign = JSON.stringify({ shop_id: 1, shop_domain: 'other.myshopify.com', customer, orders_to_redact: [11] });
    expect((await post(redact, headersFor(redact, { 'x-shopify-topic': 'customers/redact' }))).status).toBe(200);
    expect((await post(request, headersFor(request, { 'x-shopify-topic': 'customers/data_request' }))).status).toBe(200);
    expect((await post(foreign, headersFor(foreign, { 'x-shopify-topic': 'customers/redact' }))).status).toBe(400);
    expect((await post(request, headersFor(request, { 'x-shopify-topic': 'shop/redact' }))).status).toBe(400);
    expect(store.signals().map(({ redact }) => redact)).toEqual([{ kind: 'customer', customerId: '7', orderIds: ['11', '12'] }, null]);
    expect(lines).toContainEqual(expect.objectContaining({ topic: 'customers/data_request', orders: 3, orderIds: ['11', '12', '13'] }));
    expect(JSON.stringify(lines)).not.toContain('canary');
  });
});

test('503 while the store cannot be written, and back to work after', async () => {
  const { post, store, metrics, lines } = await start();
  store.failure = Object.assign(new Error('disk full'), { code: 'SQLITE_FULL' });
  const headers = headersFor(ORDER);
  const refused = await post(ORDER, headers);
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(lines).toContainEqual(expect.objectContaining({ level: 'warn', code: 'SQLITE_FULL' }));
  store.failure = null;
  expect((await post(ORDER, headers)).status).toBe(200);
  expect(store.signals()).toHaveLength(1);
  expect(await metrics.registry.metrics()).toContain('webhooks_total{topic="orders/create",result="unavailable"} 1');
});

test('what arrives together is committed together', async () => {
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const batches: number[] = [];
  const { post } = await start({
    store: {
      acceptSignals: async (signals) => {
        batches.push(signals.length);
        if (batches.length === 1) await gate;
        return signals.map(() => ({ duplicate: false, redacted: null }));
      },
    },
  });
  const first = post(ORDER);
  await expect.poll(() => batches.length).toBe(1);
  const others = Array.from({ length: 20 }, () => post(ORDER));
  let refused = 0;
  // Refusals do not wait for the commit; when this one is answered, those before it have arrived.
  await post(ORDER, headersFor(ORDER, { 'x-shopify-hmac-sha256': '' })).then(() => (refused += 1));
  release();
  const statuses = (await Promise.all([first, ...others])).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(refused).toBe(1);
  expect(batches.length).toBeLessThanOrEqual(4);
  expect(batches.reduce((sum, size) => sum + size)).toBe(21);
});

describe('addresses', () => {
  test('webhooks are taken under any prefix', async () => {
    const { post } = await start({ publicUrl: 'https://example.com/prefix/' });
    for (const path of ['/webhooks/shopify', '/prefix/webhooks/shopify', '/a/b/webhooks/shopify?x=1']) {
      expect((await post(ORDER, headersFor(ORDER), path)).status).toBe(200);
    }
    expect((await post(ORDER, headersFor(ORDER), '/webhooks/shopify/other')).status).toBe(404);
    expect((await post(ORDER, headersFor(ORDER), '/webhooks')).status).toBe(404);
  });

  test('other methods are told the right one', async () => {
    const { origin } = await start();
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
      const response = await fetch(`${origin}/webhooks/shopify`, { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
    const page = await fetch(`${origin}/`, { method: 'POST', body: 'x' });
    expect([page.status, page.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('the page says what this is, at the root and at the public address', async () => {
    const { origin } = await start({ publicUrl: 'https://example.com/prefix' });
    for (const path of ['/', '/?hmac=1&shop=x', '/prefix', '/prefix/']) {
      const response = await fetch(origin + path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(await response.text()).toContain('turns the orders of a Shopify store into Converge events');
    }
    const head = await fetch(`${origin}/`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect((await fetch(`${origin}/favicon.ico`)).status).toBe(404);
  });
});
