/** Where the Admin API finds orders: among the stored ones, and in the history, which is only made where it is looked at. */
import { GraphQLError } from 'graphql';
import { windowOf } from './history-window.ts';
import type { History } from './history.ts';
import type { Order, Refund } from './model.ts';
import { compareKeys, type Key } from './paging.ts';
import { idsOnly, parseSearch } from './search-syntax.ts';
import { matches, searchOrders, second, sortValue, type Found } from './search.ts';
import { firstVisible, orderVisible, type Store } from './state.ts';

export interface OrderSearch {
  query?: string | null;
  sortKey: string;
  reverse?: boolean | null;
}

/** A place in a sorted list; the order is made when it is asked for. */
export interface Listed {
  key: Key;
  order(): Order;
}

export interface OrderSource {
  /** As its id finds it at once; null: there is none, or it may not be seen. */
  get(id: string): Order | null;
  refund(id: string): { order: Order; refund: Refund } | null;
  count(query: string | null | undefined): number;
  /** Kept between pages as long as nothing changed. Throws a GraphQL error for more of the history than can be sorted at once. */
  sorted(search: OrderSearch): Listed[];
  /**
   * The same orders one at a time. Sorted by time of creation or processing they come in that order, by anything else those of the history
   * come after the others, oldest first.
   */
  walk(search: OrderSearch): Iterable<Order>;
}

const MOST_SORTED = 100_000;
const BY_TIME = new Set(['CREATED_AT', 'PROCESSED_AT']);

export function createOrderSource(store: Store, now: () => number): OrderSource {
  let kept: { key: string; listed: Listed[] } | null = null;
  const visible = (order: Order): boolean => orderVisible(store, order, now());
  const found = (query: string | null | undefined): Found[] => searchOrders(store.orders, query, now(), visible);
  const keyOf = (one: Found, sortKey: string): Key => ({ value: sortValue(one, sortKey), id: one.order.id });
  const foundOf = (order: Order): Found => {
    const { createdAt, updatedAt, processedAt, tags } = order;
    return { order, entry: { createdAt, updatedAt, processedAt, tags } };
  };

  /** Places of the history a search is about, and whether all of them match. */
  function places(history: History, query: string | null | undefined): { from: number; until: number; exact: boolean } {
    const { from, until, exact } = windowOf(parseSearch(query));
    const first = history.firstFrom(Math.max(from, firstVisible(store, now())));
    return { from: first, until: Math.max(first, history.firstFrom(until)), exact };
  }

  function* fromHistory(history: History, query: string | null | undefined, reverse = false): Generator<Found & { place: number }> {
    const search = parseSearch(query);
    const ids = idsOnly(search);
    if (ids) {
      const named = [...new Set(ids)].flatMap((id) => history.placeOf(id) ?? []).sort((a, b) => (reverse ? b - a : a - b));
      for (const place of named) {
        const one = foundOf(history.order(place));
        if (visible(one.order)) yield { ...one, place };
      }
      return;
    }
    const { from, until, exact } = places(history, query);
    for (let step = 0; step < until - from; step += 1) {
      const place = reverse ? until - 1 - step : from + step;
      if (history.isTaken(place)) continue;
      const one = foundOf(history.order(place));
      if (exact || matches(search, one)) yield { ...one, place };
    }
  }

  function historyOrder(place: number | null): Order | null {
    const order = place === null || !store.history ? null : store.history.order(place);
    return order && visible(order) ? order : null;
  }

  function count(query: string | null | undefined): number {
    const stored = found(query).length;
    const { history } = store;
    if (!history) return stored;
    const { from, until, exact } = places(history, query);
    if (exact) return stored + until - from - history.countTaken(from, until);
    let total = stored;
    for (const _ of fromHistory(history, query)) total += 1;
    return total;
  }

  function listHistory({ query, sortKey }: OrderSearch, history: History): Listed[] {
    const { from, until } = places(history, query);
    if (until - from > MOST_SORTED && !idsOnly(parseSearch(query))) {
      const message = `The sandbox sorts at most ${MOST_SORTED} orders of its history at once; narrow created_at, or read them in bulk.`;
      throw new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
    }
    // The order itself is not kept: it is made again for its page.
    return Array.from(fromHistory(history, query), (one) => ({ key: keyOf(one, sortKey), order: () => history.order(one.place) }));
  }

  function sorted(search: OrderSearch): Listed[] {
    const { query, sortKey, reverse } = search;
    const key = JSON.stringify([query, sortKey, reverse ?? false, store.revision, store.scopes, Math.min(now(), store.settledAt)]);
    if (kept?.key === key) return kept.listed;
    const stored = found(query).map((one): Listed => ({ key: keyOf(one, sortKey), order: () => one.order }));
    const listed = store.history ? [...stored, ...listHistory(search, store.history)] : stored;
    const direction = reverse ? -1 : 1;
    listed.sort((a, b) => compareKeys(a.key, b.key) * direction);
    kept = { key, listed };
    return listed;
  }

  function* walk({ query, sortKey, reverse }: OrderSearch): Generator<Order> {
    const direction = reverse ? -1 : 1;
    const stored = found(query)
      .map((one) => ({ order: one.order, key: keyOf(one, sortKey) }))
      .sort((a, b) => compareKeys(a.key, b.key) * direction);
    let next = 0;
    if (store.history && BY_TIME.has(sortKey)) {
      for (const { order } of fromHistory(store.history, query, reverse ?? false)) {
        const key: Key = { value: second(order.createdAt), id: order.id };
        for (let one = stored[next]; one && compareKeys(one.key, key) * direction < 0; one = stored[next]) {
          yield one.order;
          next += 1;
        }
        yield order;
      }
    }
    for (const { order } of stored.slice(next)) yield order;
    if (store.history && !BY_TIME.has(sortKey)) for (const { order } of fromHistory(store.history, query)) yield order;
  }

  return {
    get: (id) => {
      const order = store.orders.get(id);
      if (order) return visible(order) ? order : null;
      return historyOrder(store.history?.placeOf(id) ?? null);
    },
    refund: (id) => {
      const of = (order: Order): { order: Order; refund: Refund } | null => {
        const refund = order.refunds.find((candidate) => candidate.id === id);
        return refund && visible(order) ? { order, refund } : null;
      };
      for (const order of store.orders.values()) {
        const refund = of(order);
        if (refund) return refund;
      }
      const order = historyOrder(store.history?.placeOfRefund(id) ?? null);
      return order && of(order);
    },
    ...{ count, sorted, walk },
  };
}
