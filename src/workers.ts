/** The workers of one store: reconcile marks orders due, sync reads them, backfill reads history, delivery posts what came of it. */
import type { Parts } from './app.ts';
import { createDailyAudit } from './audit/daily.ts';
import { auditOptions } from './auditing.ts';
import { createBackfill } from './backfill/backfill.ts';
import { acceptDomain, type Connection } from './connection.ts';
import type { Derivation } from './core/decision.ts';
import { createDelivery } from './delivery/delivery.ts';
import { checkConnection } from './install/install.ts';
import { keepConnected } from './install/keep-connected.ts';
import { createWorker, type Worker } from './platform/worker.ts';
import { createReconcile } from './reconcile/reconcile.ts';
import type { Signal, StoreRow } from './store/types.ts';
import { createSuspects } from './suspects.ts';
import { createSync } from './sync/sync.ts';

const BULK_FINISHED = 'bulk_operations/finish';

export interface StoreWorkers {
  /** The store's name. */
  store: string;
  all: Worker[];
  /** Those of them that read, derive and deliver what was found already. */
  working: Worker[];
  /** Webhooks, of this store or another, were recorded: look now. */
  wake(signals: readonly Pick<Signal, 'topic'>[]): void;
}

export function createStoreWorkers(parts: Parts, connection: Connection): StoreWorkers {
  const { store, clock, random, logger, metrics, workTurns: turns } = parts;
  const { name: storeName, config, shopify } = connection;
  const worker = (kind: string, tick: (signal: AbortSignal) => Promise<number>) =>
    createWorker({ name: `${kind}:${storeName}`, tick, clock, random, logger });
  /** For those that take rows in hand: not while a suspect is tried alone. */
  const inTurn = (tick: (signal: AbortSignal) => Promise<number>) => async (signal: AbortSignal) => {
    const leave = await turns.together(signal);
    if (leave === null) return 0;
    try {
      return await tick(signal);
    } finally {
      leave();
    }
  };

  const posts = connection.destinations.map((destination) => ({
    name: destination.name,
    delivery: createDelivery({
      store,
      storeName,
      destination,
      http: destination.http,
      settings: config.delivery,
      clock,
      random,
      logger,
      metrics,
      yields: turns.wanted,
    }),
  }));
  const deliveries = posts.map(({ name, delivery }) => worker(`delivery-${name}`, inTurn(delivery.tick)));
  const wakeDelivery = () => deliveries.forEach((delivery) => delivery.wake());

  const reading = {
    storeName,
    store,
    shopify,
    settings: { rules: config.rules, backfill: config.backfill, maxAgeHours: config.delivery.maxAgeHours },
    destinations: connection.destinations,
    clock,
    random,
    logger,
    onDerived: (derivation: Pick<Derivation, 'warnings'>) => count(parts, storeName, derivation),
  };
  const syncing = createSync({ ...reading, onEvents: wakeDelivery });
  const sync = worker('sync', inTurn(syncing.tick));
  const history = createBackfill({ ...reading, turn: parts.turn, othersWait: parts.othersWait });
  const backfill = worker('backfill', history.tick);
  const kinds = [syncing.suspect, ...posts.map(({ delivery }) => delivery.suspect)];
  const suspects = worker('suspects', createSuspects({ store, storeName, kinds, turns, clock }));

  let looked = false;
  const reconcile = worker(
    'reconcile',
    createReconcile({
      storeName,
      store,
      shopify,
      settings: { everyMs: config.reconcile.everyMinutes * 60_000, upsellDelayMs: connection.receiver.upsellDelayMs },
      begin: (row) => beginHistory(parts, connection, row),
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

  const daily = worker('audit', createDailyAudit({ ...auditOptions(parts, connection), logger }).tick);

  return {
    store: storeName,
    all: [reconcile, sync, backfill, ...deliveries, suspects, daily],
    working: [sync, backfill, ...deliveries, suspects],
    wake: (signals) => {
      sync.wake();
      reconcile.wake();
      if (!signals.some(({ topic }) => topic === BULK_FINISHED)) return;
      history.finished();
      backfill.wake();
    },
  };
}

function count({ metrics }: Parts, store: string, { warnings }: Pick<Derivation, 'warnings'>): void {
  for (const { code } of warnings) if (code === 'IDENTITY_DIFFERENCE') metrics.identityDifferences.inc({ store });
}

/** A store seen for the first time: the watermark stands at its connection, and what was created before is asked for, if it is wanted, in one commit. */
async function beginHistory({ store, clock }: Parts, { name, config }: Connection, row: StoreRow): Promise<void> {
  const request = { store: name, origin: 'initial' as const, words: 'initial', since: null, until: row.firstConnectedAt };
  await store.beginHistory(name, new Date(row.firstConnectedAt).toISOString(), config.backfill.enabled ? request : null, clock.now());
}
