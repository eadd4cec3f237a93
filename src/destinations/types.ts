/** What a destination is: which events it takes, how an event becomes a request, and what its answer means. Pure; sending is delivery's. */

export interface DestinationRequest {
  url: string;
  method: 'POST';
  headers: Record<string, string>;
  body: string;
}

/** What came back of a request: an answer, or the failure in its place. */
export type Answer =
  | { status: number; headers: Record<string, string | string[] | undefined> }
  /** `kind: 'invalid'`: the request could not be made as configured; any other kind is the network's. `message` is short and for people. */
  | { status: null; kind: string; message: string };

/** This event will never be accepted. */
export interface Rejection {
  kind: 'reject';
  reason: string;
}

/** `reason`: for people, free of what the other side wrote. */
export type Outcome =
  | { kind: 'delivered' }
  /** The same request may succeed later; not before `afterMs` (0: whenever it suits), which the other side chose and nobody has bounded. */
  | { kind: 'retry'; reason: string; afterMs: number }
  /** No event will be accepted until somebody changes something; `reason` says what. */
  | { kind: 'pause'; reason: string }
  | Rejection;

export interface Destination {
  /** As in the outbox, in logs and on the status page. */
  readonly name: string;
  /** Of the events of the Converge spec, the names of those it takes; null: all. Others are never put on the outbox for it. */
  readonly eventNames: readonly string[] | null;
  /** `event`: the JSON that was fixed when the event was written. The same event gives the same bytes. A rejection: there is no request for it. */
  encode(event: string): DestinationRequest | Rejection;
  /** `now` in ms since the epoch: a `Retry-After` may be a date. */
  classify(answer: Answer, now: number): Outcome;
}
