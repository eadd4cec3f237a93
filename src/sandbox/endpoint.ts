/** What the sandbox's endpoints for events have in common: they remember what came, count what should not have, and fail on purpose. */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FaultFunction, FaultRates, Faults } from './faults.ts';
import { replyOf, type Answer, type Asked, type Reply } from './http.ts';

export interface Received<Event> {
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
  event: Event | null;
}

export interface EventCounts {
  /** Every request. */
  requests: number;
  /** Different events accepted. */
  events: number;
  byName: Record<string, number>;
  /** Accepted again. */
  repeats: number;
  /** Repeats whose bytes differ from the first. */
  changedRepeats: number;
  /** Orders that came after another event of theirs. */
  outOfOrder: number;
  /** Answered with 4xx for their shape or token. */
  refused: number;
}

export interface Endpoint<Event> {
  /** Everything that came, oldest first; as much as is kept. */
  received(): readonly Received<Event>[];
  /** The first accepted body of each event, in the order they came; as far as kept. */
  events(): Event[];
  counts(): EventCounts;
  setFaults(faults: FaultFunction | FaultRates | null): void;
  /** Resolves as soon as `enough` says so; asked now and after every request. */
  until(enough: (counts: EventCounts) => boolean): Promise<void>;
  /** Forgets everything that came, not the faults. */
  clear(): void;
}

export interface Identity {
  /** The same for the same event. */
  id: string;
  name: string;
  /** The order it belongs to; null: none is known. */
  order: string | null;
  /** It is the order itself, which all its other events come after. */
  isOrder: boolean;
}

export interface EndpointOptions<Event> {
  now(): number;
  /** Requests remembered with their bodies; older ones are only counted. */
  keep: number;
  faults: Faults;
  /** The answer to a request when nothing goes wrong; an event in it is accepted. */
  judge(request: Asked): { answer: Answer; event: Event | null };
  identify(event: Event, body: string): Identity;
}

export const json = (status: number, body: object): Answer => ({ status, body: JSON.stringify(body) });

export function createEndpoint<Event>(options: EndpointOptions<Event>): {
  endpoint: Endpoint<Event>;
  /** The answer to a request, or what happens instead of one. */
  receive(request: Asked): Reply;
} {
  const { identify } = options;
  const empty = (): EventCounts => ({ requests: 0, events: 0, byName: {}, repeats: 0, changedRepeats: 0, outOfOrder: 0, refused: 0 });
  let counts = empty();
  let kept: Received<Event>[] = [];
  const digests = new Map<string, string>();
  /** Order id -> whether the order itself came. */
  const orders = new Map<string, boolean>();
  let waiting: { enough: (counts: EventCounts) => boolean; resolve: () => void }[] = [];

  function accept(event: Event, body: string): void {
    const { id, name, order, isOrder } = identify(event, body);
    const digest = createHash('sha256').update(body).digest('base64');
    const before = digests.get(id);
    if (before !== undefined) {
      counts.repeats += 1;
      if (before !== digest) counts.changedRepeats += 1;
      return;
    }
    digests.set(id, digest);
    counts.events += 1;
    counts.byName[name] = (counts.byName[name] ?? 0) + 1;
    if (order === null) return;
    if (isOrder && orders.get(order) === false) counts.outOfOrder += 1;
    orders.set(order, isOrder || (orders.get(order) ?? false));
  }

  function record(request: Asked, status: number | null, accepted: boolean, event: Event | null): void {
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
      const { answer, event } = options.judge(request);
      const accepted = event !== null && (fault === null || fault.afterAccepting === true);
      if (accepted) accept(event, request.body);
      if (fault === null && event === null) counts.refused += 1;
      const status = fault === null ? answer.status : fault.kind === 'status' ? fault.status : null;
      record(request, status, accepted, event);
      return fault ? replyOf(fault) : answer;
    },
    endpoint: {
      received: () => kept,
      events: () => {
        const seen = new Set<string>();
        return kept.flatMap(({ accepted, event, body }) => {
          const id = accepted && event !== null ? identify(event, body).id : null;
          if (id === null || event === null || seen.has(id)) return [];
          seen.add(id);
          return [event];
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
