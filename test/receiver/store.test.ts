import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import type { Store } from '../../src/store/types.ts';
import { headersFor, sendRaw, SHOP, sign, startReceiver } from './running.ts';

let folder: string;
let store: Store;
let running: Awaited<ReturnType<typeof startReceiver>>;
let tokens = 0;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'receiver-'));
  store = openStore({ path: join(folder, 'connector.sqlite'), newToken: () => `token-${(tokens += 1)}` });
  running = await startReceiver({ store });
  await store.saveConnection({
    name: 'main',
    domain: SHOP,
    shopName: 'Converge Store',
    currency: 'EUR',
    timeZone: 'UTC',
    scopes: [],
    connectedAt: running.clock.now(),
    tokenAt: null,
    subscriptions: [],
    subscriptionsCheckedAt: null,
  });
});

afterEach(async () => {
  await running.server.close(0);
  await store.close();
  rmSync(folder, { recursive: true });
});

function order(id: number, createdAt = '2026-11-20T11:58:00Z'): string {
  return JSON.stringify({ id, created_at: createdAt });
}

async function due(): Promise<string[]> {
  const claims = await store.claimDueOrders('main', { limit: 100, now: running.clock.now(), leaseMs: 1_000 });
  return claims.map(({ orderId }) => orderId);
}

test('a webhook becomes a receipt and an order that is due when its upsell delay is over', async () => {
  expect((await running.post(order(1))).status).toBe(200);
  expect(await store.counts('main', running.clock.now())).toMatchObject({ receipts: 1, due: 1, waiting: 1 });
  expect(await due()).toEqual([]);
  await running.clock.advance(8 * 60_000);
  expect(await due()).toEqual(['1']);
});

test('a repeated delivery changes nothing', async () => {
  const headers = headersFor(order(1));
  for (let i = 0; i < 3; i += 1) expect((await running.post(order(1), headers)).status).toBe(200);
  expect(await store.counts('main', running.clock.now())).toMatchObject({ receipts: 1, due: 1 });
});

test('the same delivery many times at once is one receipt', async () => {
  const headers = headersFor(order(1));
  const answers = await Promise.all(Array.from({ length: 40 }, () => running.post(order(1), headers)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(await store.counts('main', running.clock.now())).toMatchObject({ receipts: 1, due: 1 });
});

test('a topic nobody uses leaves its receipt and nothing due', async () => {
  await running.post('{}', headersFor('{}', { 'x-shopify-topic': 'carts/update' }));
  expect(await store.counts('main', running.clock.now())).toMatchObject({ receipts: 1, due: 0 });
});

test('an uninstall asks for a check of the connection and believes nothing yet', async () => {
  await running.post('{"id":1}', headersFor('{"id":1}', { 'x-shopify-topic': 'app/uninstalled' }));
  expect(await store.getStore('main')).toMatchObject({ state: 'connected', checkRequestedAt: running.clock.now() });
});

test('a redaction is carried out in the same commit and told in counts', async () => {
  await running.post(order(1));
  const body = JSON.stringify({ shop_id: 1, shop_domain: SHOP, customer: { id: 7, email: 'canary@example.com' }, orders_to_redact: [1] });
  expect((await running.post(body, headersFor(body, { 'x-shopify-topic': 'customers/redact' }))).status).toBe(200);
  expect(running.lines).toContainEqual(
    expect.objectContaining({ topic: 'customers/redact', msg: 'personal data removed, as Shopify asked', removed: expect.any(Object) }),
  );
  expect(JSON.stringify(running.lines)).not.toContain('canary');
});

test('refused requests leave no row', async () => {
  const body = order(1);
  await running.post(body, headersFor(body, { 'x-shopify-hmac-sha256': sign('other') }));
  await running.post(body, headersFor(body, { 'x-shopify-webhook-id': undefined }));
  await running.post('[]');
  await sendRaw(running.port, 'POST /webhooks/shopify HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc', (socket) => socket.end());
  expect(await store.counts('main', running.clock.now())).toMatchObject({ receipts: 0, due: 0 });
});

test('a burst from many connections is all there, in few commits', async () => {
  let commits = 0;
  const counted = await startReceiver({
    store: {
      acceptSignals: (signals) => {
        commits += 1;
        return store.acceptSignals(signals);
      },
    },
  });
  const answers = await Promise.all(Array.from({ length: 300 }, (_, index) => counted.post(order(index + 1))));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(await store.counts('main', running.clock.now())).toMatchObject({ receipts: 300, due: 300 });
  expect(commits).toBeLessThan(150);
  await counted.server.close(0);
});

test('503 when the store is gone', async () => {
  await store.close();
  expect((await running.post(order(1))).status).toBe(503);
});
