/** Pages of a list with cursors, as every connection of the Admin API answers. */
import { GraphQLError } from 'graphql';

export interface PageArguments {
  first?: number | null;
  after?: string | null;
  reverse?: boolean | null;
}

export interface Page<T> {
  nodes: T[];
  /** The nodes again, each with its cursor; worked out when asked for. */
  edges: () => { cursor: string; node: T }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

/** What a list is sorted by; the id settles ties, so a cursor names one place whatever comes and goes around it. */
export interface Key {
  value: number | string;
  id: string;
}

/** Shopify documents 250 as the largest page. */
const LARGEST_PAGE = 250;

export function compareKeys(a: Key, b: Key): number {
  if (a.value !== b.value) return a.value < b.value ? -1 : 1;
  if (a.id.length !== b.id.length) return a.id.length - b.id.length;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}

function encode(key: Key): string {
  return Buffer.from(JSON.stringify({ last_id: key.id, last_value: key.value })).toString('base64');
}

function decode(cursor: string): Key {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64').toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null && 'last_id' in parsed && 'last_value' in parsed) {
      const { last_id: id, last_value: value } = parsed;
      if (typeof id === 'string' && (typeof value === 'string' || typeof value === 'number')) return { id, value };
    }
  } catch {
    // Not JSON: answered below.
  }
  throw new GraphQLError(`Invalid cursor for current pagination sort: ${cursor}`, { extensions: { code: 'INVALID_CURSOR' } });
}

/**
 * One page of `items`. They must be sorted by `key` unless `reverse` is given, then the other way round. Throws a GraphQL error without
 * `first`, above 250 and for a cursor that is none.
 */
export function page<T>(items: readonly T[], key: (item: T, index: number) => Key, { first, after, reverse }: PageArguments): Page<T> {
  if (first == null) throw new GraphQLError('you must provide one of first or last', { extensions: { code: 'BAD_REQUEST' } });
  if (first < 0 || first > LARGEST_PAGE) {
    throw new GraphQLError(`first must be between 0 and ${LARGEST_PAGE}`, { extensions: { code: 'BAD_USER_INPUT' } });
  }
  const direction = reverse ? -1 : 1;
  const cursor = after == null ? null : decode(after);
  const keys = items.map(key);
  let start = 0;
  if (cursor) {
    const next = keys.findIndex((candidate) => compareKeys(candidate, cursor) * direction > 0);
    start = next === -1 ? items.length : next;
  }
  const nodes = items.slice(start, start + first);
  const end = start + nodes.length;
  const cursorAt = (index: number): string | null => {
    const found = keys[index];
    return nodes.length > 0 && found ? encode(found) : null;
  };
  return {
    nodes,
    edges: () => nodes.map((node, index) => ({ cursor: cursorAt(start + index) ?? '', node })),
    pageInfo: { hasNextPage: end < items.length, hasPreviousPage: start > 0, startCursor: cursorAt(start), endCursor: cursorAt(end - 1) },
  };
}

/** A page of a list in the order it is in; the cursor is the place. */
export function pageOf<T>(items: readonly T[], args: PageArguments): Page<T> {
  const listed = args.reverse ? items.toReversed() : items;
  return page(listed, (_, index) => ({ value: index, id: '0' }), { first: args.first, after: args.after });
}
