/** One daemon per database: the lock dies with its process, however it dies. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { child } from './children.ts';
import { claimDue, claimLanes, connected, MINUTE, open, place, rows, signal, T0, tempPath } from './fixture.ts';

// The child keeps no reference to its store and sees its garbage collected: the lock must not go with it.
test('a second daemon is refused and told who holds the lock; after kill -9 it is free', async () => {
  const path = tempPath();
  const holder = child(path, `setInterval(() => {}, 1000); say(await open().lockDaemon(${T0}));`);
  expect(await holder.said()).toEqual({ holder: null, poison: [] });
  const store = open(path);
  const named = { pid: holder.process.pid, host: expect.any(String), startedAt: T0 };
  expect(await store.lockDaemon(T0 + 1)).toEqual({ holder: named, poison: [] });
  expect(await store.daemonHolder()).toEqual(named);
  expect(rows(store, 'select startedAt from (select started_at as startedAt from daemon)')).toEqual([{ startedAt: T0 }]);

  holder.process.kill('SIGKILL');
  await once(holder.process, 'exit');
  expect(await store.daemonHolder()).toBeNull();
  expect(await store.lockDaemon(T0 + 2)).toEqual({ holder: null, poison: [] });
  expect(await store.lockDaemon(T0 + 3)).toEqual({ holder: null, poison: [] });
  expect(await store.daemonHolder()).toEqual({ pid: process.pid, host: 'here', startedAt: T0 + 2 });
  expect(await child(path, `say(await open().lockDaemon(1));`).said()).toEqual({
    holder: { pid: process.pid, host: 'here', startedAt: T0 + 2 },
    poison: [],
  });
});

test('closing gives the lock back; other processes may use the database all the time', async () => {
  const first = open();
  const second = open(first.path);
  expect(await second.daemonHolder()).toBeNull();
  await first.lockDaemon(T0);
  expect((await second.lockDaemon(T0)).holder).toMatchObject({ startedAt: T0 });
  await second.probe();
  await first.close();
  expect(await second.daemonHolder()).toBeNull();
  expect(await second.lockDaemon(T0)).toEqual({ holder: null, poison: [] });
});

test('the leases of a process that is gone are free as soon as another takes the lock; held orders stay held', async () => {
  const path = tempPath();
  const before = await connected(path);
  await place(before, '1');
  await before.acceptSignals([signal({ orderId: '2' }), signal({ orderId: '3' })]);
  expect(await claimLanes(before, T0)).toHaveLength(1);
  const [claim] = await claimDue(before, T0, 1);
  await before.acceptSignals([signal({ orderId: claim!.orderId, topic: 'orders/create', heldUntil: T0 + MINUTE })]);
  expect(await claimDue(before, T0)).toHaveLength(1);

  const after = open(path);
  expect(await claimLanes(after, T0 + 1)).toEqual([]);
  expect(await claimDue(after, T0 + 1)).toEqual([]);
  await after.lockDaemon(T0 + 1);
  expect(await claimLanes(after, T0 + 1)).toHaveLength(1);
  expect(await claimDue(after, T0 + 1)).toHaveLength(1);
  expect((await claimDue(after, T0 + MINUTE)).map(({ orderId }) => orderId)).toEqual([claim!.orderId]);
});
