/** Backfills in the store: requests, slices, progress, and history written as sync would have written it. */
import { expect, test } from 'vitest';
import type { Derivation } from '../../src/core/decision.ts';
import type { BackfillRequest, HistoryBatch, HistoryWrite } from '../../src/store/types.ts';
import { claimDue, connected, CONVEAD, CONVERGE, due, event, historical, MINUTE, place, rows, SHOP, signal, T0, write } from './fixture.ts';

const DAY = 86_400_000;
const request: BackfillRequest = { store: SHOP, origin: 'command', words: 'all', since: null, until: T0 };
const slice = (since: number, until: number, expected = 10) => ({ since, until, expected, halved: 0 });

const batch = (sliceId: number, writes: HistoryWrite[], more: Partial<HistoryBatch> = {}): HistoryBatch => ({
  ...{ slice: sliceId, checkpoint: writes.length, writes, due: [], waiting: 0, known: 0, destinations: [CONVERGE] },
  ...more,
});

async function planned() {
  const store = await connected();
  const { id } = await store.requestBackfill(request, T0);
  await store.planBackfill(id, { since: T0 - 2 * DAY, expected: 20, slices: [slice(T0 - 2 * DAY, T0 - DAY), slice(T0 - DAY, T0)] }, T0);
  const slices = await store.openSlices(id);
  return { store, id, slices };
}

test('a request that is the same as one that is open is that one; an ended one is not resumed', async () => {
  const store = await connected();
  const first = await store.requestBackfill(request, T0);
  expect(await store.requestBackfill({ ...request, until: T0 + 5 }, T0 + 5)).toEqual(first);
  expect((await store.requestBackfill({ ...request, words: 'other' }, T0)).id).not.toBe(first.id);
  expect((await store.nextBackfill(SHOP))?.id).toBe(first.id);
  await store.finishBackfill(first.id, null, T0);
  expect((await store.nextBackfill(SHOP))?.words).toBe('other');
  expect((await store.requestBackfill(request, T0)).id).not.toBe(first.id);
  expect(await store.widenedWindow(SHOP)).toHaveLength(3);
});

test('history begins once, together with the watermark', async () => {
  const store = await connected();
  const initial = { ...request, origin: 'initial' as const };
  expect(await store.beginHistory(SHOP, 'w1', initial, T0)).toBe(true);
  expect(await store.beginHistory(SHOP, 'w2', initial, T0)).toBe(false);
  expect([await store.getWatermark(SHOP), (await store.listBackfills(SHOP)).length]).toEqual(['w1', 1]);
  expect(await store.widenedWindow(SHOP)).toEqual([]);
});

test('progress counts what was read and written, slice by slice; the newest slice comes first', async () => {
  const { store, id, slices } = await planned();
  expect(slices.map(({ until }) => until)).toEqual([T0, T0 - DAY]);
  const [first, second] = slices.map((one) => one.id);
  await store.changeSlice(first!, { state: 'reading', operation: 'gid://1' });
  await store.writeHistory(SHOP, batch(first!, [historical('1'), historical('2')], { checkpoint: 5, known: 3 }), T0);
  expect(await store.listBackfills(SHOP)).toMatchObject([
    { id, state: 'running', expected: 20, read: 5, derived: 2, known: 3, markedDue: 0, slices: { reading: 1, planned: 1, done: 0 } },
  ]);
  await store.changeSlice(first!, { state: 'done' });
  await store.splitSlice(second!, [slice(T0 - 2 * DAY, T0 - DAY - 1), slice(T0 - DAY - 1, T0 - DAY)]);
  await store.changeSlice((await store.openSlices(id))[0]!.id, { state: 'failed', error: 'SHOPIFY', firstId: '1', lastId: '9' });
  expect(await store.listBackfills(SHOP)).toMatchObject([
    { slices: { planned: 1, done: 1, failed: 1 }, failed: [{ until: T0 - DAY, error: 'SHOPIFY', firstId: '1', lastId: '9' }] },
  ]);
});

test('history is written as sync would have written it', async () => {
  const derivations: Partial<Derivation>[] = [
    {},
    { events: [], decision: 'excluded', reason: 'channel:pos', sentLines: null },
    { historical: true, channelMapped: false, subscription: 'first' },
    { events: [], decision: 'sent' },
  ];
  const bySync = await connected();
  const destinations = [CONVERGE, CONVEAD, { name: 'none', eventNames: ['Received Refund'] }];
  await bySync.acceptSignals(derivations.map((_, place) => signal({ orderId: String(place), deliveryId: `d${place}` })));
  const claims = await claimDue(bySync, T0);
  await bySync.writeOrders(
    SHOP,
    claims.map((claim) => ({
      ...write({ ...claim, lane: 'historical' }, { events: [event(claim.orderId)], ...derivations[Number(claim.orderId)] }),
      destinations,
    })),
    T0,
  );
  const { store, slices } = await planned();
  const made = derivations.map((more, place) => historical(String(place), more));
  expect(await store.writeHistory(SHOP, batch(slices[0]!.id, made, { destinations }), T0)).toBe(4);
  for (const sql of [
    'select * from orders order by order_id',
    'select * from lanes order by order_id, destination',
    `select store, destination, event_id, order_id, sequence, name, body, lane, state, attempts, created_at, next_attempt_at, outcome from events
     order by event_id, destination`,
  ])
    expect(rows(store, sql)).toEqual(rows(bySync, sql));
});

test('what the ledger knows is left alone, what it knows in an older state is for sync', async () => {
  const { store, slices } = await planned();
  await place(store, '1', ['1'], T0, { updatedAt: '2026-11-20T12:00:00+01:00' });
  await store.acceptSignals([signal({ orderId: '2' })]);
  await store.writeHistory(
    SHOP,
    batch(slices[0]!.id, [historical('3', { events: [], decision: 'excluded', reason: 'before_window' })]),
    T0,
  );
  const key = (orderId: string, updatedAt: string) => ({ orderId, updatedAt, createdAt: T0 - MINUTE, customerId: 'c1' });
  const keys = [
    key('1', '2026-11-20T11:00:00Z'),
    key('1', '2026-11-20T11:00:01Z'),
    key('2', '2026-11-20T11:00:00Z'),
    key('3', '2026-11-20T11:59:30Z'),
    key('4', '2026-11-20T11:00:00Z'),
  ];
  const standing = async (inside: boolean) => (await store.historyStanding(SHOP, keys, () => inside)).map((one) => one.standing);
  expect(await standing(false)).toEqual(['known', 'stale', 'due', 'known', 'new']);
  expect(await standing(true)).toEqual(['known', 'stale', 'due', 'stale', 'new']);
  const later = { ...key('4', ''), createdAt: T0 };
  expect(await store.historyStanding(SHOP, [later, { ...later, customerId: null }], () => true)).toMatchObject([
    { earlierOrderKnown: true },
    { earlierOrderKnown: false },
  ]);
});

test('an order that was accounted for meanwhile, or that the database refuses, is left to sync; the others are written', async () => {
  const { store, slices } = await planned();
  await place(store, '1');
  const refused = historical('2');
  const broken = { ...refused, row: { ...refused.row, name: null as unknown as string } };
  expect(await store.writeHistory(SHOP, batch(slices[0]!.id, [historical('1'), broken, historical('3')]), T0)).toBe(1);
  expect(due(store).map(({ order_id, lane }) => [order_id, lane])).toEqual([
    ['1', 'historical'],
    ['2', 'historical'],
  ]);
  expect(rows(store, 'select event_id from events order by event_id')).toEqual([{ event_id: '1' }, { event_id: '3' }]);
  expect(await store.listBackfills(SHOP)).toMatchObject([{ derived: 1, markedDue: 2, read: 3 }]);
});

test('the outbox is above its bound only with more events than that', async () => {
  const { store, slices } = await planned();
  await store.writeHistory(SHOP, batch(slices[0]!.id, [historical('1'), historical('2')]), T0);
  expect([await store.outboxAbove(SHOP, 1), await store.outboxAbove(SHOP, 2)]).toEqual([true, false]);
});
