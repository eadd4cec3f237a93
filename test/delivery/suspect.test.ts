/** An event that is to be tried alone, and making room for that. */
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { OK, rig, until, type Rig } from './setup.ts';

function suspect({ store }: Rig, orderId: string): void {
  const file = new Database(store.path);
  file.prepare('update lanes set suspect = 0 where order_id = ?').run(orderId);
  file.close();
}

it('is left out by a tick and taken by itself, then it is above suspicion', async () => {
  const base = await rig();
  await base.put('1', '1', 'refund-1');
  await base.put('2', '2');
  suspect(base, '1');
  await base.tick();
  expect(base.endpoint.ids()).toEqual(['2']);
  expect(await base.delivery.suspect(base.stop.signal)).toBe(true);
  expect(base.endpoint.ids()).toEqual(['2', '1']);
  expect(await base.delivery.suspect(base.stop.signal)).toBe(false);
  await base.tick();
  expect(base.endpoint.ids()).toEqual(['2', '1', 'refund-1']);
});

it('is done with when it resolves, a failure too, and waits while the destination is closed', async () => {
  const base = await rig({ treat: () => ({ status: 401 }) });
  await base.put('1', '1');
  suspect(base, '1');
  expect(await base.delivery.suspect(base.stop.signal)).toBe(true);
  expect(await base.states()).toEqual({ '1': 'pending 1' });
  await base.put('2', '2');
  suspect(base, '2');
  expect(await base.delivery.suspect(base.stop.signal)).toBe(false);
  expect(base.endpoint.arrivals).toHaveLength(1);
});

it('is made room for: a tick comes to an end though there is more to do', async () => {
  let wanted = false;
  const base = await rig({ treat: () => 'hold' });
  const delivery = base.again({ set: { concurrency: 2 }, yields: () => wanted });
  for (let order = 1; order <= 20; order += 1) await base.put(String(order), String(order));
  const done = delivery.tick(base.stop.signal);
  await until(() => base.endpoint.arrivals.length === 2);
  wanted = true;
  base.endpoint.treat = () => OK;
  base.endpoint.release();
  await done;
  const sent = base.endpoint.arrivals.length;
  expect(sent).toBeLessThan(20);
  wanted = false;
  await delivery.tick(base.stop.signal);
  expect(new Set(base.endpoint.ids()).size).toBe(20);
});
