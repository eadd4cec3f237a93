/** Clients that hold connections open at a byte a second take no room from Shopify's webhooks. */
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { headersFor, startReceiver } from './running.ts';

const BODY = '{"id":1,"created_at":"2026-11-20T11:58:00Z"}';
const BYTE_MS = 1_000;

/** `head`: what each sends at once; then it drips, and comes back when it is cut off. */
async function holdOpen(port: number, count: number, head: string): Promise<void> {
  let over = false;
  const sockets = new Set<Socket>();
  const one = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('connect', () => {
        socket.write(head);
        resolve();
      });
      socket.on('close', () => {
        sockets.delete(socket);
        resolve();
        if (!over) setImmediate(() => void one());
      });
    });
  const drip = setInterval(() => sockets.forEach((socket) => socket.write('x')), BYTE_MS);
  onTestFinished(() => {
    over = true;
    clearInterval(drip);
    sockets.forEach((socket) => socket.destroy());
  });
  for (let opened = 0; opened < count; opened += 100) await Promise.all(Array.from({ length: Math.min(100, count - opened) }, one));
}

const HEAD = 'POST /webhooks/shopify HTTP/1.1\r\nHost: x\r\n';
const SLOW_HEAD = `${HEAD}X-Slow: `;
const SLOW_BODY = `${HEAD}${Object.entries({ ...headersFor(BODY), 'content-length': '5000' })
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('')}\r\n`;

/** Each on a connection of its own, as the first of a sender is. */
async function statuses({ post }: Awaited<ReturnType<typeof startReceiver>>, count: number): Promise<Set<number>> {
  const seen = new Set<number>();
  for (let sent = 0; sent < count; sent += 1) seen.add((await post(BODY, { ...headersFor(BODY), connection: 'close' })).status);
  return seen;
}

test('2,000 connections at a byte a second', async () => {
  const running = await startReceiver();
  onTestFinished(() => running.server.close(0));
  await holdOpen(running.port, 1_000, SLOW_HEAD);
  await holdOpen(running.port, 1_000, SLOW_BODY);
  expect(await statuses(running, 100)).toEqual(new Set([200]));
}, 120_000);

test.each([
  ['heads', SLOW_HEAD],
  ['bodies', SLOW_BODY],
])(
  'more connections with slow %s than are allowed at all',
  async (_what, head) => {
    const running = await startReceiver({ limits: { maxConnections: 40 } });
    onTestFinished(() => running.server.close(0));
    await holdOpen(running.port, 100, head);
    expect(await statuses(running, 50)).toEqual(new Set([200]));
  },
  60_000,
);
