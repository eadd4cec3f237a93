/** Connecting a store, looking whether it still is connected, and disconnecting it. */
import { ConnectorError, errorCode } from '../core/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { isConnectionRefused } from '../shopify/index.ts';
import type { Installation, Shopify, SubscriptionReport } from '../shopify/types.ts';
import type { Store, StoreRow } from '../store/types.ts';
import { missingScopes, type MissingScope } from './scopes.ts';

export interface InstallOptions {
  storeName: string;
  /** The domain in the config. */
  domain: string;
  /** Where our subscriptions point; null: no `publicUrl`, polling alone. */
  webhookUri: string | null;
  shopify: Shopify;
  store: Pick<
    Store,
    'saveConnection' | 'saveSubscriptions' | 'markDisconnected' | 'clearConnectionCheck' | 'getWatermark' | 'requestBackfill' | 'getStore'
  >;
  clock: Clock;
  logger: Logger;
}

export interface ConnectReport {
  store: string;
  ok: boolean;
  error: { code: string; message: string } | null;
  installation: Installation | null;
  missingScopes: MissingScope[];
  /** Null without `publicUrl`. */
  subscriptions: SubscriptionReport | null;
  /** ms since the epoch. */
  firstConnectedAt: number | null;
}

const ALL_ORDERS = 'read_all_orders';

/** Set when the user disconnected the store: then only a start or a `connect` connects it again. */
export const DISCONNECTED_BY_USER = 'disconnected by the disconnect command';

/**
 * Token, scopes, shop facts, subscriptions; then the store counts as connected. Safe to repeat: nothing changes the second time.
 * Throws what Shopify's refusal means, or INSTALL_MISSING_SCOPE when a scope is missing that nothing works without; a store that was connected
 * before is left as it was then. Subscriptions Shopify refuses make the report not ok, yet the store is connected: its orders are found by asking.
 */
export async function connect(options: InstallOptions): Promise<ConnectReport> {
  const { store, storeName, shopify, clock, logger } = options;
  const installation = await shopify.installation();
  const missing = missingScopes(installation.scopes);
  const fatal = missing.filter((scope) => scope.fatal);
  if (fatal.length > 0) throw missingScopeError(options.domain, fatal);

  const now = clock.now();
  const before = await store.getStore(storeName);
  const row = await store.saveConnection({
    name: storeName,
    domain: installation.domain,
    shopName: installation.shopName,
    currency: installation.currency,
    timeZone: installation.timeZone,
    scopes: installation.scopes,
    connectedAt: now,
    tokenAt: now,
    subscriptions: before?.subscriptions ?? [],
    subscriptionsCheckedAt: before?.subscriptionsCheckedAt ?? null,
  });
  // What was out of sight until now is behind the watermark. Without one nothing was read yet, and all of it will be.
  const seesMore = before && !before.scopes.includes(ALL_ORDERS) && row.scopes.includes(ALL_ORDERS);
  if (seesMore && (await store.getWatermark(storeName)) !== null)
    await store.requestBackfill({ store: storeName, origin: 'access', words: ALL_ORDERS, since: null, until: now }, now);
  const subscriptions = options.webhookUri === null ? null : await repairSubscriptions(options, options.webhookUri);
  logger.info(
    { store: storeName, domain: installation.domain, scopes: installation.scopes, subscriptions: subscriptions !== null },
    'store connected',
  );
  for (const { scope } of missing) logger.warn({ store: storeName, scope }, 'a scope is missing');
  const error = subscriptions && options.webhookUri !== null ? refusedSubscriptions(subscriptions, options.webhookUri) : null;
  return {
    store: storeName,
    ok: error === null,
    error,
    installation,
    missingScopes: missing,
    subscriptions,
    firstConnectedAt: row.firstConnectedAt,
  };
}

function missingScopeError(domain: string, missing: MissingScope[]): ConnectorError {
  const list = missing.map(({ scope, cost }) => `${scope}: ${cost}`).join('\n  ');
  return new ConnectorError(
    'INSTALL_MISSING_SCOPE',
    `The app on ${domain} lacks ${missing.length === 1 ? 'a scope' : 'scopes'} it cannot work without.\n  ${list}`,
  );
}

/** Creates or repairs our subscriptions and remembers which are there. What Shopify refuses is in the report and in the log. */
export async function repairSubscriptions(options: InstallOptions, uri: string): Promise<SubscriptionReport> {
  const { storeName, logger } = options;
  const report = await options.shopify.ensureSubscriptions(uri);
  const { created, updated, unchanged, removed, failed } = report;
  await options.store.saveSubscriptions(storeName, [...created, ...updated, ...unchanged].sort(), options.clock.now());
  if (created.length + updated.length + removed.length > 0)
    logger.info({ store: storeName, created, updated, removed }, 'webhook subscriptions repaired');
  if (failed.length > 0)
    logger.error({ store: storeName, refused: failed }, 'Shopify refuses webhook subscriptions: orders are found by asking only');
  return report;
}

function refusedSubscriptions({ failed }: SubscriptionReport, uri: string): ConnectReport['error'] {
  if (failed.length === 0) return null;
  const list = failed.map(({ topic, message }) => `${topic}: ${message}`).join('; ');
  return {
    code: 'INSTALL_SUBSCRIPTION_FAILED',
    message: `Shopify refused webhook subscriptions at ${uri} (${list}). Check server.publicUrl, then run connect again.`,
  };
}

/** Whether the store is lost until somebody acts at Shopify: the token is refused for good, or a scope was taken away. */
export function isConnectionLost(error: unknown): boolean {
  return isConnectionRefused(error) || errorCode(error) === 'INSTALL_MISSING_SCOPE';
}

/**
 * Looks whether the token still works after a signal said it might not. An uninstall is believed only when Shopify refuses the token,
 * because the topic of a webhook is not signed. Resolves to whether the store is connected; throws when Shopify cannot be asked.
 */
export async function checkConnection(options: InstallOptions, row: StoreRow): Promise<boolean> {
  const { store, storeName, logger } = options;
  options.shopify.forgetToken();
  try {
    await connect(options);
  } catch (error) {
    if (!isConnectionLost(error)) throw error;
    await store.markDisconnected(storeName, error instanceof Error ? error.message : errorCode(error));
    logger.error({ store: storeName, code: errorCode(error) }, 'store disconnected');
    if (row.checkRequestedAt !== null) await store.clearConnectionCheck(storeName, row.checkRequestedAt);
    return false;
  }
  if (row.checkRequestedAt !== null) await store.clearConnectionCheck(storeName, row.checkRequestedAt);
  return true;
}

/**
 * Stops the store's work, removes our subscriptions and forgets the token. Returns the topics removed; a store whose token is dead has none left.
 * Stopped first, so that a daemon beside us does not put back what we remove; when the removal fails, running it again removes the rest.
 */
export async function disconnect(options: InstallOptions): Promise<string[]> {
  const { store, storeName, webhookUri } = options;
  const known = (await store.getStore(storeName)) !== null;
  if (known) await store.markDisconnected(storeName, DISCONNECTED_BY_USER);
  const removed = webhookUri === null ? [] : await removeSubscriptions(options, webhookUri);
  options.shopify.forgetToken();
  if (known) await store.saveSubscriptions(storeName, [], options.clock.now());
  options.logger.info({ store: storeName, removed }, 'store disconnected by the user');
  return removed;
}

/** An uninstalled app has lost its subscriptions with its token. */
export async function removeSubscriptions(options: InstallOptions, uri: string): Promise<string[]> {
  try {
    return await options.shopify.removeSubscriptions(uri);
  } catch (error) {
    if (isConnectionRefused(error)) return [];
    throw error;
  }
}
