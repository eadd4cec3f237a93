/** An admin listener on a real port over a store whose figures the test sets. */
import { randomBytes } from 'node:crypto';
import { createAdmin } from '../../src/admin/admin.ts';
import type { EventsOptions } from '../../src/admin/events.ts';
import { ConnectorError } from '../../src/core/errors.ts';
import { Secret } from '../../src/core/secret.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { createHttpServer } from '../../src/platform/server.ts';
import type { DestinationState, HeldOrder, StoreCounts, StoreRow } from '../../src/store/types.ts';
import { handClock } from '../clock.ts';

export const NOW = Date.parse('2026-11-20T12:00:00Z');

export function row(over: Partial<StoreRow> = {}): StoreRow {
  return {
    name: 'main',
    domain: 'convergestore.myshopify.com',
    shopName: 'Converge Store',
    currency: 'EUR',
    timeZone: 'Europe/Brussels',
    scopes: ['read_orders'],
    firstConnectedAt: NOW - 86_400_000,
    connectedAt: NOW - 86_400_000,
    state: 'connected',
    stateReason: null,
    tokenAt: NOW - 3_600_000,
    subscriptions: ['ORDERS_CREATE', 'ORDERS_UPDATED'],
    subscriptionsCheckedAt: NOW - 60_000,
    checkRequestedAt: null,
    reconciledAt: null,
    ...over,
  };
}

export function counts(over: Partial<StoreCounts> = {}): StoreCounts {
  return {
    receipts: 0,
    due: 0,
    waiting: 0,
    oldestDueAt: null,
    orders: {},
    excluded: {},
    events: { pending: 0, delivered: 0, dead: 0, discarded: 0 },
    blocked: 0,
    oldestPendingAt: null,
    lastDeliveredAt: null,
    unmapped: [],
    changedAfterSending: [],
    deadOrders: 0,
    ...over,
  };
}

export interface AdminState {
  rows: Record<string, StoreRow | null>;
  counts: StoreCounts;
  held: HeldOrder[];
  destination: Partial<DestinationState>;
  budget: { available: number; restoreRate: number } | null;
  workers: { name: string; code: string | null }[];
  /** Thrown by every read and write of the store. */
  broken: ConnectorError | null;
  reads: number;
}

interface RunningOptions {
  password?: string;
  host?: string;
  names?: string[];
  /** Left out: no token is configured. */
  events?: { token: string; send: EventsOptions['send'] };
}

export async function startAdmin(options: RunningOptions = {}) {
  const names = options.names ?? ['main'];
  const state: AdminState = {
    rows: Object.fromEntries(names.map((name) => [name, row({ name })])),
    counts: counts(),
    held: [],
    destination: {},
    budget: null,
    workers: [{ name: 'sync main', code: null }],
    broken: null,
    reads: 0,
  };
  const answer = async <T>(value: T): Promise<T> => {
    state.reads += 1;
    if (state.broken) throw state.broken;
    return value;
  };
  const clock = handClock(NOW);
  const metrics = createMetrics();
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger(
    { level: 'info', fd: 1, pretty: false, colour: false },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  );
  const nothing = async () => await answer([]);
  const { respond, endStreams } = createAdmin({
    store: {
      size: async () => ({ databaseBytes: 4096, logBytes: 0 }),
      listFailing: nothing,
      listAlerts: nothing,
      lastAudit: () => answer(null),
      listBackfills: nothing,
      listEvents: nothing,
      listDeadLetters: nothing,
      replayDeadLetters: nothing,
      discardDeadLetters: nothing,
      accounting: nothing,
      traffic: nothing,
      getOrder: () => answer(null),
      getEvent: () => answer(null),
      probe: () => answer(undefined),
      getStore: (name) => answer(state.rows[name] ?? null),
      counts: () => answer(state.counts),
      listHeld: () => answer(state.held),
      getDestination: (store, destination) =>
        answer({
          store,
          destination,
          pausedAt: null,
          reason: null,
          probeAt: null,
          probes: 0,
          lastDeliveredAt: null,
          resumedAt: null,
          cause: null,
          downMs: 0,
          ...state.destination,
        }),
    },
    connections: names.map((name) => ({ name, destinations: [{ name: 'converge' }], shopify: { budget: () => state.budget } })),
    workers: state.workers.map((_worker, index) => ({
      store: names[0] ?? '',
      name: state.workers[index]?.name ?? '',
      failure: () => state.workers[index]?.code ?? null,
    })),
    metrics,
    clock,
    logger,
    host: options.host ?? '127.0.0.1',
    randomBytes,
    password: options.password === undefined ? null : new Secret(options.password),
    events: options.events ? { ...options.events, token: new Secret(options.events.token) } : null,
  });
  const server = createHttpServer({ name: 'admin', host: '127.0.0.1', port: 0, respond, clock, logger });
  const { port } = await server.listen();
  return { state, clock, metrics, lines, server, endStreams, port, origin: `http://127.0.0.1:${port}` };
}

export const BROKEN = new ConnectorError('STORE_FULL', 'The disk is full. Make room.', { retryable: true });
