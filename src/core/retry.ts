/** When to try again: exponential backoff with full jitter. Pure: the random number is passed in. */

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
