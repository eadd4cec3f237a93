/** What a dead letter is, and how some are asked for. */
import type { Attempt, OutboxEvent } from './rows.ts';

/** What could not go on and was set aside: an event no destination accepted, or an order that could not be read or derived. */
export interface DeadLetter {
  /** What `show`, `replay` and `discard` take: an event's row id, or `order:<order id>`. */
  id: string;
  kind: 'event' | 'order';
  /** `discarded`: somebody decided that it stays undone; kept with the reason. */
  state: 'dead' | 'discarded';
  store: string;
  orderId: string;
  orderName: string | null;
  /** Null for an order, as are `eventId` and `name`. */
  destination: string | null;
  eventId: string | null;
  name: string | null;
  attempts: number;
  /** When the event was written, or the order first became due. */
  createdAt: number;
  setAsideAt: number;
  /** In words, or a code. */
  reason: string;
  /** Undelivered events of the order that wait behind it. */
  blocked: number;
}

export interface DeadLetterFilter {
  store?: string | undefined;
  kind?: DeadLetter['kind'] | undefined;
  /** Default: `dead`. */
  state?: DeadLetter['state'] | undefined;
  /** Numeric id, gid or name of an order. */
  order?: string | undefined;
  /** Event name: only events. */
  name?: string | undefined;
  destination?: string | undefined;
  /** Set aside at or after. */
  since?: number | undefined;
}

/** By the ids that a list shows or by event id (which may mean one for each destination); or all that match. */
export type DeadLetterSelection = { ids: string[]; store?: string | undefined } | { filter: Omit<DeadLetterFilter, 'state'> };

export interface DeadLetterResult {
  /** As asked for, or the letter's. */
  id: string;
  /**
   * `not_dead`: it is an event in another state, nothing was done.
   * `discarded`: a discarded event stays so, because what stood behind it has gone on.
   */
  outcome: 'done' | 'not_found' | 'not_dead' | 'discarded';
  /** As it was before; null where there is none. */
  letter: DeadLetter | null;
}

export interface DeadLetterDetails {
  letter: DeadLetter;
  /** Null for an order, and once removed. */
  body: string | null;
  attempts: Attempt[];
  /** The decision about the order; empty if it was never derived. */
  trail: string[];
  /** What waits behind it, in order. */
  behind: Pick<OutboxEvent, 'id' | 'eventId' | 'name'>[];
}
