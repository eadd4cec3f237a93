/** Whether live orders keep their latency while old ones are read and delivered: the real daemon and sandbox, each in a process of its own. */
import Database from 'better-sqlite3';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../ports.ts';
import { diskFolder } from './folder.ts';
import { createLiveOrders, type LiveOrder, type LiveOrders, type Shop } from './live-orders.ts';
import { ready } from './ready.ts';
import { milliseconds, percentile, perSecond, type Benchmark, type Row } from './report.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PER_SECOND = 20;
const SECONDS = 30;
const WARM_UP_SECONDS = 10;
const LAST_WAIT_MS = 60_000;
/** Of a store that takes so many orders: with the smallest one they could not even be read. */
const BUDGET = { maximum: 20_000, restoreRate: 1_000 };
/** A receipt is one commit, which others may be in front of. */
const ACKNOWLEDGED_MS = 50;
/** Posts wait for those that are under way, and for the pace: 50 a second by default. */
const LATER_MS = 1_000;

/** `LIVE_HISTORY` in the environment: how many old orders. */
export async function liveDuringBackfill(history = Number(process.env.LIVE_HISTORY ?? 20_000), seconds = SECONDS): Promise<Benchmark> {
  const folder = diskFolder();
  const children: ChildProcess[] = [];
  const run = (...args: string[]): ChildProcess => {
    const main = join(ROOT, 'src/main.ts');
    const child = spawn(process.execPath, [main, ...args, '--json'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    return child;
  };
  let live: LiveOrders | null = null;
  try {
    const shop = await opened(run('sandbox', '--port', '0', '--orders', '0', '--history', String(history)));
    const [port = 0, adminPort = 0] = await freePorts(2);
    live = await createLiveOrders(shop, `http://127.0.0.1:${port}/webhooks/shopify`);
    // Webhooks are sent from here, where nothing but they is timed.
    await live.control('faults', { bucket: BUDGET, webhooks: { drop: 1 } });
    writeFileSync(join(folder, '.env'), `SECRET=${shop.clientSecret}\n`, { mode: 0o600 });
    writeFileSync(join(folder, 'connector.yaml'), configOf(shop, port, adminPort, live.endpoint), { mode: 0o600 });
    run('start').stdout?.resume();
    await ready(adminPort);
    const look = () => standing(join(folder, 'connector.sqlite'));

    await live.place(PER_SECOND, during(WARM_UP_SECONDS));
    const alone = await live.place(PER_SECOND, during(seconds));
    const asked = run('backfill', '--since', '2000-01-01', '--detach');
    asked.stdout?.resume();
    const [code] = (await once(asked, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`backfill ended with ${code}`);
    const startedAt = performance.now();
    const reading = await live.place(PER_SECOND, () => !['done', 'failed'].includes(look().state));
    const readSeconds = (performance.now() - startedAt) / 1000;
    const delivering = await live.place(PER_SECOND, during(seconds));
    const after = look();
    if (after.state !== 'done' || after.waiting === 0) throw new Error(`no history that is in the way: ${JSON.stringify(after)}`);
    await live.settled([...alone, ...reading, ...delivering], LAST_WAIT_MS);
    return {
      title: `live-during-backfill: ${PER_SECOND} live orders a second beside ${history.toLocaleString('en')} old ones, delivery settings as they are by default`,
      rows: [
        ...rowsOf('without backfill', alone),
        ...rowsOf('while it reads', reading, alone),
        ...rowsOf('while its events are delivered', delivering, alone),
        { what: 'old orders read', value: perSecond(history / readSeconds) },
        { what: 'old events that still wait', value: after.waiting.toLocaleString('en') },
      ],
      notes: [
        'no upsell delay: an order is due when its webhook is in; times from the sending of the webhook to its answer, and to the event at the endpoint',
        `p50 / p99 / max of ${[alone, reading, delivering].map(({ length }) => length).join(', ')} orders, each delivered once`,
        'Shopify is the sandbox, whose time for reading an order is part of it',
      ],
    };
  } finally {
    for (const child of children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    await live?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function rowsOf(when: string, orders: LiveOrder[], alone: LiveOrder[] | null = null): Row[] {
  const acknowledged = orders.map((order) => order.acknowledgedAt - order.sentAt);
  const delivered = (some: LiveOrder[]) => some.map(({ sentAt, deliveredAt }) => (deliveredAt ?? Infinity) - sentAt);
  const value = (times: number[]) => [0.5, 0.99, 1].map((part) => milliseconds(percentile(times, part))).join(' / ');
  const p99 = percentile(acknowledged, 0.99);
  const rows: Row[] = [
    { what: `acknowledged ${when}`, value: value(acknowledged), target: `p99 <= ${ACKNOWLEDGED_MS} ms`, reached: p99 <= ACKNOWLEDGED_MS },
    { what: `delivered ${when}`, value: value(delivered(orders)) },
  ];
  if (alone === null) return rows;
  const later = percentile(delivered(orders), 0.99) - percentile(delivered(alone), 0.99);
  return [...rows, { what: 'p99 later by', value: milliseconds(later), target: `<= ${LATER_MS} ms`, reached: later <= LATER_MS }];
}

function during(seconds: number): () => boolean {
  const end = performance.now() + seconds * 1000;
  return () => performance.now() < end;
}

function configOf(shop: Shop, port: number, adminPort: number, endpoint: string): string {
  return `server: { host: 127.0.0.1, port: ${port}, publicUrl: 'http://127.0.0.1:${port}' }
admin: { host: 127.0.0.1, port: ${adminPort} }
storage: { path: ./connector.sqlite }
stores:
  - name: main
    shop: ${shop.shopDomain}
    clientId: ${shop.clientId}
    clientSecret: \${SECRET}
    shopifyOrigin: ${shop.origin}
    converge: { endpoint: '${endpoint}' }
    backfill: { enabled: false }
`;
}

async function opened(sandbox: ChildProcess): Promise<Shop> {
  let text = '';
  for await (const chunk of sandbox.stdout ?? []) {
    text += String(chunk);
    if (text.endsWith('}\n')) return JSON.parse(text) as Shop;
  }
  throw new Error('the sandbox ended');
}

/** Of the newest backfill, and how many old events wait. */
function standing(path: string): { state: string; waiting: number } {
  const file = new Database(path, { readonly: true });
  try {
    const sql =
      "select (select state from backfills order by id desc limit 1) state, (select count(*) from lanes where lane = 'historical') waiting";
    return file.prepare<[], { state: string; waiting: number }>(sql).get()!;
  } finally {
    file.close();
  }
}
