import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { createLogger } from '../../src/platform/logger.ts';
import { createHttpServer, type HttpServer, type Respond, type ServerLimits } from '../../src/platform/server.ts';
import { handClock } from '../clock.ts';

const servers: HttpServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close(0);
});

async function start(respond: Respond, limits?: Partial<ServerLimits>) {
  const clock = handClock();
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger(
    { level: 'info', fd: 1, pretty: false, colour: false },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  );
  const server = createHttpServer({ name: 'server', host: '127.0.0.1', port: 0, respond, clock, logger, limits });
  servers.push(server);
  const { port } = await server.listen();
  return { server, clock, lines, port, origin: `http://127.0.0.1:${port}` };
}

/** A connection and all it will have received when it ends. */
function open(port: number, bytes = ''): { socket: Socket; ended: Promise<string> } {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  if (bytes !== '') socket.write(bytes);
  return { socket, ended: text(socket).catch(() => 'cut') };
}

/** For what comes soon, on a slow machine. */
const LATE = { timeout: 20_000 };
const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

/** Requests that are answered when the test says so. */
function gate() {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const seen: string[] = [];
  const respond: Respond = async (request, response) => {
    seen.push(request.url ?? '');
    await released;
    response.end('done');
  };
  return { respond, seen, release: () => release() };
}

describe('failures', () => {
  test('what a request throws is a 500 and a log line, and the next one is answered', async () => {
    const { origin, lines } = await start((request, response) => {
      if (request.url === '/late') return Promise.reject(new Error('late'));
      if (request.url === '/now') throw new Error('now');
      response.end('fine');
    });
    for (const path of ['/late', '/now']) expect((await fetch(origin + path)).status).toBe(500);
    expect(await (await fetch(origin)).text()).toBe('fine');
    expect(lines.map(({ error, level }) => [level, error])).toEqual([
      ['error', 'late'],
      ['error', 'now'],
    ]);
  });

  test('an answer that has begun is cut off instead of passed off as whole', async () => {
    const { origin } = await start((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half');
      throw new Error('midway');
    });
    await expect(fetch(origin).then((response) => response.text())).rejects.toThrow();
  });

  test('a port that is taken is said in one sentence with the setting to change', async () => {
    const { port } = await start(() => {});
    const second = createHttpServer({
      name: 'admin',
      host: '127.0.0.1',
      port,
      respond: () => {},
      clock: handClock(),
      logger: createLogger({ level: 'silent', fd: 2, pretty: false, colour: false }),
    });
    await expect(second.listen()).rejects.toMatchObject({
      code: 'SERVER_PORT_IN_USE',
      message: expect.stringMatching(new RegExp(`${port} .* admin\\.port`)),
    });
    await second.close(0);
  });

  test('an address that is not ours, likewise', async () => {
    const server = createHttpServer({
      name: 'server',
      host: '192.0.2.1',
      port: 0,
      respond: () => {},
      clock: handClock(),
      logger: createLogger({ level: 'silent', fd: 2, pretty: false, colour: false }),
    });
    await expect(server.listen()).rejects.toMatchObject({ code: 'SERVER_NOT_STARTED', message: expect.stringContaining('server.host') });
  });
});

describe('limits', () => {
  test('beyond the limit the connection that has waited longest makes room', async () => {
    const { port } = await start((_request, response) => void response.end('in'), {
      maxConnections: 3,
      headersTimeoutMs: 60_000,
      requestTimeoutMs: 60_000,
    });
    const served = open(port, GET);
    await expect.poll(() => served.socket.bytesRead, LATE).toBeGreaterThan(0);
    const slow = open(port, 'GET / HTTP/1.1\r\nX-Slow: ');
    const body = open(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf');
    await expect.poll(() => body.socket.bytesRead, LATE).toBeGreaterThan(0);
    const ends: string[] = [];
    for (const [name, { ended }] of Object.entries({ served, slow, body })) void ended.then(() => ends.push(name));
    for (const gone of ['served', 'slow', 'body']) {
      const newcomer = open(port, GET);
      await expect.poll(() => newcomer.socket.bytesRead, LATE).toBeGreaterThan(0);
      await expect.poll(() => ends, LATE).toContain(gone);
    }
    expect(ends).toEqual(['served', 'slow', 'body']);
  });

  test('while all are being answered the newcomer is turned away', async () => {
    const held: (() => void)[] = [];
    const { port } = await start((request, response) => void request.resume().on('end', () => held.push(() => response.end('in'))), {
      maxConnections: 2,
    });
    const first = open(port, GET);
    const second = open(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody');
    await expect.poll(() => held.length, LATE).toBe(2);
    expect(await open(port, GET).ended).toBe('');
    for (const answer of held) answer();
    await expect.poll(() => first.socket.bytesRead, LATE).toBeGreaterThan(0);
    await expect.poll(() => second.socket.bytesRead, LATE).toBeGreaterThan(0);
  });

  test('a client that does not read its answer is cut off', async () => {
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const { port } = await start(
      (_request, response) => {
        response.once('close', resolve);
        response.end(Buffer.alloc(32 * 1024 * 1024));
      },
      { stalledMs: 60 },
    );
    const socket = connect(port, '127.0.0.1')
      .on('error', () => {})
      .pause();
    const cut = new Promise((closed) => socket.once('close', closed));
    socket.write(GET);
    await gone;
    // Nobody reads: the end only shows when the rest is looked at.
    socket.resume();
    await cut;
    expect(socket.bytesRead).toBeLessThan(32 * 1024 * 1024);
  });

  test('an idle connection is kept for the next request, and ended after a while', async () => {
    const { port } = await start((_request, response) => void response.end('in'), { keepAliveTimeoutMs: 1_500 });
    const { socket, ended } = open(port, GET);
    await expect.poll(() => socket.bytesRead).toBeGreaterThan(0);
    socket.write(GET);
    expect((await ended).match(/HTTP\/1\.1 200/g)).toHaveLength(2);
  });
});

describe('close', () => {
  test('lets requests in flight finish, tells them it is the last one, and takes no new ones', async () => {
    const { respond, seen, release } = gate();
    const { server, port } = await start(respond);
    const busy = open(port, GET);
    await expect.poll(() => seen.length).toBe(1);
    let closed = false;
    const closing = server.close(10_000).then(() => (closed = true));
    expect(await open(port, GET).ended).toBe('cut');
    expect(closed).toBe(false);
    release();
    expect(await busy.ended).toMatch(/^HTTP\/1\.1 200 [^]*connection: close[^]*done/i);
    await closing;
  });

  test('ends idle connections and those that have sent nothing at once', async () => {
    const { server, clock, port } = await start((_request, response) => void response.end('in'));
    const idle = open(port, GET);
    const silent = open(port);
    const halfway = open(port, 'GET / HTTP/1.1\r\nHost:');
    await expect.poll(() => idle.socket.bytesRead).toBeGreaterThan(0);
    await fetch(`http://127.0.0.1:${port}`);
    await server.close(10_000);
    expect(clock.sleepers()).toBe(0);
    await Promise.all([idle.ended, silent.ended, halfway.ended]);
  });

  test('a connection whose answer had begun before ends with it', async () => {
    let finish = (): void => {};
    const { server, port } = await start((_request, response) => {
      response.write('begun ');
      finish = () => void response.end('and done');
    });
    const { socket, ended } = open(port, GET);
    await expect.poll(() => socket.bytesRead).toBeGreaterThan(0);
    const closing = server.close(10_000);
    finish();
    expect(await ended).toContain('and done');
    await closing;
  });

  test('cuts off what is not done at the end of the grace time', async () => {
    const { respond, seen } = gate();
    const { server, clock, lines, port } = await start(respond);
    const busy = open(port, GET);
    await expect.poll(() => seen.length).toBe(1);
    let closed = false;
    const closing = server.close(10_000).then(() => (closed = true));
    await clock.advance(9_999);
    expect(closed).toBe(false);
    await clock.advance(1);
    await closing;
    await busy.ended;
    expect(lines).toMatchObject([{ level: 'warn', requests: 1 }]);
  });

  test('may be called again, and before the first connection or a failed start', async () => {
    const { server } = await start(() => {});
    await Promise.all([server.close(1_000), server.close(1_000)]);
    await server.close(0);
    const never = createHttpServer({
      name: 'server',
      host: '127.0.0.1',
      port: 0,
      respond: () => {},
      clock: handClock(),
      logger: createLogger({ level: 'silent', fd: 2, pretty: false, colour: false }),
    });
    await never.close(0);
  });
});
