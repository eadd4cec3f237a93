/** Watches every request that reaches the Converge endpoint, fails some of them, and holds what it saw against the promises. */
import { createHash } from 'node:crypto';
import type { Fault, FaultFunction } from '../../src/sandbox/faults.ts';
import type { Random } from '../../src/sandbox/random.ts';
import { createFaultList } from './soak.ts';

/** Probabilities per request. */
export interface Trouble {
  error500: number;
  tooMany429: number;
  timeout: number;
  /** Cut connections; half of them after the event was taken, so that only the answer is lost. */
  reset: number;
  /** An event that failed so often is let through: the short runs do not wait for long backoffs. */
  mostPerEvent: number;
}

export interface Witness {
  /** For `setFaults` of the endpoint. */
  treat: FaultFunction;
  /** Null: from now on everything succeeds. */
  setTrouble(trouble: Trouble | null): void;
  /** Ids of the events the endpoint has taken. */
  taken: ReadonlySet<string>;
  counts: { requests: number; failed: number; repeats: number };
  /** Changed bytes, events before their order. */
  faults(): string[];
}

interface Seen {
  digest: string;
  failures: number;
}

export function createWitness(random: Random): Witness {
  const seen = new Map<string, Seen>();
  const taken = new Set<string>();
  const counts = { requests: 0, failed: 0, repeats: 0 };
  const faults = createFaultList();
  let trouble: Trouble | null = null;

  function draw(failures: number): Fault | null {
    if (trouble === null || failures >= trouble.mostPerEvent) return null;
    const choices: [number, Fault][] = [
      [trouble.error500, { kind: 'status', status: 500, body: 'Internal Server Error' }],
      [trouble.tooMany429, { kind: 'status', status: 429, headers: { 'Retry-After': '1' } }],
      [trouble.timeout, { kind: 'timeout' }],
      [trouble.reset / 2, { kind: 'reset' }],
      [trouble.reset / 2, { kind: 'reset', afterAccepting: true }],
    ];
    let drawn = random.next();
    return choices.find(([chance]) => (drawn -= chance) < 0)?.[1] ?? null;
  }

  function treat({ body }: { body: string }): Fault | null {
    counts.requests += 1;
    const {
      event_id: id,
      event_name: name,
      properties,
    } = JSON.parse(body) as {
      event_id: string;
      event_name: string;
      properties: { id: string };
    };
    const digest = createHash('sha256').update(body).digest('base64');
    const before = seen.get(id) ?? { digest, failures: 0 };
    seen.set(id, before);
    if (before.digest !== digest) faults.add('a repeat with other bytes', id);
    if (name !== 'Placed Order' && !taken.has(properties.id)) faults.add('an event before its order', id);
    const fault = draw(before.failures);
    if (fault !== null) {
      before.failures += 1;
      counts.failed += 1;
    }
    if (fault === null || fault.afterAccepting) {
      if (taken.has(id)) counts.repeats += 1;
      taken.add(id);
    }
    return fault;
  }

  return {
    treat,
    setTrouble: (next) => {
      trouble = next;
    },
    taken,
    counts,
    faults: faults.list,
  };
}
