import { setImmediate as next } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorCode } from '../../src/core/errors.ts';
import { createGroupCommit } from '../../src/receiver/group-commit.ts';

/** Lets a commit that has ended be answered and the next one start. */
async function turn(): Promise<void> {
  for (let i = 0; i < 4; i += 1) await next();
}

/** A store whose commits end when the test says so. */
function slowStore() {
  const started: { items: number[]; failed: boolean }[] = [];
  let end: ((failed: boolean) => void) | null = null;
  return {
    started,
    busy: () => end !== null,
    end: (failed: boolean) => end?.(failed),
    commit: (items: number[]) =>
      new Promise<string[]>((resolve, reject) => {
        if (end !== null) throw new Error('two commits at once');
        const batch = { items, failed: false };
        started.push(batch);
        end = (failed) => {
          end = null;
          batch.failed = failed;
          if (failed) reject(new Error('disk full'));
          else resolve(items.map((item) => `result ${item}`));
        };
      }),
  };
}

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('add' as const), count: fc.integer({ min: 1, max: 12 }) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('end' as const), failed: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('turn' as const) }) },
  ),
  { maxLength: 40 },
);

test('every item that resolves is in exactly one successful commit, every other in none', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 20 }), async (plan, maxBatch, maxQueued) => {
      const store = slowStore();
      const add = createGroupCommit({ commit: store.commit, maxBatch, maxQueued });
      const outcomes = new Map<number, string>();
      const all: Promise<void>[] = [];
      let added = 0;
      for (const step of plan) {
        if (step.kind === 'add') {
          for (let i = 0; i < step.count; i += 1) {
            const item = added++;
            all.push(
              add(item).then(
                (result) => void outcomes.set(item, result),
                (error: unknown) => void outcomes.set(item, errorCode(error)),
              ),
            );
          }
        } else if (step.kind === 'end') {
          store.end(step.failed);
        }
        if (step.kind !== 'add') await turn();
      }
      // What still waits is committed: nothing hangs after failures.
      for (let i = 0; outcomes.size < added && i < 500; i += 1) {
        store.end(false);
        await turn();
      }
      await Promise.all(all);

      const committed = store.started.filter(({ failed }) => !failed).flatMap(({ items }) => items);
      const lost = store.started.filter(({ failed }) => failed).flatMap(({ items }) => items);
      for (let item = 0; item < added; item += 1) {
        const outcome = outcomes.get(item);
        const [inGood, inBad] = [committed, lost].map((items) => items.filter((other) => other === item).length);
        if (outcome === `result ${item}`) expect([inGood, inBad]).toEqual([1, 0]);
        else if (outcome === 'RECEIVER_BUSY') expect([inGood, inBad]).toEqual([0, 0]);
        else expect([outcome, inGood, inBad]).toEqual(['UNEXPECTED', 0, 1]);
      }
      const order = store.started.flatMap(({ items }) => items);
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      for (const { items } of store.started) expect(items.length).toBeLessThanOrEqual(maxBatch);
    }),
    { numRuns: 300 },
  );
});

test('a burst shares a commit, and the next one waits for it', async () => {
  const store = slowStore();
  const add = createGroupCommit({ commit: store.commit, maxBatch: 4, maxQueued: 100 });
  for (let item = 0; item < 3; item += 1) void add(item);
  expect(store.started).toEqual([]);
  await turn();
  expect(store.started.map(({ items }) => items)).toEqual([[0, 1, 2]]);
  for (let item = 3; item < 9; item += 1) void add(item);
  await turn();
  expect(store.started).toHaveLength(1);
  store.end(false);
  await turn();
  store.end(false);
  await turn();
  expect(store.started.map(({ items }) => items)).toEqual([
    [0, 1, 2],
    [3, 4, 5, 6],
    [7, 8],
  ]);
});

test('what comes one in a turn, as new connections do, shares a commit, too', async () => {
  const store = slowStore();
  const add = createGroupCommit({ commit: store.commit, maxBatch: 10, maxQueued: 100 });
  for (let item = 0; item < 14; item += 1) {
    void add(item);
    await next();
  }
  await turn();
  expect(store.started.map(({ items }) => items)).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
  store.end(false);
  await turn();
  expect(store.started.map(({ items }) => items.length)).toEqual([10, 4]);
});

test('a full queue turns away, never forgets', async () => {
  const store = slowStore();
  const add = createGroupCommit({ commit: store.commit, maxBatch: 1, maxQueued: 2 });
  const first = add(0);
  await turn();
  const waiting = [add(1), add(2)];
  await expect(add(3)).rejects.toMatchObject({ code: 'RECEIVER_BUSY', retryable: true });
  for (let i = 0; i < 3; i += 1) {
    store.end(false);
    await turn();
  }
  expect(await Promise.all([first, ...waiting])).toEqual(['result 0', 'result 1', 'result 2']);
  await turn();
  expect(store.busy()).toBe(false);
});

test('a store that answers for fewer items than it got is not believed', async () => {
  const add = createGroupCommit<number, string>({ commit: async () => [], maxBatch: 4, maxQueued: 4 });
  await expect(add(1)).rejects.toMatchObject({ code: 'RECEIVER_RESULTS' });
});
