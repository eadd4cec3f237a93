/** Every check of the doctor, for a config as it stands: the machine first, then each store on its own. Changes nothing at Shopify. */
import { randomUUID } from 'node:crypto';
import type { Config, StoreConfig } from './config/index.ts';
import { closeConnection, openConnection, selectConnections, webhookUri, type Connection } from './connection.ts';
import { checkReachOf, sendTest } from './doctor/destination.ts';
import { failed, ok, skipped, type Check, type Finding } from './doctor/check.ts';
import { checkDaemon, checkDatabase, checkDisk, checkEnvFile } from './doctor/machine.ts';
import { checkPublicUrl } from './doctor/public-url.ts';
import { checkReach, checkSubscriptions, checkToken } from './doctor/shop.ts';
import { CONVEAD_ORIGIN } from './destinations/convead/convead.ts';
import { systemClock } from './platform/clock.ts';
import { createHttp, type Http } from './platform/http.ts';
import type { Logger } from './platform/logger.ts';
import { createMetrics } from './platform/metrics.ts';
import { openStore } from './store/index.ts';
import type { Store } from './store/types.ts';

export interface CheckupOptions {
  logger: Logger;
  /** This store only. */
  store?: string | undefined;
  /** Also send each store's destination one event that says it is a test. */
  sendTest: boolean;
  /** Called with each check as soon as it is done. */
  onCheck: (check: Check) => void;
}

const TIMEOUT_MS = 10_000;
const NATIVE =
  'In Converge: Sources. If a Shopify source for this shop is on there, turn it off (or its Placed Order and Received Refund), else every order counts twice.';

/** Resolves when all is looked at; never rejects for what it finds. Throws CLI_UNKNOWN_STORE. Works with no database yet, and beside a running daemon. */
export async function checkup(config: Config, options: CheckupOptions): Promise<Check[]> {
  const stores = selectConnections(config.stores, options.store);
  const checks: Check[] = [];
  const http = createHttp({ connections: 4, timeoutMs: TIMEOUT_MS });
  const note = (store: string | null) => (name: string, finding: Finding) => {
    const check = { name, store, ...finding };
    checks.push(check);
    options.onCheck(check);
  };
  const say = note(null);
  say('config', ok(`${config.file} is valid: ${config.stores.map(({ name }) => name).join(', ')}`));
  say('secrets', await checkEnvFile(config.file));
  say('disk', await guarded(() => checkDisk(config.storage.path)));
  const { finding, store } = await checkDatabase(config.storage.path, () => openStore({ path: config.storage.path, newToken: randomUUID }));
  try {
    say('database', finding);
    say('daemon', await guarded(() => checkDaemon(store, http, config.admin)));
    const running = (await store?.daemonHolder()) != null;
    const { publicUrl } = config.server;
    const polling = skipped('none is set: Shopify is asked for changes every minute');
    say('public URL', publicUrl === null ? polling : await guarded(() => checkPublicUrl(http, publicUrl, webhookUri(publicUrl), running)));
    for (const storeConfig of stores) await checkStore({ config, storeConfig, store, http, options, say: note(storeConfig.name) });
  } finally {
    await Promise.all([http.close(), store?.close()]);
  }
  return checks;
}

interface StoreCheckup {
  config: Config;
  storeConfig: StoreConfig;
  store: Store | null;
  http: Http;
  options: CheckupOptions;
  say: (name: string, finding: Finding) => void;
}

async function checkStore({ config, storeConfig, store, http, options, say }: StoreCheckup): Promise<void> {
  const parts = {
    store: { saveTokenTime: async () => {} } as Partial<Store> as Store,
    clock: systemClock,
    random: Math.random,
    logger: options.logger,
  };
  const connection = openConnection(config, storeConfig, { ...parts, metrics: createMetrics() });
  try {
    await checkShop(connection, store, http, say);
    if (storeConfig.converge) say('converge', await guarded(() => checkReachOf(storeConfig.converge?.endpoint ?? '')));
    if (storeConfig.convead) say('convead', await guarded(() => checkReachOf(storeConfig.convead?.origin ?? CONVEAD_ORIGIN)));
    for (const destination of options.sendTest ? connection.destinations : [])
      say(`${destination.name} test`, await guarded(() => sendTest(destination, destination.http, systemClock.now())));
    if (storeConfig.converge)
      say('native source', {
        state: 'manual',
        seen: 'whether Converge has a Shopify source of its own for this shop cannot be seen from here',
        fix: NATIVE,
      });
  } finally {
    await closeConnection(connection);
  }
}

async function checkShop(
  { config, shopify, install }: Connection,
  store: Store | null,
  http: Http,
  say: StoreCheckup['say'],
): Promise<void> {
  const { reach, clock } = await checkReach(http, config.shopifyOrigin ?? `https://${config.shop}`, systemClock.now);
  say('reach', reach);
  if (clock) say('clock', clock);
  if (reach.state === 'fail') {
    say('token', skipped('not checked: Shopify was not reached'));
    return;
  }
  const { token, scopes, allOrders, installation } = await checkToken(shopify);
  say('token', token);
  if (scopes) say('scopes', scopes);
  if (allOrders) say('read_all_orders', allOrders);
  const row = (await store?.getStore(config.name)) ?? null;
  const subscriptions = installation
    ? await checkSubscriptions(shopify, install.webhookUri, row?.state === 'connected' ? row.connectedAt : null)
    : skipped('not checked: there is no token');
  say('subscriptions', subscriptions);
}

/** A check that breaks is a failure of what it looks at. */
async function guarded(check: () => Promise<Finding>): Promise<Finding> {
  try {
    return await check();
  } catch (error) {
    return failed(error);
  }
}
