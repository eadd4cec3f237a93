/** Compliance requests: what is removed, and what must stay so that nothing is sent twice. */
import { expect, test } from 'vitest';
import { ownLane } from '../../src/store/own-lane.ts';
import { claimDue, claimLanes, connected, delivered, due, event, place, rows, SHOP, signal, T0, write } from './fixture.ts';

test('a customer: bodies, answers and the link go; undelivered events are discarded; ids stay', async () => {
  const store = await connected();
  await place(store, 'old', ['old'], T0, { customerId: 'c9' });
  const [lane] = await claimLanes(store, T0);
  await store.settle(lane!, [{ event: lane!.events[0]!, settlement: delivered }], T0);
  await place(store, 'new', ['new', 'refund-1'], T0, { customerId: 'c9' });
  await place(store, 'named', ['named'], T0, { customerId: 'someone' });
  await place(store, 'other', ['other'], T0, { customerId: 'c2' });
  const inFlight = (await claimLanes(store, T0)).find(({ orderId }) => orderId === 'new')!;

  const redact = { kind: 'customer' as const, customerId: 'c9', orderIds: ['named', 'unknown'] };
  const request = signal({ topic: 'customers/redact', orderId: null, redact });
  expect(await store.acceptSignals([request])).toEqual([{ duplicate: false, redacted: { orders: 3, events: 4, attempts: 1, lanes: 2 } }]);
  expect(await store.acceptSignals([request])).toEqual([{ duplicate: true, redacted: null }]);

  expect(rows(store, 'select event_id, state, outcome, body is null as empty from events order by id')).toEqual([
    { event_id: 'old', state: 'delivered', outcome: 'delivered', empty: 1 },
    { event_id: 'new', state: 'discarded', outcome: 'redacted', empty: 1 },
    { event_id: 'refund-1', state: 'discarded', outcome: 'redacted', empty: 1 },
    { event_id: 'named', state: 'discarded', outcome: 'redacted', empty: 1 },
    { event_id: 'other', state: 'pending', outcome: null, empty: 0 },
  ]);
  expect(rows(store, 'select order_id, customer_id, trail from orders order by order_id')).toEqual([
    { order_id: 'named', customer_id: null, trail: '[]' },
    { order_id: 'new', customer_id: null, trail: '[]' },
    { order_id: 'old', customer_id: null, trail: '[]' },
    { order_id: 'other', customer_id: 'c2', trail: '["looked at"]' },
  ]);
  expect(rows(store, 'select answer from attempts')).toEqual([{ answer: null }]);
  expect(await store.settle(inFlight, [{ event: inFlight.events[0]!, settlement: delivered }], T0)).toBe(false);
  await place(store, 'new', ['new']);
  expect(rows(store, "select state from events where event_id = 'new'")).toEqual([{ state: 'discarded' }]);
});

test('a customer: events from elsewhere that name the order or the customer go too', async () => {
  const store = await connected();
  await place(store, '1', ['1'], T0, { customerId: 'c9' });
  const elsewhere = (id: string, more: object) => ({ event: event(id, more), orderId: ownLane(id) });
  const events = [
    elsewhere('by order', { properties: { id: '1' } }),
    elsewhere('by number', { properties: { id: 2 } }),
    elsewhere('by customer', { aliases: ['urn:email:ada@example.com', 'urn:customer_id:c9'] }),
    elsewhere('of another', { properties: { id: '12' }, aliases: ['urn:customer_id:c99'] }),
  ];
  await store.addEvents({ store: SHOP, destination: 'converge', events, now: T0 });
  await store.addEvents({ store: 'second', destination: 'converge', events, now: T0 });
  await store.acceptSignals([signal({ orderId: null, redact: { kind: 'customer', customerId: 'c9', orderIds: ['2'] } })]);
  const left = 'select store, event_id from events where body is not null order by id';
  expect(rows(store, left).map(({ store: name, event_id: id }) => `${name} ${id}`)).toEqual([
    'main of another',
    ...events.map(({ event: { event_id: id } }) => `second ${id}`),
  ]);
  expect(
    await store.acceptSignals([signal({ orderId: null, redact: { kind: 'customer', customerId: null, orderIds: [] } })]),
  ).toMatchObject([{ redacted: { events: 0 } }]);
});

test('a read in flight cannot write back what was removed', async () => {
  const store = await connected();
  await store.acceptSignals([signal()]);
  const [claim] = await claimDue(store, T0);
  await store.acceptSignals([
    signal({ orderId: null, receivedAt: T0 + 1, redact: { kind: 'customer', customerId: null, orderIds: ['1'] } }),
  ]);
  expect((await store.writeOrders(SHOP, [write(claim!, { events: [event('1')] })], T0 + 2))[0]?.written).toBe(false);
  expect(due(store)[0]).toMatchObject({ due_at: T0 + 1, lease_token: null });
});

test('a shop: everything of it goes, its row stays disconnected, other stores are untouched', async () => {
  const store = await connected();
  await store.acceptSignals([signal({ store: 'second' })]);
  await place(store, '1', ['1', 'refund-1']);
  const [lane] = await claimLanes(store, T0);
  await store.settle(lane!, [{ event: lane!.events[0]!, settlement: delivered }], T0);
  await store.setWatermark(SHOP, '2026-11-20T12:00:00Z');
  await store.acceptSignals([signal({ orderId: '2' })]);
  const audit = { at: T0, since: '2026-11-14', until: '2026-11-20', shopify: 1, accounted: 0, differing: 1, differingSince: T0 };
  await store.saveAudit({ ...audit, store: SHOP, named: [{ orderId: '1', name: '#1', day: '2026-11-20', kind: 'missing' }] });
  const request = signal({ topic: 'shop/redact', orderId: null, redact: { kind: 'shop' } });
  const [result] = await store.acceptSignals([request]);
  expect(result?.redacted).toEqual({
    attempts: 1,
    audits: 1,
    backfill_slices: 0,
    backfills: 0,
    events: 2,
    lanes: 1,
    due_orders: 1,
    orders: 1,
    watermarks: 1,
    webhook_receipts: 2,
  });
  expect((await store.acceptSignals([request]))[0]?.duplicate).toBe(true);
  for (const table of ['events', 'lanes', 'attempts', 'orders', 'audits', 'watermarks'])
    expect(rows(store, `select * from ${table}`)).toEqual([]);
  expect(due(store)).toMatchObject([{ store: 'second' }]);
  expect(await store.getStore(SHOP)).toMatchObject({ state: 'disconnected', stateReason: 'shop redacted', tokenAt: null });
});
