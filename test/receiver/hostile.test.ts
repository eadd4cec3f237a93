import { afterEach, expect, test } from 'vitest';
import { attack, head } from './malformed.ts';
import { headersFor, sendRaw, SHOP, sign, startReceiver, type StartOptions } from './running.ts';

type Running = Awaited<ReturnType<typeof startReceiver>>;
let running: Running | null = null;

async function start(options?: StartOptions): Promise<Running> {
  return (running = await startReceiver(options));
}

afterEach(async () => {
  await running?.server.close(0);
  running = null;
});

const BODY = '{"id":1,"created_at":"2026-11-20T11:58:00Z"}';

function heapAfterGc(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

test('10,000 malformed requests: no crash, no row, flat memory, and the next good one is taken', async () => {
  const { port, post, store, lines } = await start();
  if (!globalThis.gc) (await import('node:v8')).setFlagsFromString('--expose-gc');
  globalThis.gc ??= (await import('node:vm')).runInNewContext('gc') as typeof globalThis.gc;
  await attack(port, 1_000, { seed: 1, headersFor });
  const before = heapAfterGc();
  await attack(port, 9_000, { seed: 2, headersFor });
  const grown = heapAfterGc() - before;
  expect(store.signals()).toHaveLength(0);
  expect(grown).toBeLessThan(4 * 1024 * 1024);
  expect(lines.length).toBeLessThan(10);
  expect((await post(BODY)).status).toBe(200);
}, 60_000);

test('a body in chunks of one byte each costs what it costs', async () => {
  const { port } = await start();
  const chunks = Buffer.from('1\r\nx\r\n'.repeat(200_000));
  const answer = await sendRaw(port, head({ ...headersFor(BODY), 'transfer-encoding': 'chunked' }), (socket) => {
    socket.write(chunks);
    socket.end('0\r\n\r\n');
  });
  // 200,000 bytes, but over 64 MiB of small buffers.
  expect(answer.slice(9, 12)).toBe('503');
});

test('413 reaches a client that sends all before it reads, and one that says its length', async () => {
  const { port } = await start();
  const big = Buffer.alloc(6 * 1024 * 1024, 'x');
  const announced = await sendRaw(port, head({ ...headersFor(BODY), 'content-length': String(big.length) }), (socket) => socket.write(big));
  expect(announced).toMatch(/^HTTP\/1\.1 413 [^]*connection: close/i);
  const chunked = await sendRaw(port, head({ ...headersFor(BODY), 'transfer-encoding': 'chunked' }), (socket) => {
    socket.write(`${big.length.toString(16)}\r\n`);
    socket.write(big);
    socket.write('\r\n0\r\n\r\n');
  });
  expect(chunked).toMatch(/^HTTP\/1\.1 413 [^]*connection: close/i);
});

test('an endless body is answered and cut off', async () => {
  const { port } = await start();
  const piece = Buffer.alloc(65_536, 'x');
  let sent = 0;
  const answer = await sendRaw(port, head({ ...headersFor(BODY), 'content-length': '999999999999' }), (socket) => {
    const more = (): void => {
      while (!socket.destroyed && socket.write(piece)) sent += piece.length;
    };
    socket.on('drain', more);
    more();
  });
  expect(answer).toMatch(/^(HTTP\/1\.1 413|$)/);
  expect(sent).toBeLessThan(64 * 1024 * 1024);
});

test('headers over 16 KB are refused', async () => {
  const { port, store } = await start();
  const answer = await sendRaw(port, head({ ...headersFor(BODY), 'x-filler': 'x'.repeat(17_000) }));
  expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  expect(store.batches).toEqual([]);
});

test('clients that send nothing, or never end their headers, are cut off', async () => {
  const { port, post } = await start({ limits: { headersTimeoutMs: 400, requestTimeoutMs: 60_000, checkEveryMs: 10 } });
  const nothing = sendRaw(port, '');
  const slowHead = sendRaw(port, 'POST /webhooks/shopify HTTP/1.1\r\nHost: x\r\nX-Slow:', (socket) => {
    const drip = setInterval(() => socket.write('x'), 20);
    socket.on('close', () => clearInterval(drip));
  });
  for (const answer of await Promise.all([nothing, slowHead])) expect(answer).toMatch(/^(HTTP\/1\.1 408 |$)/);
  expect((await post(BODY)).status).toBe(200);
});

test('a client that drips its body is cut off', async () => {
  const { port, post, store } = await start({ limits: { requestTimeoutMs: 400, headersTimeoutMs: 400, checkEveryMs: 10 } });
  const answer = await sendRaw(port, head({ ...headersFor(BODY), 'content-length': '5000' }) + BODY.slice(0, 5), (socket) => {
    const drip = setInterval(() => socket.write(' '), 20);
    socket.on('close', () => clearInterval(drip));
  });
  expect(answer).toMatch(/^(HTTP\/1\.1 408 |$)/);
  expect(store.batches).toEqual([]);
  expect((await post(BODY)).status).toBe(200);
});

test('a sender that goes away in the middle of its body leaves nothing behind', async () => {
  const { port, post, store, metrics } = await start();
  await sendRaw(port, head({ ...headersFor(BODY), 'content-length': String(BODY.length) }) + BODY.slice(0, 5), (socket) =>
    setImmediate(() => socket.resetAndDestroy()),
  );
  expect((await post(BODY)).status).toBe(200);
  expect(store.signals()).toHaveLength(1);
  expect(await metrics.registry.metrics()).not.toContain('result="unauthorized"');
});

test('the same header twice is no way in', async () => {
  const { port, store } = await start();
  const { 'x-shopify-hmac-sha256': hmac, ...rest } = headersFor(BODY);
  const twice = `POST /webhooks/shopify HTTP/1.1\r\nHost: x\r\nX-Shopify-Hmac-Sha256: ${sign('other')}\r\nX-Shopify-Hmac-Sha256: ${hmac}\r\n`;
  const lines = Object.entries({ ...rest, 'content-length': String(BODY.length), connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  expect(await sendRaw(port, `${twice}${lines.join('')}\r\n${BODY}`)).toMatch(/^HTTP\/1\.1 401 /);
  const shops = `POST /webhooks/shopify HTTP/1.1\r\nHost: x\r\nX-Shopify-Hmac-Sha256: ${hmac}\r\nX-Shopify-Shop-Domain: ${SHOP}\r\n`;
  expect(await sendRaw(port, `${shops}${lines.join('')}\r\n${BODY}`)).toMatch(/^HTTP\/1\.1 404 /);
  expect(store.batches).toEqual([]);
});
