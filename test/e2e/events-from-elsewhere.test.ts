/** `send` and `POST /events` as their users run them: delivered once, in order, with what the connector makes itself. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { place, until, type Place } from './running.ts';

const TOKEN = 'canary-events-token';
const PERSON = 'canary-person@example.com';

async function start(): Promise<Place> {
  const at = await place();
  const path = join(at.folder, 'connector.yaml');
  writeFileSync(path, readFileSync(path, 'utf8').replace('admin:\n', 'admin:\n  eventsToken: ${EVENTS_TOKEN}\n'));
  appendFileSync(join(at.folder, '.env'), `EVENTS_TOKEN=${TOKEN}\n`);
  return at;
}

const event = (id: string, more: object = {}) => ({
  event_name: 'Cancelled Subscription',
  event_id: id,
  timestamp: '2026-11-20T12:00:00Z',
  properties: { id: 'subscription-7', total_price: 19.9, total_tax: 0, total_shipping: 0, currency: 'USD' },
  profile_properties: { $email: PERSON },
  aliases: [`urn:email:${PERSON}`],
  ...more,
});
const ofOrder = (id: string, orderId: string) => event(id, { properties: { ...event('').properties, id: orderId } });

const post = (at: Place, body: unknown, token = TOKEN) =>
  fetch(`${at.admin}/events`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: JSON.stringify(body) });

async function send(at: Place, ...events: object[]) {
  writeFileSync(join(at.folder, 'events.jsonl'), events.map((one) => JSON.stringify(one)).join('\n'));
  return await at.run('send', 'events.jsonl');
}

const ids = (at: Place) => at.sandbox.converge.events().map(({ event_id }) => event_id);

describe('events from elsewhere', () => {
  it('wait in the outbox without a daemon, and are delivered once as they came', async () => {
    const at = await start();
    const given = [
      event('cancel-1'),
      event('start-1', { event_name: 'Started Subscription' }),
      event('seen-1', { event_name: 'Viewed Page', properties: { own: { deep: [1, 'ü'] } }, timestamp: 1_763_640_000 }),
    ];
    const sent = await send(at, ...given);
    expect([sent.code, sent.stdout]).toEqual([0, expect.stringMatching(/3 events put on the outbox[^]*wait in the outbox/)]);
    expect((await send(at, ...given)).stdout).toMatch(/3 already there \(3 pending\)/);
    expect(at.sandbox.converge.counts().requests).toBe(0);

    await at.start();
    await until(() => ids(at).length === 3);
    expect(at.sandbox.converge.events().toSorted((a, b) => a.event_id.localeCompare(b.event_id))).toEqual([given[0], given[2], given[1]]);
    // Arrived is not yet recorded.
    await until(async () => (await at.status()).stores[0]?.counts.events.pending === 0);
    expect((await send(at, ...given)).stdout).toMatch(/3 already there \(3 delivered\)/);
    expect(at.sandbox.converge.counts()).toMatchObject({ requests: 3, events: 3, refused: 0 });
  });

  it('go behind the events of their order, in a running daemon, by file and by HTTP', async () => {
    const at = await start();
    const { shop, converge } = at.sandbox;
    const daemon = await at.start();
    // Converge is away for everything but what has to do with no order.
    converge.setFaults(({ body }) => (body.includes('"unrelated"') ? null : { kind: 'status', status: 500 }));
    const order = shop.createOrder({ lines: [{ variant: 'WR-42-GR' }] });
    await until(() => converge.counts().requests > 0);

    const taken = await post(at, [ofOrder('by-http', order.id), event('unrelated')]);
    expect([taken.status, await taken.json()]).toEqual([
      200,
      {
        store: 'main',
        destination: 'converge',
        events: ['by-http', 'unrelated'].map((eventId) => ({ line: null, eventId, outcome: 'queued', state: 'pending', problems: [] })),
      },
    ]);
    expect(await send(at, ofOrder('by-file', order.id))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('The daemon delivers them.'),
    });
    const refund = shop.refund(order.id, { amount: '10.00' });
    await until(() => ids(at).includes('unrelated'));
    await until(async () => (await at.status()).stores[0]?.counts.events.pending === 4);
    expect(ids(at)).toEqual(['unrelated']);

    converge.setFaults(null);
    await until(() => ids(at).length === 5);
    expect(ids(at)).toEqual(['unrelated', order.id, 'by-http', 'by-file', `refund-${refund.id}`]);
    expect(converge.counts()).toMatchObject({ repeats: 0, changedRepeats: 0, outOfOrder: 0, refused: 0 });

    const taken409 = await post(at, ofOrder(order.id, order.id));
    expect([taken409.status, await taken409.json()]).toMatchObject([409, { events: [{ outcome: 'id_taken' }] }]);
    expect((await post(at, ofOrder('by-http', order.id))).status).toBe(200);
    expect((await post(at, event('x', { aliases: [PERSON] }))).status).toBe(422);
    expect((await post(at, event('x'), 'wrong')).status).toBe(401);
    expect(converge.counts().events).toBe(5);

    daemon.process.kill('SIGTERM');
    await daemon.ended;
    expect(daemon.output()).toContain('events from elsewhere');
    expect(daemon.output()).not.toMatch(/canary/);
  });

  it('that were acknowledged survive kill -9', async () => {
    const at = await start();
    const { converge } = at.sandbox;
    const daemon = await at.start();
    converge.setFaults({ reset: 1 });
    const expected = Array.from({ length: 40 }, (_, index) => `e${index}`);
    const answers = await Promise.all(expected.map((id) => post(at, event(id))));
    expect(answers.map(({ status }) => status)).toEqual(expected.map(() => 200));
    daemon.process.kill('SIGKILL');
    await daemon.ended;
    converge.setFaults(null);
    await at.start();
    await until(() => ids(at).length === expected.length);
    expect(ids(at).toSorted()).toEqual(expected.toSorted());
    expect(converge.counts()).toMatchObject({ changedRepeats: 0, refused: 0 });
  });

  it('by HTTP are not taken where no token is configured', async () => {
    const at = await place();
    await at.start();
    const answer = await post(at, event('e'));
    expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('admin.eventsToken')]);
  });
});
