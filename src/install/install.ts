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
  store: Pick<Store, 'saveConnection' | 'saveSubscriptions' | 'markDisconnected' | 'clearConnectionCheck' | 'getStore'>;
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

/** Set when the user disconnected the store: then only a start or a `connect` connects it again. */
export const DISCONNECTED_BY_USER = 'disconnected by the disconnect command';

/**
 * Token, scopes, shop facts, subscriptions; then the store counts as connected. Safe to repeat: nothing changes the second time.
 * Throws what Shopify's refusal means, or INSTALL_MISSING_SCOPE when a scope is missing that nothing works without;
 * a store that was connected before is left as it was then.
 */
export async function connect(options: InstallOptions): Promise<ConnectReport> {
  const { store, storeName, shopify, clock, logger } = options;
  const installation = await shopify.installation();
  const missing = missingScopes(installation.scopes);
  const fatal = missing.filter((scope) => scope.fatal);
  if (fatal.length > 0) throw missingScopeError(options.domain, fatal);

  const now = clock.now();
  const row = await store.saveConnection({
    name: storeName,
    domain: installation.domain,
    shopName: installation.shopName,
    currency: installation.currency,
    timeZone: installation.timeZone,
    scopes: installation.scopes,
    connectedAt: now,
    tokenAt: now,
    subscriptions: [],
    subscriptionsCheckedAt: null,
  });
  const subscriptions = options.webhookUri === null ? null : await repairSubscriptions(options, options.webhookUri);
  logger.info(
    { store: storeName, domain: installation.domain, scopes: installation.scopes, subscriptions: subscriptions !== null },
    'store connected',
  );
  for (const { scope } of missing) logger.warn({ store: storeName, scope }, 'a scope is missing');
  return {
    store: storeName,
    ok: true,
    error: null,
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

/** Creates or repairs our subscriptions and remembers which are there. Throws INSTALL_SUBSCRIPTION_FAILED naming every topic that could not be had. */
export async function repairSubscriptions(options: InstallOptions, uri: string): Promise<SubscriptionReport> {
  const report = await options.shopify.ensureSubscriptions(uri);
  await options.store.saveSubscriptions(
    options.storeName,
    [...report.created, ...report.updated, ...report.unchanged].sort(),
    options.clock.now(),
  );
  if (report.created.length + report.updated.length + report.removed.length > 0) {
    options.logger.info(
      { store: options.storeName, created: report.created, updated: report.updated, removed: report.removed },
      'webhook subscriptions repaired',
    );
  }
  if (report.failed.length > 0) {
    const list = report.failed.map(({ topic, message }) => `${topic}: ${message}`).join('; ');
    throw new ConnectorError(
      'INSTALL_SUBSCRIPTION_FAILED',
      `Shopify refused webhook subscriptions at ${uri} (${list}). Check server.publicUrl, then run connect again.`,
      {
        retryable: true,
      },
    );
  }
  return report;
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
    const lost = isConnectionRefused(error) || errorCode(error) === 'INSTALL_MISSING_SCOPE';
    if (!lost) throw error;
    await store.markDisconnected(storeName, error instanceof Error ? error.message : errorCode(error));
    logger.error({ store: storeName, code: errorCode(error) }, 'store disconnected: Shopify refuses the token');
    if (row.checkRequestedAt !== null) await store.clearConnectionCheck(storeName, row.checkRequestedAt);
    return false;
  }
  if (row.checkRequestedAt !== null) await store.clearConnectionCheck(storeName, row.checkRequestedAt);
  return true;
}

/** Removes our subscriptions, forgets the token and stops the store's work. Returns the topics removed; a store whose token is dead has none left to remove. */
export async function disconnect(options: InstallOptions): Promise<string[]> {
  let removed: string[] = [];
  try {
    if (options.webhookUri !== null) removed = await options.shopify.removeSubscriptions(options.webhookUri);
  } catch (error) {
    // An uninstalled app has lost its subscriptions with its token.
    if (!isConnectionRefused(error)) throw error;
  }
  options.shopify.forgetToken();
  if (await options.store.getStore(options.storeName)) {
    await options.store.saveSubscriptions(options.storeName, [], options.clock.now());
    await options.store.markDisconnected(options.storeName, DISCONNECTED_BY_USER);
  }
  options.logger.info({ store: options.storeName, removed }, 'store disconnected by the user');
  return removed;
}
