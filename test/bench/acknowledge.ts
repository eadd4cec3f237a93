/** How fast webhooks are acknowledged durably, beside a server that stores nothing and beside Shopify's library. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { diskFolder } from './folder.ts';
import { closedLoop, openLoop } from './load.ts';
import { median, milliseconds, percent, percentile, perSecond, type Benchmark, type Row } from './report.ts';
import { makeWebhooks, type BodyKind, type Webhook } from './webhooks.ts';

const ROUNDS = 5;
const ROUND_SECONDS = 2;
/** Each gets some ten webhooks in a run, as an order does in its life. */
const ORDERS = 20_000;
const WARM_UP_SECONDS = 2;
const OPEN_LOOP_SECONDS = 15;

type Kind = 'ours' | 'bare' | 'shopify-api';
const KINDS: Kind[] = ['ours', 'bare', 'shopify-api'];
/** Every body goes to the floor, too: most of the difference between bodies is what it costs to parse them. */
const PLAN: Record<BodyKind, Kind[]> = { order: KINDS, note: ['ours', 'bare'], own: ['ours', 'bare'] };
const BODIES = Object.keys(PLAN) as BodyKind[];

/** Answers a second, and a second of the server's processor time: the second figure is the same when others use the machine, too. */
interface Round {
  rate: number;
  perCpuSecond: number;
}

interface Server {
  port: number;
  cpuSeconds(): Promise<number>;
  stop(): Promise<void>;
}

export async function acknowledge(): Promise<Benchmark> {
  const folder = diskFolder();
  const webhooks = { order: makeWebhooks('order', ORDERS), note: makeWebhooks('note', ORDERS), own: makeWebhooks('own', ORDERS) };
  const servers = {
    ours: await start('ours', folder),
    bare: await start('bare', folder),
    'shopify-api': await start('shopify-api', folder),
  };
  try {
    const rounds: { body: BodyKind; kind: Kind; round: Round }[] = [];
    for (const kind of KINDS) await closedLoop(servers[kind].port, webhooks.order, WARM_UP_SECONDS);
    // In turns, so that whatever else the machine does hits all of them alike.
    for (let number = 0; number < ROUNDS; number += 1) {
      for (const body of BODIES) {
        for (const kind of PLAN[body]) rounds.push({ body, kind, round: await playRound(servers[kind], webhooks[body]) });
      }
    }
    const of = (body: BodyKind, kind: Kind, figure: keyof Round) =>
      median(rounds.filter((played) => played.body === body && played.kind === kind).map(({ round }) => round[figure]));
    const times = (body: BodyKind, floor: Kind, figure: keyof Round) => of(body, 'ours', figure) / of(body, floor, figure);
    const ofBare = times('order', 'bare', 'rate');
    const ofLibrary = times('order', 'shopify-api', 'rate');
    const half = of('order', 'ours', 'rate') / 2;
    const { latencies } = await openLoop(servers.ours.port, webhooks.order, half, OPEN_LOOP_SECONDS);
    const p99 = percentile(latencies, 0.99);
    const rates = (body: BodyKind, kind: Kind) =>
      `${perSecond(of(body, kind, 'rate'))}, ${perSecond(of(body, kind, 'perCpuSecond'))} of processor time`;
    const against = (what: string, body: BodyKind): Row[] => [
      { what, value: rates(body, 'ours') },
      { what: 'node:http + HMAC, the same body', value: rates(body, 'bare') },
      { what: 'of node:http', value: percent(times(body, 'bare', 'rate')) },
      { what: 'the same by processor time', value: percent(times(body, 'bare', 'perCpuSecond')) },
    ];
    return {
      title: 'acknowledge: durable webhook answers, 8 KB bodies, 50 connections',
      rows: [
        { what: 'node:http + HMAC, nothing stored', value: rates('order', 'bare') },
        { what: '@shopify/shopify-api webhooks.process', value: rates('order', 'shopify-api') },
        { what: 'this receiver, synchronous=FULL', value: rates('order', 'ours') },
        { what: 'of node:http', value: percent(ofBare), target: '>= 60 %', reached: ofBare >= 0.6 },
        { what: 'the same by processor time', value: percent(times('order', 'bare', 'perCpuSecond')) },
        { what: 'times shopify-api', value: `${ofLibrary.toFixed(1)} ×`, target: '>= 3 ×', reached: ofLibrary >= 3 },
        { what: 'the same by processor time', value: `${times('order', 'shopify-api', 'perCpuSecond').toFixed(1)} ×` },
        ...against('8 KB, few fields and a long note', 'note'),
        ...against('the fields our subscriptions ask for', 'own'),
        { what: `open loop at ${perSecond(half)}, p50`, value: milliseconds(median(latencies)) },
        { what: 'p99', value: milliseconds(p99), target: '<= 50 ms', reached: p99 <= 50 },
        { what: 'max', value: milliseconds(percentile(latencies, 1)) },
      ],
      notes: [
        `medians of ${ROUNDS} rounds in turns; one fsync of 8 KB takes ${milliseconds(fsyncTime(folder))} here`,
        'the bodies are whole orders unless said otherwise; with the fields our subscriptions ask for they are smaller than 1 KB',
      ],
    };
  } finally {
    await Promise.all(KINDS.map((kind) => servers[kind].stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function playRound(server: Server, webhooks: Webhook[]): Promise<Round> {
  const before = await server.cpuSeconds();
  const { rate, latencies } = await closedLoop(server.port, webhooks, ROUND_SECONDS);
  return { rate, perCpuSecond: latencies.length / ((await server.cpuSeconds()) - before) };
}

async function start(kind: Kind, folder: string): Promise<Server> {
  const child = fork(join(import.meta.dirname, 'webhook-server.ts'), [kind, folder], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return {
    port,
    cpuSeconds: async () => {
      child.send('cpu');
      const [{ cpuSeconds }] = (await once(child, 'message')) as [{ cpuSeconds: number }];
      return cpuSeconds;
    },
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
