/** What the pages read: traffic by time, one order whole, the log page by page. */
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { claimLanes, connected, delivered, MINUTE, place, SHOP, signal, T0 } from './fixture.ts';

const times = fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 60 }).map((all) => all.sort((a, b) => a - b));

test('traffic by time is what counting the rows gives, with old rows gone from the start', async () => {
  const store = await connected();
  const file = new Database(store.path);
  const addReceipt = file.prepare(
    "insert into webhook_receipts (store, delivery_id, topic, received_at) values ('main', ?, 'orders/create', ?)",
  );
  const addAttempt = file.prepare('insert into attempts (event, at, latency_ms, status) values (1, ?, ?, 200)');
  await fc.assert(
    fc.asyncProperty(
      times,
      times,
      fc.nat(20),
      fc.integer({ min: -50, max: 900 }),
      fc.integer({ min: 1, max: 300 }),
      async (received, posted, gone, from, spanMs) => {
        file.exec('delete from webhook_receipts; delete from attempts');
        received.forEach((at, index) => addReceipt.run(`d${index}`, at));
        posted.forEach((at, index) => addAttempt.run(at, index));
        file.exec(`delete from webhook_receipts where rowid <= ${gone}`);
        const kept = received.slice(gone);
        const spans = await store.traffic(from, spanMs, 4);
        const within = (all: number[], index: number) =>
          all.filter((at) => at >= from + index * spanMs && at < from + (index + 1) * spanMs).length;
        expect(spans.map(({ webhooks }) => webhooks)).toEqual([0, 1, 2, 3].map((index) => within(kept, index)));
        expect(spans.map(({ attempts }) => attempts)).toEqual([0, 1, 2, 3].map((index) => within(posted, index)));
        for (const { attempts, latencyMs } of spans) expect(latencyMs === null).toBe(attempts === 0);
      },
    ),
    { numRuns: 60 },
  );
  file.exec('delete from attempts');
  for (let index = 0; index < 1_000; index += 1) addAttempt.run(5, index);
  file.close();
  const [span] = await store.traffic(0, 10, 1);
  expect(span).toMatchObject({ from: 0, to: 10, attempts: 1_000 });
  expect(span!.latencyMs!.median).toBeGreaterThan(450);
  expect(span!.latencyMs!.median).toBeLessThan(550);
  expect(span!.latencyMs!.p95).toBeGreaterThan(900);
});

test('an order is shown with its decision, what it waits for and its events, without the customer', async () => {
  const store = await connected();
  await place(store, '1', ['1', 'refund-7'], T0, { customerId: 'c77' });
  const [lane] = await claimLanes(store, T0);
  await store.settle(lane!, [{ event: lane!.events[0]!, settlement: delivered }], T0 + 5);
  const order = await store.getOrder(SHOP, '#1');
  expect(order).toMatchObject({
    orderId: '1',
    ledger: { name: '#1', decision: 'sent', total: '10.00', trail: ['looked at'] },
    due: null,
    events: [
      { eventId: '1', state: 'delivered', settledAt: T0 + 5 },
      { eventId: 'refund-7', state: 'pending', settledAt: null },
    ],
  });
  expect(JSON.stringify(order)).not.toContain('c77');
  await store.acceptSignals([signal({ orderId: '2', heldUntil: T0 + MINUTE })]);
  expect(await store.getOrder(SHOP, 'gid://shopify/Order/2')).toMatchObject({
    ledger: null,
    due: { dueAt: T0 + MINUTE, reason: 'upsell', reading: false },
    events: [],
  });
  expect(await store.getOrder(SHOP, '3')).toBeNull();
});

test('the log is read page by page without a gap, also through events written at the same time', async () => {
  const store = await connected();
  for (let id = 1; id <= 9; id += 1) await place(store, String(id), [String(id)], T0 + Math.floor(id / 4));
  const seen: string[] = [];
  for (let before: { createdAt: number; id: number } | undefined; ;) {
    const page = await store.listEvents({ limit: 2, ...(before && { before }) });
    if (page.length === 0) break;
    seen.push(...page.map(({ eventId }) => eventId));
    before = page.at(-1);
  }
  expect(seen).toEqual(['9', '8', '7', '6', '5', '4', '3', '2', '1']);
});

test('the size is that of the files', async () => {
  const store = await connected();
  const { databaseBytes, logBytes } = await store.size();
  expect(databaseBytes).toBeGreaterThan(4_000);
  expect(logBytes).toBeGreaterThan(4_000);
});
