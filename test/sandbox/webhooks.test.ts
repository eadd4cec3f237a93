/** Webhooks: subscribing, and deliveries as Shopify makes them. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { includeFields } from '../../src/sandbox/include-fields.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { retryWaitMs, topicName } from '../../src/sandbox/deliveries.ts';
import { handClock, type HandClock } from '../clock.ts';
import { ask, at, operation, token, type Json } from './client.ts';

interface Hook {
  headers: IncomingHttpHeaders;
  raw: string;
  body: Json;
}

let clock: HandClock;
let sandbox: Sandbox;
let hooks: Hook[];
/** Null: never answers. */
let status: (hook: Hook) => number | null;
let address: string;
let accessToken: string;

const receiver = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const raw = Buffer.concat(chunks).toString('utf8');
    const hook = { headers: request.headers, raw, body: JSON.parse(raw) as Json };
    hooks.push(hook);
    const answer = status(hook);
    if (answer !== null) response.writeHead(answer).end();
  });
});

async function start(options: SandboxOptions = {}): Promise<void> {
  clock = handClock();
  sandbox = await startSandbox({ clock, ...options });
  accessToken = await token(sandbox);
}

async function subscribe(topics: string[], subscription: object = {}): Promise<Json[]> {
  const answers: Json[] = [];
  for (const topic of topics) {
    const { body } = await ask(sandbox, accessToken, operation('SubscriptionCreate'), {
      topic,
      subscription: { uri: address, ...subscription },
    });
    answers.push(at(body, 'data.webhookSubscriptionCreate') ?? null);
  }
  return answers;
}

const topics = (): string[] => hooks.map(({ headers }) => String(headers['x-shopify-topic']));

beforeEach(async () => {
  hooks = [];
  status = () => 200;
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhooks/shopify`;
});
afterEach(async () => {
  await sandbox.close();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

describe('a delivery', () => {
  beforeEach(() => start());

  it('is signed over its bytes and carries every header', async () => {
    await subscribe(['ORDERS_CREATE', 'ORDERS_PAID'], { name: 'mine' });
    const [, { userErrors }] = (await subscribe(['ORDERS_PAID', 'ORDERS_UPDATED'])) as unknown as [Json, { userErrors: Json }];
    expect(userErrors).toEqual([]);
    const order = sandbox.shop.createOrder({ customer: { email: 'zoë@example.com', firstName: 'Zoë 🎈' } });
    await sandbox.webhooks.idle();
    const [created] = hooks;
    if (!created) throw new Error('nothing came');
    const { headers, raw, body } = created;
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-shopify-topic': 'orders/create',
      'x-shopify-shop-domain': 'sandbox-store.myshopify.com',
      'x-shopify-api-version': '2026-10',
      'x-shopify-triggered-at': '2026-11-20T12:00:00.000000000Z',
      'x-shopify-hmac-sha256': createHmac('sha256', sandbox.clientSecret).update(raw, 'utf8').digest('base64'),
    });
    expect(body).toMatchObject({
      id: Number(order.id),
      admin_graphql_api_id: `gid://shopify/Order/${order.id}`,
      name: '#1001',
      created_at: '2026-11-20T07:00:00-05:00',
      total_price: '98.00',
      customer: { first_name: 'Zoë 🎈' },
      line_items: [{ title: 'Wool Runner', price: '98.00' }],
      financial_status: 'paid',
    });
    // One action, one event; every delivery an id of its own.
    expect(new Set(hooks.map((hook) => hook.headers['x-shopify-event-id'])).size).toBe(1);
    expect(new Set(hooks.map((hook) => hook.headers['x-shopify-webhook-id'])).size).toBe(hooks.length);
  });

  it('keeps the digits of ids beyond 2^53', async () => {
    await sandbox.close();
    await start({ firstOrderId: 820982911946154508n });
    await subscribe(['ORDERS_CREATE'], { includeFields: ['id', 'admin_graphql_api_id'] });
    sandbox.shop.createOrder();
    await sandbox.webhooks.idle();
    expect(hooks[0]?.raw).toBe('{"id":820982911946154508,"admin_graphql_api_id":"gid://shopify/Order/820982911946154508"}');
  });

  it('is cut down to the fields asked for', async () => {
    await subscribe(['ORDERS_CREATE'], {
      includeFields: ['id', 'updated_at', 'line_items.quantity', 'customer.default_address.city', 'nothing.there'],
    });
    await subscribe(['ORDERS_EDITED'], { includeFields: ['order_edit.order_id'] });
    const order = sandbox.shop.createOrder({ customer: { email: 'a@example.com', defaultAddress: { city: 'Cork' } } });
    sandbox.shop.editOrder(order.id, { add: [{ variant: 'TM-1' }] });
    await sandbox.webhooks.idle();
    expect(hooks.map(({ body }) => body)).toEqual([
      {
        id: Number(order.id),
        updated_at: '2026-11-20T07:00:00-05:00',
        line_items: [{ quantity: 1 }],
        customer: { default_address: { city: 'Cork' } },
      },
      { order_edit: { order_id: Number(order.id) } },
    ]);
  });

  it('tells of what happened, topic by topic', async () => {
    const all = [
      'ORDERS_CREATE',
      'ORDERS_UPDATED',
      'ORDERS_EDITED',
      'ORDERS_PAID',
      'ORDERS_CANCELLED',
      'ORDERS_DELETE',
      'REFUNDS_CREATE',
      'ORDER_TRANSACTIONS_CREATE',
      'APP_UNINSTALLED',
    ];
    await subscribe(all);
    const happened = async (act: () => unknown): Promise<string[]> => {
      hooks = [];
      act();
      await sandbox.webhooks.idle();
      return topics().sort();
    };
    const { shop } = sandbox;
    expect(await happened(() => shop.createOrder())).toEqual([
      'order_transactions/create',
      'orders/create',
      'orders/paid',
      'orders/updated',
    ]);
    expect(await happened(() => shop.editOrder('#1001', { add: [{ variant: 'TM-1' }] }))).toEqual(['orders/edited', 'orders/updated']);
    expect(await happened(() => shop.pay('#1001'))).toEqual(['order_transactions/create', 'orders/paid', 'orders/updated']);
    const lineId = shop.order('#1001').lines[0]?.id ?? '';
    expect(await happened(() => shop.editOrder('#1001', { remove: [{ lineId, quantity: 1 }] }))).toEqual([
      'orders/edited',
      'orders/updated',
      'refunds/create',
    ]);
    expect(await happened(() => shop.refund('#1001', { amount: 5, pending: true }))).toEqual(['orders/updated', 'refunds/create']);
    const pending = shop.order('#1001').refunds.at(-1)?.id ?? '';
    expect(await happened(() => shop.settleRefund('#1001', pending))).toEqual(['order_transactions/create', 'orders/updated']);
    expect(await happened(() => shop.addTags('#1001', ['VIP']))).toEqual(['orders/updated']);
    expect(await happened(() => shop.cancel('#1001'))).toEqual([
      'order_transactions/create',
      'orders/cancelled',
      'orders/updated',
      'refunds/create',
    ]);
    expect(await happened(() => shop.deleteOrder('#1001'))).toEqual(['orders/delete']);
    expect(await happened(() => shop.createOrder({}, { silent: true }))).toEqual([]);
    expect(await happened(() => shop.uninstall())).toEqual(['app/uninstalled']);
    // The subscriptions went with the app.
    expect(await happened(() => shop.createOrder())).toEqual([]);
  });

  it('of a refund and a transaction has their own shape', async () => {
    await subscribe(['REFUNDS_CREATE', 'ORDER_TRANSACTIONS_CREATE', 'ORDERS_DELETE']);
    const order = sandbox.shop.createOrder({ payment: 'none', shipping: { price: 4 } });
    sandbox.shop.pay(order.id);
    const refund = sandbox.shop.refund(order.id, { lines: [{ lineId: order.lines[0]?.id ?? '', quantity: 1 }], shipping: 'full' });
    sandbox.shop.deleteOrder(order.id);
    await sandbox.webhooks.idle();
    const of = (topic: string): Json[] => hooks.filter(({ headers }) => headers['x-shopify-topic'] === topic).map(({ body }) => body);
    expect(of('refunds/create')).toEqual([
      expect.objectContaining({
        id: Number(refund.id),
        order_id: Number(order.id),
        refund_line_items: [expect.objectContaining({ quantity: 1, subtotal: '98.00' })],
        refund_shipping_lines: [
          expect.objectContaining({
            subtotal_amount_set: expect.objectContaining({ shop_money: { amount: '4.00', currency_code: 'USD' } }),
          }),
        ],
        transactions: [expect.objectContaining({ kind: 'refund', status: 'success', amount: '102.00' })],
      }),
    ]);
    expect(of('order_transactions/create').map((body) => [at(body, 'kind'), at(body, 'order_id')])).toEqual([
      ['sale', Number(order.id)],
      ['refund', Number(order.id)],
    ]);
    expect(of('orders/delete')).toEqual([{ id: Number(order.id) }]);
  });
});

describe('a failed delivery', () => {
  beforeEach(() => start());

  it('is repeated 8 times over 4 hours, with the same bytes and id', async () => {
    await subscribe(['ORDERS_CREATE']);
    const first = ({ body }: Hook): boolean => at(body, 'name') === '#1001';
    status = (hook) => (first(hook) ? 503 : 200);
    sandbox.shop.createOrder();
    await sandbox.webhooks.idle();
    for (let retry = 0; retry < 8; retry += 1) {
      // A success in between: the failures are not consecutive, the subscription stays.
      sandbox.shop.createOrder();
      await sandbox.webhooks.idle();
      await clock.advance(Math.ceil(retryWaitMs(retry)) - 1);
      expect(hooks.filter(first)).toHaveLength(retry + 1);
      await clock.advance(1);
      await sandbox.webhooks.idle();
    }
    const attempts = hooks.filter(first);
    expect(attempts).toHaveLength(9);
    expect(new Set(attempts.map(({ raw }) => raw)).size).toBe(1);
    expect(new Set(attempts.map(({ headers }) => headers['x-shopify-webhook-id'])).size).toBe(1);
    await clock.advance(86_400_000);
    await sandbox.webhooks.idle();
    expect(hooks.filter(first)).toHaveLength(9);
    expect(sandbox.webhooks.list().find(({ attempts: made }) => made.length === 9)?.state).toBe('given_up');
  });

  it('waits longer each time, 4 hours in all', () => {
    const waits = Array.from({ length: 8 }, (_, retry) => retryWaitMs(retry));
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeCloseTo(4 * 3_600_000);
    expect(waits.every((wait, index) => index === 0 || wait === 2 * (waits[index - 1] ?? 0))).toBe(true);
  });

  it('removes the subscription after 8 consecutive failures', async () => {
    await subscribe(['ORDERS_CREATE', 'ORDERS_EDITED']);
    status = () => 500;
    sandbox.shop.createOrder();
    const list = async () =>
      at(
        (await ask(sandbox, await token(sandbox), '{ webhookSubscriptions(first: 9) { nodes { topic } } }')).body,
        'data.webhookSubscriptions.nodes',
      );
    for (let failures = 1; failures < 8; failures += 1) {
      await sandbox.webhooks.idle();
      expect(hooks).toHaveLength(failures);
      expect(await list()).toHaveLength(2);
      await clock.advance(Math.ceil(retryWaitMs(failures - 1)));
    }
    await sandbox.webhooks.idle();
    expect(hooks).toHaveLength(8);
    expect(await list()).toEqual([{ topic: 'ORDERS_EDITED' }]);
  });

  it.each([
    ['a redirect', 302],
    ['no answer within 5 s', null],
  ])('is %s', async (_, answer) => {
    await subscribe(['ORDERS_CREATE']);
    status = () => answer;
    sandbox.shop.createOrder();
    if (answer === null) {
      while (hooks.length === 0) await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(5_000);
    }
    await sandbox.webhooks.idle();
    expect(sandbox.webhooks.list()[0]).toMatchObject({ state: 'waiting', attempts: [{ status: answer }] });
    status = () => 200;
    await clock.advance(Math.ceil(retryWaitMs(0)));
    await sandbox.webhooks.idle();
    expect(sandbox.webhooks.list()[0]).toMatchObject({ state: 'delivered', attempts: [{ status: answer }, { status: 200 }] });
  });
});

describe('disorder on demand', () => {
  const create = async (): Promise<string[]> => {
    await subscribe(['ORDERS_CREATE']);
    for (let index = 0; index < 20; index += 1) sandbox.shop.createOrder();
    await sandbox.webhooks.idle();
    return hooks.map(({ body }) => String(at(body, 'name')));
  };
  const inOrder = Array.from({ length: 20 }, (_, index) => `#${1001 + index}`);

  it('shuffles', async () => {
    await start({ webhooks: { shuffle: true } });
    const names = await create();
    expect(names).not.toEqual(inOrder);
    expect(names.toSorted()).toEqual(inOrder);
  });

  it('repeats with the same id', async () => {
    await start({ webhooks: { duplicate: 1 } });
    const names = await create();
    expect(names).toHaveLength(40);
    expect(new Set(hooks.map(({ headers }) => headers['x-shopify-webhook-id'])).size).toBe(20);
  });

  it('loses', async () => {
    await start();
    sandbox.webhooks.setFaults({ drop: 0.5 });
    const names = await create();
    expect(names.length).toBeGreaterThan(3);
    expect(names.length).toBeLessThan(17);
  });
});

describe('subscribing', () => {
  const message = (answer: Json | undefined): unknown => at(answer, 'userErrors.0.message');

  it('answers with Shopify’s errors', async () => {
    await start({ allowLoopbackWebhooks: false });
    const refused = async (subscription: object): Promise<unknown> => message((await subscribe(['ORDERS_CREATE'], subscription))[0]);
    expect(await refused({ uri: '' })).toBe("Address can't be blank");
    expect(await refused({ uri: 'http://example.com/x' })).toBe('Address protocol http:// is not supported');
    expect(await refused({ uri: 'https://shop.myshopify.com/x' })).toBe('Address cannot be a Shopify or an internal domain');
    expect(await refused({ uri: 'https://localhost/x' })).toBe('Address cannot be a Shopify or an internal domain');
    expect(await refused({ uri: 'pubsub://broken' })).toBe('Address protocol pubsub:// is not supported');
    expect(await refused({ uri: `https://example.com/${'x'.repeat(65_536)}` })).toBe('Address is too big (maximum is 64 KB)');
    expect(await refused({ uri: 'https://example.com/x', name: 'has spaces' })).toContain(
      'alphanumeric characters, underscores, and hyphens',
    );
    const uri = 'https://example.com/hooks';
    const [created, again] = await subscribe(['ORDERS_CREATE', 'ORDERS_CREATE'], { uri });
    expect(at(created, 'webhookSubscription.id')).toMatch(/^gid:\/\/shopify\/WebhookSubscription\/\d+$/);
    expect(again).toEqual({
      webhookSubscription: null,
      userErrors: [{ field: ['webhookSubscription', 'callbackUrl'], message: 'Address for this topic has already been taken' }],
    });
    expect(message((await subscribe(['ORDERS_CREATE'], { uri, format: 'XML' }))[0])).toBeUndefined();
  });

  it('changes and removes', async () => {
    await start();
    const [created] = await subscribe(['ORDERS_CREATE'], { uri: 'https://example.com/a', includeFields: ['id'] });
    const id = String(at(created, 'webhookSubscription.id'));
    const run = async (name: string, variables: object) => (await ask(sandbox, accessToken, operation(name), variables)).body;
    const updated = await run('SubscriptionUpdate', { id, subscription: { includeFields: ['id', 'updated_at'] } });
    expect(at(updated, 'data.webhookSubscriptionUpdate')).toEqual({ webhookSubscription: { id }, userErrors: [] });
    const listed = await run('Subscriptions', { first: 5 });
    expect(at(listed, 'data.webhookSubscriptions.nodes')).toEqual([
      {
        id,
        topic: 'ORDERS_CREATE',
        uri: 'https://example.com/a',
        format: 'JSON',
        filter: null,
        includeFields: ['id', 'updated_at'],
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      },
    ]);
    expect(at(await run('SubscriptionDelete', { id }), 'data.webhookSubscriptionDelete.deletedWebhookSubscriptionId')).toBe(id);
    const unknown = [{ field: ['id'], message: 'Webhook subscription does not exist' }];
    expect(at(await run('SubscriptionDelete', { id }), 'data.webhookSubscriptionDelete.userErrors')).toEqual(unknown);
    expect(at(await run('SubscriptionUpdate', { id, subscription: {} }), 'data.webhookSubscriptionUpdate.userErrors')).toEqual(unknown);
  });

  it('needs the scope of the topic', async () => {
    await start({ scopes: ['read_products'] });
    const [refused, allowed] = await subscribe(['ORDERS_CREATE', 'APP_UNINSTALLED']);
    expect(message(refused)).toContain('read_orders');
    expect(message(allowed)).toBeUndefined();
  });
});

describe('names and fields', () => {
  it('of topics', () => {
    expect(
      ['ORDERS_CREATE', 'ORDERS_PARTIALLY_FULFILLED', 'ORDER_TRANSACTIONS_CREATE', 'APP_UNINSTALLED', 'BULK_OPERATIONS_FINISH'].map(
        topicName,
      ),
    ).toEqual(['orders/create', 'orders/partially_fulfilled', 'order_transactions/create', 'app/uninstalled', 'bulk_operations/finish']);
  });

  it('a name is not the beginning of another', () => {
    expect(includeFields({ id: 1, id_x: 2, list: [{ a: 1, b: 2 }, 3] }, ['id', 'list.a'])).toEqual({ id: 1, list: [{ a: 1 }, 3] });
    expect(includeFields({ id: 1, id_x: 2 }, ['id_x'])).toEqual({ id_x: 2 });
    expect(includeFields({ a: null }, ['a.b'])).toEqual({ a: null });
  });
});
