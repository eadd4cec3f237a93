/** Opening: private files, durable commits, migrations that two processes may apply at once, damage and newer schemas refused. */
import Database from 'better-sqlite3';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { ConnectorError } from '../../src/core/errors.ts';
import { acceptSignals } from '../../src/store/accept-signals.ts';
import { storeError } from '../../src/store/errors.ts';
import { applyMigrations } from '../../src/store/migrate.ts';
import { connect, requireDurable } from '../../src/store/open.ts';
import { child } from './children.ts';
import { connected, connection, open, rows, SHOP, signal, T0, tempPath } from './fixture.ts';

const SCHEMA = new URL('../../drizzle/', import.meta.url);
const scripts = readdirSync(SCHEMA).filter((name) => name.endsWith('.sql'));
const MIGRATIONS = scripts.length;

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

test('files and folder are for their owner only, also when the file was open to others before', async () => {
  const store = await connected();
  await store.lockDaemon(T0);
  const folder = dirname(store.path);
  expect(mode(folder)).toBe('700');
  expect(readdirSync(folder).map((name) => [name, mode(`${folder}/${name}`)])).toEqual([
    ['connector.sqlite', '600'],
    ['connector.sqlite-shm', '600'],
    ['connector.sqlite-wal', '600'],
    ['connector.sqlite.lock', '600'],
  ]);
  await store.close();
  chmodSync(store.path, 0o644);
  open(store.path);
  expect(mode(store.path)).toBe('600');
});

test('every connection commits durably, and a connection that does not is refused', () => {
  const path = tempPath();
  for (const { client } of [connect(path), connect(path)]) {
    expect(client.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(client.pragma('synchronous', { simple: true })).toBe(2);
    expect(client.pragma('busy_timeout', { simple: true })).toBe(500);
    client.pragma('synchronous = NORMAL');
    expect(() => requireDurable(client)).toThrow(expect.objectContaining({ code: 'STORE_NOT_DURABLE' }));
    client.close();
  }
});

test('what was accepted is there after a reopen; closing folds the log into the file; closing twice is harmless', async () => {
  const store = await connected();
  await store.acceptSignals([signal()]);
  await store.close();
  await store.close();
  expect(readdirSync(dirname(store.path))).toEqual(['connector.sqlite']);
  await expect(store.probe()).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  const again = open(store.path);
  expect(await again.counts(SHOP, T0)).toMatchObject({ receipts: 1, due: 1 });
});

test('a database of a newer program is refused and left as it was', async () => {
  const store = open();
  await store.close();
  const file = new Database(store.path);
  file.prepare("insert into __drizzle_migrations (hash, created_at) values ('future', ?)").run(Date.parse('2100-01-01'));
  file.close();
  expect(() => open(store.path)).toThrow(
    expect.objectContaining({ code: 'STORE_NEWER', message: expect.stringContaining('Install that version again') }),
  );
});

test('a file that is damaged or no database is refused', async () => {
  const path = tempPath();
  mkdirSync(dirname(path));
  writeFileSync(path, 'these are not the bytes of a database at all, but long enough to be looked at'.repeat(20));
  expect(() => open(path)).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT', retryable: false }));
});

test('a folder that cannot be made is a retryable error that names the file', () => {
  const path = tempPath();
  writeFileSync(dirname(path), 'a file where the folder should be');
  expect(() => open(path)).toThrow(expect.objectContaining({ code: 'STORE_IO', retryable: true }));
});

test('four processes may open a new file at once', async () => {
  const path = tempPath();
  const body = `say(await open().acceptSignals([${JSON.stringify(signal())}].map((s) => ({ ...s, deliveryId: String(process.pid) }))));`;
  const answers = await Promise.all([1, 2, 3, 4].map(() => child(path, body).said()));
  expect(answers).toEqual(Array(4).fill([{ duplicate: false, redacted: null }]));
  expect(rows({ path }, 'select count(*) as n from __drizzle_migrations')).toEqual([{ n: MIGRATIONS }]);
  expect(rows({ path }, 'select version from due_orders')).toEqual([{ version: 4 }]);
});

test('a first start waits while another has the new file for itself', async () => {
  const path = tempPath();
  mkdirSync(dirname(path));
  const body = `const other = new Database(path); other.exec('begin exclusive'); say('mine'); setTimeout(() => other.exec('commit'), 200);`;
  expect(await child(path, body).said()).toBe('mine');
  await open(path).probe();
});

test('a migration that another process made between the look and the lock is not made twice', () => {
  const path = tempPath();
  mkdirSync(dirname(path));
  const late = new Database(path);
  const transaction = late.transaction.bind(late);
  vi.spyOn(late, 'transaction').mockImplementationOnce((work) => {
    connect(path).client.close();
    return transaction(work);
  });
  applyMigrations(late, path);
  late.close();
  expect(rows({ path }, 'select count(*) as n from __drizzle_migrations')).toEqual([{ n: MIGRATIONS }]);
});

test('a database with orders from before a migration is brought up to date, as soon as no older daemon works on it', async () => {
  const path = tempPath();
  mkdirSync(dirname(path));
  const [first] = scripts.toSorted();
  const { entries } = JSON.parse(readFileSync(new URL('meta/_journal.json', SCHEMA), 'utf8')) as { entries: { when: number }[] };
  const old = new Database(path);
  old.exec(readFileSync(new URL(first!, SCHEMA), 'utf8'));
  old.exec(`create table __drizzle_migrations (id integer primary key, hash text not null, created_at numeric);
    insert into __drizzle_migrations (hash, created_at) values ('first', ${entries[0]!.when});
    insert into orders (store, order_id, name, created_at, placed_at, updated_at, currency, channel, channel_mapped, total, historical, decision, refunds, sent_total, waited_for_journey, trail)
      values ('${SHOP}', '1', '#1', ${T0}, '', '', 'EUR', 'web', 1, '10.00', 0, 'sent', '[]', '10.00', 0, '[]')`);
  old.close();
  // An older daemon, as far as anybody can see.
  const daemon = new Database(`${path}.lock`);
  daemon.exec('begin exclusive');
  expect(() => open(path)).toThrow(expect.objectContaining({ code: 'STORE_IN_USE', message: expect.stringContaining('Stop it') }));
  expect(rows({ path }, 'select count(*) as n from __drizzle_migrations')).toEqual([{ n: 1 }]);
  daemon.close();
  const store = open(path);
  expect(rows({ path }, 'select count(*) as n from __drizzle_migrations')).toEqual([{ n: MIGRATIONS }]);
  expect((await store.previousOf(SHOP, ['1'])).get('1')).toMatchObject({ decision: 'sent', sentTotal: '10.00', subscription: null });
});

describe('errors of SQLite', () => {
  test.each([
    ['SQLITE_FULL', 'STORE_FULL', true],
    ['SQLITE_BUSY_SNAPSHOT', 'STORE_BUSY', true],
    ['SQLITE_PROTOCOL', 'STORE_BUSY', true],
    ['SQLITE_IOERR_FSYNC', 'STORE_IO', true],
    ['SQLITE_READONLY', 'STORE_IO', true],
    ['SQLITE_CORRUPT', 'STORE_CORRUPT', false],
  ])('%s becomes %s', (code, expected, retryable) => {
    const error = storeError(new Database.SqliteError('raw', code));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).toMatchObject({ code: expected, retryable });
  });

  test('a lock that is held too long is STORE_BUSY', async () => {
    const holder = connect(tempPath());
    const waiting = connect(holder.path);
    waiting.client.pragma('busy_timeout = 10');
    holder.client.exec('begin immediate');
    await expect(acceptSignals(waiting)([signal()])).rejects.toMatchObject({ code: 'STORE_BUSY', retryable: true });
    holder.client.exec('rollback');
    await expect(acceptSignals(waiting)([signal()])).resolves.toHaveLength(1);
    for (const { client } of [waiting, holder]) client.close();
  });
});

describe('connections', () => {
  test('the first connection and the domain stay; a reconnect clears what was wrong', async () => {
    const store = await connected();
    expect(await store.getStore(SHOP)).toEqual({
      ...connection(),
      firstConnectedAt: T0,
      state: 'connected',
      stateReason: null,
      checkRequestedAt: null,
      reconciledAt: null,
    });
    await store.markDisconnected(SHOP, 'uninstalled');
    expect(await store.getStore(SHOP)).toMatchObject({ state: 'disconnected', stateReason: 'uninstalled', tokenAt: null });
    const again = await store.saveConnection(connection({ connectedAt: T0 + 5, tokenAt: T0 + 5, scopes: ['a', 'b'] }));
    expect(again).toMatchObject({ firstConnectedAt: T0, connectedAt: T0 + 5, state: 'connected', stateReason: null, scopes: ['a', 'b'] });
    await expect(store.saveConnection(connection({ domain: 'other.myshopify.com' }))).rejects.toMatchObject({ code: 'STORE_OTHER_SHOP' });
    expect(await store.listStores()).toHaveLength(1);
  });

  test('token time, subscriptions and watermark are kept', async () => {
    const store = await connected();
    await store.saveTokenTime(SHOP, T0 + 1);
    await store.saveSubscriptions(SHOP, ['ORDERS_CREATE'], T0 + 2);
    expect(await store.getStore(SHOP)).toMatchObject({ tokenAt: T0 + 1, subscriptions: ['ORDERS_CREATE'], subscriptionsCheckedAt: T0 + 2 });
    expect(await store.getStore('unknown')).toBeNull();
    expect(await store.getWatermark(SHOP)).toBeNull();
    for (const at of ['2026-11-20T12:00:00Z', '2026-11-20T12:00:01Z']) await store.setWatermark(SHOP, at);
    expect(await store.getWatermark(SHOP)).toBe('2026-11-20T12:00:01Z');
  });
});
