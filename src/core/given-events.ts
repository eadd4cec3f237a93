/** Events that are handed in: how a text holds them (one JSON object, a JSON array, or JSON lines), and what became of them. */
import { ConnectorError } from './errors.ts';

/** One event, or why it is none. `line` is its line, from 1, in JSON lines; null elsewhere. */
export type GivenEvent = { line: number | null; value: unknown } | { line: number | null; fault: string };

/** What became of one of them. */
export interface SentEvent {
  line: number | null;
  /** Null: it has none that could be read. */
  eventId: string | null;
  /** `already_there`: the same event was handed in before. `id_taken`: another event has its id. */
  outcome: 'queued' | 'already_there' | 'id_taken' | 'invalid' | 'not_json';
  /** Of the event in the outbox; null when it was refused. */
  state: 'pending' | 'delivered' | 'dead' | 'discarded' | null;
  /** Why it was refused, each with what to do. Nothing in them is taken from the event's values. */
  problems: string[];
}

export interface SendReport {
  store: string;
  destination: string;
  /** In the order they were given. */
  events: SentEvent[];
}

/** Which store and destination they are for. The store may be left out when there is one only; the destination is `converge`. */
export interface SendOptions {
  store?: string | undefined;
  destination?: string | undefined;
}

/** Whether it is in the outbox, now or since before. */
export function isTaken({ outcome }: SentEvent): boolean {
  return outcome === 'queued' || outcome === 'already_there';
}

/**
 * What the bytes hold, in their order, not yet known to be events. A line that is no JSON does not hide the others.
 * Throws EVENTS_ENCODING, EVENTS_NONE. No fault quotes the text.
 */
export function readGivenEvents(bytes: Uint8Array): GivenEvent[] {
  const text = decode(bytes);
  const whole = parse(text);
  const given = 'fault' in whole ? (readLines(text) ?? [{ line: null, ...whole }]) : many(whole.value);
  if (given.length === 0) throw new ConnectorError('EVENTS_NONE', 'There is no event in it. Give one as JSON, or several as JSON lines.');
  return given;
}

function decode(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text.trim() !== '') return text;
  } catch (error) {
    throw new ConnectorError('EVENTS_ENCODING', 'The text is not UTF-8. Save it in that encoding.', { cause: error });
  }
  throw new ConnectorError('EVENTS_NONE', 'There is nothing in it. Give an event as JSON, or several as JSON lines.');
}

function many(value: unknown): GivenEvent[] {
  return (Array.isArray(value) ? (value as unknown[]) : [value]).map((one) => ({ line: null, value: one }));
}

/** Null: no line is an object by itself, so this is one JSON text over several lines with a mistake in it. */
function readLines(text: string): GivenEvent[] | null {
  if (text.trimStart().startsWith('[')) return null;
  const lines = text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [{ line: index + 1, ...parse(line) }]));
  return lines.some((line) => 'value' in line && typeof line.value === 'object' && line.value !== null) ? lines : null;
}

function parse(text: string): { value: unknown } | { fault: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    // Of the message only the place: the rest quotes the text.
    const [, line, column] = /\(line (\d+) column (\d+)\)/.exec(error instanceof Error ? error.message : '') ?? [];
    const place = line === undefined ? '' : line === '1' ? ` (column ${column})` : ` (line ${line}, column ${column})`;
    return { fault: `is not valid JSON${place}` };
  }
}
