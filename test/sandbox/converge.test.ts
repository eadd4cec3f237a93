/** The Converge endpoint: what it takes, what it counts, and how it can be made to fail. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { handClock } from '../clock.ts';

const order = {
  event_name: 'Placed Order',
  event_id: '6100000000000',
  timestamp: '2026-11-20T12:00:00Z',
  properties: {
    id: '6100000000000',
    total_price: 98.3,
    total_tax: 0,
    total_shipping: 0.3,
    currency: 'USD',
    items: [{ product_id: '7', name: 'Wool Runner', price: 98, currency: 'USD', quantity: 1 }],
  },
  profile_properties: { $email: 'ada@example.com' },
  aliases: ['urn:email:ada@example.com'],
};
const refund = { ...order, event_name: 'Received Refund', event_id: 'refund-1', properties: { id: '6100000000000' } };

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ clock: handClock() });
});
afterEach(() => sandbox.close());

async function post(event: unknown, headers: Record<string, string> = {}, path = ''): Promise<Response> {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  return fetch(`${sandbox.convergeUrl}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
}

describe('the endpoint', () => {
  it('takes an event and remembers it with time and headers', async () => {
    const answer = await post(order, { 'user-agent': 'me' }, '/any/path');
    expect([answer.status, await answer.json()]).toEqual([200, { success: true }]);
    expect(sandbox.converge.received()).toMatchObject([
      {
        at: Date.parse('2026-11-20T12:00:00Z'),
        path: '/converge/webhooks/any/path',
        status: 200,
        accepted: true,
        headers: { 'user-agent': 'me' },
      },
    ]);
    expect(sandbox.converge.events()).toEqual([order]);
  });

  it.each([
    ['no JSON', 'x', 'body: not JSON'],
    ['no event id', { ...order, event_id: undefined }, 'event_id'],
    ['no aliases', { ...order, aliases: [] }, 'aliases'],
    ['eleven aliases', { ...order, aliases: Array.from({ length: 11 }, (_, index) => `urn:x:${index}`) }, 'aliases'],
    ['a time without a zone', { ...order, timestamp: '2026-11-20T12:00:00' }, 'timestamp'],
    ['an order without a total', { ...order, properties: { ...order.properties, total_price: undefined } }, 'properties.total_price'],
    ['an amount as text', { ...order, properties: { ...order.properties, total_tax: '0' } }, 'properties.total_tax'],
    [
      'half an item',
      { ...order, properties: { ...order.properties, items: [{ ...order.properties.items[0], quantity: 0.5 }] } },
      'properties.items.0.quantity',
    ],
    [
      'an item without price',
      { ...order, properties: { ...order.properties, items: [{ product_id: '7', name: 'x', currency: 'USD', quantity: 1 }] } },
      'properties.items.0.price',
    ],
  ])('refuses %s', async (_, event, detail) => {
    const answer = await post(event);
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain(detail);
    expect(sandbox.converge.counts()).toMatchObject({ requests: 1, events: 0, refused: 1 });
  });

  it('refuses forms and other methods', async () => {
    expect((await post(order, { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(400);
    expect((await fetch(sandbox.convergeUrl)).status).toBe(405);
  });

  it('demands the token when there is one', async () => {
    await sandbox.close();
    sandbox = await startSandbox({ convergeToken: 'secret' });
    expect((await post(order)).status).toBe(401);
    expect((await post(order, { 'x-webhook-token': 'secret' })).status).toBe(200);
  });
});

describe('the count', () => {
  it('knows repeats, repeats that changed, and disorder', async () => {
    for (const event of [
      refund,
      order,
      order,
      { ...order, aliases: ['urn:email:eve@example.com'] },
      { ...order, event_id: 'b', properties: { ...order.properties, id: 'b' } },
    ]) {
      await post(event);
    }
    expect(sandbox.converge.counts()).toEqual({
      requests: 5,
      events: 3,
      byName: { 'Placed Order': 2, 'Received Refund': 1 },
      repeats: 2,
      changedRepeats: 1,
      outOfOrder: 1,
      refused: 0,
    });
    sandbox.converge.clear();
    expect(sandbox.converge.counts()).toMatchObject({ requests: 0, events: 0 });
    await post(order);
    await post(refund);
    expect(sandbox.converge.counts()).toMatchObject({ outOfOrder: 0, repeats: 0 });
  });

  it('can be waited for', async () => {
    const two = sandbox.converge.until(({ events }) => events >= 2);
    await post(order);
    await post(refund);
    await two;
    await sandbox.converge.until(({ events }) => events >= 2);
  });

  it('goes on when only the latest bodies are kept', async () => {
    await sandbox.close();
    sandbox = await startSandbox({ keep: 2 });
    for (const id of ['1', '2', '3', '1']) await post({ ...refund, event_id: id });
    expect(sandbox.converge.received()).toHaveLength(2);
    expect(sandbox.converge.counts()).toMatchObject({ requests: 4, events: 3, repeats: 1 });
  });
});

describe('faults', () => {
  it('by function: the answer is another one and the event does not count', async () => {
    sandbox.converge.setFaults(({ count }) =>
      count === 1 ? { kind: 'status', status: 429, headers: { 'Retry-After': '7' }, body: 'slow down' } : null,
    );
    const first = await post(order);
    expect([first.status, first.headers.get('retry-after'), await first.text()]).toEqual([429, '7', 'slow down']);
    expect(sandbox.converge.counts().events).toBe(0);
    expect((await post(order)).status).toBe(200);
    expect(sandbox.converge.counts()).toMatchObject({ requests: 2, events: 1, repeats: 0, refused: 0 });
  });

  it('a cut connection, and an answer that gets lost after the event counted', async () => {
    sandbox.converge.setFaults({ reset: 1 });
    await expect(post(order)).rejects.toThrow();
    expect(sandbox.converge.counts().events).toBe(0);
    sandbox.converge.setFaults({ lostAnswer: 1 });
    await expect(post(order)).rejects.toThrow();
    sandbox.converge.setFaults(null);
    await post(order);
    expect(sandbox.converge.counts()).toMatchObject({ events: 1, repeats: 1, changedRepeats: 0 });
    expect(sandbox.converge.received().map(({ status, accepted }) => [status, accepted])).toEqual([
      [null, false],
      [null, true],
      [200, true],
    ]);
  });

  it('no answer at all until the sender gives up or the sandbox closes', async () => {
    sandbox.converge.setFaults({ timeout: 1 });
    const gone = new AbortController();
    const waiting = fetch(sandbox.convergeUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
      signal: gone.signal,
    });
    await sandbox.converge.until(({ requests }) => requests === 1);
    gone.abort();
    await expect(waiting).rejects.toThrow();
    const held = post(order);
    await sandbox.converge.until(({ requests }) => requests === 2);
    await Promise.all([sandbox.close(), expect(held).rejects.toThrow()]);
  });

  it('by rates, the same for the same seed', async () => {
    const statuses = async (seed: number): Promise<number[]> => {
      await sandbox.close();
      sandbox = await startSandbox({ seed });
      sandbox.converge.setFaults({ error500: 0.3, tooMany429: 0.2, unauthorized401: 0.1 });
      const found: number[] = [];
      for (let index = 0; index < 30; index += 1) found.push((await post(order)).status);
      return found;
    };
    const first = await statuses(5);
    expect(new Set(first)).toEqual(new Set([200, 500, 429, 401]));
    expect(await statuses(5)).toEqual(first);
    expect(await statuses(6)).not.toEqual(first);
  });
});
