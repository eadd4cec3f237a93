/** Reads the result of a slice's operation, and closes the slice only when its counts are proven. */
import { ConnectorError, errorCode } from '../core/errors.ts';
import { collectGarbage, keepYoungSpace } from '../platform/collect-garbage.ts';
import type { BulkOperation } from '../shopify/types.ts';
import type { Slice, StoreRow } from '../store/types.ts';
import type { DeriveBy, FileSummary } from './derive-rows.ts';
import { SECOND_MS } from './plan.ts';
import { readFile } from './read-file.ts';
import type { Reader } from './reader.ts';
import type { BackfillOptions } from './types.ts';

/** A result that is larger is cut instead: it is held in memory whole. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Errors of the file or its way: the slice is read again. */
const OF_FILE = new Set(['SHOPIFY_BULK_EXPIRED', 'SHOPIFY_BULK_DOWNLOAD', 'SHOPIFY_BULK_DAMAGED', 'BACKFILL_UNREADABLE']);

export type SliceResult =
  | { kind: 'whole'; distinct: number }
  /** Told to stop; the checkpoint says where to go on. */
  | { kind: 'stopped' }
  /** Too large to be held in memory. */
  | { kind: 'large' }
  | { kind: 'wrong'; error: string; distinct: number | null; ids: [first: string, last: string] | null };

/** `last`: no further operation will be tried for this slice, so what cannot be trusted is left to sync. Throws when Shopify or the store cannot be reached. */
export async function readSlice(
  options: BackfillOptions,
  work: { slice: Slice; row: StoreRow; operation: BulkOperation; last: boolean; reader: Reader },
  signal: AbortSignal,
): Promise<SliceResult> {
  const { slice, row, operation, last, reader } = work;
  const { store, storeName, settings } = options;
  if ((operation.bytes ?? 0) > MOST_BYTES && slice.until - slice.since > SECOND_MS) return { kind: 'large' };
  const destinations = options.destinations.map(({ name, eventNames }) => ({ name, eventNames }));
  const { rules, backfill } = settings;
  const by: DeriveBy = { rules, backfill, row, widened: await store.widenedWindow(storeName), destinations };
  let summary: FileSummary | null = null;
  try {
    summary = await reader.open(await download(options, operation, signal), by);
    const { orders: distinct, ids } = summary;
    const difference = differenceOf(summary, operation);
    if (difference !== null && !last) return { kind: 'wrong', error: difference, distinct, ids };

    await store.changeSlice(slice.id, { state: 'reading' });
    const whole = await readFile(options, { slice, row, reader, orders: distinct, by, trusted: difference === null }, signal);
    if (!whole) return { kind: 'stopped' };
    if (difference !== null) return { kind: 'wrong', error: difference, distinct, ids };
    const counted = await options.shopify.ordersCount(slice);
    // Fewer than before, and what was read is what there was: orders were deleted meanwhile.
    if (distinct === counted || (distinct === slice.expected && counted < distinct)) return { kind: 'whole', distinct };
    return { kind: 'wrong', error: `The result has ${distinct} orders, Shopify counts ${counted}.`, distinct, ids };
  } catch (error) {
    if (errorCode(error) === 'BACKFILL_MEMORY') return { kind: 'large' };
    if (!(error instanceof ConnectorError && OF_FILE.has(errorCode(error)))) throw error;
    return { kind: 'wrong', error: error.message, distinct: summary?.orders ?? null, ids: summary?.ids ?? null };
  } finally {
    reader.drop();
  }
}

/** Without rows there is no file. */
async function download({ shopify }: BackfillOptions, { url, bytes }: BulkOperation, signal: AbortSignal): Promise<Buffer> {
  if (url === null) return Buffer.alloc(0);
  // The pieces the one before came in are let go first.
  collectGarbage();
  keepYoungSpace();
  return await shopify.history.download(url, bytes ?? 0, signal);
}

/** What does not fit between the file and what its operation says of it. */
function differenceOf({ rows, roots, orphans }: FileSummary, { objects, roots: said }: BulkOperation): string | null {
  if (roots !== said) return `The file has ${roots} orders, its operation says ${said}.`;
  if (rows !== objects) return `The file has ${rows} rows, its operation says ${objects}.`;
  return orphans > 0 ? `The file has ${orphans} rows of orders that are not in it.` : null;
}
