/** The disk fills up while events are delivered: each answer is kept until it can be written, and no event is posted again for it. */
import { expect, test } from 'vitest';
import { diskWithStore } from '../store/disk.ts';
import { rows } from '../store/fixture.ts';
import { rig } from './setup.ts';

test.each([0, 1, 2])('but for %i pages', async (room) => {
  const disk = await diskWithStore();
  // Kept with each attempt, so that attempts need pages.
  const answer = { status: 200, body: 'x'.repeat(900) };
  const base = await rig({ store: disk.store, treat: () => answer });
  const ids = Array.from({ length: 60 }, (_, index) => String(1001 + index));
  for (const id of ids) await base.put(id, id);
  disk.fill(room);
  const failures: string[] = [];
  for (let tries = 0; tries < 30; tries += 1) {
    await base.delivery.tick(base.stop.signal).catch((error: { code: string }) => failures.push(error.code));
    await base.clock.advance(500);
  }
  expect(failures.length).toBeGreaterThan(0);
  expect(new Set(failures)).toEqual(new Set(['STORE_FULL']));
  // Delivered with its attempt, or neither.
  const torn = "select id from events where (state = 'delivered') <> (id in (select event from attempts))";
  expect(rows(disk.store, torn)).toEqual([]);

  disk.empty();
  while ((await base.delivery.tick(base.stop.signal)) === 0);
  expect(new Set(Object.values(await base.states()))).toEqual(new Set(['delivered']));
  expect(base.endpoint.ids().toSorted()).toEqual(ids);
  expect(rows(disk.store, torn)).toEqual([]);
});
