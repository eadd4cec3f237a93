/** Looking: counts, lists, look-ups, and what retention leaves. */
import { expect, test } from 'vitest';
import {
  claimDue,
  claimLanes,
  connected,
  connection,
  dead,
  delivered,
  due,
  event,
  MINUTE,
  place,
  rows,
  SHOP,
  signal,
  T0,
  write,
} from './fixture.ts';

test('counts add up per store', async () => {
  const store = await connected();
  await place(store, '1');
  const [lane] = await claimLanes(store, T0);
  await store.settle(lane!, [{ event: lane!.events[0]!, settlement: delivered }], T0 + 1);
  await place(store, '2', ['2'], T0 + 2);
  await store.acceptSignals(['3', '4', '5'].map((orderId) => signal({ orderId })));
  const unmapped = { channelMapped: false, channel: 'web' };
  await store.writeOrders(
    SHOP,
    (await claimDue(store, T0)).map((claim, index) =>
      write(
        claim,
        { decision: 'excluded', reason: index === 0 ? 'tag:exclude' : 'channel:pos', ...unmapped },
        { sourceName: '123', appName: index === 2 ? null : 'App' },
      ),
    ),
    T0,
  );
  await store.acceptSignals([
    signal({ orderId: '6', heldUntil: T0 + MINUTE }),
    signal({ orderId: '7', receivedAt: T0 - 5 }),
    signal({ orderId: '8', receivedAt: T0 - 3 }),
    signal({ store: 'second', orderId: '9' }),
  ]);
  expect(await store.counts(SHOP, T0)).toEqual({
    receipts: 8,
    due: 3,
    waiting: 1,
    oldestDueAt: T0 - 5,
    orders: { sent: 2, excluded: 3 },
    excluded: { 'excluded:channel:pos': 2, 'excluded:tag:exclude': 1 },
    events: { pending: 1, delivered: 1, dead: 0, discarded: 0 },
    blocked: 0,
    oldestPendingAt: T0 + 2,
    lastDeliveredAt: T0 + 1,
    unmapped: [
      { sourceName: '123', appName: 'App', orders: 2 },
      { sourceName: '123', appName: null, orders: 1 },
    ],
    changedAfterSending: [],
    deadOrders: 0,
  });
  await claimDue(store, T0);
  expect(await store.counts(SHOP, T0)).toMatchObject({ due: 3, waiting: 1, oldestDueAt: null });
});

test('orders that changed after they were sent are counted with the sum of the differences, by currency, as long as they differ', async () => {
  const store = await connected();
  const changed = async (orderId: string, difference: string | null, row: object, at: string = SHOP) => {
    await store.acceptSignals([signal({ store: at, orderId })]);
    const [claim] = await store.claimDueOrders(at, { limit: 1, now: T0, leaseMs: MINUTE });
    const warnings = difference === null ? [] : [{ code: 'CHANGED_AFTER_SENDING' as const, detail: { difference } }];
    await store.writeOrders(at, [write(claim!, { warnings }, row)], T0);
  };
  await store.saveConnection({ ...connection(), name: 'second', domain: 'second.myshopify.com' });
  await changed('1', '-30.10', { createdAt: T0 - 9 });
  await changed('2', '0.20', { createdAt: T0 - 2 });
  await changed('3', '9007199254740.99', { createdAt: T0 - 5 });
  for (const id of ['4', '5', '6']) await changed(id, '0.10', { createdAt: T0 - Number(id) * 10 });
  await changed('7', '-40', { currency: 'JPY', createdAt: T0 });
  await changed('8', null, {});
  await changed('9', '5.00', {}, 'second');
  expect((await store.counts(SHOP, T0)).changedAfterSending).toEqual([
    {
      currency: 'EUR',
      orders: 6,
      difference: '9007199254711.39',
      youngest: [
        { orderId: '2', name: '#2', difference: '0.20' },
        { orderId: '3', name: '#3', difference: '9007199254740.99' },
        { orderId: '1', name: '#1', difference: '-30.10' },
        { orderId: '4', name: '#4', difference: '0.10' },
        { orderId: '5', name: '#5', difference: '0.10' },
      ],
    },
    { currency: 'JPY', orders: 1, difference: '-40', youngest: [{ orderId: '7', name: '#7', difference: '-40' }] },
  ]);
  for (const id of ['1', '2', '3', '4', '5', '7']) await changed(id, null, {});
  expect((await store.counts(SHOP, T0)).changedAfterSending).toMatchObject([{ currency: 'EUR', orders: 1, difference: '0.10' }]);
});

test('events are listed newest first by every filter', async () => {
  const store = await connected();
  await place(store, '1001', ['1001', 'refund-1'], T0, { name: '#1001' });
  await place(store, '1002', ['1002'], T0 + 5, { name: '#1002' });
  await store.addEvents({ store: 'second', destination: 'converge', events: [{ event: event('own'), orderId: 'own' }], now: T0 });
  const list = async (filter: Partial<Parameters<typeof store.listEvents>[0]>) =>
    (await store.listEvents({ limit: 10, ...filter })).map(({ eventId }) => eventId);
  expect(await list({})).toEqual(['1002', 'own', 'refund-1', '1001']);
  expect(await list({ limit: 2 })).toEqual(['1002', 'own']);
  expect(await list({ store: SHOP })).toEqual(['1002', 'refund-1', '1001']);
  expect(await list({ orderId: '1001' })).toEqual(['refund-1', '1001']);
  expect(await list({ orderName: '#1001' })).toEqual(['refund-1', '1001']);
  expect(await list({ orderName: '1002' })).toEqual(['1002']);
  expect(await list({ name: 'Received Refund' })).toEqual(['refund-1']);
  expect(await list({ since: T0 + 1 })).toEqual(['1002']);
  expect(await list({ state: 'delivered' })).toEqual([]);
  expect(await list({ state: 'pending', store: SHOP, since: T0 + 5 })).toEqual(['1002']);
  expect(await list({ orderName: '1002', orderId: '1001' })).toEqual([]);
  expect(await list({ store: 'second', orderName: '#1001' })).toEqual([]);
  expect((await store.listEvents({ limit: 1, orderId: '1001' }))[0]).toMatchObject({ orderName: '#1001', blockedBy: null });
});

test('an event is found by the id a list prints, and by its event id', async () => {
  const store = await connected();
  await place(store, '6000000000001');
  const [listed] = await store.listEvents({ limit: 1 });
  expect((await store.getEvent(String(listed!.id)))?.event.eventId).toBe('6000000000001');
  expect((await store.getEvent('6000000000001'))?.event.id).toBe(listed!.id);
  expect(await store.getEvent('nothing')).toBeNull();
});

test('an order is found by name with or without #, by id and by gid', async () => {
  const store = await connected();
  await place(store, '6000000000001', [], T0, { name: '#1001' });
  await place(store, '6000000000002', [], T0, { name: 'EN-1002' });
  for (const text of ['#1001', '1001', ' 1001 ', '6000000000001', 'gid://shopify/Order/6000000000001']) {
    expect(await store.findOrder(SHOP, text)).toEqual({
      orderId: '6000000000001',
      name: '#1001',
      decision: 'sent',
      reason: null,
      trail: ['looked at'],
    });
  }
  expect(await store.findOrder(SHOP, 'EN-1002')).toMatchObject({ orderId: '6000000000002' });
  expect(await store.findOrder(SHOP, '9')).toBeNull();
  expect(await store.findOrder('second', '#1001')).toBeNull();
});

test('held orders are listed, the next one first, whether they were read yet or not', async () => {
  const store = await connected();
  await store.acceptSignals([
    signal({ orderId: '2', heldUntil: T0 + 2 }),
    signal({ orderId: '1', heldUntil: T0 + 1 }),
    signal({ orderId: 'now' }),
  ]);
  expect(await store.listHeld(SHOP, 5)).toEqual([
    { store: SHOP, orderId: '1', name: null, dueAt: T0 + 1, reason: 'upsell' },
    { store: SHOP, orderId: '2', name: null, dueAt: T0 + 2, reason: 'upsell' },
  ]);
  expect(await store.listHeld(SHOP, 1)).toHaveLength(1);
});

test('retention removes bodies of what is over, attempts and receipts; dead letters keep all; a repeat is still known', async () => {
  const store = await connected();
  for (const id of ['1', '2', '3']) await place(store, id);
  const claims = await claimLanes(store, T0);
  const outcomes = [delivered, dead, delivered];
  for (const [index, claim] of claims.entries()) {
    await store.settle(claim, [{ event: claim.events[0]!, settlement: outcomes[index]! }], T0 + index * MINUTE);
  }
  await store.acceptSignals(Array.from({ length: 1200 }, (_, index) => signal({ orderId: null, receivedAt: T0 - index })));
  expect(await store.prune(T0 + 1)).toBe(1203 + 1 + 2);
  expect(rows(store, 'select event_id, state, body is null as empty from events order by id')).toEqual([
    { event_id: '1', state: 'delivered', empty: 1 },
    { event_id: '2', state: 'dead', empty: 0 },
    { event_id: '3', state: 'delivered', empty: 0 },
  ]);
  expect(rows(store, 'select event from attempts')).toEqual([{ event: 2 }]);
  expect(await store.prune(T0 + 1)).toBe(0);
  expect((await store.getEvent('1'))?.event.body).toBeNull();
  await place(store, '1', ['1'], T0 + 1);
  expect(due(store)).toEqual([]);
  expect(rows(store, "select count(*) as n from events where event_id = '1'")).toEqual([{ n: 1 }]);
});

test('receipts of a clock that was ahead stay for as long, and hide none of those beside them', async () => {
  const store = await connected();
  const receipts = (receivedAt: number, count: number) =>
    store.acceptSignals(Array.from({ length: count }, () => signal({ orderId: null, receivedAt })));
  await receipts(T0, 700);
  await receipts(T0 + 60 * MINUTE, 300);
  await receipts(T0, 700);
  expect(await store.prune(T0 + 1)).toBe(1_400);
  expect(await store.prune(T0 + 1)).toBe(0);
  expect(await store.prune(T0 + 61 * MINUTE)).toBe(300);
});
