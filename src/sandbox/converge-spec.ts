/** What came to the Converge endpoint: an event of the spec, or what is wrong with it. */
import { readConvergeEvent, type SpecEvent } from '../core/converge-spec.ts';

export type ConvergeBody = SpecEvent;

/** The event, or what is wrong with it: one line per field. */
export function readEvent(text: string): { event: ConvergeBody } | { errors: string[] } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { errors: ['body: not JSON'] };
  }
  const read = readConvergeEvent(parsed);
  return 'event' in read ? read : { errors: read.problems.map(({ path, message }) => `${path || 'body'}: ${message}`) };
}
