/** What becomes of an event after an attempt. Pure. */
import { backoffMs } from '../core/retry.ts';
import type { Outcome } from '../destinations/types.ts';
import type { Attempt, OutboxEvent, Settlement } from '../store/types.ts';

/** From about 1 s to 15 min; a `Retry-After` is honoured up to the same limit. */
const RETRY = { baseMs: 1_000, maxMs: 900_000 };
const HOUR_MS = 3_600_000;

export interface Circumstances {
  now: number;
  /** In [0, 1). */
  random: number;
  maxAgeHours: number;
  /** Time before this does not count towards the age: the destination was paused. */
  countedFrom: number;
  /** The destination is paused and this was its probe: no event dies of that. */
  probe: boolean;
}

export function settlementOf(event: OutboxEvent, outcome: Outcome, attempt: Attempt, circumstances: Circumstances): Settlement {
  const { now, maxAgeHours, countedFrom, probe } = circumstances;
  switch (outcome.kind) {
    case 'delivered':
      return { state: 'delivered', attempt };
    case 'reject':
      return { state: 'dead', outcome: outcome.reason, attempt };
    case 'pause':
      // The pause itself does the waiting, for all events at once.
      return { state: 'retry', nextAt: now, outcome: outcome.reason, attempt };
    case 'retry': {
      // From its first attempt: an event that could not be tried (the daemon was off) is not old.
      const age = now - Math.max(event.firstAttemptAt ?? attempt.at, countedFrom);
      if (!probe && age >= maxAgeHours * HOUR_MS) {
        return { state: 'dead', outcome: `${outcome.reason}; given up after ${maxAgeHours} h`, attempt };
      }
      const waitMs = backoffMs(RETRY, event.attempts + 1, circumstances.random, outcome.afterMs);
      return { state: 'retry', nextAt: now + waitMs, outcome: outcome.reason, attempt };
    }
  }
}
