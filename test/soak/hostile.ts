/** The public port under attack: malformed requests by the million, then thousands of slow clients while real webhooks come in. */
import Database from 'better-sqlite3';
import { createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { request } from 'undici';
import { openPlace, type Place } from '../e2e/place.ts';
import { attack } from '../receiver/malformed.ts';
import { atMostEvery, createFaultList, type Scenario, type SoakOptions, type SoakResult } from './soak.ts';

/** The first of them warm the process up; memory is compared from there. */
const WARM_UP = 0.2;
const PORTION = 1_000;
const MEMORY_GROWTH_MB = 64;
const SLOW_CLIENTS = 2_000;
/** Valid webhooks while the slow clients are there, one connection each. */
const VALID = 200;
const VALID_EVERY_MS = 40;
/** What Shopify waits for an answer. */
const ANSWER_MS = 5_000;
const TABLES = ['webhook_receipts', 'due_orders', 'orders', 'events'];

export const hostile: Scenario = {
  title: 'malformed requests, then 2,000 clients at a byte a second',
  short: 3_000,
  long: 1_000_000,
  run: async (options) => {
    const at = await openPlace();
    try {
      return await soak(at, options);
    } finally {
      await at.close();
    }
  },
};

async function soak(at: Place, { seed, count, say }: SoakOptions): Promise<SoakResult> {
  const faults = createFaultList();
  const progress = atMostEvery(10_000, say);
  const daemon = await at.start();
  const { port } = new URL(at.receiver);
  const answers = new Map<number | null, number>();
  const memory: number[] = [];
  for (let sent = 0; sent < count; sent += PORTION) {
    await attack(Number(port), Math.min(PORTION, count - sent), {
      seed: seed + sent,
      headersFor: (body) => headersFor(at, body),
      answered: (status) => answers.set(status, (answers.get(status) ?? 0) + 1),
    });
    if (sent + PORTION > count * WARM_UP) memory.push(await residentMb(at));
    progress(() => `${sent + PORTION} requests, ${Math.round(memory.at(-1) ?? 0)} MB`);
  }
  // The least of the first and of the last quarter: what a garbage collection leaves.
  const quarter = Math.max(1, Math.floor(memory.length / 4));
  const growth = Math.min(...memory.slice(-quarter)) - Math.min(...memory.slice(0, quarter));
  if (growth > MEMORY_GROWTH_MB) faults.add('memory', `it grew by ${growth.toFixed(0)} MB: ${memory.map(Math.round).join(' ')}`);
  for (const status of [200, 500]) if (answers.has(status)) faults.add('answer', `${answers.get(status)} were answered ${status}`);
  const rows = countRows(at);
  if (rows > 0) faults.add('rows', `${rows} rows were left behind`);

  const slow = holdOpen(Number(port));
  await wait(1_000);
  const took = await sendValid(at, faults);
  const { cut } = slow.close();
  if (daemon.process.exitCode !== null) faults.add('crash', daemon.output().slice(-2_000));
  daemon.process.kill('SIGTERM');
  const { code } = await daemon.ended;
  if (code !== 0) faults.add('SIGTERM', `the daemon ended with ${code}`);
  return {
    figures: [
      ['malformed requests', count],
      [
        'answers',
        [...answers]
          .map(([status, times]) => `${status ?? 'cut off'}: ${times}`)
          .sort()
          .join(', '),
      ],
      ['rows left behind', rows],
      ['memory, growth of the least of a quarter', `${growth.toFixed(0)} MB of ${(memory.at(-1) ?? 0).toFixed(0)} MB`],
      ['slow clients at a time', SLOW_CLIENTS],
      ['of them cut off', cut],
      ['valid webhooks meanwhile, answered 200', took.length],
      ['slowest answer', `${Math.max(0, ...took).toFixed(0)} ms`],
    ],
    faults: faults.list(),
  };
}

let deliveries = 0;

function headersFor({ sandbox }: Place, body: string | Buffer): Record<string, string> {
  return {
    'content-type': 'application/json',
    'x-shopify-topic': 'orders/create',
    'x-shopify-shop-domain': sandbox.shopDomain,
    'x-shopify-hmac-sha256': createHmac('sha256', sandbox.clientSecret).update(body).digest('base64'),
    'x-shopify-webhook-id': `delivery-${(deliveries += 1)}`,
  };
}

async function residentMb({ admin }: Place): Promise<number> {
  const metrics = await (await fetch(`${admin}/metrics`)).text();
  return Number(/process_resident_memory_bytes (\d+)/.exec(metrics)?.[1]) / 2 ** 20;
}

function countRows({ path }: Place): number {
  const file = new Database(path, { readonly: true });
  try {
    return TABLES.reduce((sum, table) => sum + Number(file.prepare(`select count(*) from ${table}`).pluck().get()), 0);
  } finally {
    file.close();
  }
}

/** Clients that begin a request and go on by a byte a second; one that is cut off comes back at once. */
function holdOpen(port: number): { close(): { cut: number } } {
  const sockets = new Set<Socket>();
  let cut = 0;
  let open = true;

  function come(): void {
    const socket = connect(port, '127.0.0.1');
    sockets.add(socket);
    socket.on('error', () => {});
    socket.write('POST /webhooks/shopify HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    socket.resume();
    socket.on('close', () => {
      sockets.delete(socket);
      if (!open) return;
      cut += 1;
      setTimeout(come, 100);
    });
  }

  for (let number = 0; number < SLOW_CLIENTS; number += 1) come();
  const drip = setInterval(() => sockets.forEach((socket) => socket.write('x')), 1_000);
  return {
    close: () => {
      open = false;
      clearInterval(drip);
      for (const socket of sockets) socket.destroy();
      return { cut };
    },
  };
}

/** Resolves to how long the answers took, ms. */
async function sendValid(at: Place, faults: ReturnType<typeof createFaultList>): Promise<number[]> {
  const took: number[] = [];
  async function send(): Promise<void> {
    const body = JSON.stringify({ id: 1 + deliveries, created_at: new Date().toISOString() });
    const began = performance.now();
    const status = await request(`${at.receiver}/webhooks/shopify`, {
      method: 'POST',
      headers: headersFor(at, body),
      body,
      reset: true,
      signal: AbortSignal.timeout(ANSWER_MS),
    }).then(
      async (answer) => {
        await answer.body.dump();
        return answer.statusCode;
      },
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (status === 200) took.push(performance.now() - began);
    else faults.add('a valid webhook was not answered', String(status));
  }
  const sending: Promise<void>[] = [];
  for (let number = 0; number < VALID; number += 1) {
    sending.push(send());
    await wait(VALID_EVERY_MS);
  }
  await Promise.all(sending);
  return took;
}
