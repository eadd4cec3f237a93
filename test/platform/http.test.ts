/** Outbound HTTP against real sockets: every way an exchange can end is a value. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttp, type Http, type HttpOptions, type HttpResult } from '../../src/platform/http.ts';

const closers: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function http(options: Partial<HttpOptions> = {}): Http {
  const client = createHttp({ connections: 2, timeoutMs: 5_000, ...options });
  closers.push(() => client.close());
  return client;
}

async function endpoint(
  respond: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<{ url: string; connections: () => number }> {
  let connections = 0;
  const server = createServer((request, response) => void respond(request, response));
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, connections: () => connections };
}

async function rawEndpoint(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const post = (client: Http, url: string, body: string | Uint8Array = '{}', headers = {}): Promise<HttpResult> =>
  client.send({ method: 'POST', url, headers, body });

describe('an answer', () => {
  it('comes with status, headers and text; what was sent arrives as it was', async () => {
    let seen: unknown;
    const { url } = await endpoint(async (request, response) => {
      seen = { method: request.method, path: request.url, type: request.headers['content-type'], body: await readAll(request) };
      response.writeHead(202, { 'retry-after': '7' }).end('thank you');
    });
    const result = await post(http(), `${url}?a=b%20c`, '{"name":"Zoë"}', { 'content-type': 'application/json' });
    expect(result).toMatchObject({ status: 202, headers: { 'retry-after': '7' }, text: 'thank you' });
    expect(seen).toEqual({ method: 'POST', path: '/hook?a=b%20c', type: 'application/json', body: '{"name":"Zoë"}' });
  });

  it.each([204, 301, 307, 400, 401, 429, 500, 503])('of status %i is a value, and a redirect is not followed', async (status) => {
    let requests = 0;
    const { url } = await endpoint((_request, response) => {
      requests += 1;
      response.writeHead(status, { location: '/elsewhere' }).end();
    });
    expect(await post(http(), url)).toMatchObject({ status, text: '' });
    expect(requests).toBe(1);
  });

  it('is read up to 64 KB; an endless one neither fills memory nor holds the request', async () => {
    const { url } = await endpoint((_request, response) => {
      response.writeHead(500);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(16 * 1024)));
      };
      response.on('drain', more);
      more();
    });
    const client = http({ connections: 1 });
    for (let round = 0; round < 3; round += 1) {
      const result = await post(client, url);
      expect(result.status).toBe(500);
      expect(result.status !== null && result.text.length).toBe(64 * 1024);
    }
  });

  it('of exactly 64 KB leaves the connection usable', async () => {
    const { url, connections } = await endpoint((_request, response) => response.end('x'.repeat(64 * 1024)));
    const client = http({ connections: 1 });
    await post(client, url);
    await post(client, url);
    expect(connections()).toBe(1);
  });

  it('that is long and refused early leaves nothing behind: 200 such answers and a last good one', async () => {
    let big = true;
    const { url } = await endpoint((_request, response) => response.end(big ? 'x'.repeat(100_000) : 'small'));
    const client = http({ connections: 2 });
    const results = await Promise.all(Array.from({ length: 200 }, () => post(client, url)));
    expect(results.every((result) => result.status === 200)).toBe(true);
    big = false;
    expect(await post(client, url)).toMatchObject({ status: 200, text: 'small' });
  });
});

describe('a failure', () => {
  it('to connect is refused', async () => {
    const server = createTcpServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    expect(await post(http(), `http://127.0.0.1:${port}/`)).toEqual({
      status: null,
      kind: 'refused',
      message: 'connection refused (ECONNREFUSED)',
    });
  });

  it('of the name is dns', async () => {
    expect(await post(http(), 'https://no-such-host.invalid/')).toMatchObject({ status: null, kind: 'dns' });
  });

  it('to answer at all is a time-out', async () => {
    const { url } = await endpoint(() => {});
    expect(await post(http({ timeoutMs: 60 }), url)).toEqual({ status: null, kind: 'timeout', message: 'no answer within 0.06 s' });
  });

  it('to end the answer is a time-out, however steadily it drips', async () => {
    const { url } = await endpoint((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('.'), 10);
      response.on('close', () => clearInterval(drip));
    });
    const result = await post(http({ timeoutMs: 500 }), url);
    expect(result).toEqual({ status: null, kind: 'timeout', message: 'the answer did not end within 0.5 s' });
  });

  it('that cuts the connection before the answer is reset', async () => {
    const { url } = await endpoint((request) => request.socket.resetAndDestroy());
    expect(await post(http(), url)).toMatchObject({ status: null, kind: 'reset' });
  });

  it('that cuts the connection in the middle of the answer is reset', async () => {
    const { url } = await endpoint((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });
    expect(await post(http(), url)).toMatchObject({ status: null, kind: 'reset' });
  });

  it('to speak HTTP is protocol', async () => {
    const url = await rawEndpoint((socket) => socket.on('data', () => socket.end('SSH-2.0-OpenSSH_9.6\r\n')));
    expect(await post(http(), url)).toMatchObject({ status: null, kind: 'protocol' });
  });

  it('to speak TLS is tls', async () => {
    const url = await rawEndpoint((socket) => socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    expect(await post(http(), url.replace('http:', 'https:'))).toMatchObject({ status: null, kind: 'tls' });
  });

  it.each(['http://example.com/', 'http://10.0.0.1/', 'ftp://127.0.0.1/', 'http://localhost.example.com/', 'nowhere', ''])(
    'is what %j gets before anything is sent',
    async (url) => {
      expect(await post(http(), url)).toMatchObject({ status: null, kind: 'invalid' });
    },
  );

  it('is what a header that HTTP does not allow gets, without showing it', async () => {
    const { url } = await endpoint((_request, response) => response.end());
    const result = await post(http(), url, '{}', { 'x-webhook-token': 'canary\r\nx-more: 1' });
    expect(result).toMatchObject({ status: null, kind: 'invalid' });
    expect(JSON.stringify(result)).not.toContain('canary');
  });

  it('does not spoil the next request', async () => {
    let fail = true;
    const { url } = await endpoint((request, response) => (fail ? request.socket.destroy() : response.end('ok')));
    const client = http({ connections: 1 });
    expect((await post(client, url)).status).toBe(null);
    fail = false;
    expect(await post(client, url)).toMatchObject({ status: 200, text: 'ok' });
  });
});

it('opens no more connections than it may', async () => {
  const waiting: ServerResponse[] = [];
  let most = 0;
  const { url, connections } = await endpoint((_request, response) => {
    waiting.push(response);
    most = Math.max(most, waiting.length);
    if (waiting.length === 3) for (const held of waiting.splice(0)) held.end();
  });
  const client = http({ connections: 3 });
  const results = await Promise.all(Array.from({ length: 30 }, () => post(client, url)));
  expect(results.every((result) => result.status === 200)).toBe(true);
  expect({ most, connections: connections() }).toEqual({ most: 3, connections: 3 });
});
