/** Backups: whole and checked while others write, private, never in place of something that was there, nothing left of one that failed. */
import Database from 'better-sqlite3';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { backUp } from '../../src/store/backup.ts';
import { child } from './children.ts';
import { connected, event, open, place, rows, SHOP, signal, T0, tempPath } from './fixture.ts';

const run = (from: string, to: string, more: Partial<Parameters<typeof backUp>[0]> = {}) =>
  backUp({ from, to, force: false, signal: new AbortController().signal, ...more });

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

async function filled(events = 20) {
  const store = await connected();
  for (let id = 1; id <= events; id += 1) await place(store, String(id));
  return store;
}

test('the copy is one private file that opens with all that was committed, while the daemon has the database', async () => {
  const store = await filled();
  await store.lockDaemon(T0);
  const to = join(dirname(store.path), 'backups', 'copy.sqlite');
  const shares: number[] = [];
  const { bytes } = await run(store.path, to, { onProgress: (share) => shares.push(share) });
  expect(readdirSync(dirname(to))).toEqual(['copy.sqlite']);
  expect([mode(to), mode(dirname(to)), statSync(to).size]).toEqual(['600', '700', bytes]);
  expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
  expect(rows({ path: to }, 'select journal_mode from pragma_journal_mode')).toEqual([{ journal_mode: 'delete' }]);

  const restored = open(to);
  expect(await restored.counts(SHOP, T0)).toMatchObject({ receipts: 20, events: { pending: 20 } });
  // Whoever restores it is not taken for the daemon that ran when it was made.
  expect(await restored.daemonHolder()).toBeNull();
  expect(await restored.lockDaemon(T0)).toEqual({ holder: null, poison: [] });
});

test('another process that never stops writing does not keep it from its end, and what it holds is a moment of that', async () => {
  const path = tempPath();
  // Five megabytes, so that the copy takes several steps.
  const store = await connected(path);
  const big = event('big', { properties: { filler: 'x'.repeat(5_000_000) } });
  await store.addEvents({ store: SHOP, destination: 'converge', events: [{ event: big, orderId: 'big' }], now: T0 });
  const writer = child(
    path,
    `const store = open();
     let n = 0;
     const on = async () => {
       n += 1;
       await store.acceptSignals([{ ...${JSON.stringify(signal())}, deliveryId: 'w' + n, orderId: String(n) }]);
       if (n === 20) say('writing');
       setImmediate(on);
     };
     await on();`,
  );
  expect(await writer.said()).toBe('writing');
  const seen = () => rows<{ n: number }>({ path }, 'select count(*) n from webhook_receipts')[0]!.n;
  const before = seen();
  const to = `${path}.copy`;
  await run(path, to);
  const after = seen();
  writer.process.kill('SIGKILL');
  const [copied] = rows<{ receipts: number; due: number }>(
    { path: to },
    'select (select count(*) from webhook_receipts) receipts, (select count(*) from due_orders) due',
  );
  expect(copied!.receipts).toBeGreaterThanOrEqual(before);
  expect(copied!.receipts).toBeLessThanOrEqual(after);
  expect(copied!.due).toBe(copied!.receipts);
});

test('a commit between any two of its steps does not make it begin anew', async () => {
  const store = await connected();
  const big = event('big', { properties: { filler: 'x'.repeat(20_000_000) } });
  await store.addEvents({ store: SHOP, destination: 'converge', events: [{ event: big, orderId: 'big' }], now: T0 });
  const shares: number[] = [];
  const other = new Database(store.path);
  const onProgress = (share: number) => {
    shares.push(share);
    // Were it to begin anew it would not end before this does.
    if (shares.length < 100) other.prepare('insert into watermarks values (?, ?)').run(`step ${shares.length}`, '');
  };
  await run(store.path, `${store.path}.copy`, { onProgress });
  other.close();
  expect(shares.length).toBeLessThan(20);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(rows({ path: `${store.path}.copy` }, 'select count(*) n from watermarks')).toEqual([{ n: 0 }]);
});

test('an existing file is replaced by --force alone, and only by a good copy', async () => {
  const store = await filled(1);
  const to = `${store.path}.copy`;
  writeFileSync(to, 'precious', { mode: 0o644 });
  await expect(run(store.path, to)).rejects.toMatchObject({ code: 'BACKUP_EXISTS', message: expect.stringContaining('--force') });
  const stopped = AbortSignal.abort();
  await expect(run(store.path, to, { force: true, signal: stopped })).rejects.toMatchObject({ code: 'BACKUP_STOPPED' });
  expect(readFileSync(to, 'utf8')).toBe('precious');
  await run(store.path, to, { force: true });
  expect(mode(to)).toBe('600');
  expect(rows({ path: to }, 'select count(*) n from events')).toEqual([{ n: 1 }]);
  expect(readdirSync(dirname(store.path)).filter((name) => name.includes('part'))).toEqual([]);
});

test('the database is never its own backup, a folder is none, and a database that is not there is not made', async () => {
  const store = await filled(1);
  const link = `${store.path}.link`;
  symlinkSync(store.path, link);
  for (const to of [store.path, `${store.path}-wal`, link, dirname(store.path)])
    await expect(run(store.path, to, { force: true })).rejects.toMatchObject({ code: 'BACKUP_TARGET' });
  await store.probe();
  const missing = tempPath();
  await expect(run(missing, `${missing}.copy`)).rejects.toMatchObject({ code: 'BACKUP_NO_DATABASE' });
  expect(existsSync(dirname(missing))).toBe(false);
});

test('where the copy cannot be written nothing is left of it', async () => {
  const store = await filled(1);
  const inTheWay = join(dirname(store.path), 'file');
  writeFileSync(inTheWay, '');
  await expect(run(store.path, join(inTheWay, 'copy.sqlite'))).rejects.toMatchObject({ code: 'BACKUP_NOT_WRITTEN' });
});

test('of a damaged database there is no backup, the daemon does not start on it, and both say what to do', async () => {
  const store = await filled(200);
  await store.close();
  const bytes = readFileSync(store.path);
  // All pages but the first two: header and schema are read at every open.
  bytes.fill(0x5a, 2 * 4096);
  writeFileSync(store.path, bytes);
  await expect(run(store.path, `${store.path}.copy`)).rejects.toMatchObject({
    code: 'STORE_CORRUPT',
    message: expect.stringContaining('Restore'),
  });
  expect(existsSync(`${store.path}.copy`)).toBe(false);
  const start = async () => open(store.path).lockDaemon(T0);
  await expect(start()).rejects.toMatchObject({ code: 'STORE_CORRUPT', message: expect.stringMatching(/damaged.*Restore/) });
  expect(await child(store.path, `say(await open().daemonHolder());`).said()).not.toMatchObject({ pid: process.pid });
});

test('a backup is made without changing the schema: of a database that a newer program has migrated too', async () => {
  const store = await filled(1);
  await store.close();
  const file = new Database(store.path);
  file.prepare("insert into __drizzle_migrations (hash, created_at) values ('future', ?)").run(Date.parse('2100-01-01'));
  file.close();
  await run(store.path, `${store.path}.copy`);
  expect(rows({ path: `${store.path}.copy` }, "select count(*) n from __drizzle_migrations where hash = 'future'")).toEqual([{ n: 1 }]);
});

test('restored in place of a lost database, its leases are free', async () => {
  const store = await filled(2);
  await store.claimLanes({ store: SHOP, destination: 'converge', limit: 1, now: T0, leaseMs: 60_000, eventsPerLane: 1 });
  const to = `${store.path}.copy`;
  await run(store.path, to);
  await store.close();
  rmSync(store.path);
  mkdirSync(dirname(store.path), { recursive: true });
  cpSync(to, store.path);
  chmodSync(store.path, 0o644);
  const restored = open(store.path);
  await restored.lockDaemon(T0 + 1);
  expect(mode(store.path)).toBe('600');
  expect(
    await restored.claimLanes({ store: SHOP, destination: 'converge', limit: 9, now: T0 + 1, leaseMs: 1, eventsPerLane: 1 }),
  ).toHaveLength(2);
});
