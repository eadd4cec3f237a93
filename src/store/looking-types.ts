/** What the pages show of one order and of the traffic. All times are ms since the epoch. */
import type { DecisionKind, RefundAccount, SubscriptionRole } from '../core/decision.ts';
import type { EventState } from './rows.ts';

/** What the ledger says of an order; no customer. */
export interface LedgerEntry {
  name: string;
  createdAt: number;
  /** ISO 8601, as Shopify wrote it. */
  placedAt: string;
  updatedAt: string;
  sourceName: string | null;
  appName: string | null;
  currency: string;
  channel: string;
  channelMapped: boolean;
  /** Decimal string. */
  total: string;
  historical: boolean;
  decision: DecisionKind;
  reason: string | null;
  /** What the Placed Order said; null: none was written. */
  sentTotal: string | null;
  subscription: SubscriptionRole | null;
  /** JSON of the difference between what was sent and what Shopify says now; null: none. */
  changedAfterSending: string | null;
  trail: string[];
}

/** One order: what was decided and why, what it waits for, what was sent of it. */
export interface OrderDetails {
  store: string;
  orderId: string;
  /** Null: it was not read yet. */
  ledger: LedgerEntry | null;
  refunds: RefundAccount[];
  /** Null: nothing is to be done until it changes. */
  due: { dueAt: number; heldUntil: number | null; reason: string; attempts: number; lastError: string | null; reading: boolean } | null;
  /** In the order of their delivery, by destination. */
  events: {
    id: number;
    eventId: string;
    name: string;
    destination: string;
    state: EventState;
    outcome: string | null;
    createdAt: number;
    settledAt: number | null;
  }[];
}

/** What went in and out in `from` to before `to`. */
export interface TrafficSpan {
  from: number;
  to: number;
  /** Received for the first time. */
  webhooks: number;
  /** Posts to a destination. */
  attempts: number;
  /** Of these, of a sample of up to 20 of them: the median and the 95th percentile. Null: there was none. */
  latencyMs: { median: number; p95: number } | null;
}
