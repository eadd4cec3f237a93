/** One run in a process of its own: `ours` through the backfill; `floor` and `bare` by parsing, joining and inserting as many bytes. Prints one line of JSON. */
import Database from 'better-sqlite3';
import { createBackfill } from '../../src/backfill/backfill.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { releaseMemory } from '../../src/platform/collect-garbage.ts';
import type { BulkOperation } from '../../src/shopify/types.ts';
import { openStore } from '../../src/store/index.ts';
import { openFile, SLICE_ORDERS, type SliceFiles } from './slice-files.ts';

const DAY_MS = 86_400_000;
const BATCH = 100;
const silent = { debug() {}, info() {}, warn() {}, error() {}, isLevelEnabled: () => false, child: () => silent };
const rules = {
  exclude: { channels: ['none'], tags: ['Exclude'], customerTags: [], paymentGateways: [], testOrders: false },
  subscriptions: { events: false },
  upsellDelay: { enabled: true, minutes: 10 },
  salesChannels: {},
  markets: null,
  aliases: { attributes: {}, relayDomains: [] },
};

async function ours(files: SliceFiles, slices: number, path: string): Promise<void> {
  const store = openStore({ path, newToken: () => 'token' });
  const now = Date.now();
  const shop = { name: 'main', domain: 'shop.myshopify.com', shopName: 'Shop', currency: 'USD', timeZone: 'UTC' };
  await store.saveConnection({
    ...shop,
    scopes: ['read_all_orders'],
    connectedAt: now,
    tokenAt: now,
    subscriptions: [],
    subscriptionsCheckedAt: null,
  });
  const { id } = await store.requestBackfill({ store: 'main', origin: 'command', words: '', since: null, until: now }, now);
  const spans = Array.from({ length: slices }, (_, n) => ({
    since: now - (n + 1) * DAY_MS,
    until: now - n * DAY_MS,
    expected: SLICE_ORDERS,
    halved: 0,
  }));
  await store.planBackfill(id, { since: null, expected: slices * SLICE_ORDERS, slices: spans }, now);
  const ended = {
    status: 'COMPLETED',
    errorCode: null,
    objects: files.rows,
    roots: SLICE_ORDERS,
    bytes: files.bytes,
    createdAt: now,
  } as const;
  const operation = (name: string): BulkOperation => ({ ...ended, id: name, url: `file:${name}` });
  let number = 0;
  const { tick } = createBackfill({
    storeName: 'main',
    // Delivery is measured elsewhere.
    store: { ...store, outboxAbove: async () => false },
    shopify: {
      ordersCount: async () => SLICE_ORDERS,
      ordersCreated: async function* () {},
      history: {
        run: async () => ({ operation: operation(String((number += 1))) }),
        find: async () => null,
        look: async (name) => operation(name),
        cancel: async () => {},
        download: async (url) => files.read(Number(url.slice('file:'.length))),
      },
    },
    settings: { rules, backfill: { enabled: true, since: null } },
    destinations: [{ name: 'converge', eventNames: null }],
    turn: (work) => work(),
    othersWait: () => false,
    // Nobody waits for Shopify here.
    clock: { ...systemClock, now: () => Date.now() + 3_600_000 * number },
    random: Math.random,
    logger: silent,
  });
  while ((await store.nextBackfill('main')) !== null) await tick(new AbortController().signal);
  const [progress] = await store.listBackfills('main');
  if (progress?.derived !== slices * SLICE_ORDERS) throw new Error(`not whole: ${JSON.stringify(progress)}`);
  await store.close();
}

/** Takes what an order comes to: its id, the body of its event, what the ledger says of it. */
type Insert = (id: string, body: string, account: string) => void;

/** Two tables of two columns. */
function bareTables(file: Database.Database): Insert {
  file.exec('create table events (id text primary key, body text); create table orders (id text primary key, account text)');
  const event = file.prepare('insert into events values (?, ?)');
  const order = file.prepare('insert into orders values (?, ?)');
  return (id, body, account) => {
    event.run(id, body);
    order.run(id, account);
  };
}

/** The program's own tables and indexes, without its triggers: the same bytes, row by row. */
function sameTables(file: Database.Database): Insert {
  const triggers = file.prepare("select name from sqlite_master where type = 'trigger'").pluck().all() as string[];
  for (const name of triggers) file.exec(`drop trigger ${name}`);
  const order =
    file.prepare(`insert into orders (store, order_id, name, customer_id, created_at, placed_at, updated_at, source_name, currency, channel, channel_mapped,
    total, historical, decision, refunds, sent_total, sent_lines, waited_for_journey, trail)
    values ('main', ?, ?, ?, ?, ?, ?, 'web', 'USD', 'web', 1, '10.00', 1, 'sent', '[]', '10.00', ?, 0, ?)`);
  const event =
    file.prepare(`insert into events (store, destination, event_id, order_id, sequence, name, body, lane, state, attempts, created_at)
    values ('main', 'converge', ?, ?, 1, 'Placed Order', ?, 'historical', 'pending', 0, ?)`);
  const lane = file.prepare(
    "insert into lanes (store, destination, order_id, lane, next_at) values ('main', 'converge', ?, 'historical', ?)",
  );
  const time = '2026-11-20T12:00:00Z';
  let now = 1_700_000_000_000;
  return (id, body, account) => {
    now += 1;
    order.run(id, `#${now % 1e7}`, String((now * 7919) % 1e13), now, time, time, account.slice(0, 115), account.slice(115));
    event.run(id, id, body, now);
    lane.run(id, now);
  };
}

/** Only parses the lines, joins them and inserts the same bytes. */
function floor(
  files: SliceFiles,
  slices: number,
  path: string,
  body: number,
  account: number,
  tables: (file: Database.Database) => Insert,
): void {
  const file = new Database(path);
  file.pragma('journal_mode = WAL');
  file.pragma('synchronous = FULL');
  file.pragma('wal_autocheckpoint = 4000');
  const insertOne = tables(file);
  const insert = file.transaction((batch: [string, string, string][]) => {
    for (const one of batch) insertOne(...one);
  });
  for (let slice = 1; slice <= slices; slice += 1) {
    const bytes = files.read(slice);
    const joined = new Map<string, { text: string; lines: unknown[] }>();
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(0x0a, start);
      const text = bytes.toString('utf8', start, end);
      const row = JSON.parse(text) as { id: string; __parentId?: string };
      if (row.__parentId === undefined) joined.set(row.id, { text, lines: [] });
      else joined.get(row.__parentId)?.lines.push(row);
      start = end + 1;
    }
    let batch: [string, string, string][] = [];
    for (const [id, { text }] of joined) {
      batch.push([id.slice(id.lastIndexOf('/') + 1), text.slice(0, body).padEnd(body), text.slice(0, account)]);
      if (batch.length === BATCH) {
        insert(batch);
        batch = [];
      }
    }
    insert(batch);
  }
  file.close();
}

const [kind, source = '', target = '', slices = '1', body = '0', account = '0'] = process.argv.slice(2);
const files = openFile(source);
if (kind === 'floor') await openStore({ path: target, newToken: () => 'token' }).close();
if (kind === 'ours') {
  // As the daemon: the memory of all that it has loaded counts.
  await import('../../src/cli/run.ts');
  releaseMemory();
}
const cpu = process.cpuUsage();
const startedAt = performance.now();
if (kind === 'ours') await ours(files, Number(slices), target);
else floor(files, Number(slices), target, Number(body), Number(account), kind === 'floor' ? sameTables : bareTables);
const seconds = (performance.now() - startedAt) / 1000;
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, peakMb: process.resourceUsage().maxRSS / 1024 }));
