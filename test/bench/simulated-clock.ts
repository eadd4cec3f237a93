/** A clock for whole simulations: it stands while the process works or talks over HTTP, and jumps to the next sleeper when everybody sleeps. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Clock } from '../../src/platform/clock.ts';

export interface SimulatedClock extends Clock {
  /** Runs until `done` resolves. Throws when nobody is left to wake. */
  run(done: Promise<unknown>): Promise<void>;
}

/** Turns of the event loop without a request before the process counts as quiet: an answer takes a few to reach who waits for it. */
const QUIET_TURNS = 4;

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

export function simulatedClock(start: number): SimulatedClock {
  let now = start;
  let sleepers: { at: number; wake: () => void }[] = [];

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper = { at: now + Math.max(ms, 0), wake: resolve };
      sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        sleepers = sleepers.filter((other) => other !== sleeper);
        resolve();
      });
    });
  }

  async function run(done: Promise<unknown>): Promise<void> {
    const requests = countRequests();
    let running = true;
    const end = done.finally(() => {
      running = false;
    });
    try {
      while (running) {
        for (let quiet = 0; quiet < QUIET_TURNS; quiet = requests.open() === 0 ? quiet + 1 : 0) await turn();
        if (!running) break;
        const next = Math.min(...sleepers.map(({ at }) => at));
        if (next === Infinity) throw new Error('the simulation stands still: nobody sleeps and nothing is done');
        now = next;
        const woken = sleepers.filter(({ at }) => at <= now);
        sleepers = sleepers.filter(({ at }) => at > now);
        for (const { wake } of woken) wake();
      }
      await end;
    } finally {
      requests.stop();
    }
  }

  return { now: () => now, sleep, run };
}

/** Requests of undici's between their creation and their end, whoever makes them. */
function countRequests(): { open(): number; stop(): void } {
  const open = new Set<unknown>();
  const begin = (message: unknown) => void open.add((message as { request: unknown }).request);
  const end = (message: unknown) => void open.delete((message as { request: unknown }).request);
  const channels = [
    ['undici:request:create', begin],
    ['undici:request:trailers', end],
    ['undici:request:error', end],
  ] as const;
  for (const [channel, listener] of channels) subscribe(channel, listener);
  return {
    open: () => open.size,
    stop: () => {
      for (const [channel, listener] of channels) unsubscribe(channel, listener);
    },
  };
}
