/** Bulk operations: their life, their file, who is told, and what Shopify allows at a time. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { handClock, type HandClock } from '../clock.ts';
import { ORDERS, bulkClient, rowsOf } from './bulk-client.ts';
import { at } from './client.ts';

const DAY_MS = 86_400_000;

let clock: HandClock;
let sandbox: Sandbox;
let client: ReturnType<typeof bulkClient>;

async function start(options: SandboxOptions = {}): Promise<void> {
  clock = handClock();
  sandbox = await startSandbox({ clock, ...options });
  client = bulkClient(sandbox, clock);
}
beforeEach(() => start({ orders: 60 }));
afterEach(() => sandbox.close());

/** The order with everything but its connections, and the connections' nodes, as plain GraphQL answers. */
async function directly(): Promise<string[]> {
  const body = await client.ask('{ orders(first: 250) { nodes { id name lineItems(first: 250) { nodes { id quantity } } } } }');
  const orders = at(body, 'data.orders.nodes') as { id: string; name: string; lineItems: { nodes: { id: string; quantity: number }[] } }[];
  return orders
    .flatMap(({ id, name, lineItems }) => [{ id, name }, ...lineItems.nodes.map((line) => ({ ...line, __parentId: id }))])
    .map((row) => JSON.stringify(row))
    .sort();
}

describe('a bulk operation', () => {
  it('is created, runs and completes over time, with what plain queries answer', async () => {
    const { operation, id } = await client.start(ORDERS);
    expect(operation).toEqual({
      ...{ id: expect.stringMatching(/^gid:\/\/shopify\/BulkOperation\/\d+$/), status: 'CREATED', type: 'QUERY', errorCode: null },
      ...{ createdAt: '2026-11-20T12:00:00Z', completedAt: null, objectCount: '0', rootObjectCount: '0', fileSize: null },
      ...{ url: null, partialDataUrl: null, query: ORDERS },
    });
    await clock.advance(500);
    await sandbox.shopify.bulk.idle();
    expect(await client.poll(id)).toMatchObject({ status: 'RUNNING', url: null, completedAt: null });
    await clock.advance(10_000);
    const done = await client.poll(id);
    expect(done).toMatchObject({ status: 'COMPLETED', errorCode: null, rootObjectCount: '60', partialDataUrl: null });
    const text = await (await fetch(String(done['url']))).text();
    expect(done['fileSize']).toBe(String(Buffer.byteLength(text)));
    const rows = rowsOf(text);
    expect(done['objectCount']).toBe(String(rows.length));
    expect(rows.map((row) => JSON.stringify(row)).sort()).toEqual(await directly());
  });

  it('takes the longer the more orders there are', async () => {
    sandbox.shopify.bulk.setPace({ queuedMs: 0, baseMs: 1_000, msPerOrder: 100 });
    const { id } = await client.start(ORDERS);
    await sandbox.shopify.bulk.idle();
    await clock.advance(6_999);
    expect(await client.poll(id)).toMatchObject({ status: 'RUNNING' });
    await clock.advance(1);
    expect(await client.poll(id)).toMatchObject({ status: 'COMPLETED', completedAt: '2026-11-20T12:00:07Z' });
  });

  it('writes parents before children, apart from each other, the same for the same seed', async () => {
    const first = await client.rows((await client.run(ORDERS))['url']);
    const places = new Map(first.map(({ id }, place) => [id, place]));
    for (const { id, __parentId } of first) if (__parentId) expect(places.get(__parentId)).toBeLessThan(places.get(id) ?? -1);
    let parent = '';
    const apart = first.filter((row) => {
      if (!row.__parentId) parent = row.id;
      return row.__parentId && row.__parentId !== parent;
    });
    expect(apart.length).toBeGreaterThan(10);
    await sandbox.close();
    await start({ orders: 60 });
    expect(await client.rows((await client.run(ORDERS))['url'])).toEqual(first);
  });

  it('groups children under their parent when asked to', async () => {
    const rows = await client.rows((await client.run(ORDERS, true))['url']);
    let parent = '';
    for (const row of rows) {
      if (row.__parentId) expect(row.__parentId).toBe(parent);
      else parent = row.id;
    }
    expect(rows.map((row) => JSON.stringify(row)).sort()).toEqual(await directly());
  });

  it('reads all of a connection, whatever first says', async () => {
    sandbox.shop.createOrder({ lines: Array.from({ length: 300 }, () => ({ variant: 'MS-M' })), tags: ['long'] });
    const rows = await client.rows(
      (await client.run(ORDERS.replace('orders', 'orders(first: 1, query: "tag:long")').replace('lineItems', 'lineItems(first: 1)')))[
        'url'
      ],
    );
    expect(rows).toHaveLength(301);
  });

  it('has no address when nothing was found', async () => {
    expect(await client.run(ORDERS.replace('orders', 'orders(query: "tag:none")'))).toMatchObject({
      ...{ status: 'COMPLETED', url: null, partialDataUrl: null, objectCount: '0', rootObjectCount: '0', fileSize: null },
    });
  });

  it('fails where access is denied', async () => {
    sandbox.shop.setScopes(['read_orders']);
    const query = '{ orders { edges { node { id customer { id } } } } }';
    expect(await client.run(query)).toMatchObject({ status: 'FAILED', errorCode: 'ACCESS_DENIED', url: null });
  });

  it('is cancelled after a moment, and not when it has ended', async () => {
    const { id } = await client.start(ORDERS);
    await clock.advance(500);
    await sandbox.shopify.bulk.idle();
    expect(await client.cancel(id)).toMatchObject({ bulkOperation: { status: 'CANCELING', completedAt: null }, userErrors: [] });
    expect(await client.poll(id)).toMatchObject({ status: 'CANCELING' });
    await clock.advance(500);
    const canceled = await client.poll(id);
    expect(canceled).toMatchObject({ status: 'CANCELED', errorCode: null, url: null });
    expect((await client.rows(canceled['partialDataUrl'])).length).toBeGreaterThan(0);
    expect(await client.cancel(id)).toMatchObject({
      userErrors: [{ field: null, message: 'A bulk operation cannot be canceled when it is canceled' }],
    });
    expect(await client.cancel('gid://shopify/BulkOperation/1')).toEqual({
      ...{ bulkOperation: null, userErrors: [{ field: ['id'], message: 'Bulk operation does not exist' }] },
    });
  });

  it('runs beside four others, and the sixth is refused with their ids', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.push((await client.start(ORDERS)).id);
    const refused = await client.start(ORDERS);
    expect(refused).toMatchObject({
      operation: null,
      userErrors: [
        {
          field: null,
          message: `A bulk query operation for this app and shop is already in progress: ${ids.join(', ')}.`,
          code: 'OPERATION_IN_PROGRESS',
        },
      ],
    });
    await client.settle();
    expect((await client.start(ORDERS)).userErrors).toEqual([]);
  });

  it('is refused with code and field when its query is', async () => {
    expect(await client.start('{ shop { id } }')).toMatchObject({
      operation: null,
      userErrors: [{ field: ['query'], message: 'Bulk queries must contain at least one connection.', code: 'INVALID' }],
    });
  });

  it('is listed, newest first, by status too', async () => {
    const done = await client.run(ORDERS);
    const { id } = await client.start(ORDERS);
    const list = async (args: string) =>
      at(await client.ask(`{ bulkOperations(${args}) { edges { cursor node { id } } pageInfo { hasNextPage } } }`), 'data.bulkOperations');
    expect(await list('first: 1')).toEqual({ edges: [{ cursor: expect.any(String), node: { id } }], pageInfo: { hasNextPage: true } });
    expect(await list('first: 5, query: "status:completed"')).toMatchObject({ edges: [{ node: { id: done['id'] } }] });
    expect(await list('first: 5, reverse: true')).toMatchObject({ edges: [{ node: { id: done['id'] } }, { node: { id } }] });
  });

  it('tells the subscribers of bulk_operations/finish when it has ended', async () => {
    const heard: { topic: unknown; body: string }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        heard.push({ topic: request.headers['x-shopify-topic'], body });
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      await client.ask(
        `mutation { webhookSubscriptionCreate(topic: BULK_OPERATIONS_FINISH, webhookSubscription: { uri: "${uri}" }) { userErrors { message } } }`,
      );
      const { id } = await client.run(ORDERS);
      await sandbox.webhooks.idle();
      expect(heard.map(({ topic, body }) => ({ topic, body: JSON.parse(body) as unknown }))).toEqual([
        {
          topic: 'bulk_operations/finish',
          body: {
            ...{ admin_graphql_api_id: id, created_at: '2026-11-20T07:00:00-05:00', error_code: null, status: 'completed', type: 'query' },
            completed_at: expect.stringMatching(/^2026-11-20T07:00:01-05:00$/),
          },
        },
      ]);
      sandbox.shopify.bulk.setFaults({ losesWebhook: true });
      await client.run(ORDERS);
      await sandbox.webhooks.idle();
      expect(heard).toHaveLength(1);
    } finally {
      server.close();
    }
  });
});

describe('the file', () => {
  let url: string;
  let whole: string;
  beforeEach(async () => {
    url = String((await client.run(ORDERS))['url']);
    whole = await (await fetch(url, { headers: { 'accept-encoding': 'identity' } })).text();
  });

  it('comes in any ranges, which make up the whole', async () => {
    const size = Buffer.byteLength(whole);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: size - 1 }), async (cut) => {
        const head = await fetch(url, { headers: { range: `bytes=0-${cut - 1}` } });
        const etag = String(head.headers.get('etag'));
        expect([head.status, head.headers.get('content-range')]).toEqual([206, `bytes 0-${cut - 1}/${size}`]);
        const tail = await fetch(url, { headers: { range: `bytes=${cut}-`, 'if-range': etag } });
        expect(tail.status).toBe(206);
        const bytes = [Buffer.from(await head.arrayBuffer()), Buffer.from(await tail.arrayBuffer())];
        expect(Buffer.concat(bytes).toString('utf8')).toBe(whole);
      }),
      { numRuns: 20 },
    );
    const last = await fetch(url, { headers: { range: 'bytes=-10' } });
    expect(await last.text()).toBe(whole.slice(-10));
    expect((await fetch(url, { headers: { range: `bytes=${size}-` } })).status).toBe(416);
    const changed = await fetch(url, { headers: { range: 'bytes=5-', 'if-range': '"another"' } });
    expect([changed.status, await changed.text()]).toEqual([200, whole]);
  });

  it('comes zipped when asked for', async () => {
    const zipped = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
    expect(zipped.headers.get('content-encoding')).toBe('gzip');
    expect(await zipped.text()).toBe(whole);
  });

  it('expires after 7 days', async () => {
    const { id } = sandbox.shopify.bulk.operations()[0] ?? { id: '' };
    await clock.advance(7 * DAY_MS - 3_700_000);
    expect((await fetch(url)).status).toBe(200);
    await clock.advance(3_700_000);
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('<Code>ExpiredToken</Code>')]);
    expect(await client.poll(`gid://shopify/BulkOperation/${id}`)).toMatchObject({ status: 'EXPIRED', url: null });
    expect((await fetch(url.replace(/outputs\/\w+/, 'outputs/0'))).status).toBe(404);
  });
});
