/** Where the Admin API finds orders: the stored ones. */
import type { Order, Refund } from './model.ts';
import { compareKeys, type Key } from './paging.ts';
import { searchOrders, sortValue, type Found } from './search.ts';
import { orderVisible, type Store } from './state.ts';

export interface OrderSearch {
  query?: string | null;
  sortKey: string;
  reverse?: boolean | null;
}

export interface OrderSource {
  /** As its id finds it at once; null: there is none, or it may not be seen. */
  get(id: string): Order | null;
  refund(id: string): { order: Order; refund: Refund } | null;
  count(query: string | null | undefined): number;
  /** Kept between pages as long as nothing changed. */
  sorted(search: OrderSearch): Found[];
  keyOf(sortKey: string): (found: Found) => Key;
  /** The same orders one at a time. */
  walk(search: OrderSearch): Iterable<Order>;
}

export function createOrderSource(store: Store, now: () => number): OrderSource {
  let kept: { key: string; found: Found[] } | null = null;
  const visible = (order: Order): boolean => orderVisible(store, order, now());
  const find = (query: string | null | undefined): Found[] => searchOrders(store.orders, query, now(), visible);
  const keyOf =
    (sortKey: string) =>
    (found: Found): Key => ({ value: sortValue(found, sortKey), id: found.order.id });

  function sorted({ query, sortKey, reverse }: OrderSearch): Found[] {
    const key = JSON.stringify([query, sortKey, reverse ?? false, store.revision, store.scopes, Math.min(now(), store.settledAt)]);
    if (kept?.key === key) return kept.found;
    const by = keyOf(sortKey);
    const direction = reverse ? -1 : 1;
    const keyed = find(query).map((found) => ({ found, key: by(found) }));
    keyed.sort((a, b) => compareKeys(a.key, b.key) * direction);
    kept = { key, found: keyed.map(({ found }) => found) };
    return kept.found;
  }

  return {
    get: (id) => {
      const order = store.orders.get(id);
      return order && visible(order) ? order : null;
    },
    refund: (id) => {
      for (const order of store.orders.values()) {
        const refund = visible(order) ? order.refunds.find((candidate) => candidate.id === id) : undefined;
        if (refund) return { order, refund };
      }
      return null;
    },
    count: (query) => find(query).length,
    sorted,
    keyOf,
    *walk(search) {
      for (const { order } of sorted(search)) yield order;
    },
  };
}
