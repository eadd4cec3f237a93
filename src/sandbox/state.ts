/** The sandbox store as one value: what is in it, who may read it, and what changed. */
import type { History } from './history.ts';
import type { Customer, Order } from './model.ts';

export interface Subscription {
  id: string;
  /** As in GraphQL: `ORDERS_CREATE`. */
  topic: string;
  uri: string;
  format: 'JSON' | 'XML';
  filter: string | null;
  includeFields: string[];
  metafieldNamespaces: string[];
  name: string | null;
  createdAt: number;
  updatedAt: number;
  /** Deliveries that succeeded. */
  successes: number;
}

export interface Store {
  domain: string;
  name: string;
  email: string;
  currency: string;
  timeZone: string;
  taxesIncluded: boolean;
  orders: Map<string, Order>;
  /** Orders that are not in `orders` unless they were changed. */
  history: History | null;
  customers: Map<string, Customer>;
  subscriptions: Map<string, Subscription>;
  /** Granted scope handles. */
  scopes: string[];
  /** The app is installed; tokens are refused otherwise. */
  installed: boolean;
  /** Grows with every change of an order, so that sorted lists can be kept between pages. */
  revision: number;
  /** From when on search has caught up with every change. */
  settledAt: number;
}

const DAY_MS = 86_400_000;

/** `write_x` implies `read_x`. */
export function hasScope(store: Store, scope: string): boolean {
  return store.scopes.includes(scope) || store.scopes.includes(scope.replace(/^read_/, 'write_'));
}

/**
 * From when on orders are shown, ms since the epoch: without `read_all_orders` Shopify shows those of the last 60 days only, and says
 * nothing about the others.
 */
export function firstVisible(store: Store, now: number): number {
  return hasScope(store, 'read_all_orders') ? -Infinity : now - 60 * DAY_MS;
}

export function orderVisible(store: Store, order: Order, now: number): boolean {
  return order.createdAt >= firstVisible(store, now);
}
