/** The event as Converge's spec has it: what the outbox holds and a destination encodes. Pure types. */

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
