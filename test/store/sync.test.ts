/** Claiming due orders and writing what came of them. */
import { expect, test } from 'vitest';
import type { ConvergeEvent } from '../../src/core/event.ts';
import {
  claimDue,
  claimLanes,
  connected,
  CONVEAD,
  CONVERGE,
  dead,
  due,
  event,
  MINUTE,
  open,
  place,
  rows,
  SHOP,
  signal,
  T0,
  write,
} from './fixture.ts';

const found = (orderId: string, updatedAt: string, more = {}) => ({
  orderId,
  createdAt: T0,
  updatedAt,
  heldUntil: T0 - MINUTE,
  lane: 'historical' as const,
  ...more,
});

test('claims live orders first, the longest due first, up to the limit, each to one worker', async () => {
  const store = await connected();
  await store.markFound(SHOP, [found('h', '2026-11-20T12:00:00Z')], T0 - 5);
  await store.acceptSignals([
    signal({ orderId: 'b', receivedAt: T0 }),
    signal({ orderId: 'a', receivedAt: T0 - 1 }),
    signal({ orderId: 'later', heldUntil: T0 + 1 }),
  ]);
  const first = await claimDue(store, T0, 2);
  expect(first.map(({ orderId, lane }) => [orderId, lane])).toEqual([
    ['a', 'live'],
    ['b', 'live'],
  ]);
  expect(await claimDue(store, T0)).toMatchObject([{ orderId: 'h', lane: 'historical', attempts: 0, reason: 'found', firstDueAt: T0 - 5 }]);
  expect(await claimDue(store, T0)).toEqual([]);
});

test('a lease runs out and counts as an attempt; its late holder can no longer write, release or end', async () => {
  const store = await connected();
  const other = open(store.path);
  await store.acceptSignals([signal()]);
  const [late] = await claimDue(store, T0);
  const [claim] = await claimDue(other, T0 + 5 * MINUTE);
  expect(claim).toMatchObject({ orderId: '1', attempts: 1 });
  const before = due(store);
  expect(await store.writeOrders(SHOP, [write(late!, { events: [event('1')] })], T0)).toEqual([
    { orderId: '1', written: false, newEvents: [] },
  ]);
  await store.releaseDueOrders([late!], T0, 'late');
  await store.writeMissing(SHOP, [{ claim: late!, decision: 'deleted', againAt: null, reason: 'late' }], T0);
  expect(due(store)).toEqual(before);
  expect(rows(store, 'select * from events')).toEqual([]);
  expect(rows(store, 'select * from orders')).toEqual([]);
  expect((await other.writeOrders(SHOP, [write(claim!)], T0))[0]?.written).toBe(true);
});

test('writes events, lanes and the ledger, and finishes the row; the same events again are not new', async () => {
  const store = await connected();
  await place(store, '1', ['1', 'refund-7']);
  expect(due(store)).toEqual([]);
  const written = rows(store, 'select event_id, order_id, sequence, state, lane, attempts, created_at, body from events order by id');
  expect(written).toMatchObject([
    { event_id: '1', sequence: 1, state: 'pending', lane: 'live', attempts: 0, created_at: T0, body: JSON.stringify(event('1')) },
    { event_id: 'refund-7', sequence: 2 },
  ]);
  expect(rows(store, 'select order_id, next_at, lease_token, lane from lanes')).toEqual([
    { order_id: '1', next_at: T0, lease_token: null, lane: 'live' },
  ]);
  await store.acceptSignals([signal()]);
  const [claim] = await claimDue(store, T0);
  const again = { events: [event('1', { timestamp: 'changed' }), event('refund-8')] };
  expect(await store.writeOrders(SHOP, [{ ...write(claim!, again), destinations: [CONVERGE, CONVEAD] }], T0)).toEqual([
    { orderId: '1', written: true, newEvents: ['1', 'refund-8'] },
  ]);
  expect(rows(store, "select destination, event_id, sequence, body from events where destination = 'converge' order by id")).toMatchObject([
    ...written.map((row) => ({ event_id: row['event_id'], body: row['body'] })),
    { event_id: 'refund-8', sequence: 3 },
  ]);
  expect(rows(store, "select event_id, sequence from events where destination = 'convead' order by id")).toEqual([
    { event_id: '1', sequence: 1 },
    { event_id: 'refund-8', sequence: 2 },
  ]);
});

test('a destination gets a row and a lane of the events it takes only; what nobody takes is not new', async () => {
  const store = await connected();
  await store.acceptSignals([signal()]);
  const [claim] = await claimDue(store, T0);
  const events = [event('1'), event('refund-8'), event('x', { event_name: 'Started Subscription' })];
  const orders = { name: 'convead', eventNames: ['Placed Order'] };
  const refunds = { name: 'other', eventNames: ['Received Refund'] };
  expect(await store.writeOrders(SHOP, [{ ...write(claim!, { events }), destinations: [orders, refunds] }], T0)).toEqual([
    { orderId: '1', written: true, newEvents: ['1', 'refund-8'] },
  ]);
  expect(rows(store, 'select destination, event_id, sequence from events order by id')).toEqual([
    { destination: 'convead', event_id: '1', sequence: 1 },
    { destination: 'other', event_id: 'refund-8', sequence: 1 },
  ]);
  expect(rows(store, 'select destination from lanes order by destination')).toEqual([{ destination: 'convead' }, { destination: 'other' }]);
});

test('a change during the read keeps the row due now, with what was read written', async () => {
  const store = await connected();
  await store.acceptSignals([signal()]);
  const [claim] = await claimDue(store, T0);
  await store.acceptSignals([signal({ receivedAt: T0 + 1 })]);
  expect((await store.writeOrders(SHOP, [write(claim!, { events: [event('1')] })], T0 + 2))[0]?.newEvents).toEqual(['1']);
  expect(due(store)[0]).toMatchObject({ due_at: T0 + 2, version: 2, lease_token: null, attempts: 0 });
  const [next] = await claimDue(store, T0 + 2);
  await store.writeOrders(SHOP, [write(next!)], T0 + 3);
  expect(due(store)).toEqual([]);
});

test('what must be read again stays: held for upsell and journey, not for a pending refund', async () => {
  const store = await connected();
  await store.acceptSignals(['1', '2', '3'].map((orderId) => signal({ orderId })));
  const claims = await claimDue(store, T0);
  const reasons = ['upsell', 'journey', 'pending_refund'];
  await store.writeOrders(
    SHOP,
    claims.map((claim, index) => write(claim, { decision: 'held', dueAgainAt: T0 + MINUTE, dueAgainReason: reasons[index]! })),
    T0,
  );
  expect(due(store).map(({ due_at, held_until, reason, lease_token }) => [due_at, held_until, reason, lease_token])).toEqual([
    [T0 + MINUTE, T0 + MINUTE, 'upsell', null],
    [T0 + MINUTE, T0 + MINUTE, 'journey', null],
    [T0 + MINUTE, null, 'pending_refund', null],
  ]);
  expect((await store.listHeld(SHOP, 10)).map(({ orderId, name, reason }) => [orderId, name, reason])).toEqual([
    ['1', '#1', 'upsell'],
    ['2', '#2', 'journey'],
  ]);
  const previous = await store.previousOf(SHOP, ['1', '2', '4']);
  expect([...previous].map(([id, { decision, waitedForJourney }]) => [id, decision, waitedForJourney])).toEqual([
    ['1', 'held', false],
    ['2', 'held', true],
  ]);
  const again = await claimDue(store, T0 + MINUTE);
  await store.writeOrders(
    SHOP,
    again.map((claim) => write(claim, { events: [event(claim.orderId)] })),
    T0 + MINUTE,
  );
  expect((await store.previousOf(SHOP, ['2'])).get('2')).toMatchObject({ decision: 'sent', waitedForJourney: true });
});

test('once a Placed Order is written, sent and what it reported stay', async () => {
  const store = await connected();
  await place(store, '1');
  const refunds = [{ id: '7', state: 'sent' as const, reason: null, amount: '4.00' }];
  await store.acceptSignals([signal()]);
  const [claim] = await claimDue(store, T0);
  const warnings = [{ code: 'CHANGED_AFTER_SENDING' as const, detail: { sent: '10.0', now: '6.0' } }];
  await store.writeOrders(
    SHOP,
    [
      write(claim!, {
        decision: 'excluded',
        reason: 'tag:exclude',
        total: '6.0',
        sentLines: { l1: 9 },
        subscription: 'first',
        refunds,
        warnings,
        events: [event('refund-7')],
      }),
    ],
    T0,
  );
  expect((await store.previousOf(SHOP, ['1'])).get('1')).toEqual({
    decision: 'sent',
    reason: null,
    refunds,
    sentTotal: '10.00',
    sentLines: { l1: 1 },
    subscription: 'first',
    waitedForJourney: false,
  });
  expect(rows(store, 'select total, changed_after_sending from orders')).toEqual([
    { total: '6.0', changed_after_sending: '{"sent":"10.0","now":"6.0"}' },
  ]);
});

test('an excluded order has no sent total, and a refund of it alone does not make one', async () => {
  const store = await connected();
  await store.acceptSignals([signal()]);
  const [claim] = await claimDue(store, T0);
  await store.writeOrders(SHOP, [write(claim!, { decision: 'excluded', reason: 'channel:pos', events: [event('refund-7')] })], T0);
  expect((await store.previousOf(SHOP, ['1'])).get('1')).toMatchObject({
    decision: 'excluded',
    reason: 'channel:pos',
    sentTotal: null,
    sentLines: null,
  });
});

test('an order the database refuses is named and does not take the others with it', async () => {
  const store = await connected();
  await store.acceptSignals(['1', '2', '3', '4'].map((orderId) => signal({ orderId })));
  const [a, b, c, d] = await claimDue(store, T0);
  const unwritable = { event_id: 'x', toJSON: () => { throw new Error('no JSON'); } } as unknown as ConvergeEvent; // prettier-ignore
  const results = await store.writeOrders(
    SHOP,
    [
      write(a!, { events: [event('1')] }),
      write(b!, { events: [event('2')] }, { createdAt: null as unknown as number }),
      write(c!, { events: [event('3'), unwritable] }),
      write(d!, { events: [event('4')] }),
    ],
    T0,
  );
  expect(results.map(({ written, error }) => [written, error])).toEqual([
    [true, undefined],
    [false, 'NOT NULL constraint failed: orders.created_at'],
    [false, 'no JSON'],
    [true, undefined],
  ]);
  expect(rows(store, 'select event_id from events order by id')).toEqual([{ event_id: '1' }, { event_id: '4' }]);
  expect(due(store).map(({ order_id, last_error, lease_token }) => [order_id, last_error, lease_token])).toEqual([
    ['2', 'NOT NULL constraint failed: orders.created_at', b!.leaseToken],
    ['3', 'no JSON', c!.leaseToken],
  ]);
});

test('a released order is tried again at its time, keeps the error, and counts its attempts until it is written', async () => {
  const store = await connected();
  await store.acceptSignals([signal()]);
  for (const attempts of [0, 1, 2]) {
    const [claim] = await claimDue(store, T0 + attempts * MINUTE);
    expect(claim?.attempts).toBe(attempts);
    await store.releaseDueOrders([claim!], T0 + (attempts + 1) * MINUTE, 'SHOPIFY_DOWN');
  }
  expect(due(store)[0]).toMatchObject({ due_at: T0 + 3 * MINUTE, last_error: 'SHOPIFY_DOWN', lease_token: null });
});

test('an order that turned out to be held during a read that failed keeps its hold', async () => {
  const store = await connected();
  await store.acceptSignals([signal()]);
  const [claim] = await claimDue(store, T0);
  await store.acceptSignals([signal({ receivedAt: T0 + 1, heldUntil: T0 + 10 * MINUTE })]);
  await store.releaseDueOrders([claim!], T0 + MINUTE, 'SHOPIFY_DOWN');
  expect(due(store)[0]).toMatchObject({ due_at: T0 + 10 * MINUTE, held_until: T0 + 10 * MINUTE, lease_token: null });
});

test('an order Shopify does not return is read again, since when is kept, and finding it clears that', async () => {
  const store = await connected();
  await store.acceptSignals([signal()]);
  const [first] = await claimDue(store, T0);
  await store.writeMissing(SHOP, [{ claim: first!, decision: null, againAt: T0 + MINUTE, reason: 'not returned' }], T0);
  expect(due(store)[0]).toMatchObject({ due_at: T0 + MINUTE, missing_since: T0, reason: 'not returned', attempts: 0 });
  const [second] = await claimDue(store, T0 + MINUTE);
  expect(second?.missingSince).toBe(T0);
  await store.writeMissing(SHOP, [{ claim: second!, decision: null, againAt: T0 + 2 * MINUTE, reason: 'not returned' }], T0 + MINUTE);
  const [third] = await claimDue(store, T0 + 2 * MINUTE);
  expect(third?.missingSince).toBe(T0);
  await store.writeOrders(SHOP, [write(third!, { dueAgainAt: T0 + 3 * MINUTE, dueAgainReason: 'pending_refund' })], T0 + 2 * MINUTE);
  expect(due(store)[0]).toMatchObject({ missing_since: null });
});

test('an order that ended is recorded if the ledger knows it; one that was sent stays sent', async () => {
  const store = await connected();
  await store.acceptSignals(['held', 'sent', 'unseen', 'changed'].map((orderId) => signal({ orderId })));
  const end = async (claims: Awaited<ReturnType<typeof claimDue>>, now: number) =>
    store.writeMissing(
      SHOP,
      claims.map((claim) => ({ claim, decision: 'deleted' as const, againAt: null, reason: 'deleted in Shopify' })),
      now,
    );
  const claims = await claimDue(store, T0);
  const known = claims.filter(({ orderId }) => orderId !== 'unseen');
  await store.writeOrders(
    SHOP,
    known.map((claim) =>
      write(claim, {
        decision: claim.orderId === 'sent' ? 'sent' : 'held',
        dueAgainAt: T0,
        dueAgainReason: 'upsell',
        events: claim.orderId === 'sent' ? [event('sent')] : [],
      }),
    ),
    T0,
  );
  await store.releaseDueOrders(
    claims.filter(({ orderId }) => orderId === 'unseen'),
    T0,
    '',
  );
  for (const now of [T0, T0 + 1]) {
    const again = await claimDue(store, now);
    if (now === T0) await store.acceptSignals([signal({ orderId: 'changed', receivedAt: T0 })]);
    await end(again, now);
    if (now === T0) expect(due(store)).toMatchObject([{ order_id: 'changed', due_at: T0, version: 2, lease_token: null }]);
  }
  expect(due(store)).toEqual([]);
  expect(rows(store, 'select order_id, decision, reason, trail from orders order by order_id')).toEqual([
    { order_id: 'changed', decision: 'deleted', reason: 'deleted in Shopify', trail: '["looked at","deleted in Shopify"]' },
    { order_id: 'held', decision: 'deleted', reason: 'deleted in Shopify', trail: '["looked at","deleted in Shopify"]' },
    { order_id: 'sent', decision: 'sent', reason: 'deleted in Shopify', trail: '["looked at","deleted in Shopify"]' },
  ]);
});

test('found orders are marked unless the ledger knows that instant or a later one', async () => {
  const store = await connected();
  await place(store, '1', ['1'], T0, { updatedAt: '2026-11-20T12:00:00Z' });
  expect(await store.markFound(SHOP, [found('1', '2026-11-20T13:00:00+01:00'), found('1', '2026-11-20T11:59:59Z')], T0)).toBe(0);
  expect(
    await store.markFound(SHOP, [found('1', '2026-11-20T12:00:01Z'), found('2', '2026-11-20T10:00:00Z', { heldUntil: T0 + MINUTE })], T0),
  ).toBe(2);
  expect(due(store).map(({ order_id, due_at, held_until, lane }) => [order_id, due_at, held_until, lane])).toEqual([
    ['1', T0, null, 'historical'],
    ['2', T0 + MINUTE, T0 + MINUTE, 'historical'],
  ]);
});

test('an order recorded as not visible is marked when it is found again', async () => {
  const store = await connected();
  await store.acceptSignals([signal()]);
  const [claim] = await claimDue(store, T0);
  await store.writeOrders(
    SHOP,
    [write(claim!, { decision: 'held', dueAgainAt: T0, dueAgainReason: 'journey' }, { updatedAt: '2026-11-20T12:00:00Z' })],
    T0,
  );
  const again = await claimDue(store, T0);
  await store.writeMissing(SHOP, [{ claim: again[0]!, decision: 'not_visible', againAt: null, reason: '60 days' }], T0);
  expect(await store.markFound(SHOP, [found('1', '2026-11-20T12:00:00Z')], T0)).toBe(1);
});

test('an earlier order of the same customer is known by creation time', async () => {
  const store = await connected();
  await place(store, '1', ['1'], T0, { customerId: 'c', createdAt: T0 });
  expect(await store.hasEarlierOrder(SHOP, 'c', T0 + 1, '2')).toBe(true);
  expect(await store.hasEarlierOrder(SHOP, 'c', T0 + 1, '1')).toBe(false);
  expect(await store.hasEarlierOrder(SHOP, 'c', T0, '2')).toBe(false);
  expect(await store.hasEarlierOrder(SHOP, 'd', T0 + 1, '2')).toBe(false);
});

test('a later event neither shortens the wait of the head nor passes a dead one', async () => {
  const store = await connected();
  await place(store, '1');
  const [lane] = await claimLanes(store, T0);
  await place(store, '1', ['refund-1'], T0 + 1);
  expect(rows(store, 'select next_at, lease_token from lanes')).toEqual([{ next_at: T0 + MINUTE, lease_token: lane!.leaseToken }]);
  await store.settle(lane!, [{ event: lane!.events[0]!, settlement: dead }], T0 + 2);
  expect(rows(store, 'select next_at, lease_token from lanes')).toEqual([{ next_at: null, lease_token: null }]);
  await place(store, '1', ['refund-2'], T0 + 3);
  expect(await claimLanes(store, T0 + 60 * MINUTE)).toEqual([]);
});

test('an event behind a dead one with no lane left is blocked from the start', async () => {
  const store = await connected();
  await place(store, '1');
  const [lane] = await claimLanes(store, T0);
  await store.settle(lane!, [{ event: lane!.events[0]!, settlement: dead }], T0);
  expect(rows(store, 'select * from lanes')).toEqual([]);
  await place(store, '1', ['refund-1'], T0 + 1);
  expect(rows(store, 'select next_at from lanes')).toEqual([{ next_at: null }]);
  expect((await store.listEvents({ state: 'blocked', limit: 5 })).map(({ eventId, blockedBy }) => [eventId, blockedBy])).toEqual([
    ['refund-1', '1'],
  ]);
});
