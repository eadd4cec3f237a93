/** A backup taken from a running daemon, and a restore after the database was lost, by the steps of the README. */
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { place, until } from './running.ts';

it('a database that is lost is restored from a backup, and every order is there in the end', async () => {
  const at = await place();
  const { converge } = at.sandbox;
  const ids = () => new Set(converge.events().map(({ event_id }) => event_id));
  const daemon = await at.start();
  const before = at.sandbox.randomOrders(15);
  await until(() => ids().size >= 5);
  const taken = await at.run('backup', 'backups/monday.sqlite', '--json');
  expect([taken.code, taken.stderr]).toEqual([0, '']);
  const copy = join(at.folder, 'backups', 'monday.sqlite');
  expect(JSON.parse(taken.stdout)).toEqual({ path: copy, bytes: statSync(copy).size, checked: true });
  const again = await at.run('backup', 'backups/monday.sqlite');
  expect([again.code, again.stdout]).toEqual([1, '']);
  expect(again.stderr).toContain('--force');

  const after = at.sandbox.randomOrders(5);
  await until(() => [...before, ...after].every(({ id }) => ids().has(id)));
  daemon.process.kill('SIGKILL');
  await daemon.ended;
  const data = join(at.folder, 'data');
  rmSync(data, { recursive: true });

  mkdirSync(data);
  copyFileSync(copy, join(data, 'connector.sqlite'));
  const later = at.sandbox.randomOrders(5);
  const restored = await at.start();
  await until(async () => (await at.status()).stores[0]?.counts.events.delivered === [...before, ...after, ...later].length);
  expect([...before, ...after, ...later].filter(({ id }) => !ids().has(id))).toEqual([]);
  expect(converge.counts()).toMatchObject({ outOfOrder: 0, changedRepeats: 0, refused: 0 });
  restored.process.kill('SIGTERM');
  expect((await restored.ended).code).toBe(0);
  expect(readdirSync(data)).toEqual(['connector.sqlite', 'connector.sqlite.lock']);
}, 120_000);
