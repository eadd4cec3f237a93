/** Delivering: lanes are leased, settled and never overtaken. */
import { expect, test } from 'vitest';
import { claimDue, claimLanes, connected, dead, delivered, event, MINUTE, open, place, retryAt, rows, SHOP, T0, write } from './fixture.ts';

const lanes = (store: { path: string }) => rows(store, 'select order_id, next_at, lease_token from lanes order by order_id');

test('claims live lanes first, the longest waiting first, their events in sequence', async () => {
  const store = await connected();
  await store.markFound(
    SHOP,
    [{ orderId: 'h', createdAt: T0, updatedAt: '2026-11-20T12:00:00Z', heldUntil: T0 - MINUTE, lane: 'historical' }],
    T0 - 10,
  );
  const historical = await claimDue(store, T0 - 10);
  await store.writeOrders(
    SHOP,
    historical.map((claim) => write(claim, { events: [event('h')] })),
    T0 - 10,
  );
  await place(store, 'b', ['b'], T0);
  await place(store, 'a', ['a', 'refund-1', 'refund-2'], T0 - 1);
  const first = await claimLanes(store, T0, { limit: 2, eventsPerLane: 2 });
  expect(first.map(({ orderId, events }) => [orderId, events.map(({ eventId }) => eventId)])).toEqual([
    ['a', ['a', 'refund-1']],
    ['b', ['b']],
  ]);
  expect((await claimLanes(store, T0)).map(({ orderId, events }) => [orderId, events[0]?.lane])).toEqual([['h', 'historical']]);
  expect(await claimLanes(store, T0)).toEqual([]);
  expect(await store.claimLanes({ store: SHOP, destination: 'convead', limit: 5, now: T0, leaseMs: 1, eventsPerLane: 1 })).toEqual([]);
});

test('delivered events are settled with their attempt; an empty lane goes away', async () => {
  const store = await connected();
  await place(store, '1', ['1', 'refund-1']);
  const [lane] = await claimLanes(store, T0);
  expect(
    await store.settle(
      lane!,
      lane!.events.map((item) => ({ event: item, settlement: delivered })),
      T0 + 9,
    ),
  ).toBe(true);
  expect(lanes(store)).toEqual([]);
  const found = await store.getEvent('refund-1');
  expect(found).toMatchObject({
    event: { state: 'delivered', attempts: 1, settledAt: T0 + 9, nextAttemptAt: null, outcome: 'delivered' },
    attempts: [{ at: T0, latencyMs: 5, status: 200, answer: 'ok' }],
    orderName: '#1',
    trail: ['looked at'],
  });
  expect(await store.getDestination(SHOP, 'converge')).toMatchObject({ lastDeliveredAt: T0 + 9, pausedAt: null });
});

test('the lease goes on while the worker has more of the lane in hand', async () => {
  const store = await connected();
  await place(store, '1', ['1', 'refund-1']);
  const [lane] = await claimLanes(store, T0);
  const [placed, refund] = lane!.events;
  expect(await store.settle(lane!, [{ event: placed!, settlement: delivered }], T0)).toBe(true);
  expect(lanes(store)).toEqual([{ order_id: '1', next_at: T0 + MINUTE, lease_token: lane!.leaseToken }]);
  expect(await store.settle(lane!, [{ event: refund!, settlement: delivered }], T0)).toBe(true);
  expect(lanes(store)).toEqual([]);
});

test('an event written during the delivery is delivered next, at once', async () => {
  const store = await connected();
  await place(store, '1');
  const [lane] = await claimLanes(store, T0);
  await place(store, '1', ['refund-1'], T0 + 1);
  await store.settle(lane!, [{ event: lane!.events[0]!, settlement: delivered }], T0 + 2);
  expect(lanes(store)).toEqual([{ order_id: '1', next_at: T0 + 2, lease_token: null }]);
  expect((await claimLanes(store, T0 + 2))[0]?.events.map(({ eventId }) => eventId)).toEqual(['refund-1']);
});

test('a retry makes the whole lane wait', async () => {
  const store = await connected();
  await place(store, '1', ['1', 'refund-1']);
  const [lane] = await claimLanes(store, T0);
  await store.settle(lane!, [{ event: lane!.events[0]!, settlement: retryAt(T0 + 5 * MINUTE) }], T0);
  expect(lanes(store)).toEqual([{ order_id: '1', next_at: T0 + 5 * MINUTE, lease_token: null }]);
  await place(store, '1', ['refund-2'], T0 + 1);
  expect(await claimLanes(store, T0 + 5 * MINUTE - 1)).toEqual([]);
  const [again] = await claimLanes(store, T0 + 5 * MINUTE);
  expect(again?.events.map(({ eventId, attempts, outcome }) => [eventId, attempts, outcome])).toEqual([
    ['1', 1, 'HTTP 500'],
    ['refund-1', 0, null],
    ['refund-2', 0, null],
  ]);
});

test('a dead event blocks what stands behind it, and is told apart in the lists', async () => {
  const store = await connected();
  await place(store, '1', ['1', 'refund-1']);
  await place(store, '2');
  const claims = await claimLanes(store, T0);
  const settled = claims.map((claim) => ({ claim, results: [{ event: claim.events[0]!, settlement: dead }] }));
  expect(await store.settleAll(settled, T0)).toEqual([true, true]);
  expect(lanes(store)).toEqual([{ order_id: '1', next_at: null, lease_token: null }]);
  expect((await store.listEvents({ state: 'blocked', limit: 5 })).map(({ eventId, blockedBy }) => [eventId, blockedBy])).toEqual([
    ['refund-1', '1'],
  ]);
  expect(
    (await store.listEvents({ state: 'dead', limit: 5 })).map(({ eventId, blockedBy, outcome }) => [eventId, blockedBy, outcome]),
  ).toEqual([
    ['2', null, 'refused'],
    ['1', null, 'refused'],
  ]);
  expect(await store.counts(SHOP, T0)).toMatchObject({ blocked: 1, events: { pending: 1, dead: 2 }, oldestPendingAt: T0 });
});

test('a lost lease changes nothing: neither settle nor release; the other holder delivers again', async () => {
  const store = await connected();
  const other = open(store.path);
  await place(store, '1');
  const [late] = await claimLanes(store, T0);
  const [claim] = await claimLanes(other, T0 + MINUTE);
  expect(claim?.events).toEqual(late?.events);
  const result = [{ event: late!.events[0]!, settlement: delivered }];
  expect(await store.settleAll([{ claim: late!, results: result }], T0)).toEqual([false]);
  await store.releaseLane(late!, T0);
  expect(lanes(store)).toEqual([{ order_id: '1', next_at: T0 + 2 * MINUTE, lease_token: claim!.leaseToken }]);
  expect(rows(store, 'select * from attempts')).toEqual([]);
  expect(await other.settle(claim!, result, T0)).toBe(true);
  expect(await store.settle(late!, result, T0)).toBe(false);
  expect((await store.getEvent('1'))?.attempts).toHaveLength(1);
});

test('a lane given back may be claimed from then on', async () => {
  const store = await connected();
  await place(store, '1');
  const [lane] = await claimLanes(store, T0);
  await store.releaseLane(lane!, T0 + 5);
  expect(await claimLanes(store, T0 + 4)).toEqual([]);
  expect((await claimLanes(store, T0 + 5))[0]?.events[0]?.attempts).toBe(0);
});

test('events of their own get lanes; of a taken id nothing is written and it is told what has it', async () => {
  const store = await connected();
  const mine = event('mine');
  const add = (destination: string, ...events: { event: typeof mine; orderId: string }[]) =>
    store.addEvents({ store: SHOP, destination, events, now: T0 });
  const held = { body: JSON.stringify(mine), state: 'pending' };
  expect(await add('converge', { event: mine, orderId: '9' }, { event: { ...mine, aliases: [] }, orderId: '10' })).toEqual([null, held]);
  expect(lanes(store)).toEqual([{ order_id: '9', next_at: T0, lease_token: null }]);
  const [lane] = await claimLanes(store, T0);
  expect(lane?.events[0]).toMatchObject({ eventId: 'mine', body: JSON.stringify(mine), sequence: 1 });
  await store.settle(lane!, [{ event: lane!.events[0]!, settlement: delivered }], T0);
  expect(await add('converge', { event: mine, orderId: '11' })).toEqual([{ ...held, state: 'delivered' }]);
  expect(await add('other', { event: mine, orderId: '9' })).toEqual([null]);
});

test('a destination is paused, probed and opened again', async () => {
  const store = await connected();
  const of = () => store.getDestination(SHOP, 'converge');
  expect(await of()).toEqual({
    store: SHOP,
    destination: 'converge',
    pausedAt: null,
    cause: null,
    downMs: 0,
    reason: null,
    probeAt: null,
    probes: 0,
    lastDeliveredAt: null,
    resumedAt: null,
  });
  await store.pauseDestination({ store: SHOP, destination: 'converge', cause: 'refused', reason: 'HTTP 401', probeAt: T0 + 1, now: T0 });
  expect(await of()).toMatchObject({ pausedAt: T0, cause: 'refused', reason: 'HTTP 401', probeAt: T0 + 1, probes: 0 });
  await store.pauseDestination({
    store: SHOP,
    destination: 'converge',
    cause: 'refused',
    reason: 'HTTP 403',
    probeAt: T0 + 9,
    now: T0 + 1,
  });
  expect(await of()).toMatchObject({ pausedAt: T0, reason: 'HTTP 403', probeAt: T0 + 9, probes: 1 });
  await store.resumeDestination(SHOP, 'converge', T0 + 20);
  expect(await of()).toMatchObject({ pausedAt: null, reason: null, probeAt: null, probes: 0, resumedAt: T0 + 20, cause: null, downMs: 20 });
  await store.pauseDestination({ store: SHOP, destination: 'converge', cause: 'down', reason: 'HTTP 500', probeAt: T0, now: T0 + 100 });
  await store.resumeDestination(SHOP, 'converge', T0 + 105);
  await store.resumeDestination(SHOP, 'converge', T0 + 900);
  expect(await of()).toMatchObject({ downMs: 25 });
});

test('the lanes that wait longest are claimed first, whatever their ids', async () => {
  const store = await connected();
  for (const [index, orderId] of ['5', '9', '1', '7'].entries()) await place(store, orderId, [orderId], T0 + index);
  const claimed = async (limit: number) => (await claimLanes(store, T0 + MINUTE, { limit })).map(({ orderId }) => orderId);
  expect(await claimed(2)).toEqual(['5', '9']);
  expect(await claimed(2)).toEqual(['1', '7']);
});

test("a lane's events come in the order they were written, whatever their ids", async () => {
  const store = await connected();
  await place(store, '1', ['m', 'z', 'a']);
  const [lane] = await claimLanes(store, T0);
  expect(lane?.events.map(({ eventId }) => eventId)).toEqual(['m', 'z', 'a']);
});

test('the last delivery of a destination is noted by what was delivered under its lease only', async () => {
  const store = await connected();
  for (const orderId of ['1', '2', '3']) await place(store, orderId);
  const at = async () => (await store.getDestination(SHOP, 'converge')).lastDeliveredAt;
  const settle = async (now: number, ...settlements: (typeof delivered)[]) => {
    const claims = await claimLanes(store, T0 + now, { limit: settlements.length });
    const lanes = claims.map((claim, place) => ({ claim, results: [{ event: claim.events[0]!, settlement: settlements[place]! }] }));
    return { lanes, kept: await store.settleAll(lanes, T0 + now) };
  };
  const refused = await settle(1, dead);
  expect([refused.kept, await at()]).toEqual([[true], null]);
  const two = await settle(2, delivered, delivered);
  expect([two.kept, await at()]).toEqual([[true, true], T0 + 2]);
  expect([await store.settleAll(two.lanes, T0 + 9), await at()]).toEqual([[false, false], T0 + 2]);
});
