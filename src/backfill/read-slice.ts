/** Reads the result of a slice's operation, and closes the slice only when its counts are proven. */
import { ConnectorError, errorCode } from '../core/errors.ts';
import { collectGarbage, keepYoungSpace } from '../platform/collect-garbage.ts';
import { indexRows, type BulkIndex } from '../shopify/bulk-rows.ts';
import type { BulkOperation } from '../shopify/types.ts';
import type { Slice, StoreRow } from '../store/types.ts';
import { SECOND_MS } from './plan.ts';
import { readFile } from './read-file.ts';
import type { BackfillOptions } from './types.ts';

/** A result that is larger is cut instead: it is held in memory whole. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Errors of the file or its way: the slice is read again. */
const OF_FILE = new Set(['SHOPIFY_BULK_EXPIRED', 'SHOPIFY_BULK_DOWNLOAD', 'SHOPIFY_BULK_DAMAGED']);

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
  work: { slice: Slice; row: StoreRow; operation: BulkOperation; last: boolean },
  signal: AbortSignal,
): Promise<SliceResult> {
  const { slice, row, operation, last } = work;
  const { history } = options.shopify;
  if ((operation.bytes ?? 0) > MOST_BYTES && slice.until - slice.since > SECOND_MS) return { kind: 'large' };
  // The file of the slice before is let go before the next one comes: V8 alone would keep several.
  collectGarbage();
  keepYoungSpace();
  let index: BulkIndex;
  let file: Buffer;
  try {
    // Without rows there is no file.
    file = operation.url === null ? Buffer.alloc(0) : await history.download(operation.url, operation.bytes ?? 0, signal);
    index = indexRows(file);
  } catch (error) {
    if (!(error instanceof ConnectorError && OF_FILE.has(errorCode(error)))) throw error;
    return { kind: 'wrong', error: error.message, distinct: null, ids: null };
  }
  const ids = rangeOf(index);
  const distinct = index.orders.length;
  const difference = differenceOf(index, operation);
  if (difference !== null && !last) return { kind: 'wrong', error: difference, distinct, ids };

  await options.store.changeSlice(slice.id, { state: 'reading' });
  if (!(await readFile(options, { slice, row, file, index, trusted: difference === null }, signal))) return { kind: 'stopped' };
  if (difference !== null) return { kind: 'wrong', error: difference, distinct, ids };
  const counted = await options.shopify.ordersCount(slice);
  // Fewer than before, and what was read is what there was: orders were deleted meanwhile.
  if (distinct === counted || (distinct === slice.expected && counted < distinct)) return { kind: 'whole', distinct };
  return { kind: 'wrong', error: `The result has ${distinct} orders, Shopify counts ${counted}.`, distinct, ids };
}

/** What does not fit between the file and what its operation says of it. */
function differenceOf({ rows, roots, orphans }: BulkIndex, { objects, roots: said }: BulkOperation): string | null {
  if (roots !== said) return `The file has ${roots} orders, its operation says ${said}.`;
  if (rows !== objects) return `The file has ${rows} rows, its operation says ${objects}.`;
  return orphans > 0 ? `The file has ${orphans} rows of orders that are not in it.` : null;
}

function rangeOf({ orders }: BulkIndex): [string, string] | null {
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
