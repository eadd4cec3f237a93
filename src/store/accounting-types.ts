/** What the accounting of orders is made of. */
import type { DecisionKind } from '../core/decision.ts';

/** What became of an order. */
export type OrderOutcome =
  /** Its Placed Order arrived at every destination. */
  | 'delivered'
  /** On the outbox of at least one. */
  | 'pending'
  /** At least one refuses it, or it could not be read and was set aside. */
  | 'dead'
  /** Somebody gave it up, for at least one. */
  | 'discarded'
  | Exclude<DecisionKind, 'sent'>;

/** Orders of the ledger created on one day, of one channel and one outcome. */
export interface AccountingRow {
  /** `YYYY-MM-DD` in the time zone of the shop. */
  day: string;
  /** Mapped channel type. */
  channel: string;
  outcome: OrderOutcome;
  /** The rule that excluded them, or why they are held, gone or nothing is sent; null: none. */
  reason: string | null;
  /** Shopify no longer shows them, and that is recorded: some of these were delivered before. */
  gone: boolean;
  /** ISO 4217. */
  currency: string;
  orders: number;
  /** Decimal string: what their Placed Orders reported, or would. */
  revenue: string;
  /** Decimal string: what Shopify said they come to at the last read of each; less `revenue`, it is what changed after sending. */
  current: string;
}

/** An order of the ledger, as it is compared with Shopify's. */
export interface LedgerOrder {
  orderId: string;
  /** Such as `#1001`. */
  name: string;
  createdAt: number;
  /** Verbatim. */
  updatedAt: string;
  /** As in `AccountingRow`. */
  gone: boolean;
}

/** Of an order that is to be read: set aside because it could not be, and given up by somebody or not. */
export type DueStanding = 'due' | 'dead' | 'discarded';

export interface DaySnapshot {
  rows: AccountingRow[];
  ledger: LedgerOrder[];
  due: Map<string, DueStanding>;
}
