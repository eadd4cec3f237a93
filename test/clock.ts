/** A clock that stands still until a test moves it. */
import type { Clock } from '../src/platform/clock.ts';

export interface HandClock extends Clock {
  /** Moves time forward by `ms`, waking every sleeper whose time has come, in order; lets promises settle in between. */
  advance(ms: number): Promise<void>;
  sleepers(): number;
  /** Sets the clock, as an operator or NTP might; wakes nobody, and who sleeps does so for as long as before. */
  set(now: number): void;
}

export function handClock(start = Date.parse('2026-11-20T12:00:00Z')): HandClock {
  let now = start;
  let waiting: { at: number; wake: () => void }[] = [];
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const entry = { at: now + Math.max(ms, 0), wake: resolve };
        waiting.push(entry);
        signal?.addEventListener('abort', () => {
          waiting = waiting.filter((other) => other !== entry);
          resolve();
        });
      }),
    advance: async (ms) => {
      const end = now + ms;
      await settle();
      for (;;) {
        const next = waiting.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        now = next.at;
        waiting = waiting.filter((entry) => entry !== next);
        next.wake();
        await settle();
      }
      now = end;
      await settle();
    },
    sleepers: () => waiting.length,
    set: (to) => {
      for (const entry of waiting) entry.at += to - now;
      now = to;
    },
  };
}
