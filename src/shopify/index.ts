/** The connection to one shop: everything the rest of the program may ask of Shopify. */
import { Agent, type Dispatcher } from 'undici';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { cancelBulk, findBulk, lookAtBulk, runBulk } from './bulk.ts';
import { downloadBulk } from './bulk-file.ts';
import { createBudget, type Cost } from './budget.ts';
import { readChanged } from './changed.ts';
import { createClient } from './client.ts';
import { countCreated, readCreated } from './created.ts';
import { findOrder } from './find-order.ts';
import { readInstallation } from './installation.ts';
import { readOrders } from './orders.ts';
import { ensureSubscriptions, listSubscriptions, lookAtSubscriptions, removeSubscriptions } from './subscriptions.ts';
import { createTokens, type Credentials } from './token.ts';
import { createTransport } from './transport.ts';
import type { Shopify } from './types.ts';

export { isConnectionRefused } from './refusals.ts';

export interface ShopifyOptions {
  /** Canonical `*.myshopify.com` domain. */
  domain: string;
  /** Sandbox and tests: where this shop's requests go instead. Https, or http on loopback. */
  origin?: string | null;
  credentials: Credentials;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  logger: Logger;
  /** Undici's, for tests and proxies; the caller closes it. Otherwise an agent of this shop's own. */
  dispatcher?: Dispatcher | undefined;
  /** For one exchange with Shopify, ms. */
  timeoutMs?: number;
  /** Called with the time (ms since the epoch) of every new token. */
  onToken?: ((at: number) => void) | undefined;
  onCost?: ((operation: string, cost: Cost) => void) | undefined;
  /** Called whenever Shopify refuses a query for its rate. */
  onThrottle?: (() => void) | undefined;
}

/** Shopify takes up to 30 s for its largest answers (observed); ours are small. */
const TIMEOUT_MS = 30_000;

/** Nothing is sent before the first call. Throws SHOPIFY_ORIGIN_NOT_SAFE for an origin that is neither https nor loopback. */
export function createShopify(options: ShopifyOptions): Shopify {
  const { domain, credentials, clock, random, logger } = options;
  const agent = new Agent();
  const files = { origin: options.origin ?? null, dispatcher: options.dispatcher ?? agent, clock, random };
  const transport = createTransport({
    domain,
    origin: options.origin ?? null,
    dispatcher: options.dispatcher ?? agent,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
  });
  const tokens = createTokens({ domain, credentials, transport, clock, random, logger, onToken: options.onToken });
  const budget = createBudget(clock);
  const query = createClient({
    domain,
    transport,
    tokens,
    budget,
    clock,
    random,
    logger,
    onCost: options.onCost,
    onThrottle: options.onThrottle,
  });
  return {
    installation: () => readInstallation(query),
    orders: (ids) => readOrders(query, ids),
    findOrder: (idOrName) => findOrder(query, idOrName),
    ordersChangedSince: (since) => readChanged(query, since),
    ordersCount: (span) => countCreated(query, span),
    ordersCreated: (span) => readCreated(query, span),
    history: {
      run: (span) => runBulk(query, span),
      find: (span) => findBulk(query, span),
      look: (id) => lookAtBulk(query, id),
      cancel: (id) => cancelBulk(query, id),
      download: (url, bytes, signal) => downloadBulk(files, url, bytes, signal),
    },
    ensureSubscriptions: (uri) => ensureSubscriptions(query, uri),
    lookAtSubscriptions: (uri) => lookAtSubscriptions(query, uri),
    listSubscriptions: (uri) => listSubscriptions(query, uri),
    removeSubscriptions: (uri) => removeSubscriptions(query, uri),
    budget: budget.look,
    forgetToken: tokens.forget,
    close: () => agent.destroy(),
  };
}
