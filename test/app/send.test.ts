/** Events from elsewhere against a real store: what is written, where, and what is said of a repeat. */
import { describe, expect, test } from 'vitest';
import type { Parts } from '../../src/app.ts';
import { readGivenEvents, type SendOptions } from '../../src/core/given-events.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { sendEvents } from '../../src/send.ts';
import type { Store } from '../../src/store/types.ts';
import { handClock } from '../clock.ts';
import { claimLanes, connected, delivered, place, retryAt, rows, SHOP, T0 } from '../store/fixture.ts';

const order = { id: '1001', total_price: 12.5, total_tax: 0, total_shipping: 0, currency: 'EUR' };
const event = (id: string, more: object = {}) => ({
  event_name: 'Cancelled Subscription',
  event_id: id,
  timestamp: '2026-11-20T11:00:00Z',
  properties: order,
  profile_properties: {},
  aliases: ['urn:email:canary@example.com'],
  ...more,
});

async function start(names = [SHOP], destinations = ['converge']) {
  const store = await connected();
  const clock = handClock(T0);
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger(
    { level: 'info', fd: 1, pretty: false, colour: false },
    { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const connections = names.map((name) => ({ name, destinations: destinations.map((destination) => ({ name: destination })) }));
  const parts = { store, connections, clock, logger } as unknown as Parts;
  const send = async (events: object | string, options: SendOptions = {}) => {
    const text = typeof events === 'string' ? events : JSON.stringify(events);
    return await sendEvents(parts, readGivenEvents(Buffer.from(text)), options);
  };
  return { store, clock, lines, send };
}

const written = (store: Store & { path: string }) =>
  rows(store, 'select order_id, event_id, sequence, name, state, lane from events order by id');
const bodies = (store: Store & { path: string }) =>
  rows(store, 'select body from events order by id').map(({ body }) => JSON.parse(String(body)) as object);

describe('an event', () => {
  test('is written as it came', async () => {
    const { store, send } = await start();
    const given = event('cancel-1', { properties: { ...order, own: { nested: [1, null] }, big: 0.1 } });
    expect(await send(given)).toEqual({
      store: SHOP,
      destination: 'converge',
      events: [{ line: null, eventId: 'cancel-1', outcome: 'queued', state: 'pending', problems: [] }],
    });
    expect(bodies(store)).toEqual([given]);
    const [lane] = await claimLanes(store, T0);
    expect(lane?.events[0]).toMatchObject({ name: 'Cancelled Subscription', lane: 'live', createdAt: T0, destination: 'converge' });
  });

  test('without a time gets that of its writing', async () => {
    const { store, send } = await start();
    await send(event('cancel-1', { timestamp: undefined }));
    expect(bodies(store)).toEqual([{ ...event('cancel-1'), timestamp: '2026-11-20T12:00:00Z' }]);
  });

  test('that names a known order goes behind its other events, and waits with them', async () => {
    const { store, send } = await start();
    await place(store, '1001', ['1001', 'refund-9']);
    const [lane] = await claimLanes(store, T0);
    await store.settle(lane!, [{ event: lane!.events[0]!, settlement: retryAt(T0 + 60_000) }], T0);
    await send([event('cancel-1'), event('refund-10', { event_name: 'Received Refund' })]);
    expect(written(store).map(({ event_id: id, order_id: orderId, sequence }) => [id, orderId, sequence])).toEqual([
      ['1001', '1001', 1],
      ['refund-9', '1001', 2],
      ['cancel-1', '1001', 3],
      ['refund-10', '1001', 4],
    ]);
    expect(await claimLanes(store, T0 + 59_999)).toEqual([]);
    expect((await claimLanes(store, T0 + 60_000))[0]?.events.map(({ eventId }) => eventId)).toEqual([
      '1001',
      'refund-9',
      'cancel-1',
      'refund-10',
    ]);
  });

  test.each<[string, object]>([
    ['of an order nobody knows', event('e', { properties: { ...order, id: '1002' } })],
    ['of an order known by that name only', event('e', { properties: { ...order, id: '#1001' } })],
    ['of another kind', event('e', { event_name: 'Viewed Page' })],
    ['of no order', event('e', { event_name: 'Received Refund', properties: {} })],
  ])('%s has a lane of its own', async (_, given) => {
    const { store, send } = await start();
    await place(store, '1001', ['1001'], T0, { name: '#1001' });
    await send(given);
    expect(written(store)[1]).toMatchObject({ order_id: 'event:e', sequence: 1 });
  });

  test('of the order of another store has a lane of its own', async () => {
    const { store, send } = await start([SHOP, 'second']);
    await place(store, '1001', ['1001']);
    await send(event('e'), { store: 'second' });
    expect(rows(store, "select store, order_id from events where event_id = 'e'")).toEqual([{ store: 'second', order_id: 'event:e' }]);
  });
});

describe('an id that is there', () => {
  const outcomes = async (report: Promise<{ events: { outcome: string; state: string | null }[] }>) =>
    (await report).events.map(({ outcome, state }) => [outcome, state]);

  test('the same event again changes nothing, whatever the order of its keys and whatever became of it', async () => {
    const { store, clock, send } = await start();
    await send(event('cancel-1'));
    await clock.advance(60_000);
    const turned = Object.fromEntries(Object.entries(event('cancel-1')).toReversed());
    expect(await outcomes(send([event('cancel-1'), turned]))).toEqual([
      ['already_there', 'pending'],
      ['already_there', 'pending'],
    ]);
    const [lane] = await claimLanes(store, T0 + 60_000);
    await store.settle(lane!, [{ event: lane!.events[0]!, settlement: delivered }], T0);
    expect(await outcomes(send(event('cancel-1')))).toEqual([['already_there', 'delivered']]);
    expect(written(store)).toHaveLength(1);
    expect(rows(store, 'select * from lanes')).toEqual([]);
  });

  test('an event without a time is the same a minute later', async () => {
    const { clock, send } = await start();
    const untimed = event('cancel-1', { timestamp: undefined });
    await send(untimed);
    await clock.advance(60_000);
    expect(await outcomes(send(untimed))).toEqual([['already_there', 'pending']]);
    expect(await outcomes(send({ ...untimed, timestamp: '2026-11-20T12:00:00Z' }))).toEqual([['already_there', 'pending']]);
    expect(await outcomes(send({ ...untimed, timestamp: '2026-11-20T12:01:00Z' }))).toEqual([['id_taken', null]]);
  });

  test.each<[string, object]>([
    ['another amount', event('cancel-1', { properties: { ...order, total_price: 13 } })],
    ['another name', event('cancel-1', { event_name: 'Viewed Page' })],
    ['another alias first', event('cancel-1', { aliases: ['urn:user_id:u1', 'urn:email:canary@example.com'] })],
    ['less', event('cancel-1', { properties: { ...order, own: undefined } })],
  ])('with %s is refused', async (_, other) => {
    const { store, send } = await start();
    await send(event('cancel-1', { properties: { ...order, own: 1 } }));
    expect(await outcomes(send(other))).toEqual([['id_taken', null]]);
    expect(bodies(store)).toEqual([event('cancel-1', { properties: { ...order, own: 1 } })]);
  });

  test('of an order of ours is refused', async () => {
    const { store, send } = await start();
    await place(store, '1001', ['1001']);
    expect((await send(event('1001'))).events).toMatchObject([{ outcome: 'id_taken', problems: [expect.stringMatching(/another event/)] }]);
    expect(written(store)).toHaveLength(1);
  });

  test('twice in one text: the second is the same or refused', async () => {
    const { send } = await start();
    expect(await outcomes(send([event('a'), event('a'), event('a', { aliases: ['urn:x:y'] })]))).toEqual([
      ['queued', 'pending'],
      ['already_there', 'pending'],
      ['id_taken', null],
    ]);
  });

  test('whose body is gone cannot be compared, and is refused', async () => {
    const { store, send } = await start();
    await send(event('cancel-1'));
    const [lane] = await claimLanes(store, T0);
    await store.settle(lane!, [{ event: lane!.events[0]!, settlement: delivered }], T0);
    await store.prune(T0 + 1);
    expect((await send(event('cancel-1'))).events).toMatchObject([
      { outcome: 'id_taken', problems: [expect.stringMatching(/removed since/)] },
    ]);
  });
});

describe('several', () => {
  test('what is wrong holds up nothing; more than one commit takes', async () => {
    const { store, send, lines } = await start();
    const text = Array.from({ length: 450 }, (_, index) => JSON.stringify(event(`e${index}`)));
    text[3] = '{"event_id":"canary-3"';
    text[401] = JSON.stringify({ ...event('e401'), aliases: ['canary'] });
    const { events } = await send(text.join('\n'));
    expect(events.map(({ line }) => line)).toEqual(Array.from({ length: 450 }, (_, index) => index + 1));
    expect(events.filter(({ outcome }) => outcome !== 'queued')).toEqual([
      { line: 4, eventId: null, outcome: 'not_json', state: null, problems: ['is not valid JSON (column 23)'] },
      { line: 402, eventId: 'e401', outcome: 'invalid', state: null, problems: [expect.stringMatching(/^aliases\.0: must be urn:/)] },
    ]);
    expect(written(store)).toHaveLength(448);
    expect(lines).toEqual([expect.objectContaining({ store: SHOP, destination: 'converge', queued: 448, alreadyThere: 0, refused: 2 })]);
    expect(JSON.stringify(lines)).not.toContain('canary');
  });
});

describe('where to', () => {
  test('the store is named where there are several', async () => {
    const { store, send } = await start([SHOP, 'second']);
    await expect(send(event('e'))).rejects.toMatchObject({ code: 'SEND_STORE', message: expect.stringMatching(/main, second/) });
    await expect(send(event('e'), { store: 'third' })).rejects.toMatchObject({ code: 'CLI_UNKNOWN_STORE' });
    expect(written(store)).toEqual([]);
    expect((await send(event('e'), { store: 'second' })).store).toBe('second');
    expect((await send(event('e'), { store: SHOP })).events[0]?.outcome).toBe('queued');
  });

  test.each(['nowhere', 'toString'])('a destination named %s is refused', async (destination) => {
    const { send } = await start();
    await expect(send(event('e'), { destination })).rejects.toMatchObject({
      code: 'SEND_DESTINATION',
      message: expect.stringMatching(/converge/),
    });
  });
});
