/** What an audit finds: the shape that `audit --json` prints. Times are ms since the epoch here; fields that end in `At` are printed as ISO 8601. Pure types. */
import type { AccountingRow } from '../store/types.ts';

/** Why an order is named. */
export type FindingKind =
  /** Shopify shows it, and nothing is known of it here. */
  | 'missing'
  /** The ledger has it, and Shopify does not show it: deleted, most likely. */
  | 'not_in_shopify'
  /** It was recorded as gone, and Shopify shows it. */
  | 'back'
  /** Created within the last moments: one side knows it before the other. */
  | 'in_flight'
  /** It changed in Shopify after it was read. It counts as accounted for. */
  | 'changed';

export interface Finding {
  orderId: string;
  name: string;
  /** `YYYY-MM-DD` in the time zone of the shop. */
  day: string;
  createdAt: number;
  kind: FindingKind;
  /** False: a difference that has to be looked at. */
  explained: boolean;
}

export interface DayAudit {
  /** `YYYY-MM-DD` in the time zone of the shop. */
  day: string;
  /** Orders Shopify shows; null: the token does not see that day, so it is not compared. */
  shopify: number | null;
  /** Orders accounted for here, but for those recorded as gone. */
  accounted: number;
  /** `shopify` less `accounted`: findings say of which orders it is made. 0 for a day that is not compared. */
  difference: number;
  /** Of `accounted`, by outcome: delivered, excluded, held, pending, dead, discarded, nothing_to_send. */
  outcomes: Record<string, number>;
  /** Recorded as deleted in Shopify or not visible; in no other number. */
  gone: number;
  /** The orders of the ledger by channel, outcome and reason, with revenue. */
  rows: AccountingRow[];
  /** Known to be due and not read yet: counted as pending. */
  unread: number;
  /** Outside the window, and never looked at: counted as excluded. */
  beforeWindow: number;
  /** From before the connection, and history has not brought them yet: counted as pending. */
  history: number;
  /** Whether every order was compared, not only their number. */
  orderByOrder: boolean;
}

export interface AuditReport {
  store: string;
  /** Every order is accounted for, or the difference is explained. */
  ok: boolean;
  /** Why the store could not be audited; everything below is then empty. */
  error: { code: string; message: string } | null;
  timeZone: string;
  /** First and last day, both included. */
  since: string;
  until: string;
  /** Orders created before this are in the audit; those of the last seconds are not yet. */
  endAt: number;
  days: DayAudit[];
  findings: Finding[];
  /** What has to be known to read the figures. */
  notes: string[];
}

/** Findings that are no difference to look at. */
export const EXPLAINED: readonly FindingKind[] = ['in_flight', 'changed'];
