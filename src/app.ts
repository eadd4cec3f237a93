/** The composition root: a config becomes an open store, wired connections and the use cases the commands call. */
import { randomUUID } from 'node:crypto';
import PQueue from 'p-queue';
import type { BackfillOptions } from './backfill/types.ts';
import {
  lookAtBackfill,
  rehearseBackfills,
  requestBackfills,
  runHistory,
  type BackfillAsked,
  type BackfillLook,
  type BackfillRehearsed,
  type BackfillTaken,
} from './history.ts';
import type { Rehearsal } from './backfill/rehearsal.ts';
import { failedAudit, audit as auditStore, type AuditRequest } from './audit/audit.ts';
import type { AuditReport } from './audit/report.ts';
import { auditOptions } from './auditing.ts';
import type { Config } from './config/index.ts';
import { closeConnection, openConnection, selectConnections, type Connection } from './connection.ts';
import { startDaemon, type Daemon } from './daemon.ts';
import type { Derivation, Previous } from './core/decision.ts';
import { ConnectorError, errorCode } from './core/errors.ts';
import type { GivenEvent, SendOptions, SendReport } from './core/given-events.ts';
import { connect, disconnect, type ConnectReport } from './install/install.ts';
import { derive } from './pipeline/index.ts';
import { systemClock, type Clock } from './platform/clock.ts';
import type { Logger } from './platform/logger.ts';
import { createMetrics, type Metrics } from './platform/metrics.ts';
import { createTurns, type Turns } from './platform/turns.ts';
import { sendEvents } from './send.ts';
import { openStore } from './store/index.ts';
import type {
  Alert,
  AuditRecord,
  DeadLetterResult,
  DeadLetterSelection,
  BackfillProgress,
  DestinationState,
  EventFilter,
  FailingOrder,
  HeldOrder,
  Store,
  StoreCounts,
  StoreRow,
  Taker,
} from './store/types.ts';
import { orderFacts, windowOf } from './sync/facts.ts';
import { takenOf } from './sync/taken.ts';

export interface AppOptions {
  logger: Logger;
  clock?: Clock;
  /** In [0, 1). */
  random?: () => number;
}

/** What every part of the running program is made from. A reload puts another config here and changes `connections` in place. */
export interface Parts {
  config: Config;
  store: Store;
  connections: Connection[];
  metrics: Metrics;
  clock: Clock;
  random: () => number;
  logger: Logger;
  /** One result of a bulk operation is in memory at a time. */
  turn: BackfillOptions['turn'];
  othersWait: BackfillOptions['othersWait'];
  /** Among the workers that take rows in hand. */
  workTurns: Turns;
}

export interface StatusReport {
  /** The daemon that holds the database; null: none runs. */
  daemon: { pid: number; host: string; startedAt: number } | null;
  stores: {
    name: string;
    /** Whether Shopify is to send webhooks: `server.publicUrl` is set. */
    webhooks: boolean;
    /** `reconcile.everyMinutes`. */
    reconcileEveryMinutes: number;
    /** Null: never connected. */
    row: StoreRow | null;
    counts: StoreCounts;
    held: HeldOrder[];
    /** Orders whose last try failed, the most often tried first. */
    failing: FailingOrder[];
    destinations: DestinationState[];
    /** Newest first. */
    backfills: BackfillProgress[];
    /** Open alerts, oldest first. */
    alerts: Alert[];
    /** The daemon's last audit; null: none yet. */
    audit: AuditRecord | null;
  }[];
}

export interface Preview {
  store: string;
  order: { id: string; name: string };
  derivation: Derivation;
  /** The store's destinations: an event goes to each that takes it. */
  destinations: Taker[];
  previous: Previous | null;
}

export type DisconnectReport = { store: string; removed: string[]; error: { code: string; message: string } | null };

export interface DeadLetterReport {
  results: DeadLetterResult[];
  /** A daemon runs, so what goes on does so now. */
  daemon: boolean;
}

export interface App {
  connect(store?: string): Promise<ConnectReport[]>;
  disconnect(store?: string): Promise<DisconnectReport[]>;
  status(): Promise<StatusReport>;
  /** Null: Shopify does not return such an order. Throws when the store was never connected. */
  preview(order: string, store?: string): Promise<Preview | null>;
  /** `daemon`: whether one runs that will deliver them. Throws SEND_STORE, SEND_DESTINATION. */
  send(given: GivenEvent[], options: SendOptions): Promise<SendReport & { daemon: boolean }>;
  /** One report per store; a store that could not be audited is among them, with its error. Throws AUDIT_SPAN, TIME_DATE. */
  audit(request: AuditRequest, store?: string): Promise<AuditReport[]>;
  listEvents(filter: EventFilter): ReturnType<Store['listEvents']>;
  showEvent(id: string): ReturnType<Store['getEvent']>;
  listDeadLetters: Store['listDeadLetters'];
  showDeadLetter: Store['getDeadLetter'];
  /** Takes effect by itself: a running daemon looks every second. `daemon`: whether one runs. */
  replayDeadLetters(selection: DeadLetterSelection): Promise<DeadLetterReport>;
  discardDeadLetters(selection: DeadLetterSelection, reason: string): Promise<DeadLetterReport>;
  /** Records what is asked for, per store; the daemon takes it, or `runHistory` does. Throws TIME_DATE, CLI_USAGE, CLI_UNKNOWN_STORE. */
  requestBackfills(asked: BackfillAsked): Promise<BackfillTaken[]>;
  /** Null: there is no such backfill any more. */
  lookAtBackfill(store: string, backfill: number): Promise<BackfillLook | null>;
  /** Reads, derives and delivers here until stopped; null: a daemon does. */
  runHistory(stores: string[]): Promise<{ stop(): Promise<void> } | null>;
  /** Counts and derives only. */
  rehearseBackfills(
    asked: BackfillAsked,
    signal: AbortSignal,
    onProgress: (store: string, rehearsal: Rehearsal) => void,
  ): Promise<BackfillRehearsed[]>;
  /** Starts the daemon; throws DAEMON_RUNNING naming the process that already holds the database. */
  start(): Promise<Daemon>;
  close(): Promise<void>;
}

const HELD_SHOWN = 20;

export async function openApp(config: Config, options: AppOptions): Promise<App> {
  const { logger } = options;
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const metrics = createMetrics();
  const store = openStore({ path: config.storage.path, newToken: randomUUID });
  const connections = config.stores.map((storeConfig) => openConnection(config, storeConfig, { store, clock, random, logger, metrics }));
  const results = new PQueue({ concurrency: 1 });
  const turns: Pick<Parts, 'turn' | 'othersWait'> = { turn: (work) => results.add(work), othersWait: () => results.size > 0 };
  const parts: Parts = { config, store, connections, metrics, clock, random, logger, ...turns, workTurns: createTurns() };
  return {
    connect: (name) => forEach(selectConnections(connections, name), (connection) => connect(connection.install), failedConnect),
    disconnect: (name) =>
      forEach(
        selectConnections(connections, name),
        async (connection): Promise<DisconnectReport> => ({
          store: connection.name,
          removed: await disconnect(connection.install),
          error: null,
        }),
        (connection, error) => ({ store: connection.name, removed: [], error }),
      ),
    status: () => status(parts),
    preview: (order, name) => preview(parts, order, name),
    send: async (given, sendOptions) => ({
      ...(await sendEvents(parts, given, sendOptions)),
      daemon: (await store.daemonHolder()) !== null,
    }),
    audit: (request, name) =>
      forEach(
        selectConnections(connections, name),
        (connection) => auditStore(auditOptions(parts, connection), request),
        (connection, error) => failedAudit(connection.name, request, error),
      ),
    listEvents: (filter) => store.listEvents(filter),
    showEvent: (id) => store.getEvent(id),
    listDeadLetters: (filter) => store.listDeadLetters(filter),
    showDeadLetter: (id) => store.getDeadLetter(id),
    replayDeadLetters: async (selection) => ({
      results: await store.replayDeadLetters(selection, clock.now()),
      daemon: (await store.daemonHolder()) !== null,
    }),
    discardDeadLetters: async (selection, reason) => ({
      results: await store.discardDeadLetters(selection, reason, clock.now()),
      daemon: (await store.daemonHolder()) !== null,
    }),
    requestBackfills: (asked) => requestBackfills(parts, asked),
    lookAtBackfill: (name, backfill) => lookAtBackfill(parts, name, backfill),
    runHistory: (names) => runHistory(parts, names),
    rehearseBackfills: (asked, signal, onProgress) => rehearseBackfills(parts, asked, signal, onProgress),
    start: () => startDaemon(parts),
    close: async () => {
      await Promise.all(connections.map(closeConnection));
      await store.close();
    },
  };
}

/** One store after the other; a failure of one is reported and does not stop the next. */
async function forEach<Report>(
  connections: Connection[],
  act: (connection: Connection) => Promise<Report>,
  failed: (connection: Connection, error: { code: string; message: string }) => Report,
): Promise<Report[]> {
  const reports: Report[] = [];
  for (const connection of connections) {
    try {
      reports.push(await act(connection));
    } catch (error) {
      reports.push(failed(connection, { code: errorCode(error), message: error instanceof Error ? error.message : String(error) }));
    }
  }
  return reports;
}

function failedConnect(connection: Connection, error: { code: string; message: string }): ConnectReport {
  return { store: connection.name, ok: false, error, installation: null, missingScopes: [], subscriptions: null, firstConnectedAt: null };
}

async function status({ config, store, connections, clock }: Parts): Promise<StatusReport> {
  const stores = [];
  for (const { name, destinations, config: settings } of connections) {
    stores.push({
      name,
      webhooks: config.server.publicUrl !== null,
      reconcileEveryMinutes: settings.reconcile.everyMinutes,
      row: await store.getStore(name),
      counts: await store.counts(name, clock.now()),
      held: await store.listHeld(name, HELD_SHOWN),
      failing: await store.listFailing(name, HELD_SHOWN),
      destinations: await Promise.all(destinations.map((destination) => store.getDestination(name, destination.name))),
      backfills: await store.listBackfills(name),
      alerts: (await store.listAlerts(name)).filter(({ overAt }) => overAt === null),
      audit: await store.lastAudit(name),
    });
  }
  return { daemon: await store.daemonHolder(), stores };
}

async function preview({ store, connections, clock }: Parts, wanted: string, name: string | undefined): Promise<Preview | null> {
  for (const connection of selectConnections(connections, name)) {
    const row = await store.getStore(connection.name);
    if (!row) throw new ConnectorError('CLI_NOT_CONNECTED', `Store "${connection.name}" was never connected. Run connect first.`);
    const orderId = await connection.shopify.findOrder(wanted);
    if (orderId === null) continue;
    const read = await connection.shopify.orders([orderId]);
    const failure = read.failed.get(orderId);
    if (failure) throw failure;
    const order = read.orders.get(orderId);
    if (!order) continue;
    const known = (await store.previousOf(connection.name, [orderId])).get(orderId);
    const window = windowOf(connection.config.backfill, row, await store.widenedWindow(connection.name));
    const facts = await orderFacts(store, row, order, known, { window, now: clock.now() });
    return {
      store: connection.name,
      order: { id: order.id, name: order.name },
      derivation: takenOf(derive(order, connection.config.rules, facts), connection.destinations),
      destinations: connection.destinations.map(({ name: destination, eventNames }) => ({ name: destination, eventNames })),
      previous: known ?? null,
    };
  }
  return null;
}
