/** What goes into the store and comes out of it. All times are ms since the epoch. */
import type { DecisionKind, Derivation } from '../core/decision.ts';
import type { ConvergeEvent } from '../core/event.ts';

/** Live traffic goes before history wherever both wait. */
export type Lane = 'live' | 'historical';

export interface StoreRow {
  /** The name in the config. */
  name: string;
  /** Canonical `*.myshopify.com` domain. */
  domain: string;
  shopName: string;
  currency: string;
  /** IANA. */
  timeZone: string;
  scopes: string[];
  /** When the store was first connected; never changes afterwards. */
  firstConnectedAt: number;
  connectedAt: number;
  state: 'connected' | 'disconnected';
  /** Why it is disconnected, for people. */
  stateReason: string | null;
  tokenAt: number | null;
  /** Topics with a subscription of ours, as last listed. */
  subscriptions: string[];
  subscriptionsCheckedAt: number | null;
  /** Set when a signal asks to look at the connection again (uninstall, scopes); cleared by the check. */
  checkRequestedAt: number | null;
  /** When reconcile last asked Shopify for changes and had the whole answer; null: never. */
  reconciledAt: number | null;
}

/** What a verified webhook says. */
export interface Signal {
  store: string;
  deliveryId: string;
  eventId: string | null;
  topic: string;
  /** As sent by Shopify, verbatim. */
  triggeredAt: string | null;
  receivedAt: number;
  /** The order it names; null for topics without one. */
  orderId: string | null;
  /** The order's creation time, where the body gives one. */
  orderCreatedAt: number | null;
  /** When the order may be read at the earliest: creation plus upsell delay; null when the creation time is unknown. */
  heldUntil: number | null;
  /** `orders/delete`. */
  deletes: boolean;
  /** Ask for a check of the store's connection (app/uninstalled, app/scopes_update). */
  checksConnection: boolean;
  /** Carried out in the same commit. */
  redact: { kind: 'customer'; customerId: string | null; orderIds: string[] } | { kind: 'shop' } | null;
}

export interface SignalResult {
  /** The delivery id was known: nothing was changed. */
  duplicate: boolean;
  /** What a redaction removed: rows by table. */
  redacted: Record<string, number> | null;
}

/** An order that must be read. */
export interface DueOrder {
  store: string;
  orderId: string;
  leaseToken: string;
  version: number;
  reason: string;
  attempts: number;
  /** When the order was first marked due since it was last finished. */
  firstDueAt: number;
  lane: Lane;
  /** An `orders/delete` came. */
  deleteSeen: boolean;
  /** Since when Shopify does not return it: set by the first `writeMissing` that reads again, cleared when it is found or finished. */
  missingSince: number | null;
  /** Since when it fails by itself; null: its last read went well, or it has not been read. */
  failingSince: number | null;
}

/** What reconcile or a backfill found. */
export interface FoundOrder {
  orderId: string;
  createdAt: number;
  updatedAt: string;
  heldUntil: number;
  lane: Lane;
}

export interface LedgerRow {
  name: string;
  customerId: string | null;
  createdAt: number;
  placedAt: string;
  /** The `updatedAt` the decision was taken at, verbatim. */
  updatedAt: string;
  sourceName: string | null;
  appName: string | null;
  currency: string;
}

/** A destination, and the names of the events it takes; null: all. Of the others it gets no row. */
export interface Taker {
  name: string;
  eventNames: readonly string[] | null;
}

/** One derived order, to be written whole or not at all. Its events take the lane of the claim. */
export interface OrderWrite {
  claim: DueOrder;
  row: LedgerRow;
  derivation: Derivation;
  /** Destinations of the store, in the order to be written. */
  destinations: readonly Taker[];
}

export interface OrderWriteResult {
  orderId: string;
  /** False: the lease was lost (another worker has it) and nothing was written. */
  written: boolean;
  /** Event ids that were new. */
  newEvents: string[];
  /** Why the database refused this order's values, though the lease was held. The lease is left to run out, then the order is read again. */
  error?: string;
}

/** An order Shopify did not return. */
export interface OrderMissing {
  claim: DueOrder;
  /** `null`: read again at `againAt`. A decision is recorded only for an order that is in the ledger. */
  decision: Extract<DecisionKind, 'deleted' | 'not_visible'> | null;
  againAt: number | null;
  reason: string;
}

export type EventState = 'pending' | 'delivered' | 'dead' | 'discarded';

export interface OutboxEvent {
  /** Row id, for people and for `dead-letters`. */
  id: number;
  store: string;
  destination: string;
  eventId: string;
  orderId: string;
  sequence: number;
  name: string;
  /** The JSON of the event, fixed when it was written; null once retention removed it. */
  body: string | null;
  lane: Lane;
  state: EventState;
  attempts: number;
  createdAt: number;
  /** Null: never tried. */
  firstAttemptAt: number | null;
  nextAttemptAt: number | null;
  settledAt: number | null;
  /** Outcome of the last attempt in words. */
  outcome: string | null;
  /** The `downMs` of its destination at the first attempt; null: as if 0. */
  downMsBefore: number | null;
}

/** An event that no read of an order brought. */
export interface NewEvent {
  event: Pick<ConvergeEvent, 'event_id' | 'event_name'>;
  /** The lane it goes to the end of: an order's, or one of its own. */
  orderId: string;
}

/** What stands under an id already. */
export type EventWithId = Pick<OutboxEvent, 'body' | 'state'>;

/** A lane with work: an order's undelivered events at one destination, leased to one worker. */
export interface LaneClaim {
  store: string;
  destination: string;
  orderId: string;
  leaseToken: string;
  /** Undelivered events in sequence; the first is the head. */
  events: OutboxEvent[];
}

export interface Attempt {
  at: number;
  latencyMs: number;
  /** HTTP status; null when there was no answer. */
  status: number | null;
  /** First 1 KB of the answer, or the network error. */
  answer: string | null;
}

export type Settlement =
  | { state: 'delivered'; attempt: Attempt }
  /** Try again at `nextAt`; the lane waits with it. */
  | { state: 'retry'; nextAt: number; outcome: string; attempt: Attempt }
  /** The event will not be accepted; what stands behind it is blocked. */
  | { state: 'dead'; outcome: string; attempt: Attempt };

export interface SettledEvent {
  event: OutboxEvent;
  settlement: Settlement;
  /** Kept with a first attempt: how long the destination had been closed in all. Default: 0. */
  downMs?: number;
}

export interface DestinationState {
  store: string;
  destination: string;
  /** Since when only single events are tried; null: open for delivery. */
  pausedAt: number | null;
  /** `refused`: it refuses everything, somebody has to change something. `down`: it fails, and comes back by itself. Null: open. */
  cause: 'refused' | 'down' | null;
  /** Why it is paused, for people. */
  reason: string | null;
  /** When one event may be tried. */
  probeAt: number | null;
  probes: number;
  lastDeliveredAt: number | null;
  /** When the last pause ended. */
  resumedAt: number | null;
  /** How long it was not open in all, without the pause that lasts, ms. */
  downMs: number;
}

/** What killed the process: an order's read, or an event's delivery. */
export interface Poison {
  store: string;
  orderId: string;
  /** Null: the order itself. */
  destination: string | null;
  eventId: string | null;
}

export interface StoreCounts {
  receipts: number;
  due: number;
  /** Due in the future: orders being held or waiting for a retry. */
  waiting: number;
  oldestDueAt: number | null;
  orders: Record<string, number>;
  /** `<decision>:<reason>` for excluded orders. */
  excluded: Record<string, number>;
  events: Record<EventState, number>;
  blocked: number;
  oldestPendingAt: number | null;
  lastDeliveredAt: number | null;
  unmapped: { sourceName: string; appName: string | null; orders: number }[];
  /** Orders whose total is no longer what their Placed Order said, per currency of theirs. */
  changedAfterSending: ChangedOrders[];
  /** Orders set aside because they could not be read or derived. */
  deadOrders: number;
}

/** Differences are decimal strings, what is now less what was sent. */
export interface ChangedOrders {
  currency: string;
  orders: number;
  /** The sum. */
  difference: string;
  /** The youngest of them. */
  youngest: { orderId: string; name: string; difference: string }[];
}

export interface EventFilter {
  store?: string;
  orderId?: string;
  orderName?: string;
  name?: string;
  state?: EventState | 'blocked';
  /** Written at or after. */
  since?: number;
  /** Further back than this event: the next page. */
  before?: { createdAt: number; id: number };
  limit: number;
}

/** An order whose last try to read or write it failed. */
export interface FailingOrder {
  orderId: string;
  name: string | null;
  /** Tries that failed. */
  attempts: number;
  nextAt: number;
  /** A code, or what the database said. */
  error: string;
}

export interface HeldOrder {
  store: string;
  orderId: string;
  name: string | null;
  dueAt: number;
  reason: string;
}
