/** Events from elsewhere: checked against the spec of their destination and put on its outbox. */
import { isDeepStrictEqual } from 'node:util';
import type { Parts } from './app.ts';
import { selectConnections, type Connection } from './connection.ts';
import { readConveadEvent } from './core/convead-spec.ts';
import { orderOf, readConvergeEvent } from './core/converge-spec.ts';
import { ConnectorError } from './core/errors.ts';
import type { GivenEvent, SendOptions, SendReport, SentEvent } from './core/given-events.ts';
import type { SpecProblem } from './core/spec-problems.ts';
import { isoSeconds } from './core/time.ts';
import { ownLane } from './store/own-lane.ts';
import type { EventWithId } from './store/types.ts';

/** What every event of an outbox has, whatever its destination. */
interface OutgoingEvent {
  event_id: string;
  event_name: string;
  timestamp?: string | number | undefined;
  properties: Record<string, unknown>;
}

interface Spec {
  read(value: unknown): { event: OutgoingEvent } | { problems: SpecProblem[] };
  /** The event as it is written, with what its sender may leave out. */
  complete(event: OutgoingEvent, now: number): OutgoingEvent;
}

/** By destination. */
const SPECS: Record<string, Spec> = {
  converge: { read: readConvergeEvent, complete: (event, now) => ({ timestamp: isoSeconds(now), ...event }) },
  convead: { read: readConveadEvent, complete: (event) => event },
};

const DEFAULT_DESTINATION = 'converge';
/** So that the webhooks of a running daemon are written in between. */
const BATCH = 200;

/**
 * Puts what is right on the outbox and says of each event what became of it; one that is refused does not hold up the others. An event of an order in the ledger goes
 * behind that order's other events. The same event again changes nothing; another one with a taken id is refused.
 * Throws SEND_STORE, SEND_DESTINATION, CLI_UNKNOWN_STORE, and what the store throws: events before that are written, so the same call may be repeated.
 */
export async function sendEvents(parts: Parts, given: GivenEvent[], options: SendOptions): Promise<SendReport> {
  const connection = storeOf(parts.connections, options.store);
  const destination = options.destination ?? DEFAULT_DESTINATION;
  const spec = specOf(connection, destination);
  const events: SentEvent[] = [];
  for (let start = 0; start < given.length; start += BATCH) {
    events.push(...(await sendBatch(parts, given.slice(start, start + BATCH), { store: connection.name, destination, spec })));
  }
  const count = (wanted: SentEvent['outcome'][]) => events.filter(({ outcome }) => wanted.includes(outcome)).length;
  parts.logger.info(
    {
      store: connection.name,
      destination,
      queued: count(['queued']),
      alreadyThere: count(['already_there']),
      refused: count(['id_taken', 'invalid', 'not_json']),
    },
    'events from elsewhere',
  );
  return { store: connection.name, destination, events };
}

interface Target {
  store: string;
  destination: string;
  spec: Spec;
}

async function sendBatch({ store, clock }: Parts, given: GivenEvent[], target: Target): Promise<SentEvent[]> {
  const now = clock.now();
  const read = given.map((one) => readOne(one, target.spec));
  const valid = read.flatMap((one) => ('event' in one ? one.event : []));
  const orders = await store.previousOf(
    target.store,
    valid.flatMap((event) => orderOf(event) ?? []),
  );
  const held = await store.addEvents({
    store: target.store,
    destination: target.destination,
    events: valid.map((event) => {
      const orderId = orderOf(event);
      const known = orderId !== null && orders.has(orderId);
      return { event: target.spec.complete(event, now), orderId: known ? orderId : ownLane(event.event_id) };
    }),
    now,
  });
  const holders = held.values();
  return read.map((one) => ('event' in one ? outcomeOf(one, holders.next().value ?? null) : one));
}

type Read = { line: number | null; event: OutgoingEvent } | SentEvent;

function readOne(given: GivenEvent, spec: Spec): Read {
  const { line } = given;
  const refused = { line, eventId: null, state: null };
  if ('fault' in given) return { ...refused, outcome: 'not_json', problems: [given.fault] };
  const read = spec.read(given.value);
  if ('event' in read) return { line, event: read.event };
  const problems = read.problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return { ...refused, eventId: idOf(given.value), outcome: 'invalid', problems };
}

/** For people to find the event again, whatever else is wrong with it. */
function idOf(value: unknown): string | null {
  const id = typeof value === 'object' && value !== null && 'event_id' in value ? value.event_id : null;
  return typeof id === 'string' && id.length <= 256 ? id : null;
}

/** `holder`: the event that has the id already. */
function outcomeOf({ line, event }: { line: number | null; event: OutgoingEvent }, holder: EventWithId | null): SentEvent {
  const told = { line, eventId: event.event_id };
  if (holder === null) return { ...told, outcome: 'queued', state: 'pending', problems: [] };
  if (holder.body !== null && isSame(event, holder.body)) return { ...told, outcome: 'already_there', state: holder.state, problems: [] };
  const why =
    holder.body === null
      ? 'was used before, by an event whose body has been removed since: nothing to do if it is this one, else give this one an id of its own'
      : 'is that of another event: give this one an id of its own';
  return { ...told, outcome: 'id_taken', state: null, problems: [`event_id: ${why}`] };
}

/** Whatever the order of the keys. An event without a time is the same as the one that was given the time it was written at. */
function isSame(event: OutgoingEvent, body: string): boolean {
  const written = JSON.parse(body) as OutgoingEvent;
  const { timestamp: _writtenAt, ...untimed } = written;
  const given = JSON.parse(JSON.stringify(event)) as OutgoingEvent;
  return isDeepStrictEqual(given, given.timestamp === undefined ? untimed : written);
}

function storeOf(connections: Connection[], name: string | undefined): Connection {
  const [first, ...others] = selectConnections(connections, name);
  if (first && others.length === 0) return first;
  const names = connections.map((connection) => connection.name).join(', ');
  throw new ConnectorError(
    'SEND_STORE',
    `There are several stores: ${names}. Name the one the events belong to: --store NAME of send, ?store=NAME of POST /events.`,
  );
}

function specOf({ name, destinations }: Connection, destination: string): Spec {
  const names = destinations.map((known) => known.name).filter((known) => Object.hasOwn(SPECS, known));
  const spec = names.includes(destination) ? SPECS[destination] : undefined;
  if (spec) return spec;
  throw new ConnectorError(
    'SEND_DESTINATION',
    `Store "${name}" has no destination "${destination}". Events can be sent to ${names.join(', ')}: --destination of send, ?destination= of POST /events.`,
  );
}
