/** The vocabulary of order accounting: what was decided about an order or a refund, why, and what comes next. Pure types. */
import type { ConvergeEvent } from './event.ts';

/** Every order ends in one of these; `due_orders` holds those that are not there yet. */
export type DecisionKind =
  /** A Placed Order was written to the outbox. */
  | 'sent'
  /** A rule of the config, or the window, left it out; `reason` names the rule. */
  | 'excluded'
  /** Waiting: upsell delay or an answer Shopify is still preparing. */
  | 'held'
  /** Nothing of it is to be sent, for a reason other than a rule. */
  | 'nothing_to_send'
  /** Shopify no longer has it. */
  | 'deleted'
  /** Shopify does not show it: most likely older than the 60 days the token may see. */
  | 'not_visible';

export type RefundState =
  /** A Received Refund was written to the outbox. */
  | 'sent'
  /** Excluded with its order, outside the window, or taken by no destination. */
  | 'excluded'
  /** Its money has not moved yet. */
  | 'pending'
  /** No money moved and none will. */
  | 'no_money'
  /** It gave back units that an edit had removed before the Placed Order was written. */
  | 'never_reported';

export interface RefundAccount {
  /** Numeric refund id as a string. */
  id: string;
  state: RefundState;
  reason: string | null;
  /** Successful refund transactions, decimal string in shop currency, positive. */
  amount: string;
}

/** What an order is to a subscription. */
export type SubscriptionRole =
  /** It starts one. */
  | 'first'
  /** It renews one. */
  | 'recurring'
  /** Nothing says so far that it belongs to one. */
  | 'none';

/** What earlier runs recorded of this order. */
export interface Previous {
  decision: DecisionKind;
  reason: string | null;
  refunds: RefundAccount[];
  /** `total_price` of the Placed Order that was written, if one was. */
  sentTotal: string | null;
  /** Line id -> quantity reported in that Placed Order; null when none was written. */
  sentLines: Record<string, number> | null;
  /** The role whose subscription event was written, or that none was yet; null when the Placed Order was written without looking. */
  subscription: SubscriptionRole | null;
}

/** What a derivation may know besides the order and the settings. Times in ms since the epoch. */
export interface Facts {
  now: number;
  /** When the store was first connected, cut to the second. */
  connectedAt: number;
  /** Orders created before this are outside the window; null: everything visible is inside. */
  windowStart: number | null;
  /** Null: the order was never accounted for. */
  previous: Previous | null;
  /** The ledger holds an order of the same customer with an earlier `createdAt`. */
  earlierOrderKnown: boolean;
  /** The order has already waited for the customer journey once. */
  waitedForJourney: boolean;
}

export interface Warning {
  code: 'IDENTITY_DIFFERENCE' | 'CHANNEL_UNMAPPED' | 'CHANGED_AFTER_SENDING';
  /** Free of personal data: amounts, ids, source names. */
  detail: Record<string, string>;
}

/** The outcome of one derivation. `events` are new ones only, in the order they must be delivered. */
export interface Derivation {
  decision: DecisionKind;
  /** `<rule>` or `<rule>:<value>`, for instance `channel:pos`, `tag:exclude`, `before_window`; null for sent. */
  reason: string | null;
  events: ConvergeEvent[];
  refunds: RefundAccount[];
  /** When the order must be read again, ms since the epoch; null: only when it changes. */
  dueAgainAt: number | null;
  /** Why it must be read again: `upsell`, `journey`, `pending_refund`. */
  dueAgainReason: string | null;
  historical: boolean;
  /** Mapped channel type. */
  channel: string;
  /** False: `channel` is the fallback for a source name nobody mapped. */
  channelMapped: boolean;
  /** `total_price` as a decimal string in shop currency. */
  total: string;
  sentLines: Record<string, number> | null;
  /** As in `Previous`, with what this derivation writes. */
  subscription: SubscriptionRole | null;
  warnings: Warning[];
  /** Every rule that was looked at, in plain words, in order. No personal data. */
  trail: string[];
}
