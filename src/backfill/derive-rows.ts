/** The orders of a bulk operation's file, derived. What a backfill computes, apart from what the store knows: it runs in a thread of its own. */
import type { Facts } from '../core/decision.ts';
import { ConnectorError } from '../core/errors.ts';
import { withBody } from '../core/event.ts';
import { derive } from '../pipeline/index.ts';
import { indexRows, isWhole, readBulkOrder, readRow, type BulkEntry, type BulkRow } from '../shopify/bulk-rows.ts';
import type { HistoryKey, HistoryWrite, Span, StoreRow, Taker } from '../store/types.ts';
import { connectedAt, windowOf } from '../sync/facts.ts';
import { ledgerRow } from '../sync/ledger-row.ts';
import type { SyncSettings } from '../sync/sync.ts';
import { takenOf } from '../sync/taken.ts';

/** What the orders of a file are derived by. Plain data: it travels to the thread. */
export interface DeriveBy extends Pick<SyncSettings, 'rules' | 'backfill'> {
  row: Pick<StoreRow, 'firstConnectedAt' | 'timeZone'>;
  /** What backfills were asked for by people. */
  widened: readonly Span[];
  destinations: readonly Taker[];
}

/** What a file holds. */
export interface FileSummary {
  /** Different orders. */
  orders: number;
  /** All rows; rows of orders, repeated ones included; rows of children whose order is not in the file. */
  rows: number;
  roots: number;
  orphans: number;
  /** Lowest and highest order id; null without orders. */
  ids: [first: string, last: string] | null;
}

/** What is to be written of an order. */
export type Derived = Pick<HistoryWrite, 'row' | 'derivation'>;

export interface HistoryOrder {
  key: HistoryKey;
  /** Null: only a read by id can tell, so it is left to sync. */
  derived: Derived | null;
  /** The same if an earlier order of the customer is known; where `key.customerId` is null that makes no difference and is not asked. */
  derivedAsReturning: Derived | null;
}

export interface OpenFile {
  summary: FileSummary;
  /** Orders number `from` to before `to` of the file, derived as of `now` (ms). Throws SHOPIFY_BULK_DAMAGED for a row that is no JSON. */
  read(from: number, to: number, now: number): HistoryOrder[];
}

/** Throws SHOPIFY_BULK_DAMAGED when the file does not end with a whole row. */
export function openFile(file: Buffer, { rules, backfill, row, widened, destinations }: DeriveBy): OpenFile {
  const index = indexRows(file);
  const window = windowOf(backfill, row, widened);
  const base = { connectedAt: connectedAt(row), previous: null, waitedForJourney: false };

  function deriveOne(entry: BulkEntry, fields: BulkRow, createdAt: number, now: number, earlierOrderKnown: boolean): Derived | null {
    const order = readBulkOrder(file, fields, entry);
    const facts: Facts = { ...base, now, windowStart: window(createdAt), earlierOrderKnown };
    const derivation = takenOf(derive(order, rules, facts), destinations);
    // A young order is the live path's. Amounts that do not add up may mean that a line is missing from the file; only a read by id can tell.
    const doubtful = derivation.warnings.some(({ code }) => code === 'IDENTITY_DIFFERENCE') || order.lines.length === 0;
    return derivation.decision === 'held' || doubtful
      ? null
      : { row: ledgerRow(order), derivation: { ...derivation, events: derivation.events.map(withBody) } };
  }

  function readOne(entry: BulkEntry, now: number): HistoryOrder {
    const fields = readRow(file, entry);
    const createdAt = Date.parse(fields.createdAt);
    const key = { orderId: entry.id, createdAt, updatedAt: fields.updatedAt, customerId: askedFor(fields) };
    const one = (returning: boolean): Derived | null =>
      leftToSyncIfItThrows(() => (isWhole(fields) ? deriveOne(entry, fields, createdAt, now, returning) : null));
    return { key, derived: one(false), derivedAsReturning: key.customerId === null ? null : one(true) };
  }

  return {
    summary: { orders: index.orders.length, rows: index.rows, roots: index.roots, orphans: index.orphans, ids: rangeOf(index.orders) },
    read: (from, to, now) => index.orders.slice(from, to).map((entry) => readOne(entry, now)),
  };
}

/** Sync records of an order that cannot be derived why, and keeps it as a dead letter. A damaged file is no matter of one order. */
function leftToSyncIfItThrows(work: () => Derived | null): Derived | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    return null;
  }
}

/** An earlier order matters only where Shopify does not say whether the customer is new. */
function askedFor({ customer, customerJourneySummary: journey }: BulkRow): string | null {
  if (!customer || (journey?.ready && journey.customerOrderIndex !== null) || customer.numberOfOrders === '1') return null;
  return customer.id.slice(customer.id.lastIndexOf('/') + 1);
}

function rangeOf(orders: readonly BulkEntry[]): FileSummary['ids'] {
  const [one] = orders;
  if (!one) return null;
  const below = (a: string, b: string) => (a.length === b.length ? a < b : a.length < b.length);
  let [first, last] = [one.id, one.id];
  for (const { id } of orders) {
    if (below(id, first)) first = id;
    if (below(last, id)) last = id;
  }
  return [first, last];
}
