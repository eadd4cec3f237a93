/** When a bulk operation is given up: what stands still, and only that. */
import { expect, it } from 'vitest';
import { createOperations } from '../../src/backfill/operations.ts';
import type { BackfillOptions } from '../../src/backfill/types.ts';
import type { BulkOperation } from '../../src/shopify/types.ts';
import type { Slice } from '../../src/store/types.ts';
import { handClock } from '../clock.ts';
import { silent } from '../sync/running.ts';

const MINUTE = 60_000;
const created = { status: 'CREATED', errorCode: null, objects: 0, roots: 0, bytes: null, url: null, createdAt: 0 } as const;

/** Two slices whose operations are as `states` says, by the minute since they were started. */
async function watched(...states: ((minute: number) => Partial<BulkOperation>)[]) {
  const clock = handClock();
  const begunAt = clock.now();
  const cancelled: string[] = [];
  const slices = states.map((_, place) => ({ id: place, state: 'planned', operation: null }) as Slice);
  let started = 0;
  const history = {
    run: async () => ({ operation: { ...created, id: String(started++) } }),
    find: async () => null,
    look: async (id: string) => ({ ...created, id, ...states[Number(id)]!((clock.now() - begunAt) / MINUTE) }),
    cancel: async (id: string) => void cancelled.push(id),
  };
  const store = { changeSlice: async () => {} };
  const operations = createOperations({
    store,
    shopify: { history },
    clock,
    logger: silent,
    storeName: 'main',
  } as unknown as BackfillOptions);
  await operations.start(slices, begunAt);
  return {
    cancelled,
    /** What ended in so many minutes. */
    pass: async (minutes: number) => {
      const kinds: string[] = [];
      const end = clock.now() + minutes * MINUTE;
      while (clock.now() < end) {
        for (const { slice, ended } of await operations.look(slices)) {
          kinds.push(`${slice.id} ${ended.kind}`);
          slices.splice(slices.indexOf(slice), 1);
        }
        await clock.advance(MINUTE / 2);
      }
      return kinds;
    },
  };
}

it('one that does not begin for half an hour is cancelled and asked for again', async () => {
  const { pass, cancelled } = await watched(() => ({}));
  expect(await pass(29)).toEqual([]);
  expect(await pass(3)).toEqual(['0 again']);
  expect(cancelled).toEqual(['0']);
});

it('one that runs and brings nothing for half an hour is cancelled and cut', async () => {
  const { pass, cancelled } = await watched(() => ({ status: 'RUNNING', objects: 7 }));
  expect(await pass(29)).toEqual([]);
  expect(await pass(3)).toEqual(['0 timeout']);
  expect(cancelled).toEqual(['0']);
});

it('one whose cancelling does not end is given up', async () => {
  const { pass } = await watched((minute) => ({ status: minute < 5 ? 'RUNNING' : 'CANCELING' }));
  expect(await pass(34)).toEqual([]);
  expect(await pass(3)).toEqual(['0 again']);
});

it('one that has just begun has its half hour, however long it waited', async () => {
  const { pass } = await watched((minute) => ({ status: minute < 25 ? 'CREATED' : 'RUNNING' }));
  expect(await pass(53)).toEqual([]);
  expect(await pass(5)).toEqual(['0 timeout']);
});

it('one that waits behind another of ours, which moves, is left in the queue', async () => {
  const { pass, cancelled } = await watched(
    (minute) => ({ status: 'RUNNING', objects: Math.min(Math.floor(minute), 100) }),
    () => ({}),
  );
  expect(await pass(120)).toEqual([]);
  expect(await pass(15)).toEqual(['0 timeout', '1 again']);
  expect(cancelled).toEqual(['0', '1']);
});
