/** What is kept of alerts, and of the audits behind one of them. All times are ms since the epoch. */

export type AlertKind =
  /** The oldest event of live traffic waits too long. */
  | 'undelivered'
  /** Events or orders were set aside. */
  | 'dead_letters'
  /** Two audits in a row found orders that are not accounted for. */
  | 'difference'
  /** Shopify refuses the token, or the store was never connected. */
  | 'disconnected'
  /** Webhook subscriptions that should be there are not. */
  | 'subscriptions'
  /** A destination takes nothing. */
  | 'paused'
  /** Orders cannot be read, or Shopify cannot be asked for changes. */
  | 'unread';

export interface Alert {
  store: string;
  kind: AlertKind;
  /** Of several of a kind, which: a destination; else empty. */
  subject: string;
  openedAt: number;
  /** In a sentence, without personal data. */
  summary: string;
  details: Record<string, string | number>;
  /** Since when the reason for it is gone; null: it is there. */
  quietSince: number | null;
  /** When it ended; it is kept until that has been told. */
  overAt: number | null;
  /** When its beginning was told; null: not yet, or there is nobody to tell. */
  toldAt: number | null;
  /** Attempts to tell that failed, since the last one that did not. */
  attempts: number;
  nextAttemptAt: number | null;
}

/** What shows early that something is wrong: of live traffic, for history on its way is old without being late. */
export interface WarningSigns {
  /** When the oldest undelivered event was written. */
  oldestEventAt: number | null;
  /** Since when the order that is longest due for a read is due. */
  oldestDueAt: number | null;
  /** Since when the order that fails longest fails, of any lane. */
  failingSince: number | null;
}

/** The last audit the daemon made of a store. */
export interface AuditRecord {
  store: string;
  at: number;
  /** First and last day, both included. */
  since: string;
  until: string;
  /** Orders by Shopify's count, and by ours. */
  shopify: number;
  accounted: number;
  /** Orders that are not accounted for. */
  differing: number;
  /** When an audit first found such, with none in between that did not; null: there is none. */
  differingSince: number | null;
  /** Some of them. */
  named: { orderId: string; name: string; day: string; kind: string }[];
}
