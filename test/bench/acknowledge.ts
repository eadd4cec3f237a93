/** How fast webhooks are acknowledged durably, beside a server that stores nothing and beside Shopify's library. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { closedLoop, openLoop } from './load.ts';
import { median, milliseconds, percent, percentile, perSecond, type Benchmark } from './report.ts';
import { makeWebhooks } from './webhooks.ts';

const ROUNDS = 5;
const ROUND_SECONDS = 3;
const WARM_UP_SECONDS = 2;
const OPEN_LOOP_SECONDS = 15;
const CACHE = join(import.meta.dirname, '..', '..', '.cache');

const KINDS = ['ours', 'bare', 'shopify-api'] as const;

export async function acknowledge(): Promise<Benchmark> {
  // On the project's own disk: a temporary folder may be in memory, where an fsync costs nothing.
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'bench-'));
  const webhooks = makeWebhooks(2_000);
  const servers = await Promise.all(KINDS.map(async (kind) => ({ kind, ...(await start(kind, folder)) })));
  try {
    const rates: Record<(typeof KINDS)[number], number[]> = { ours: [], bare: [], 'shopify-api': [] };
    for (const { port } of servers) await closedLoop(port, webhooks, WARM_UP_SECONDS);
    // In turns, so that whatever else the machine does hits all of them alike.
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const { kind, port } of servers) rates[kind].push((await closedLoop(port, webhooks, ROUND_SECONDS)).rate);
    }
    const ours = median(rates.ours);
    const port = servers.find(({ kind }) => kind === 'ours')?.port ?? 0;
    const { latencies } = await openLoop(port, webhooks, ours / 2, OPEN_LOOP_SECONDS);
    const ofBare = median(rates.ours.map((rate, round) => rate / (rates.bare[round] ?? NaN)));
    const ofLibrary = median(rates.ours.map((rate, round) => rate / (rates['shopify-api'][round] ?? NaN)));
    const p99 = percentile(latencies, 0.99);
    return {
      title: 'acknowledge: durable webhook answers, 8 KB bodies, 50 connections',
      rows: [
        { what: 'node:http + HMAC, nothing stored', value: perSecond(median(rates.bare)) },
        { what: '@shopify/shopify-api webhooks.process', value: perSecond(median(rates['shopify-api'])) },
        { what: 'this receiver, synchronous=FULL', value: perSecond(ours) },
        { what: 'of node:http', value: percent(ofBare), target: '>= 60 %', reached: ofBare >= 0.6 },
        { what: 'times shopify-api', value: `${ofLibrary.toFixed(1)} ×`, target: '>= 3 ×', reached: ofLibrary >= 3 },
        { what: `open loop at ${perSecond(ours / 2)}, p50`, value: milliseconds(median(latencies)) },
        { what: 'p99', value: milliseconds(p99), target: '<= 50 ms', reached: p99 <= 50 },
        { what: 'max', value: milliseconds(Math.max(...latencies)) },
      ],
      notes: [`medians of ${ROUNDS} rounds in turns; one fsync of 8 KB takes ${milliseconds(fsyncTime(folder))} here`],
    };
  } finally {
    await Promise.all(servers.map(({ stop }) => stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function start(kind: string, folder: string): Promise<{ port: number; stop: () => Promise<void> }> {
  const child = fork(join(import.meta.dirname, 'webhook-server.ts'), [kind, folder], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  const [message] = (await once(child, 'message')) as [{ port: number }];
  return {
    port: message.port,
    stop: async () => {
      child.kill();
      await exited;
    },
  };
}

/** Median of 50 appends of 8 KB, ms. */
function fsyncTime(folder: string): number {
  const file = openSync(join(folder, 'fsync'), 'w');
  const block = Buffer.alloc(8192, 1);
  const times = Array.from({ length: 50 }, () => {
    const begin = performance.now();
    writeSync(file, block);
    fsyncSync(file);
    return performance.now() - begin;
  });
  closeSync(file);
  return median(times);
}
