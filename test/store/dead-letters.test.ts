/** Dead letters: listed, shown, put back, discarded; what waits behind them. */
import { expect, test } from 'vitest';
import type { DeadLetterFilter, Store } from '../../src/store/types.ts';
import {
  claimDue,
  claimLanes,
  connected,
  dead,
  delivered,
  due,
  event,
  MINUTE,
  open,
  place,
  retryAt,
  rows,
  SHOP,
  signal,
  T0,
  write,
} from './fixture.ts';

const HOUR = 60 * MINUTE;

/** Posts what is ready and lets `fate` decide; returns the event ids in the order they were taken. */
async function deliver(store: Store, now: number, fate: (eventId: string) => typeof dead = () => delivered): Promise<string[]> {
  const taken: string[] = [];
  const claim = () => claimLanes(store, now, { eventsPerLane: 1, limit: 500 });
  for (let claims = await claim(); claims.length > 0; claims = await claim()) {
    const lanes = claims.map((one) => ({
      claim: one,
      results: one.events.map((head) => ({ event: head, settlement: fate(head.eventId) })),
    }));
    await store.settleAll(lanes, now);
    taken.push(...claims.flatMap(({ events }) => events.map(({ eventId }) => eventId)));
  }
  return taken;
}

const list = (store: Store, filter: DeadLetterFilter = {}) => store.listDeadLetters({ limit: 50, ...filter });
const ids = async (store: Store, filter: DeadLetterFilter = {}) => (await list(store, filter)).map(({ id, eventId }) => eventId ?? id);

/** An order that fails by itself, set aside. */
async function setAside(store: Store, orderId: string, now = T0): Promise<void> {
  await store.acceptSignals([signal({ orderId, receivedAt: now })]);
  const claim = (await claimDue(store, now)).find((one) => one.orderId === orderId);
  await store.failDueOrder(claim!, { againAt: null, error: 'SYNC_NOT_DERIVED', now });
}

async function mixed() {
  const store = await connected();
  await place(store, '1', ['1', 'refund-1', 'refund-2'], T0, { name: '#1001' });
  await place(store, '2', ['2'], T0, { name: '#1002' });
  await place(store, '3', ['3'], T0, { name: '#1003' });
  await deliver(store, T0, (id) => (id === '1' || id === '3' ? dead : delivered));
  await setAside(store, '4', T0 + MINUTE);
  return store;
}

test('both kinds are listed with what they block, newest first, by every filter', async () => {
  const store = await mixed();
  const all = await list(store);
  expect(all.map(({ kind, id, eventId, orderName, blocked, reason }) => [kind, eventId ?? id, orderName, blocked, reason])).toEqual([
    ['order', 'order:4', null, 0, 'SYNC_NOT_DERIVED'],
    ['event', '3', '#1003', 0, 'refused'],
    ['event', '1', '#1001', 2, 'refused'],
  ]);
  expect(await ids(store, { kind: 'event' })).toEqual(['3', '1']);
  expect(await ids(store, { kind: 'order' })).toEqual(['order:4']);
  for (const order of ['1', '#1001', '1001', 'gid://shopify/Order/1']) expect(await ids(store, { order })).toEqual(['1']);
  expect(await ids(store, { order: '4' })).toEqual(['order:4']);
  expect(await ids(store, { order: '#9' })).toEqual([]);
  expect(await ids(store, { name: 'Placed Order' })).toEqual(['3', '1']);
  expect(await ids(store, { name: 'Received Refund' })).toEqual([]);
  expect(await ids(store, { destination: 'convead' })).toEqual([]);
  expect(await ids(store, { store: 'other' })).toEqual([]);
  expect(await ids(store, { since: T0 + 1 })).toEqual(['order:4']);
  expect(await ids(store, { state: 'discarded' })).toEqual([]);
  expect(await store.listDeadLetters({ limit: 1 })).toHaveLength(1);
  expect(await store.counts(SHOP, T0)).toMatchObject({ deadOrders: 1, due: 0, waiting: 0, events: { dead: 2, pending: 2 }, blocked: 2 });
  expect(await store.listFailing(SHOP, 5)).toEqual([]);
});

test('one is shown by the id of the list and by event id: body, attempts, decision, what it blocks', async () => {
  const store = await mixed();
  const [order, , first] = await list(store);
  for (const id of [first!.id, '1']) {
    const shown = await store.getDeadLetter(id);
    expect(shown?.letter).toEqual(first);
    expect(shown?.body).toBe(JSON.stringify(event('1')));
    expect(shown?.attempts).toMatchObject([{ status: 422, answer: 'no' }]);
    expect(shown?.trail).toEqual(['looked at']);
    expect(shown?.behind.map(({ eventId }) => eventId)).toEqual(['refund-1', 'refund-2']);
  }
  expect(await store.getDeadLetter(order!.id)).toEqual({ letter: order, body: null, attempts: [], trail: [], behind: [] });
  for (const id of ['2', 'refund-1', 'order:1', '999', 'x']) expect(await store.getDeadLetter(id)).toBeNull();
});

test('a replayed event goes with the same bytes, as if new, and what it blocked follows in order', async () => {
  const store = await mixed();
  const before = (await store.getEvent('1'))!.event;
  const result = await store.replayDeadLetters({ ids: ['1', '1'] }, T0 + HOUR);
  expect(result.map(({ id, outcome }) => [id, outcome])).toEqual([['1', 'done']]);
  expect((await store.getEvent('1'))!.event).toEqual({
    ...before,
    state: 'pending',
    attempts: 0,
    firstAttemptAt: null,
    settledAt: null,
    downMsBefore: null,
  });
  expect(await deliver(store, T0 + HOUR)).toEqual(['1', 'refund-1', 'refund-2']);
  expect(await store.getDeadLetter('1')).toBeNull();
  expect((await store.getEvent('1'))?.attempts).toHaveLength(2);
  expect(rows(store, 'select * from lanes')).toEqual([]);
});

test('one that dies again blocks again; one alone in its order has its lane back', async () => {
  const store = await mixed();
  await store.replayDeadLetters({ filter: { kind: 'event' } }, T0 + HOUR);
  expect((await deliver(store, T0 + HOUR, (id) => (id === '1' ? dead : delivered))).toSorted()).toEqual(['1', '3']);
  expect(await ids(store, { kind: 'event' })).toEqual(['1']);
  expect((await store.listEvents({ state: 'blocked', limit: 9 })).map(({ blockedBy }) => blockedBy)).toEqual(['1', '1']);
});

test('a discarded one stays with its reason, what waited goes on, and it is not put back', async () => {
  const store = await mixed();
  const result = await store.discardDeadLetters({ ids: ['1'] }, 'a test order', T0 + HOUR);
  expect(result).toMatchObject([{ outcome: 'done', letter: { eventId: '1', blocked: 2 } }]);
  expect(await deliver(store, T0 + HOUR)).toEqual(['refund-1', 'refund-2']);
  expect(await list(store, { state: 'discarded' })).toMatchObject([
    { eventId: '1', reason: 'discarded: a test order; before: refused', setAsideAt: T0 + HOUR },
  ]);
  expect((await store.replayDeadLetters({ ids: ['1'] }, T0 + HOUR)).map(({ outcome }) => outcome)).toEqual(['discarded']);
  expect((await store.discardDeadLetters({ ids: ['1'] }, 'again', T0 + HOUR)).map(({ outcome }) => outcome)).toEqual(['discarded']);
  expect((await store.getEvent('1'))!.event.state).toBe('discarded');
});

test('unknown ids and events that are not dead are told apart, and nothing is done to them', async () => {
  const store = await mixed();
  const told = await store.replayDeadLetters({ ids: ['2', 'refund-1', 'nobody', 'order:1', '3'] }, T0 + 1);
  expect(told.map(({ id, outcome }) => [id, outcome])).toEqual([
    ['2', 'not_dead'],
    ['refund-1', 'not_dead'],
    ['nobody', 'not_found'],
    ['order:1', 'not_found'],
    ['3', 'done'],
  ]);
  expect((await store.replayDeadLetters({ ids: ['1'], store: 'other' }, T0)).map(({ outcome }) => outcome)).toEqual(['not_dead']);
});

test('an event id means the dead letters of all destinations', async () => {
  const store = await connected();
  for (const destination of ['converge', 'convead']) {
    await store.addEvents({ store: SHOP, destination, events: [{ event: event('7'), orderId: '7' }], now: T0 });
    const [claim] = await store.claimLanes({ store: SHOP, destination, limit: 1, now: T0, leaseMs: 1, eventsPerLane: 1 });
    await store.settle(claim!, [{ event: claim!.events[0]!, settlement: dead }], T0);
  }
  expect(await store.replayDeadLetters({ ids: ['7'] }, T0)).toHaveLength(2);
  expect(await list(store)).toEqual([]);
});

test('an order set aside is read by nobody until it is put back', async () => {
  const store = await connected();
  await setAside(store, '4');
  expect(await claimDue(store, T0 + 1_000 * HOUR)).toEqual([]);
  await store.replayDeadLetters({ ids: ['order:4'] }, T0 + HOUR);
  expect(await claimDue(store, T0 + HOUR)).toMatchObject([{ orderId: '4', attempts: 0, reason: 'replayed', failingSince: null }]);
  expect(await list(store)).toEqual([]);
});

test('a signal makes it due once more, reconcile only if the order changed since', async () => {
  const store = await connected();
  const found = (updatedAt: number) => ({
    orderId: '4',
    createdAt: T0,
    updatedAt: new Date(updatedAt).toISOString(),
    heldUntil: T0,
    lane: 'live' as const,
  });
  await setAside(store, '4');
  expect(await store.markFound(SHOP, [found(T0)], T0 + HOUR)).toBe(0);
  expect(await claimDue(store, T0 + HOUR)).toEqual([]);
  expect(await store.markFound(SHOP, [found(T0 + MINUTE)], T0 + HOUR)).toBe(1);
  const [claim] = await claimDue(store, T0 + HOUR);
  expect(claim).toMatchObject({ orderId: '4', failingSince: T0 });
  await store.failDueOrder(claim!, { againAt: null, error: 'SYNC_NOT_DERIVED', now: T0 + HOUR });
  await store.acceptSignals([signal({ orderId: '4', receivedAt: T0 + 2 * HOUR })]);
  const [again] = await claimDue(store, T0 + 2 * HOUR);
  await store.writeOrders(SHOP, [write(again!)], T0 + 2 * HOUR);
  expect(due(store)).toEqual([]);
});

test('a signal that comes during the read that sets it aside is not lost', async () => {
  const store = await connected();
  await store.acceptSignals([signal({ orderId: '4' })]);
  const [claim] = await claimDue(store, T0);
  await store.acceptSignals([signal({ orderId: '4', receivedAt: T0 + 1 })]);
  await store.failDueOrder(claim!, { againAt: null, error: 'SYNC_NOT_DERIVED', now: T0 + 2 });
  expect(await list(store)).toEqual([]);
  expect(await claimDue(store, T0 + 2)).toHaveLength(1);
});

test('a discarded order stays where it is, whatever signal comes; replay takes it back', async () => {
  const store = await connected();
  await setAside(store, '4');
  await store.discardDeadLetters({ ids: ['order:4'] }, 'gone', T0);
  await store.acceptSignals([signal({ orderId: '4', receivedAt: T0 + HOUR, heldUntil: T0 + 2 * HOUR })]);
  expect(await claimDue(store, T0 + 5 * HOUR)).toEqual([]);
  expect(await store.listHeld(SHOP, 5)).toEqual([]);
  expect(await list(store)).toEqual([]);
  expect(await list(store, { state: 'discarded' })).toMatchObject([{ id: 'order:4', reason: 'discarded: gone; before: SYNC_NOT_DERIVED' }]);
  expect((await store.counts(SHOP, T0)).deadOrders).toBe(0);
  await store.replayDeadLetters({ ids: ['order:4'] }, T0 + HOUR);
  expect(await claimDue(store, T0 + HOUR)).toHaveLength(1);
});

test('a filter takes hundreds, in portions, and not what dies after it was asked', async () => {
  const store = await connected();
  const many = Array.from({ length: 450 }, (_, index) => ({ event: event(`e${index}`), orderId: `e${index}` }));
  await store.addEvents({ store: SHOP, destination: 'converge', events: many, now: T0 });
  await deliver(store, T0, () => dead);
  await store.addEvents({ store: SHOP, destination: 'converge', events: [{ event: event('late'), orderId: 'late' }], now: T0 });
  await deliver(store, T0 + 5, () => dead);
  expect(await store.replayDeadLetters({ filter: {} }, T0 + 4)).toHaveLength(450);
  expect(await ids(store)).toEqual(['late']);
});

test('a failing order keeps since when it fails, through retries, until a read goes well', async () => {
  const store = await connected();
  await store.acceptSignals([signal({ orderId: '4' })]);
  for (const now of [T0, T0 + HOUR]) {
    const [claim] = await claimDue(store, now);
    await store.failDueOrder(claim!, { againAt: now + MINUTE, error: 'X', now });
  }
  const [claim] = await claimDue(store, T0 + 2 * HOUR);
  expect(claim).toMatchObject({ failingSince: T0, attempts: 2 });
  await store.writeMissing(SHOP, [{ claim: claim!, decision: null, againAt: T0 + 3 * HOUR, reason: 'x' }], T0 + 2 * HOUR);
  expect((await claimDue(store, T0 + 3 * HOUR))[0]).toMatchObject({ failingSince: null });
});

test('a retry of a replayed event waits by itself, and another process sees the same', async () => {
  const store = await mixed();
  await store.replayDeadLetters({ ids: ['1'] }, T0 + HOUR);
  await deliver(store, T0 + HOUR, () => retryAt(T0 + 2 * HOUR));
  const other = open(store.path);
  expect(await claimLanes(other, T0 + 2 * HOUR - 1)).toEqual([]);
  expect(await claimLanes(other, T0 + 2 * HOUR)).toHaveLength(1);
});
