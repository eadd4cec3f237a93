/** The checks one by one. */
import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { failed } from '../../src/doctor/check.ts';
import { checkReachOf } from '../../src/doctor/destination.ts';
import { checkPublicUrl } from '../../src/doctor/public-url.ts';
import { checkReach, clockFinding, subscriptionsFinding } from '../../src/doctor/shop.ts';
import { createHttp } from '../../src/platform/http.ts';

const T0 = Date.parse('2026-11-20T12:00:00Z');
const HOUR = 3_600_000;
const URI = 'https://connector.example.com/webhooks/shopify';

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

function http() {
  const made = createHttp({ connections: 2, timeoutMs: 20_000 });
  onTestFinished(() => made.close());
  return made;
}

describe('the clock', () => {
  it.each([
    [0, 'ok'],
    [29_000, 'ok'],
    [-45_000, 'warn'],
    [200_000, 'warn'],
    [-400_000, 'fail'],
  ])('%s ms ahead of Shopify is %s', (ahead, state) => {
    expect(clockFinding(ahead).state).toBe(state);
  });

  it('is compared with the Date header of whatever the shop answers', async () => {
    const origin = await serve((_request, response) => response.writeHead(404, { date: new Date(T0).toUTCString() }).end());
    const { reach, clock } = await checkReach(http(), origin, () => T0 + 90_000);
    expect(reach.state).toBe('ok');
    expect(clock).toMatchObject({ state: 'warn', seen: expect.stringMatching(/^this machine's clock is (89|90) s ahead/) });
  });
});

describe('subscriptions', () => {
  const right = [
    { topic: 'ORDERS_CREATE', createdAt: T0 },
    { topic: 'ORDERS_UPDATED', createdAt: T0 + 1000 },
  ];
  const state = { right, wrong: [], missing: [], elsewhere: [] };

  it.each([
    ['all right', state, URI, T0, 'ok', /2 in place, the oldest since 2026-11-20T12:00:00.000Z$/],
    ['one missing', { ...state, missing: ['ORDERS_EDITED'] }, URI, T0, 'fail', /missing: ORDERS_EDITED/],
    ['one changed by somebody', { ...state, wrong: ['ORDERS_EDITED'] }, URI, T0, 'fail', /not as they should be: ORDERS_EDITED/],
    ['not connected yet', { ...state, right: [], missing: ['A', 'B'] }, URI, null, 'warn', /none of the 2 is there/],
    [
      'one put back',
      { ...state, right: [...right, { topic: 'ORDERS_EDITED', createdAt: T0 + 2 * HOUR }] },
      URI,
      T0,
      'warn',
      /put back later: ORDERS_EDITED 2026-11-20T14/,
    ],
    [
      'an old address',
      { ...state, elsewhere: [{ topic: 'A', uri: 'https://old.example' }] },
      URI,
      T0,
      'warn',
      /1 of the same app at https:\/\/old/,
    ],
    ['polling', { ...state, right: [] }, null, T0, 'ok', /none wanted/],
  ] as const)('%s', (_what, found, uri, connectedAt, wanted, seen) => {
    const { right: there, wrong, missing, elsewhere } = found;
    const finding = subscriptionsFinding(
      { right: [...there], wrong: [...wrong], missing: [...missing], elsewhere: [...elsewhere] },
      uri,
      connectedAt,
    );
    expect(finding).toMatchObject({ state: wanted, seen: expect.stringMatching(seen) });
  });
});

describe('the public URL', () => {
  const page = '<title>shopify-converge</title>';

  it.each([
    ['ours', (url: string) => (url === '/' ? [200, page] : [405, '']), true, 'ok'],
    ['another program', () => [200, '<title>nginx</title>'], true, 'fail'],
    ['another program while no daemon runs', () => [502, ''], false, 'warn'],
    ['a proxy that lets only the page through', (url: string) => (url === '/' ? [200, page] : [404, '']), true, 'fail'],
  ] as const)('that leads to %s', async (_what, answer, running, state) => {
    const url = await serve((request, response) => {
      const [status, body] = answer(request.url ?? '') as [number, string];
      response.writeHead(status).end(body);
    });
    expect(await checkPublicUrl(http(), url, `${url}/webhooks/shopify`, running)).toMatchObject({ state });
  });
});

describe('a destination', () => {
  it('is asked for a connection and sent nothing', async () => {
    let requests = 0;
    const url = await serve(() => void (requests += 1));
    expect(await checkReachOf(`${url}/postback/secret`)).toMatchObject({ state: 'ok', seen: expect.not.stringContaining('secret') });
    expect(requests).toBe(0);
  });

  it('that is not there, or not safe, is told', async () => {
    const url = await serve(() => {});
    expect(await checkReachOf(url.replace('http:', 'https:'))).toMatchObject({
      state: 'fail',
      seen: expect.stringMatching(/no safe connection|not valid|cut off/),
    });
    expect(await checkReachOf('http://127.0.0.1:1')).toMatchObject({ state: 'fail', seen: expect.stringMatching(/connection refused/) });
  });
});

describe('an error', () => {
  it.each([
    [
      'The app is not installed on a.myshopify.com; install it with its link.',
      'The app is not installed on a.myshopify.com',
      'Install it with its link.',
    ],
    ['It is full. Make room.', 'It is full', 'Make room.'],
  ])('is told apart into what is wrong and what to do', (message, seen, fix) => {
    expect(failed(new Error(message))).toEqual({ state: 'fail', seen, fix });
  });
});
