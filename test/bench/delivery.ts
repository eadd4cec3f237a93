/** How fast a full outbox goes to an endpoint on this machine, beside a program that only posts the same bodies. */
import Database from 'better-sqlite3';
import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ConvergeEvent } from '../../src/core/event.ts';
import { openStore } from '../../src/store/index.ts';
import type { Taken } from './delivery-endpoint.ts';
import type { Posted } from './delivery-run.ts';
import { eventsOf } from './derive.ts';
import { diskFolder } from './folder.ts';
import { orderAnswer } from './order-answer.ts';
import { median, percent, perSecond, type Benchmark } from './report.ts';

const ROUNDS = 5;
const CONNECTIONS = 50;
/** Of an order, as in the benchmark of backfill. */
const LINES = 6;
const BATCH = 500;
const FIRST_ORDER = 6_000_000_000_000;

/** `DELIVERY_EVENTS` in the environment: how many. */
export async function delivery(count = Number(process.env.DELIVERY_EVENTS ?? 20_000), rounds = ROUNDS): Promise<Benchmark> {
  const folder = diskFolder();
  const endpoint = child('delivery-endpoint.ts', []);
  const [{ port }] = (await once(endpoint, 'message')) as [{ port: number }];
  const taken = async (): Promise<Taken> => {
    endpoint.send('taken');
    return ((await once(endpoint, 'message')) as [Taken])[0];
  };
  try {
    const outbox = join(folder, 'outbox.sqlite');
    const bytes = await fill(outbox, count);
    const runs: Record<'ours' | 'floor', Posted[]> = { ours: [], floor: [] };
    // In turns, so that whatever else the machine does hits both alike.
    for (let round = 0; round < rounds; round += 1) {
      for (const kind of ['floor', 'ours'] as const) {
        const path = join(folder, 'round.sqlite');
        copyFileSync(outbox, path);
        runs[kind].push(await run([kind, path, `http://127.0.0.1:${port}/webhooks`, String(CONNECTIONS)]));
        const came = await taken();
        if (came.requests !== count || came.events !== count || came.bytes !== bytes)
          throw new Error(`${kind}: of ${count} events, ${bytes} bytes, there came ${JSON.stringify(came)}`);
        if (kind === 'ours') expectSettled(path, count);
        for (const more of ['', '-wal', '-shm']) rmSync(path + more, { force: true });
      }
    }
    const rate = (kind: 'ours' | 'floor', by: keyof Posted) => median(runs[kind].map((one) => count / one[by]));
    const part = (by: keyof Posted) => median(runs.ours.map((one, round) => runs.floor[round]![by] / one[by]));
    const ofFloor = part('seconds');
    const rates = (kind: 'ours' | 'floor') => `${perSecond(rate(kind, 'seconds'))}, ${perSecond(rate(kind, 'cpuSeconds'))} of CPU time`;
    return {
      title: `delivery: ${count.toLocaleString('en')} events of ${(bytes / count / 1024).toFixed(1)} KB to a local endpoint, ${CONNECTIONS} connections`,
      rows: [
        { what: 'undici, the same bodies, nothing stored', value: rates('floor') },
        { what: 'delivery, synchronous=FULL', value: rates('ours') },
        { what: 'of undici', value: percent(ofFloor), target: '>= 30 %', reached: ofFloor >= 0.3 },
        { what: 'the same by CPU time', value: percent(part('cpuSeconds')) },
      ],
      notes: [
        `medians of ${rounds} rounds in turns; each event came once and no lane is left`,
        'with the log and the counters of the daemon',
      ],
    };
  } finally {
    const ended = once(endpoint, 'exit');
    endpoint.disconnect();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts Placed Orders of different orders on the outbox; resolves to the bytes of all bodies. */
async function fill(path: string, count: number): Promise<number> {
  const [text] = eventsOf(orderAnswer(LINES));
  const placed = JSON.parse(text ?? '') as ConvergeEvent;
  const store = openStore({ path, newToken: randomUUID });
  let bytes = 0;
  for (let at = 0; at < count; at += BATCH) {
    const events = Array.from({ length: Math.min(BATCH, count - at) }, (_, place) => {
      const orderId = String(FIRST_ORDER + at + place);
      const properties = { ...placed.properties, id: orderId, order_name: `#${1001 + at + place}` };
      return { event: { ...placed, event_id: orderId, properties }, orderId };
    });
    for (const { event } of events) bytes += Buffer.byteLength(JSON.stringify(event));
    await store.addEvents({ store: 'main', destination: 'converge', events, now: Date.now() });
  }
  await store.close();
  return bytes;
}

function expectSettled(path: string, count: number): void {
  const file = new Database(path, { readonly: true });
  const [found] = file
    .prepare(
      "select (select count(*) from events where state = 'delivered') delivered, (select count(*) from attempts) attempts, (select count(*) from lanes) lanes",
    )
    .all() as { delivered: number; attempts: number; lanes: number }[];
  file.close();
  if (found?.delivered !== count || found.attempts !== count || found.lanes !== 0) throw new Error(`not settled: ${JSON.stringify(found)}`);
}

async function run(args: string[]): Promise<Posted> {
  const process = child('delivery-run.ts', args);
  const ended = once(process, 'exit');
  const posted = once(process, 'message') as Promise<[Posted]>;
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`the run ended with ${code}`);
  return (await posted)[0];
}

function child(file: string, args: string[]): ChildProcess {
  return fork(join(import.meta.dirname, file), args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}
