/** Signals: what a webhook changes, and what it must not. */
import { expect, test } from 'vitest';
import { acceptSignals } from '../../src/store/accept-signals.ts';
import { connect } from '../../src/store/open.ts';
import { claimDue, connected, due, MINUTE, open, place, rows, SHOP, signal, T0, tempPath, write } from './fixture.ts';

test('a new order is due when its hold ends, at once when the hold is unknown or over', async () => {
  const store = await connected();
  await store.acceptSignals([
    signal({ orderId: '1', heldUntil: T0 + 10 * MINUTE, topic: 'orders/create' }),
    signal({ orderId: '2' }),
    signal({ orderId: '3', heldUntil: T0 - MINUTE }),
  ]);
  expect(
    due(store).map(({ due_at, held_until, version, reason, first_due_at, lane }) => [
      due_at - T0,
      held_until,
      version,
      reason,
      first_due_at,
      lane,
    ]),
  ).toEqual([
    [10 * MINUTE, T0 + 10 * MINUTE, 1, 'upsell', T0, 'live'],
    [0, null, 1, 'orders/updated', T0, 'live'],
    [0, null, 1, 'orders/updated', T0, 'live'],
  ]);
});

test('a known delivery changes nothing, also within one batch', async () => {
  const store = await connected();
  const first = signal({ deliveryId: 'd' });
  expect(await store.acceptSignals([first, { ...first, orderId: '2' }])).toEqual([
    { duplicate: false, redacted: null },
    { duplicate: true, redacted: null },
  ]);
  expect(await store.acceptSignals([first])).toEqual([{ duplicate: true, redacted: null }]);
  expect(due(store).map(({ order_id, version }) => [order_id, version])).toEqual([['1', 1]]);
  expect(rows(store, 'select * from webhook_receipts')).toEqual([
    {
      store: SHOP,
      delivery_id: 'd',
      event_id: 'event',
      topic: 'orders/updated',
      order_id: '1',
      triggered_at: first.triggeredAt,
      received_at: T0,
    },
  ]);
  expect((await store.acceptSignals([{ ...first, store: 'other' }]))[0]?.duplicate).toBe(false);
});

test('no signal makes a held order due earlier or later; edit and refund may come before the order', async () => {
  const store = await connected();
  const heldUntil = T0 + 10 * MINUTE;
  await store.acceptSignals([signal({ heldUntil, topic: 'orders/create' })]);
  await store.acceptSignals([
    signal({ topic: 'refunds/create', receivedAt: T0 + MINUTE }),
    signal({ topic: 'orders/edited', receivedAt: T0 + 2 * MINUTE, heldUntil }),
  ]);
  expect(due(store)[0]).toMatchObject({ due_at: heldUntil, held_until: heldUntil, version: 3, reason: 'upsell' });
  expect(await claimDue(store, heldUntil - 1)).toEqual([]);
  expect(await claimDue(store, heldUntil)).toHaveLength(1);
});

test('a hold that is learned later does not move an order later, and lasts from the next read on', async () => {
  const store = await connected();
  const heldUntil = T0 + 10 * MINUTE;
  await store.acceptSignals([signal({ topic: 'refunds/create' })]);
  await store.acceptSignals([signal({ topic: 'orders/create', heldUntil, receivedAt: T0 + 1 })]);
  expect(due(store)[0]).toMatchObject({ due_at: T0, held_until: heldUntil });
  const [claim] = await claimDue(store, T0 + 1);
  await store.acceptSignals([signal({ receivedAt: T0 + 2 })]);
  await store.writeOrders(SHOP, [write(claim!, { decision: 'nothing_to_send' })], T0 + 3);
  expect(due(store)[0]).toMatchObject({ due_at: heldUntil, held_until: heldUntil, lease_token: null });
});

test('a signal makes an order due now that waits for a retry or a pending refund', async () => {
  const store = await connected();
  await store.acceptSignals([signal({ orderId: '1' }), signal({ orderId: '2' })]);
  const [first, second] = await claimDue(store, T0);
  await store.releaseDueOrders([first!], T0 + 60 * MINUTE, 'SHOPIFY_DOWN');
  await store.writeOrders(SHOP, [write(second!, { dueAgainAt: T0 + 60 * MINUTE, dueAgainReason: 'pending_refund' })], T0);
  await store.acceptSignals([
    signal({ orderId: '1', receivedAt: T0 + MINUTE }),
    signal({ orderId: '2', receivedAt: T0 + MINUTE, topic: 'refunds/create' }),
  ]);
  expect(due(store).map(({ due_at, reason }) => [due_at, reason])).toEqual([
    [T0 + MINUTE, 'orders/updated'],
    [T0 + MINUTE, 'refunds/create'],
  ]);
});

test('a leased order keeps its lease and gets a new version; deletes and a live lane are remembered', async () => {
  const store = await connected();
  await store.markFound(SHOP, [{ orderId: '1', createdAt: T0, updatedAt: '2026-11-20T12:00:00Z', heldUntil: T0, lane: 'historical' }], T0);
  const [claim] = await claimDue(store, T0);
  expect(claim).toMatchObject({ lane: 'historical', version: 1, deleteSeen: false });
  await store.acceptSignals([signal({ deletes: true, receivedAt: T0 + 1 }), signal({ receivedAt: T0 + 2 })]);
  expect(due(store)[0]).toMatchObject({
    due_at: T0 + 5 * MINUTE,
    lease_token: claim!.leaseToken,
    version: 3,
    delete_seen: 1,
    lane: 'live',
  });
});

test('a finished order that is signalled again gets a new row', async () => {
  const store = await connected();
  await place(store, '1');
  expect(due(store)).toEqual([]);
  await store.acceptSignals([signal({ receivedAt: T0 + MINUTE })]);
  expect(due(store)[0]).toMatchObject({ due_at: T0 + MINUTE, version: 1, first_due_at: T0 + MINUTE, attempts: 0 });
});

test('a signal without an order leaves its receipt; a check of the connection is asked for and cleared once', async () => {
  const store = await connected();
  await store.acceptSignals([signal({ orderId: null, topic: 'app/uninstalled', checksConnection: true })]);
  expect(due(store)).toEqual([]);
  expect(await store.getStore(SHOP)).toMatchObject({ checkRequestedAt: T0 });
  await store.clearConnectionCheck(SHOP, T0 - 1);
  expect(await store.getStore(SHOP)).toMatchObject({ checkRequestedAt: T0 });
  await store.clearConnectionCheck(SHOP, T0);
  expect(await store.getStore(SHOP)).toMatchObject({ checkRequestedAt: null });
});

test('a disconnected or unknown store still takes signals and gives no work', async () => {
  const store = open();
  await store.acceptSignals([signal()]);
  expect(await claimDue(store, T0)).toEqual([]);
  expect(due(store)).toHaveLength(1);
});

test('a full disk is reported as such and leaves nothing of the batch behind', async () => {
  const connection = connect(tempPath());
  const accept = acceptSignals(connection);
  await accept([signal({ orderId: '1' })]);
  connection.client.pragma(`max_page_count = ${String(connection.client.pragma('page_count', { simple: true }))}`);
  const batch = Array.from({ length: 500 }, (_, index) => signal({ orderId: `n${index}` }));
  await expect(accept(batch)).rejects.toMatchObject({ code: 'STORE_FULL', retryable: true });
  expect(due({ path: connection.path })).toHaveLength(1);
  connection.client.pragma('max_page_count = 1000000');
  expect((await accept(batch)).every(({ duplicate }) => !duplicate)).toBe(true);
  connection.client.close();
});
