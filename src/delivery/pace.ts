/** Spreads starts over time: never more than so many per second. */
import type { Clock } from '../platform/clock.ts';

/** Resolves when the next start is allowed, in the order of the calls; at once when `signal` has aborted. */
export type Pace = (signal: AbortSignal) => Promise<void>;

/**
 * At most `perSecond` starts in any second, wherever that second begins; below 1, one start in 1 / `perSecond` seconds.
 * With `seconds` below 1 the same share of them in any span of so many seconds: the same rate without bursts.
 * On the clock that is passed in: p-queue's own interval knows the system's clock only, and waits as long as that one is set back.
 */
export function createPace(perSecond: number, clock: Clock, seconds = 1): Pace {
  const size = Math.max(1, Math.floor(perSecond * seconds));
  const windowMs = (size / perSecond) * 1000;
  const starts: number[] = new Array<number>(size).fill(Number.NEGATIVE_INFINITY);
  let oldest = 0;
  let last = Promise.resolve();

  async function next(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const now = clock.now();
      // A start in the future was before the clock was set back: it counts as just now.
      const start = (starts[oldest] = Math.min(starts[oldest] ?? now, now));
      const waitMs = start + windowMs - now;
      if (waitMs > 0) {
        await clock.sleep(Math.ceil(waitMs), signal);
        continue;
      }
      starts[oldest] = now;
      oldest = (oldest + 1) % size;
      return;
    }
  }

  return (signal) => (last = last.then(() => next(signal)));
}
