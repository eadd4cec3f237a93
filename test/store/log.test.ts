/** SQLite's log stays small under constant load, and after a reader that kept it from being used anew. */
import Database from 'better-sqlite3';
import { existsSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { event, open, SHOP, T0, tempPath } from './fixture.ts';

const MB = 1024 * 1024;

test('the log is folded into the file as it fills, and shrinks when a long reader has gone', async () => {
  const store = open(tempPath());
  const logSize = () => statSync(`${store.path}-wal`).size;
  let written = 0;
  const write = async (megabytes: number) => {
    for (let i = 0; i < megabytes / 2; i += 1) {
      written += 1;
      const big = event(`big-${written}`, { properties: { filler: 'x'.repeat(2 * MB) } });
      await store.addEvents({ store: SHOP, destination: 'converge', events: [{ event: big, orderId: `order-${written}` }], now: T0 });
    }
  };
  await write(50);
  expect(logSize()).toBeLessThan(24 * MB);

  const reader = new Database(store.path, { readonly: true });
  reader.exec('begin');
  reader.prepare('select count(*) from events').get();
  await write(80);
  expect(logSize()).toBeGreaterThan(70 * MB);
  expect((await store.checkpoint()).leftBytes).toBeGreaterThan(50 * MB);
  reader.exec('commit');
  expect(await store.checkpoint()).toEqual({ leftBytes: 0 });
  await write(2);
  expect(logSize()).toBeLessThanOrEqual(64 * MB);
  reader.close();
});

test('a command that ends leaves the log to the daemon, whose commits would have to wait; the daemon and the last to close leave none', async () => {
  const daemon = open(tempPath());
  const log = `${daemon.path}-wal`;
  const write = (store: typeof daemon, id: string) =>
    store.addEvents({ store: SHOP, destination: 'converge', events: [{ event: event(id), orderId: id }], now: T0 });
  await daemon.lockDaemon(T0);
  await write(daemon, '1');
  const { size } = statSync(log);
  const command = open(daemon.path);
  await command.getEvent('1');
  await command.close();
  expect(statSync(log).size).toBe(size);
  expect(size).toBeGreaterThan(0);
  await daemon.close();
  expect(existsSync(log)).toBe(false);

  const alone = open(daemon.path);
  await write(alone, '2');
  await alone.close();
  expect(existsSync(log)).toBe(false);
});
