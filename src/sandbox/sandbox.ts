/** What a running sandbox offers, and what it can be started with. Pure types. */
import type { BucketLimits, ThrottleStatus } from './bucket.ts';
import type { BulkPace, BulkSide } from './bulk.ts';
import type { SandboxClock } from './clock.ts';
import type { Convead } from './convead.ts';
import type { Converge } from './converge.ts';
import type { Deliveries, DeliveryFaults } from './deliveries.ts';
import type { FaultFunction, FaultRates } from './faults.ts';
import type { HistoryInput } from './history.ts';
import type { Order } from './model.ts';
import type { OauthTrouble } from './oauth.ts';
import type { Shop } from './shop.ts';

export interface SandboxOptions {
  /** Default 0: any free one, always on 127.0.0.1. */
  port?: number;
  /** Default 1. The same seed and the same calls give the same store. */
  seed?: number;
  /** Orders it starts with, from the `historyDays` before now. Default 0. */
  orders?: number;
  /** Default 90. */
  historyDays?: number;
  /** A long history besides, of which nothing is held in memory: up to ten million orders. Its customers are found with their orders only. */
  history?: HistoryInput;
  /** Default: real time. */
  clock?: SandboxClock;
  /** Default `sandbox-store.myshopify.com`. */
  shopDomain?: string;
  /** ISO 4217. Default `USD`. */
  currency?: string;
  /** IANA. Default `America/New_York`. */
  timeZone?: string;
  /** Defaults are made from the seed. */
  clientId?: string;
  clientSecret?: string;
  /** A permanent token besides the granted ones, as an app made in the Shopify admin has. Default: none. */
  accessToken?: string | null;
  /** Default: read_orders, read_all_orders, read_customers, read_products. */
  scopes?: string[];
  /** Demanded in `X-Webhook-Token`. Default: none. */
  convergeToken?: string | null;
  /** The only app key the Convead endpoint knows. Default: any. */
  conveadAppKey?: string | null;
  /** Default: a standard store's 2000 points, 100 a second. */
  bucket?: Partial<BucketLimits>;
  /** How long after a change search finds it; `nodes` sees it at once. Default 0. */
  searchLagMs?: number;
  /** How long after an order its customer journey is ready. Default 0. */
  journeyReadyAfterMs?: number;
  /** Disorder, repeats and losses of webhooks. Default: none. */
  webhooks?: Partial<DeliveryFaults>;
  /** Payload version of webhooks, which is not the one of API calls. Default 2026-10. */
  webhookVersion?: string;
  /** Take webhook addresses on loopback with http, which Shopify refuses. Default true. */
  allowLoopbackWebhooks?: boolean;
  /** Numeric id of the first order, for instance beyond 2^53. */
  firstOrderId?: bigint;
  /** How long bulk operations take. */
  bulk?: Partial<BulkPace>;
  /** Requests and deliveries remembered with their bodies. Default: all. */
  keep?: number;
}

/** What goes wrong on the Shopify side, and its limits. */
export interface ShopifySide {
  setFaults(faults: FaultFunction | FaultRates | null): void;
  setOauthTrouble(trouble: OauthTrouble): void;
  setBucket(limits: Partial<BucketLimits>): void;
  setSearchLag(ms: number): void;
  throttleStatus(): ThrottleStatus;
  /** All tokens die at once, as if a day had passed. */
  expireTokens(): void;
  /** Requests to the Admin API so far. */
  requests(): { grants: number; graphql: number };
  /** Bulk operations: their faults, their pace, what became of them. */
  bulk: BulkSide;
}

export interface Sandbox {
  /** `http://127.0.0.1:<port>`: the store's `shopifyOrigin`. */
  origin: string;
  /** Where events go. */
  convergeUrl: string;
  /** Where events for Convead go: `origin` and Convead's own path. */
  conveadUrl: string;
  /** Null: none is demanded. */
  convergeToken: string | null;
  clientId: string;
  clientSecret: string;
  shopDomain: string;
  shop: Shop;
  shopify: ShopifySide;
  webhooks: Pick<Deliveries, 'setFaults' | 'list' | 'idle'>;
  converge: Converge;
  convead: Convead;
  /** Varied orders from `from` to `to` (ms since the epoch), some edited, refunded or cancelled later; no webhooks tell of them. */
  generateOrders(count: number, seed: number, from: number, to: number): Order[];
  /** Varied orders placed now, with their webhooks. */
  randomOrders(count: number): Order[];
  /** For people: the shop, credentials, counts, subscriptions. */
  state(): object;
  /** Ends deliveries and connections. Safe to repeat. */
  close(): Promise<void>;
}
