/** Working side by side, or alone. */
import { expect, test } from 'vitest';
import { createTurns, type Leave } from '../../src/platform/turns.ts';

const never = new AbortController().signal;
const turn = () => new Promise((resolve) => setImmediate(resolve));

function asked(promise: Promise<Leave | null>) {
  const state: { leave: Leave | null | undefined } = { leave: undefined };
  void promise.then((leave) => (state.leave = leave));
  return state;
}

test('many together, one alone; who wants to be alone is waited for by all who come later', async () => {
  const turns = createTurns();
  const first = asked(turns.together(never));
  const second = asked(turns.together(never));
  await turn();
  expect(turns.wanted()).toBe(false);
  const alone = asked(turns.alone(never));
  const another = asked(turns.alone(never));
  const late = asked(turns.together(never));
  first.leave?.();
  await turn();
  expect(turns.wanted()).toBe(true);
  expect([alone.leave, late.leave]).toEqual([undefined, undefined]);
  second.leave?.();
  await turn();
  expect([typeof alone.leave, another.leave, late.leave]).toEqual(['function', undefined, undefined]);
  alone.leave?.();
  await turn();
  expect([typeof another.leave, late.leave]).toEqual(['function', undefined]);
  another.leave?.();
  await turn();
  expect(typeof late.leave).toBe('function');
  expect(turns.wanted()).toBe(false);
});

test('who gives up waiting holds up nobody', async () => {
  const turns = createTurns();
  const first = asked(turns.together(never));
  await turn();
  const stop = new AbortController();
  const alone = asked(turns.alone(stop.signal));
  const late = asked(turns.together(never));
  const stopped = asked(turns.together(stop.signal));
  stop.abort();
  await turn();
  await turn();
  expect([alone.leave, stopped.leave, typeof late.leave]).toEqual([null, null, 'function']);
  first.leave?.();
  expect(await turns.together(stop.signal)).toBeNull();
});
