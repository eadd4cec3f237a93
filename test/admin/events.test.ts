/** `POST /events`: who may, what is handed on, and what is answered. */
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished, describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/core/errors.ts';
import type { GivenEvent, SendOptions, SendReport, SentEvent } from '../../src/core/given-events.ts';
import { BROKEN, startAdmin } from './running.ts';

const TOKEN = 'canary-token';
const bearer = { authorization: `Bearer ${TOKEN}` };
const MIB = 1024 * 1024;

interface Asked {
  given: GivenEvent[];
  options: SendOptions;
}

/** `outcomes`: what becomes of the events, in turn; or what is thrown. */
async function start(outcomes: SentEvent['outcome'][] | Error = [], more: Parameters<typeof startAdmin>[0] = {}) {
  const asked: Asked[] = [];
  const send = async (given: GivenEvent[], options: SendOptions): Promise<SendReport> => {
    asked.push({ given, options });
    if (outcomes instanceof Error) throw outcomes;
    const events = given.map(({ line }, index): SentEvent => {
      return { line, eventId: `e${index}`, outcome: outcomes[index] ?? 'queued', state: 'pending', problems: [] };
    });
    return { store: 'main', destination: 'converge', events };
  };
  const running = await startAdmin({ events: { token: TOKEN, send }, ...more });
  onTestFinished(() => running.server.close(0));
  const post = (body: string | Buffer, headers: Record<string, string> = bearer, query = '') =>
    fetch(`${running.origin}/events${query}`, { method: 'POST', body, headers });
  return { ...running, asked, post };
}

describe('who may', () => {
  it('nobody without a token in the config', async () => {
    const { origin, asked } = await start([], { events: undefined });
    for (const headers of [{}, bearer]) {
      const answer = await fetch(`${origin}/events`, { method: 'POST', body: '{}', headers });
      expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('admin.eventsToken')]);
    }
    expect(asked).toEqual([]);
  });

  it.each([
    ['nothing', {}],
    ['another token', { authorization: 'Bearer canary-tokem' }],
    ['its beginning', { authorization: 'Bearer canary' }],
    ['more than it', { authorization: `Bearer ${TOKEN}x` }],
    ['an empty one', { authorization: 'Bearer ' }],
    ['the token alone', { authorization: TOKEN }],
    ['another scheme', { authorization: `Basic ${Buffer.from(`x:${TOKEN}`).toString('base64')}` }],
  ])('401 with %s, before the body is looked at', async (_, headers) => {
    const { post, asked } = await start();
    for (const body of ['{}', 'x'.repeat(3 * MIB)]) {
      const answer = await post(body, headers);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(await answer.text()).not.toContain('canary');
    }
    expect(asked).toEqual([]);
  });

  it('whoever has the token, whatever the case of "bearer" and whether there is a password', async () => {
    const { post } = await start([], { password: 'other', host: '0.0.0.0' });
    expect((await post('{}', { authorization: `bearer  ${TOKEN}` })).status).toBe(200);
    expect((await post('{}', { authorization: `Basic ${Buffer.from('x:other').toString('base64')}` })).status).toBe(401);
  });

  it('no page of another name, though it had the token', async () => {
    const { port, asked } = await start();
    const ask = request({ port, host: '127.0.0.1', path: '/events', method: 'POST', headers: { ...bearer, host: 'evil.example' } });
    ask.end('{}');
    const [answer] = (await once(ask, 'response')) as [import('node:http').IncomingMessage];
    expect([answer.statusCode, await text(answer)]).toEqual([421, expect.any(String)]);
    expect(asked).toEqual([]);
  });

  it('by POST alone', async () => {
    const { origin, asked } = await start();
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const answer = await fetch(`${origin}/events`, { method, headers: bearer });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    }
    expect(asked).toEqual([]);
  });
});

describe('what is handed on', () => {
  it.each<[string, string, GivenEvent[]]>([
    ['one event', '{"event_id":"1"}', [{ line: null, value: { event_id: '1' } }]],
    [
      'a list',
      '[{"a":1},{"a":2}]',
      [
        { line: null, value: { a: 1 } },
        { line: null, value: { a: 2 } },
      ],
    ],
    [
      'lines',
      '{"a":1}\nx\n',
      [
        { line: 1, value: { a: 1 } },
        { line: 2, fault: 'is not valid JSON' },
      ],
    ],
  ])('%s', async (_, body, given) => {
    const { post, asked } = await start();
    const answer = await post(body);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(await answer.json()).toMatchObject({ store: 'main', destination: 'converge', events: given.map(({ line }) => ({ line })) });
    expect(asked).toEqual([{ given, options: { store: undefined, destination: undefined } }]);
  });

  it('with the store and the destination that the address names', async () => {
    const { post, asked } = await start();
    await post('{}', bearer, '?store=eu%201&destination=other');
    expect(asked[0]?.options).toEqual({ store: 'eu 1', destination: 'other' });
  });

  it('up to 2 MiB, however it comes; the sender of more gets an answer', async () => {
    const { post, origin, asked } = await start();
    const fitting = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;
    expect((await post(fitting(2 * MIB))).status).toBe(200);
    expect((await post(fitting(2 * MIB + 1))).status).toBe(413);
    const chunked = new ReadableStream({
      start: (controller) => {
        for (let sent = 0; sent < 8; sent += 1) controller.enqueue(Buffer.alloc(MIB, 'x'));
        controller.close();
      },
    });
    const init = { method: 'POST', headers: bearer, body: chunked, duplex: 'half' } as RequestInit;
    expect((await fetch(`${origin}/events`, init)).status).toBe(413);
    expect(asked).toHaveLength(1);
  });

  it('not at all when the sender goes away in between', async () => {
    const { port, asked, post } = await start();
    const socket = connect(port, '127.0.0.1');
    socket.write(`POST /events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${TOKEN}\r\ncontent-length: 9\r\n\r\n{"a":`);
    await once(socket, 'connect');
    socket.destroy();
    expect((await post('{}')).status).toBe(200);
    expect(asked).toHaveLength(1);
  });
});

describe('what is answered', () => {
  it.each<[SentEvent['outcome'][], number]>([
    [['queued'], 200],
    [['already_there'], 200],
    [['queued', 'already_there'], 200],
    [['id_taken'], 409],
    [['queued', 'id_taken'], 409],
    [['invalid'], 422],
    [['id_taken', 'invalid', 'queued'], 422],
    [['not_json'], 400],
    [['invalid', 'id_taken', 'not_json', 'queued'], 400],
  ])('%j: %d', async (outcomes, status) => {
    const { post } = await start(outcomes);
    const answer = await post(JSON.stringify(outcomes));
    expect(answer.status).toBe(status);
    expect(((await answer.json()) as SendReport).events.map(({ outcome }) => outcome)).toEqual(outcomes);
  });

  it.each([
    ['nothing', '', 'EVENTS_NONE'],
    ['an empty list', '[]', 'EVENTS_NONE'],
    ['another encoding', Buffer.from('{"a":"é"}', 'latin1'), 'EVENTS_ENCODING'],
  ])('400 to %s', async (_, body, code) => {
    const { post, asked } = await start();
    const answer = await post(body);
    expect([answer.status, await answer.json()]).toEqual([400, { error: { code, message: expect.any(String) } }]);
    expect(asked).toEqual([]);
  });

  it.each(['SEND_STORE', 'SEND_DESTINATION', 'CLI_UNKNOWN_STORE'])('400 to %s', async (code) => {
    const { post } = await start(new ConnectorError(code, 'Name one.'));
    const answer = await post('{}');
    expect([answer.status, await answer.json()]).toEqual([400, { error: { code, message: 'Name one.' } }]);
  });

  it('503 when the store cannot be written, with a line in the log', async () => {
    const { post, lines } = await start(BROKEN);
    const answer = await post('{"event_id":"canary"}');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await answer.json()).toEqual({ error: { code: 'STORE_FULL', message: BROKEN.message } });
    expect(lines).toEqual([
      expect.objectContaining({ level: 'error', code: 'STORE_FULL', msg: 'events from elsewhere could not be written' }),
    ]);
    expect(JSON.stringify(lines)).not.toContain('canary');
  });
});
