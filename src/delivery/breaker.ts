/** Tells from the outcomes of events whether their destination is down. */
import type { Outcome } from '../destinations/types.ts';

/** With every fourth request failing at random, so many in a row come once in a million. */
const IN_A_ROW = 10;

export interface Breaker {
  /** Takes the outcome of an event, in the order of the answers; true: the destination is down. */
  note(eventId: string, outcome: Outcome): boolean;
}

/**
 * Down: `IN_A_ROW` failures of different events, with no answer in between that shows it alive. One event that fails again and again says something
 * about itself: it has its own backoff and opens nothing.
 */
export function createBreaker(): Breaker {
  const failed = new Set<string>();
  return {
    note: (eventId, { kind }) => {
      if (kind !== 'retry') failed.clear();
      else failed.add(eventId);
      if (failed.size < IN_A_ROW) return false;
      failed.clear();
      return true;
    },
  };
}
