/** The file of a bulk operation: which lines belong to which order, wherever they stand, and the orders made of them. Pure. */
import { ConnectorError } from '../core/errors.ts';
import type { Order } from '../core/order.ts';
import type { LineFieldsFragment, OrderRowFragment } from './generated.ts';
import { numericId } from './lossless.ts';
import { toOrder } from './to-order.ts';

/** Where the rows of one order are. Rows are read when the order's turn comes, so that only a few orders are objects at a time. */
export interface BulkEntry {
  /** Numeric id. */
  id: string;
  start: number;
  end: number;
  /** Start and end of each child row, alternating. */
  children: number[];
}

export interface BulkIndex {
  /** Different orders, in the order of the file. */
  orders: BulkEntry[];
  /** All rows. */
  rows: number;
  /** Rows of orders, repeated ones included. */
  roots: number;
  /** Rows of children whose order is not in the file. */
  orphans: number;
}

/** What the row of an order tells before its lines are read. */
export type BulkRow = OrderRowFragment;

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const HEAD = Buffer.from('{"id":"gid://shopify/Order/');
const PARENT = Buffer.from('"__parentId":"gid://shopify/Order/');
const DIGIT_0 = 0x30;

/**
 * One look at the bytes: a few numbers per row are kept, whatever the rows hold. Parents may stand anywhere before their children, which is what
 * Shopify documents; a child without a parent before it is an orphan. Throws SHOPIFY_BULK_DAMAGED when the last row is not whole.
 */
export function indexRows(file: Buffer): BulkIndex {
  const orders: BulkEntry[] = [];
  const byId = new Map<string, BulkEntry>();
  let rows = 0;
  let roots = 0;
  let orphans = 0;
  let last: BulkEntry | undefined;
  for (let start = 0; start < file.length;) {
    const end = file.indexOf(NEWLINE, start);
    if (end < 0) throw damaged('it ends in the middle of a row');
    if (end > start) {
      rows += 1;
      const parent = parentOf(file, start, end);
      if (parent === null) {
        roots += 1;
        const id = orderIdOf(file, start, end);
        last = { id, start, end, children: [] };
        // A row that comes twice is counted, and the order read once.
        if (!byId.has(id)) {
          byId.set(id, last);
          orders.push(last);
        }
      } else {
        const entry = last?.id === parent ? last : byId.get(parent);
        if (entry) entry.children.push(start, end);
        else orphans += 1;
      }
    }
    start = end + 1;
  }
  return { orders, rows, roots, orphans };
}

/** `__parentId` of a row, as Shopify writes it at its end; a row that ends otherwise is parsed. Unescaped quotes cannot be part of a text. */
function parentOf(file: Buffer, start: number, end: number): string | null {
  let at = end - 1;
  if (file[at - 1] === QUOTE) {
    const last = at - 1;
    at = last - 1;
    while (isDigit(file[at])) at -= 1;
    const from = at + 1 - PARENT.length;
    if (at < last - 1 && from > start && file.compare(PARENT, 0, PARENT.length, from, at + 1) === 0)
      return file.toString('latin1', at + 1, last);
  }
  if (file.subarray(start, end).indexOf('"__parentId"') < 0) return null;
  const { __parentId: parent } = parseRow<{ __parentId?: unknown }>(file, start, end);
  return parent === undefined || parent === null ? null : (numericId(parent) ?? '');
}

function orderIdOf(file: Buffer, start: number, end: number): string {
  let at = start + HEAD.length;
  if (at < end && file.compare(HEAD, 0, HEAD.length, start, at) === 0) {
    while (isDigit(file[at])) at += 1;
    if (file[at] === QUOTE && at > start + HEAD.length) return file.toString('latin1', start + HEAD.length, at);
  }
  const id = numericId(parseRow<{ id?: unknown }>(file, start, end).id);
  if (id === null) throw damaged('a row has no id');
  return id;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= DIGIT_0 && byte <= DIGIT_0 + 9;
}

function parseRow<Row>(file: Buffer, start: number, end: number): Row {
  try {
    return JSON.parse(file.toString('utf8', start, end)) as Row;
  } catch {
    throw damaged('a row is no JSON');
  }
}

export function readRow(file: Buffer, { start, end }: BulkEntry): BulkRow {
  return parseRow<OrderRowFragment>(file, start, end);
}

/** What a bulk operation cannot carry: refund lines, and the sales history of an edited order. Such an order has to be read by itself. */
export function isWhole(row: BulkRow): boolean {
  return !row.edited && row.refunds.length === 0;
}

/** The same order as a read by id gives, for a row that is whole. */
export function readBulkOrder(file: Buffer, row: BulkRow, { children }: BulkEntry): Order {
  const lines: LineFieldsFragment[] = [];
  for (let at = 0; at < children.length; at += 2) lines.push(parseRow(file, children[at]!, children[at + 1]!));
  return toOrder(row, { lines, refunds: [], agreements: [] });
}

function damaged(what: string): ConnectorError {
  return new ConnectorError('SHOPIFY_BULK_DAMAGED', `The file of a bulk operation is damaged: ${what}; it is read again by itself.`, {
    retryable: true,
  });
}
