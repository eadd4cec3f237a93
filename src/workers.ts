/** The workers of one store: reconcile marks orders due, sync reads them, delivery posts what came of it. */
import type { Parts } from './app.ts';
import { acceptDomain, type Connection } from './connection.ts';
import type { Derivation } from './core/decision.ts';
import { createDelivery } from './delivery/delivery.ts';
import { checkConnection } from './install/install.ts';
import { keepConnected } from './install/keep-connected.ts';
import { createWorker, type Worker } from './platform/worker.ts';
import { createReconcile } from './reconcile/reconcile.ts';
import { windowStart } from './sync/facts.ts';
import { createSync } from './sync/sync.ts';

export interface StoreWorkers {
  /** The store's name. */
  store: string;
  all: Worker[];
  /** A webhook of this store was recorded: look now. */
  wake(): void;
}

export function createStoreWorkers(parts: Parts, connection: Connection): StoreWorkers {
  const { store, clock, random, logger, metrics } = parts;
  const { name: storeName, config, shopify } = connection;
  const worker = (kind: string, tick: (signal: AbortSignal) => Promise<number>) =>
    createWorker({ name: `${kind}:${storeName}`, tick, clock, random, logger });

  const deliveries = connection.destinations.map((destination) =>
    worker(
      `delivery-${destination.name}`,
      createDelivery({ store, storeName, destination, http: destination.http, settings: config.delivery, clock, random, logger, metrics })
        .tick,
    ),
  );
  const wakeDelivery = () => deliveries.forEach((delivery) => delivery.wake());

  const sync = worker(
    'sync',
    createSync({
      storeName,
      store,
      shopify,
      settings: { rules: config.rules, backfill: config.backfill, maxAgeHours: config.delivery.maxAgeHours },
      destinations: connection.destinations,
      clock,
      random,
      logger,
      onDerived: (derivation) => count(parts, storeName, derivation),
      onEvents: wakeDelivery,
    }).tick,
  );

  let looked = false;
  const reconcile = worker(
    'reconcile',
    createReconcile({
      storeName,
      store,
      shopify,
      settings: { everyMs: config.reconcile.everyMinutes * 60_000, upsellDelayMs: connection.receiver.upsellDelayMs },
      windowStart: (row) => windowStart(config.backfill, row),
      ensureConnected: async (row) => {
        const connected = await keepConnected(connection.install, row, !looked);
        looked = true;
        acceptDomain(connection, await store.getStore(storeName));
        if (connected) sync.wake();
        return connected;
      },
      checkConnection: (row) => checkConnection(connection.install, row),
      clock,
      logger,
      onFound: () => sync.wake(),
    }).tick,
  );

  return {
    store: storeName,
    all: [reconcile, sync, ...deliveries],
    wake: () => {
      sync.wake();
      reconcile.wake();
    },
  };
}

function count({ metrics }: Parts, store: string, { warnings }: Derivation): void {
  for (const { code } of warnings) if (code === 'IDENTITY_DIFFERENCE') metrics.identityDifferences.inc({ store });
}
