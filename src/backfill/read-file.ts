/** From the file of a slice to the outbox and the ledger, batch by batch. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Facts } from '../core/decision.ts';
import { derive } from '../pipeline/index.ts';
import { isWhole, readBulkOrder, readRow, type BulkEntry, type BulkIndex, type BulkRow } from '../shopify/bulk-rows.ts';
import type { FoundOrder, HistoryBatch, HistoryKey, Slice, StoreRow } from '../store/types.ts';
import { connectedAt, windowOf } from '../sync/facts.ts';
import { ledgerRow } from '../sync/ledger-row.ts';
import { takenOf } from '../sync/taken.ts';
import type { BackfillOptions } from './types.ts';

/** Written in one commit; live traffic gets its turn in between. */
const BATCH = 100;

export interface FileToRead {
  slice: Slice;
  row: StoreRow;
  file: Buffer;
  index: BulkIndex;
  /** False: the file is not what Shopify says it is, so its orders are left to sync. */
  trusted: boolean;
}

/** Goes on from the slice's checkpoint. False: it was told to stop before the end; what was written is behind the new checkpoint. */
export async function readFile(
  options: BackfillOptions,
  { slice, row, file, index, trusted }: FileToRead,
  signal: AbortSignal,
): Promise<boolean> {
  const { store, storeName, clock, settings, destinations } = options;
  const window = windowOf(settings.backfill, row, await store.widenedWindow(storeName));
  const inside = (createdAt: number): boolean => createdAt >= (window(createdAt) ?? -Infinity);
  const base = { connectedAt: connectedAt(row), previous: null, waitedForJourney: false };
  const upsellMs = settings.rules.upsellDelay.enabled ? Math.ceil(settings.rules.upsellDelay.minutes * 60_000) : 0;

  function found({ key }: Read): FoundOrder {
    const { orderId, createdAt, updatedAt } = key;
    return { orderId, createdAt, updatedAt, heldUntil: createdAt + upsellMs, lane: laneOf(createdAt, base.connectedAt) };
  }

  function place(one: Read, earlierOrderKnown: boolean, batch: HistoryBatch): void {
    const { row: fields, entry, key } = one;
    if (!trusted || !isWhole(fields)) return void batch.due.push(found(one));
    const order = readBulkOrder(file, fields, entry);
    const facts: Facts = { ...base, now: clock.now(), windowStart: window(key.createdAt), earlierOrderKnown };
    const derivation = takenOf(derive(order, settings.rules, facts), destinations);
    // A young order is the live path's. Amounts that do not add up may mean that a line is missing from the file; only a read by id can tell.
    const doubtful = derivation.warnings.some(({ code }) => code === 'IDENTITY_DIFFERENCE') || order.lines.length === 0;
    if (derivation.decision === 'held' || doubtful) return void batch.due.push(found(one));
    batch.writes.push({ orderId: key.orderId, row: ledgerRow(order), derivation, lane: laneOf(key.createdAt, base.connectedAt) });
    options.onDerived?.(derivation);
  }

  for (let at = slice.checkpoint; at < index.orders.length; at += BATCH) {
    if (signal.aborted) return false;
    const entries = index.orders.slice(at, at + BATCH);
    const read = entries.map((entry) => readOne(file, entry));
    const keys = read.map(({ key }) => key);
    const standing = await store.historyStanding(storeName, keys, inside);
    const batch: HistoryBatch = {
      slice: slice.id,
      checkpoint: at + entries.length,
      writes: [],
      due: [],
      waiting: 0,
      known: 0,
      destinations,
    };
    for (const [which, one] of read.entries()) {
      const { standing: how, earlierOrderKnown } = standing[which]!;
      if (how === 'known') batch.known += 1;
      else if (how === 'due') batch.waiting += 1;
      else if (how === 'stale') batch.due.push(found(one));
      else place(one, earlierOrderKnown, batch);
    }
    await store.writeHistory(storeName, batch, clock.now());
    await nextTurn();
  }
  return true;
}

interface Read {
  entry: BulkEntry;
  row: BulkRow;
  key: HistoryKey;
}

function readOne(file: Buffer, entry: BulkEntry): Read {
  const row = readRow(file, entry);
  return {
    entry,
    row,
    key: { orderId: entry.id, createdAt: Date.parse(row.createdAt), updatedAt: row.updatedAt, customerId: askedFor(row) },
  };
}

/** An earlier order matters only where Shopify does not say whether the customer is new. */
function askedFor({ customer, customerJourneySummary: journey }: BulkRow): string | null {
  if (!customer || (journey?.ready && journey.customerOrderIndex !== null) || customer.numberOfOrders === '1') return null;
  return customer.id.slice(customer.id.lastIndexOf('/') + 1);
}

function laneOf(createdAt: number, connected: number): 'live' | 'historical' {
  return createdAt < connected ? 'historical' : 'live';
}
