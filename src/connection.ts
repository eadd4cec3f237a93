/** One configured store, wired up: its Shopify connection, its rules and what installing it takes. */
import type { Config, StoreConfig } from './config/index.ts';
import type { InstallOptions } from './install/install.ts';
import { ConnectorError } from './core/errors.ts';
import type { Clock } from './platform/clock.ts';
import type { Logger } from './platform/logger.ts';
import { createShopify } from './shopify/index.ts';
import type { Shopify } from './shopify/types.ts';
import type { Destination } from './destinations/types.ts';
import { createConvead } from './destinations/convead/convead.ts';
import { createConverge } from './destinations/converge/converge.ts';
import { createHttp, type Http } from './platform/http.ts';
import type { Metrics } from './platform/metrics.ts';
import type { ReceiverStore } from './receiver/signal.ts';
import type { Store, StoreRow } from './store/types.ts';

export interface Connection {
  name: string;
  config: StoreConfig;
  shopify: Shopify;
  install: InstallOptions;
  receiver: ReceiverStore;
  /** Each with connections of its own: one that does not answer takes none from another. */
  destinations: (Destination & { http: Http })[];
}

export function openConnection(
  config: Config,
  storeConfig: StoreConfig,
  options: { store: Store; clock: Clock; random: () => number; logger: Logger; metrics: Metrics },
): Connection {
  const { store, clock, random, logger, metrics } = options;
  const { name, rules } = storeConfig;
  const shopify = createShopify({
    domain: storeConfig.shop,
    origin: storeConfig.shopifyOrigin,
    credentials: storeConfig.accessToken
      ? { accessToken: storeConfig.accessToken.reveal() }
      : { clientId: storeConfig.clientId ?? '', clientSecret: storeConfig.clientSecret?.reveal() ?? '' },
    clock,
    random,
    logger,
    onToken: (at) => void store.saveTokenTime(name, at).catch(() => {}),
    onThrottle: () => metrics.throttles.inc({ store: name }),
  });
  return {
    name,
    config: storeConfig,
    shopify,
    destinations: destinationsOf(storeConfig),
    receiver: {
      name,
      domains: [storeConfig.shop],
      secrets: [storeConfig.clientSecret, storeConfig.previousClientSecret].flatMap((secret) => (secret ? [secret.reveal()] : [])),
      upsellDelayMs: rules.upsellDelay.enabled ? Math.ceil(rules.upsellDelay.minutes * 60_000) : 0,
    },
    install: {
      storeName: name,
      domain: storeConfig.shop,
      webhookUri: config.server.publicUrl === null ? null : webhookUri(config.server.publicUrl),
      shopify,
      store,
      clock,
      logger,
    },
  };
}

/** Ends its network connections at once: call it when nothing of the store is in flight. */
export async function closeConnection({ shopify, destinations }: Connection): Promise<void> {
  await Promise.all([shopify.close(), ...destinations.map(({ http }) => http.close())]);
}

/** The one that `name` means, or all of them. Throws CLI_UNKNOWN_STORE. */
export function selectConnections<Named extends { name: string }>(connections: Named[], name: string | undefined): Named[] {
  if (name === undefined) return connections;
  const found = connections.filter((connection) => connection.name === name);
  if (found.length === 0) {
    const names = connections.map((connection) => connection.name).join(', ');
    throw new ConnectorError('CLI_UNKNOWN_STORE', `There is no store named "${name}" in the config; it has ${names}.`);
  }
  return found;
}

function destinationsOf({ converge, convead, delivery }: StoreConfig): Connection['destinations'] {
  const destinations = [
    ...(converge ? [createConverge({ endpoint: converge.endpoint, token: converge.token?.reveal() })] : []),
    ...(convead ? [createConvead({ ...convead, appKey: convead.appKey.reveal() })] : []),
  ];
  return destinations.map((destination) => ({
    ...destination,
    http: createHttp({ connections: delivery.concurrency, timeoutMs: delivery.timeoutSeconds * 1000 }),
  }));
}

/** A shop whose handle was changed answers under the old one too, but its webhooks name the new one. */
export function acceptDomain({ receiver }: Connection, row: StoreRow | null): void {
  if (row && !receiver.domains.includes(row.domain)) receiver.domains.push(row.domain);
}

/** The address every subscription of ours points to. */
export function webhookUri(publicUrl: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/webhooks/shopify`;
}
