/** The Converge endpoint: takes events, checks their shape, remembers what came and counts what should not have. */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { readEvent, type ConvergeBody } from './converge-spec.ts';
import type { FaultFunction, FaultRates, Faults } from './faults.ts';
import { replyOf, type Answer, type Asked, type Reply } from './http.ts';

export interface Received {
  /** ms since the epoch. */
  at: number;
  path: string;
  headers: IncomingHttpHeaders;
  /** The bytes as text. */
  body: string;
  /** Null: not answered. */
  status: number | null;
  /** It counted: accepted, even if the answer was lost. */
  accepted: boolean;
  /** Null: no event. */
  event: ConvergeBody | null;
}

export interface ConvergeCounts {
  /** Every request. */
  requests: number;
  /** Different event ids accepted. */
  events: number;
  byName: Record<string, number>;
  /** Accepted again. */
  repeats: number;
  /** Repeats whose bytes differ from the first. */
  changedRepeats: number;
  /** Placed Orders that came after another event of their order. */
  outOfOrder: number;
  /** Answered with 4xx for their shape or token. */
  refused: number;
}

export interface Converge {
  /** Everything that came, oldest first; as much as is kept. */
  received(): readonly Received[];
  /** The first accepted body of each event id, in the order they came; as far as kept. */
  events(): ConvergeBody[];
  counts(): ConvergeCounts;
  setFaults(faults: FaultFunction | FaultRates | null): void;
  /** Resolves as soon as `enough` says so; asked now and after every request. */
  until(enough: (counts: ConvergeCounts) => boolean): Promise<void>;
  /** Forgets everything that came, not the faults. */
  clear(): void;
}

export interface ConvergeOptions {
  now(): number;
  /** Demanded in `X-Webhook-Token`; null: none is. */
  token: string | null;
  /** Requests remembered with their bodies; older ones are only counted. */
  keep: number;
  faults: Faults;
}

const json = (status: number, body: object): Answer => ({ status, body: JSON.stringify(body) });

export function createConverge(options: ConvergeOptions): {
  converge: Converge;
  /** The answer to a request, or what happens instead of one. */
  receive(request: Asked): Reply;
} {
  const empty = (): ConvergeCounts => ({ requests: 0, events: 0, byName: {}, repeats: 0, changedRepeats: 0, outOfOrder: 0, refused: 0 });
  let counts = empty();
  let kept: Received[] = [];
  const digests = new Map<string, string>();
  /** Order id -> whether its Placed Order came. */
  const orders = new Map<string, boolean>();
  let waiting: { enough: (counts: ConvergeCounts) => boolean; resolve: () => void }[] = [];

  function judge({ method, headers, body }: Asked): { answer: Answer; event: ConvergeBody | null } {
    if (method !== 'POST') return { answer: json(405, { error: 'Method not allowed' }), event: null };
    if (options.token !== null && headers['x-webhook-token'] !== options.token) {
      return { answer: json(401, { error: 'Invalid webhook token' }), event: null };
    }
    if (!headers['content-type']?.toLowerCase().startsWith('application/json')) {
      return { answer: json(400, { error: 'The body must be application/json' }), event: null };
    }
    const read = readEvent(body);
    if ('errors' in read) return { answer: json(422, { error: 'Invalid event', details: read.errors }), event: null };
    return { answer: json(200, { success: true }), event: read.event };
  }

  function accept(event: ConvergeBody, body: string): void {
    const digest = createHash('sha256').update(body).digest('base64');
    const before = digests.get(event.event_id);
    if (before !== undefined) {
      counts.repeats += 1;
      if (before !== digest) counts.changedRepeats += 1;
      return;
    }
    digests.set(event.event_id, digest);
    counts.events += 1;
    counts.byName[event.event_name] = (counts.byName[event.event_name] ?? 0) + 1;
    const { id } = event.properties;
    if (typeof id !== 'string') return;
    const isOrder = event.event_name === 'Placed Order';
    if (isOrder && orders.get(id) === false) counts.outOfOrder += 1;
    orders.set(id, isOrder || (orders.get(id) ?? false));
  }

  function record(request: Asked, status: number | null, accepted: boolean, event: ConvergeBody | null): void {
    counts.requests += 1;
    const { path, headers, body } = request;
    kept.push({ at: options.now(), path, headers, body, status, accepted, event });
    if (kept.length > options.keep) kept.shift();
    const ready = waiting.filter(({ enough }) => enough(counts));
    waiting = waiting.filter((waiter) => !ready.includes(waiter));
    for (const { resolve } of ready) resolve();
  }

  return {
    receive: (request) => {
      const fault = options.faults.next(request);
      const { answer, event } = judge(request);
      const accepted = event !== null && (fault === null || fault.afterAccepting === true);
      if (accepted) accept(event, request.body);
      if (fault === null && event === null) counts.refused += 1;
      const status = fault === null ? answer.status : fault.kind === 'status' ? fault.status : null;
      record(request, status, accepted, event);
      return fault ? replyOf(fault) : answer;
    },
    converge: {
      received: () => kept,
      events: () => {
        const seen = new Set<string>();
        return kept.flatMap(({ accepted, event }) => {
          if (!accepted || !event || seen.has(event.event_id)) return [];
          seen.add(event.event_id);
          return event;
        });
      },
      counts: () => structuredClone(counts),
      setFaults: options.faults.set,
      until: (enough) =>
        new Promise((resolve) => {
          if (enough(counts)) resolve();
          else waiting.push({ enough, resolve });
        }),
      clear: () => {
        counts = empty();
        kept = [];
        digests.clear();
        orders.clear();
      },
    },
  };
}
