/** A real store in a temporary folder, and short forms for what goes into it. */
import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Derivation } from '../../src/core/decision.ts';
import { withBody, type ConvergeEvent } from '../../src/core/event.ts';
import { openStore } from '../../src/store/index.ts';
import type { DueOrder, HistoryWrite, LedgerRow, OrderWrite, Settlement, Signal, Store } from '../../src/store/types.ts';

export const SHOP = 'main';
export const T0 = Date.parse('2026-11-20T12:00:00Z');
export const MINUTE = 60_000;
export const CONVERGE = { name: 'converge', eventNames: null };
export const CONVEAD = { name: 'convead', eventNames: null };

export function tempPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'data', 'connector.sqlite');
}

let tokens = 0;
export function open(path = tempPath()): Store & { path: string } {
  const store = openStore({ path, newToken: () => `token-${(tokens += 1)}`, lockHolder: { pid: process.pid, host: 'here' } });
  onTestFinished(() => store.close());
  return { ...store, path };
}

/** A store with a connected shop. */
export async function connected(path?: string): Promise<Store & { path: string }> {
  const store = open(path);
  await store.saveConnection(connection());
  return store;
}

export function connection(more: Partial<Parameters<Store['saveConnection']>[0]> = {}): Parameters<Store['saveConnection']>[0] {
  return {
    name: SHOP,
    domain: 'shop.myshopify.com',
    shopName: 'Shop',
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
    scopes: ['read_orders'],
    connectedAt: T0,
    tokenAt: T0,
    subscriptions: [],
    subscriptionsCheckedAt: null,
    ...more,
  };
}

let deliveries = 0;
export function signal(more: Partial<Signal> = {}): Signal {
  return {
    store: SHOP,
    deliveryId: `delivery-${(deliveries += 1)}`,
    eventId: 'event',
    topic: 'orders/updated',
    triggeredAt: '2026-11-20T11:59:59.123456789Z',
    receivedAt: T0,
    orderId: '1',
    orderCreatedAt: null,
    heldUntil: null,
    deletes: false,
    checksConnection: false,
    redact: null,
    ...more,
  };
}

export function event(id: string, more: Partial<ConvergeEvent> = {}): ConvergeEvent {
  const event_name = id.startsWith('refund-') ? 'Received Refund' : 'Placed Order';
  return {
    event_name,
    event_id: id,
    timestamp: '2026-11-20T12:00:00Z',
    properties: { id },
    profile_properties: {},
    aliases: [`urn:x:${id}`],
    ...more,
  };
}

function derivation(more: Partial<Derivation> = {}): Derivation {
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
    total: '10.00',
    sentLines: { l1: 1 },
    subscription: null,
    warnings: [],
    trail: ['looked at'],
    ...more,
  };
}

export function write(claim: DueOrder, more: Partial<Derivation> = {}, row: Partial<LedgerRow> = {}): OrderWrite {
  return {
    claim,
    row: {
      name: `#${claim.orderId}`,
      customerId: 'c1',
      createdAt: T0 - MINUTE,
      placedAt: '2026-11-20T11:59:00Z',
      updatedAt: '2026-11-20T11:59:30Z',
      sourceName: 'web',
      appName: null,
      currency: 'EUR',
      ...row,
    },
    derivation: derivation(more),
    destinations: [CONVERGE],
  };
}

export const claimDue = (store: Store, now: number, limit = 50): Promise<DueOrder[]> =>
  store.claimDueOrders(SHOP, { limit, now, leaseMs: 5 * MINUTE });

export const claimLanes = (store: Store, now: number, more: { limit?: number; eventsPerLane?: number } = {}) =>
  store.claimLanes({ store: SHOP, destination: 'converge', limit: 50, now, leaseMs: MINUTE, eventsPerLane: 10, ...more });

/** Signals an order and writes it with these events; returns nothing because the store is what is looked at. */
export async function place(store: Store, orderId: string, eventIds = [orderId], now = T0, row: Partial<LedgerRow> = {}): Promise<void> {
  await store.acceptSignals([signal({ orderId, receivedAt: now })]);
  const claims = await claimDue(store, now);
  await store.writeOrders(
    SHOP,
    claims.map((claim) => write(claim, { events: eventIds.map((id) => event(id)) }, row)),
    now,
  );
}

const attempt = { at: T0, latencyMs: 5, status: 200, answer: 'ok' };
export const delivered: Settlement = { state: 'delivered', attempt };
export const dead: Settlement = { state: 'dead', outcome: 'refused', attempt: { ...attempt, status: 422, answer: 'no' } };
export const retryAt = (nextAt: number): Settlement => ({
  state: 'retry',
  nextAt,
  outcome: 'HTTP 500',
  attempt: { ...attempt, status: 500 },
});

/** Rows of a table as they stand in the file, through a connection of its own. */
export function rows<R = Record<string, unknown>>(store: { path: string }, sql: string): R[] {
  const file = new Database(store.path, { readonly: true });
  try {
    return file.prepare<[], R>(sql).all();
  } finally {
    file.close();
  }
}

export const due = (store: { path: string }) =>
  rows<{
    order_id: string;
    due_at: number;
    held_until: number | null;
    version: number;
    lease_token: string | null;
    lane: string;
    reason: string;
    attempts: number;
    first_due_at: number;
    delete_seen: number;
    missing_since: number | null;
    last_error: string | null;
  }>(store, 'select * from due_orders order by order_id');

/** An order as a backfill writes it. */
export function historical(orderId: string, more: Partial<Derivation> = {}, fields: Partial<LedgerRow> = {}): HistoryWrite {
  const claim = { store: SHOP, orderId, leaseToken: '', version: 1, reason: '', attempts: 0, firstDueAt: T0, lane: 'historical' as const };
  const { row, derivation } = write(
    { ...claim, deleteSeen: false, missingSince: null, failingSince: null },
    { events: [event(orderId)], ...more },
    fields,
  );
  return { orderId, row, derivation: { ...derivation, events: derivation.events.map(withBody) }, lane: 'historical' };
}
