/** Finding orders as `orders(query:)` does: over the search index, which may lag behind the orders themselves. */
import { minorDigits } from '../core/money.ts';
import type { Indexed, Order } from './model.ts';
import { fieldsOf, holds, idsOnly, parseSearch, type Comparison, type Search } from './search-syntax.ts';
import { currentTotals, financialStatus } from './totals.ts';

export interface Found {
  order: Order;
  entry: Indexed;
}

export function ordered(comparison: Comparison, difference: number): boolean {
  switch (comparison) {
    case '=':
      return difference === 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
  }
}

export const second = (ms: number): number => Math.floor(ms / 1000);
const folded = (text: string | null): string => (text ?? '').toLowerCase();

type Matches = (found: Found, comparison: Comparison, value: string) => boolean;

/** ms since the epoch; a time without a zone is taken as UTC. NaN: no time. */
export const searchTime = (value: string): number => Date.parse(/^\d{4}-\d\d-\d\dT[\d:.]+$/.test(value) ? `${value}Z` : value);

const time =
  (of: (entry: Indexed) => number): Matches =>
  ({ entry }, comparison, value) => {
    const wanted = searchTime(value);
    return !Number.isNaN(wanted) && ordered(comparison, second(of(entry)) - second(wanted));
  };
const text =
  (of: (order: Order) => string | null): Matches =>
  ({ order }, _, value) =>
    folded(of(order)) === value.toLowerCase();

/** The fields the sandbox knows, out of Shopify's list. */
const FIELDS: Record<string, Matches> = {
  id: ({ order }, comparison, value) => /^\d+$/.test(value) && ordered(comparison, Number(BigInt(order.id) - BigInt(value))),
  name: ({ order }, _, value) => order.name === value || String(order.number) === value,
  created_at: time((entry) => entry.createdAt),
  updated_at: time((entry) => entry.updatedAt),
  processed_at: time((entry) => entry.processedAt),
  tag: ({ entry }, _, value) => entry.tags.some((tag) => folded(tag) === value.toLowerCase()),
  tag_not: ({ entry }, _, value) => !entry.tags.some((tag) => folded(tag) === value.toLowerCase()),
  email: text((order) => order.email),
  source_name: text((order) => order.sourceName),
  cart_token: text((order) => order.cartToken),
  checkout_token: text((order) => order.checkoutToken),
  discount_code: ({ order }, _, value) => order.discountCodes.some((code) => folded(code) === value.toLowerCase()),
  customer_id: text((order) => order.customer?.id ?? null),
  financial_status: text((order) => financialStatus(order)),
  test: ({ order }, _, value) => String(order.test) === value,
  status: ({ order }, _, value) => {
    if (value === 'cancelled') return order.cancelledAt !== null;
    return value === 'any' || (value === 'open') === (order.cancelledAt === null);
  },
};

export function matches(search: Search | null, found: Found): boolean {
  return holds(search, ({ field, comparison, value }) => {
    if (field === null) return found.order.name === value || folded(found.order.email) === value.toLowerCase();
    // Shopify ignores a filter it does not know and only warns: everything matches.
    return FIELDS[field]?.(found, comparison, value) ?? true;
  });
}

export interface SearchWarning {
  field: string;
  message: string;
}

/** What Shopify puts in `extensions.search` for fields it does not know; the filter is then without effect. */
export function searchWarnings(query: string | null | undefined): SearchWarning[] {
  const unknown = fieldsOf(parseSearch(query)).filter((field) => !FIELDS[field]);
  return unknown.map((field) => ({ field, message: 'Invalid search field for this query.' }));
}

/** The orders a search shows at `now`: the index entries visible by then. `visible` leaves out what the token may not see. */
export function searchOrders(
  orders: ReadonlyMap<string, Order>,
  query: string | null | undefined,
  now: number,
  visible: (order: Order) => boolean,
): Found[] {
  const search = parseSearch(query);
  const ids = idsOnly(search);
  const candidates = ids ? [...new Set(ids)].flatMap((id) => orders.get(id) ?? []) : orders.values();
  const found: Found[] = [];
  for (const order of candidates) {
    const entry = order.index.findLast(({ visibleAt }) => visibleAt <= now)?.entry;
    if (entry && visible(order) && (ids || matches(search, { order, entry }))) found.push({ order, entry });
  }
  return found;
}

/** Value an order is sorted by; times to the second, as Shopify keeps them. */
export function sortValue({ order, entry }: Found, sortKey: string): number | string {
  switch (sortKey) {
    case 'CREATED_AT':
      return second(entry.createdAt);
    case 'UPDATED_AT':
      return second(entry.updatedAt);
    case 'ORDER_NUMBER':
      return order.number;
    case 'TOTAL_PRICE':
    case 'CURRENT_TOTAL_PRICE':
      return currentTotals(order).price / 10 ** minorDigits(order.currency);
    case 'CUSTOMER_NAME':
      return folded(order.customer?.lastName ?? null);
    case 'ID':
    case 'RELEVANCE':
      return 0;
    default:
      return second(entry.processedAt);
  }
}
