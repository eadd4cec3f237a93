/** A screen that remembers, and reports to print on it. */
import type { StatusReport } from '../../src/app.ts';
import type { Derivation } from '../../src/core/decision.ts';
import { createColours, type Screen } from '../../src/cli/screen.ts';
import type { BackfillProgress, OutboxEvent, StoreCounts, StoreRow } from '../../src/store/types.ts';

export const NOW = Date.parse('2026-11-20T12:00:00Z');
const MINUTE = 60_000;

export interface Recorded extends Screen {
  printed: string[];
  failed: string[];
  /** All of stdout. */
  text(): string;
  /** Stdout as the JSON it must be. */
  data(): unknown;
}

export function screen(options: { json?: boolean; quiet?: boolean; colour?: boolean; width?: number } = {}): Recorded {
  const printed: string[] = [];
  const failed: string[] = [];
  return {
    json: options.json ?? false,
    quiet: options.quiet ?? false,
    colours: createColours(options.colour ?? false),
    width: options.width ?? null,
    now: NOW,
    print: (text) => void printed.push(text),
    fail: (text) => void failed.push(text),
    printed,
    failed,
    text: () => printed.join('\n'),
    data: () => JSON.parse(printed.join('\n')) as unknown,
  };
}

export function row(more: Partial<StoreRow> = {}): StoreRow {
  return {
    name: 'main',
    domain: 'convergestore.myshopify.com',
    shopName: 'Converge Store',
    currency: 'EUR',
    timeZone: 'Europe/Paris',
    scopes: ['read_all_orders', 'read_customers', 'read_orders', 'read_products'],
    firstConnectedAt: NOW - 90 * MINUTE,
    connectedAt: NOW - 60 * MINUTE,
    state: 'connected',
    stateReason: null,
    tokenAt: NOW - 5 * MINUTE,
    subscriptions: ['ORDERS_CREATE', 'ORDERS_UPDATED'],
    subscriptionsCheckedAt: NOW - 2 * MINUTE,
    checkRequestedAt: null,
    reconciledAt: NOW - 3 * MINUTE,
    ...more,
  };
}

export function counts(more: Partial<StoreCounts> = {}): StoreCounts {
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
    ...more,
  };
}

export function status(store: Partial<StatusReport['stores'][number]> = {}, daemon: StatusReport['daemon'] = null): StatusReport {
  return {
    daemon,
    stores: [
      {
        name: 'main',
        webhooks: true,
        reconcileEveryMinutes: 15,
        row: row(),
        counts: counts(),
        held: [],
        failing: [],
        destinations: [],
        backfills: [],
        alerts: [],
        audit: null,
        ...store,
      },
    ],
  };
}

export function backfill(more: Partial<BackfillProgress> = {}): BackfillProgress {
  return {
    id: 1,
    store: 'main',
    origin: 'initial',
    words: 'initial',
    since: null,
    until: NOW - 60 * MINUTE,
    state: 'running',
    expected: 3_040,
    createdAt: NOW - 60 * MINUTE,
    startedAt: NOW - 59 * MINUTE,
    finishedAt: null,
    error: null,
    read: 0,
    derived: 0,
    markedDue: 0,
    known: 0,
    slices: { planned: 0, starting: 0, running: 2, reading: 0, done: 0, failed: 0 },
    failed: [],
    ...more,
  };
}

export function derivation(more: Partial<Derivation> = {}): Derivation {
  return {
    decision: 'sent',
    reason: null,
    events: [],
    refunds: [],
    dueAgainAt: null,
    dueAgainReason: null,
    historical: false,
    channel: 'web',
    channelMapped: true,
    total: '12.50',
    sentLines: null,
    subscription: null,
    warnings: [],
    trail: ['not excluded: no rule applies'],
    ...more,
  };
}

export function event(more: Partial<OutboxEvent> = {}): OutboxEvent {
  return {
    id: 7,
    store: 'main',
    destination: 'converge',
    eventId: '5001',
    orderId: '5001',
    sequence: 0,
    name: 'Placed Order',
    body: '{"event_id":"5001","properties":{"total_price":15.1}}',
    lane: 'live',
    state: 'delivered',
    attempts: 1,
    createdAt: NOW - 3 * MINUTE,
    firstAttemptAt: NOW - 2 * MINUTE,
    nextAttemptAt: null,
    settledAt: NOW - 2 * MINUTE,
    outcome: '200',
    downMsBefore: null,
    ...more,
  };
}
