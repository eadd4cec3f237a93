/** Measures how fast requests and commits go, so that groups get large where that pays and stay small where it does not. */
import type { Clock } from '../platform/clock.ts';

export interface Tempo {
  /** A request has ended. */
  ended(): void;
  /** Lanes worth holding ready: what a tenth of a second takes away, and at least one for each request at once. */
  ahead(): number;
  /** Runs `work` on the store and notes how long it took. */
  timed(work: () => Promise<void>): Promise<void>;
  /** For how long to collect answers before the next commit, ms: twice what the last took, because a commit waits for the disk and everything else for the commit. */
  collectMs(): number;
}

const AHEAD_MS = 100;
/** At the end each of them is given back by a commit of its own. */
const MOST_AHEAD = 250;
const LONGEST_COLLECT_MS = 50;

export function createTempo(concurrency: number, clock: Clock): Tempo {
  let ahead = concurrency;
  let ended = 0;
  let since = clock.now();
  let tookMs = 0;
  return {
    ended: () => {
      ended += 1;
    },
    ahead: () => {
      const elapsed = clock.now() - since;
      // Negative: the clock was set back.
      if (elapsed >= AHEAD_MS || elapsed < 0) {
        const took = Math.ceil((ended * AHEAD_MS) / Math.max(elapsed, AHEAD_MS));
        ahead = Math.max(concurrency, Math.min(took, MOST_AHEAD));
        ended = 0;
        since = clock.now();
      }
      return ahead;
    },
    timed: async (work) => {
      const began = clock.now();
      await work();
      tookMs = clock.now() - began;
    },
    collectMs: () => Math.max(0, Math.min(2 * tookMs, LONGEST_COLLECT_MS)),
  };
}
