/** When to try again, and when to give up: exponential backoff with full jitter, and an age. Pure: the random number is passed in. */

export interface Backoff {
  /** Upper bound of the first wait, ms. */
  baseMs: number;
  /** Upper bound of every wait, ms. */
  maxMs: number;
}

/**
 * The wait in ms before attempt `failures + 1`, after `failures` (>= 1) attempts have failed.
 * Full jitter: uniform between 0 and min(maxMs, baseMs * 2^(failures - 1)), so a crowd of failures does not come back at once;
 * `random` is in [0, 1). A wait the other side asked for (`atLeastMs`) is honoured up to `maxMs`.
 */
export function backoffMs(backoff: Backoff, failures: number, random: number, atLeastMs = 0): number {
  const ceiling = Math.min(backoff.maxMs, backoff.baseMs * 2 ** Math.min(failures - 1, 30));
  return Math.max(Math.ceil(ceiling * random), Math.min(atLeastMs, backoff.maxMs));
}

/** An hour is time for every retry of a backlog to come round. */
const SETTLING_MS = 3_600_000;
const HOUR_MS = 3_600_000;

export interface Failing {
  /** For how long it fails, ms; less the time in which nothing could have succeeded. */
  failingMs: number;
  /** From `createSettling`, or since what it talks to came back, ms. */
  settledMs: number;
  maxAgeHours: number;
}

/**
 * Whether to give up on what has failed for `maxAgeHours`. Not in the first hour (or `maxAgeHours`, if that is less) after a start or a gap: what was tried
 * once before the program was off for days must not end with its second failure.
 */
export function isTooOld({ failingMs, settledMs, maxAgeHours }: Failing): boolean {
  const maxMs = maxAgeHours * HOUR_MS;
  return failingMs >= maxMs && settledMs >= Math.min(SETTLING_MS, maxMs);
}

/**
 * Tells for how long the program has been at work without a gap, ms; to be asked at every look. A gap is more than an hour between two looks, as on a machine
 * that was suspended or whose clock jumped: for the program that is as if it had just started.
 */
export function createSettling(start: number): (now: number) => number {
  let since = start;
  let last = start;
  return (now) => {
    if (now < last || now - last > SETTLING_MS) since = now;
    last = now;
    return now - since;
  };
}
