/** What the Shopify room offers to the others: one connection per store. */
import type { ConnectorError } from '../core/errors.ts';
import type { Order } from '../core/order.ts';

/** The shop's facts and what the token may do. */
export interface Installation {
  /** Canonical `*.myshopify.com` domain. */
  domain: string;
  shopName: string;
  /** ISO 4217. */
  currency: string;
  /** IANA. */
  timeZone: string;
  /** Granted scope handles; `write_x` is listed with the `read_x` it implies. */
  scopes: string[];
}

export interface ReadOrders {
  /** Whole orders by numeric id: every connection paged to its end. */
  orders: Map<string, Order>;
  /** Orders that exist but could not be read whole, with the reason. What is in neither map was not returned by Shopify. */
  failed: Map<string, ConnectorError>;
}

/** An order as a list of changes names it. Times as Shopify gives them. */
export interface ChangedOrder {
  orderId: string;
  createdAt: string;
  updatedAt: string;
}

/** An order as a list of what was created names it. */
export interface CreatedOrder extends ChangedOrder {
  /** Such as `#1001`. */
  name: string;
}

/** Orders created at or after `since` (null: from the first one on) and before `until`, ms, to the second. */
export interface CreationSpan {
  since: number | null;
  until: number;
}

export interface SubscriptionReport {
  created: string[];
  updated: string[];
  unchanged: string[];
  /** Surplus subscriptions of ours that were taken away. */
  removed: string[];
  /** Topics that could not be subscribed, with Shopify's words. */
  failed: { topic: string; message: string }[];
}

/** Our app's subscriptions as they are. Topics as `ORDERS_CREATE`. */
export interface SubscriptionState {
  right: { topic: string; createdAt: number }[];
  /** At our address with other fields, format or a filter. */
  wrong: string[];
  missing: string[];
  /** At other addresses. */
  elsewhere: { topic: string; uri: string }[];
}

export interface CostBudget {
  /** Points now, of `maximum`, growing by `restoreRate` a second. */
  available: number;
  maximum: number;
  restoreRate: number;
}

export interface BulkOperation {
  /** Global id. */
  id: string;
  status: 'CANCELED' | 'CANCELING' | 'COMPLETED' | 'CREATED' | 'EXPIRED' | 'FAILED' | 'RUNNING';
  errorCode: 'ACCESS_DENIED' | 'INTERNAL_SERVER_ERROR' | 'TIMEOUT' | null;
  /** Rows of the file. */
  objects: number;
  /** Orders of the file. */
  roots: number;
  /** Size of the whole file; null: there is none. */
  bytes: number | null;
  /** Null: not completed, or nothing was found. */
  url: string | null;
  createdAt: number;
}

/** `operation` null: so many run already, of this program or of another client with the same app, that Shopify takes on no more. */
export type BulkStart = { operation: BulkOperation } | { operation: null };

/** Many orders at once, by bulk operations. */
export interface ShopifyHistory {
  /** Starts an operation that reads the orders of the span. Not repeated by itself when its answer is lost: look with `find`. */
  run(span: CreationSpan): Promise<BulkStart>;
  /** The newest operation over exactly this span that was not cancelled; null: none. */
  find(span: CreationSpan): Promise<BulkOperation | null>;
  /** Null: Shopify does not know it any more. */
  look(id: string): Promise<BulkOperation | null>;
  cancel(id: string): Promise<void>;
  /** The file of a completed operation; see `bulk-rows.ts` for what is in it. */
  download(url: string, bytes: number, signal: AbortSignal): Promise<Buffer>;
}

export interface Shopify {
  /** Reads shop facts and scopes; the call that tells whether the token is alive. */
  installation(): Promise<Installation>;
  /** Reads orders by numeric id, any number of them, the cheap way. Throws when nothing could be read at all. */
  orders(ids: string[]): Promise<ReadOrders>;
  /** The numeric id of an order named by id, gid or name (`#1001`, `1001`; by `name:` search, exact match only). Null: Shopify shows no such order. An id or gid is not looked up. */
  findOrder(idOrName: string): Promise<string | null>;
  /** Pages of orders with `updated_at >= since` (ISO 8601), oldest change first. */
  ordersChangedSince(since: string | null): AsyncIterable<ChangedOrder[]>;
  /** How many orders the token sees of those created in `span`. Throws SHOPIFY_COUNT when Shopify does not count exactly. 10 points. */
  ordersCount(span: CreationSpan): Promise<number>;
  /** The same orders in pages of up to 250, oldest first. 13 points a page. */
  ordersCreated(span: CreationSpan): AsyncIterable<CreatedOrder[]>;
  history: ShopifyHistory;
  /** Creates or repairs our subscriptions at `uri`; touches nothing else. Repeating it changes nothing. */
  ensureSubscriptions(uri: string): Promise<SubscriptionReport>;
  /** Compares the app's subscriptions with what `uri` should have; null: nothing. Changes nothing. */
  lookAtSubscriptions(uri: string | null): Promise<SubscriptionState>;
  /** Topics (`ORDERS_CREATE`) with a subscription at `uri`. */
  listSubscriptions(uri: string): Promise<string[]>;
  /** Removes our subscriptions at `uri` and returns their topics. */
  removeSubscriptions(uri: string): Promise<string[]>;
  /** Null until Shopify has told. */
  budget(): CostBudget | null;
  /** Drops the token. */
  forgetToken(): void;
  /** Ends open connections. */
  close(): Promise<void>;
}
