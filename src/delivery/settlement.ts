/** What becomes of an event after an attempt. Pure. */
import { backoffMs, isTooOld } from '../core/retry.ts';
import type { Outcome } from '../destinations/types.ts';
import type { Attempt, OutboxEvent, Settlement } from '../store/types.ts';

/** From about 1 s to 15 min; a `Retry-After` is honoured up to the same limit. */
const RETRY = { baseMs: 1_000, maxMs: 900_000 };

export interface Circumstances {
  now: number;
  /** In [0, 1). */
  random: number;
  maxAgeHours: number;
  /** For how long the process delivers without a gap. */
  settledMs: number;
  /** For how long the destination has been paused or down in all: that time does not count towards the age. */
  downMs: number;
  /** The one event that is tried while the destination is paused or down. */
  probe: boolean;
  /** For how long the destination is down as it is, 0: it is not. An outage longer than `maxAgeHours` is no excuse any more. */
  outageMs: number;
}

export function settlementOf(event: OutboxEvent, outcome: Outcome, attempt: Attempt, circumstances: Circumstances): Settlement {
  const { now, maxAgeHours, probe } = circumstances;
  // The pause itself does the waiting, for all events at once: this one keeps its place among them.
  const inPlace = event.nextAttemptAt ?? event.createdAt;
  switch (outcome.kind) {
    case 'delivered':
      return { state: 'delivered', attempt };
    case 'reject':
      return { state: 'dead', outcome: outcome.reason, attempt };
    case 'pause':
      return { state: 'retry', nextAt: inPlace, outcome: outcome.reason, attempt };
    case 'retry': {
      if (isTooOld({ ...circumstances, failingMs: failingMs(event, attempt, circumstances) })) {
        return { state: 'dead', outcome: `${outcome.reason}; given up after ${maxAgeHours} h`, attempt };
      }
      const waitMs = backoffMs(RETRY, event.attempts + 1, circumstances.random, outcome.afterMs);
      return { state: 'retry', nextAt: probe ? inPlace : now + waitMs, outcome: outcome.reason, attempt };
    }
  }
}

/** From its first attempt: an event that could not be tried (the daemon was off) is not old. */
function failingMs(event: OutboxEvent, attempt: Attempt, { now, downMs, probe, outageMs }: Circumstances): number {
  const sinceFirst = now - (event.firstAttemptAt ?? attempt.at);
  if (probe) return Math.min(sinceFirst, outageMs);
  return event.firstAttemptAt === null ? sinceFirst : sinceFirst - (downMs - (event.downMsBefore ?? 0));
}
