/** The event as Converge's spec has it: what the outbox holds and a destination encodes. Pure. */

export type PropertyValue = string | number | boolean | string[] | Record<string, string | number>[];

/** Field meanings and sources: README, "What is sent". Keys with nothing to say are left out, never empty. */
export interface ConvergeEvent {
  event_name: string;
  /** Stable: the same fact always has the same id. Converge deduplicates on it. */
  event_id: string;
  /** ISO 8601 with offset. */
  timestamp: string;
  properties: Record<string, PropertyValue>;
  profile_properties: Record<string, string>;
  /** 1 to 10, most reliable first. */
  aliases: string[];
}

/** An event as it is kept: `body` is sent byte by byte, at every attempt the same. */
export interface EventBody {
  event_id: string;
  event_name: string;
  body: string;
}

/** Fixes the body: the event whole. */
export function withBody(event: Pick<ConvergeEvent, 'event_id' | 'event_name'>): EventBody {
  return { event_id: event.event_id, event_name: event.event_name, body: JSON.stringify(event) };
}
