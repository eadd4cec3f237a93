/** A store on a real file, a shop that answers from memory, and sync between them on a hand-moved clock. */
import { ConnectorError } from '../../src/core/errors.ts';
import type { Order } from '../../src/core/order.ts';
import type { RuleSettings } from '../../src/core/settings.ts';
import type { Store, Taker } from '../../src/store/types.ts';
import type { ReadOrders } from '../../src/shopify/types.ts';
import { createSync } from '../../src/sync/sync.ts';
import { handClock } from '../clock.ts';
import { baseOrder, baseSettings } from '../pipeline/cases.ts';
import { connected, connection, MINUTE, rows, SHOP, signal, T0 } from '../store/fixture.ts';

export const DELAY_MS = 10 * MINUTE;
export const silent = { debug() {}, info() {}, warn() {}, error() {}, isLevelEnabled: () => false, child: () => silent };

/** What Shopify would answer: orders as they stand now. */
function fakeShop() {
  const orders = new Map<string, Order>();
  const asked: string[][] = [];
  let failure: Error | null = null;
  let duringRead: () => Promise<void> = async () => {};
  const broken = new Set<string>();
  return {
    orders,
    asked,
    broken,
    fail: (error: Error | null) => (failure = error),
    whileReading: (act: () => Promise<void>) => (duringRead = act),
    read: async (ids: string[]): Promise<ReadOrders> => {
      asked.push(ids);
      if (failure) throw failure;
      const found = ids.flatMap((id) => (orders.has(id) && !broken.has(id) ? [[id, structuredClone(orders.get(id)!)] as const] : []));
      await duringRead();
      const failed = ids
        .filter((id) => broken.has(id))
        .map((id) => [id, new ConnectorError('SHOPIFY_PARTIAL', 'half of it', { retryable: true })] as const);
      return { orders: new Map(found), failed: new Map(failed) };
    },
  };
}

export interface Running {
  scopes?: string[];
  rules?: object;
  backfill?: { enabled: boolean; since: string | null };
  destinations?: Taker[];
  store?: Store & { path: string };
}

export async function startSync(options: Running = {}) {
  const clock = handClock(T0);
  const store = options.store ?? (await connected());
  if (options.scopes) await store.saveConnection(connection({ scopes: options.scopes }));
  const shop = fakeShop();
  const rules: RuleSettings = baseSettings(options.rules ?? { upsellDelay: { enabled: true, minutes: 10 } });
  const { tick } = createSync({
    storeName: SHOP,
    store,
    shopify: { orders: shop.read },
    settings: { rules, backfill: options.backfill ?? { enabled: true, since: null }, maxAgeHours: 72 },
    destinations: options.destinations ?? [{ name: 'converge', eventNames: null }],
    clock,
    random: () => 0.5,
    logger: silent,
  });
  const stop = new AbortController();
  let delivery = 0;
  return {
    clock,
    store,
    shop,
    rules,
    tick: () => tick(stop.signal),
    /** Moves time in steps of `stepMs`, ticking at each. */
    pass: async (ms: number, stepMs = 5_000) => {
      for (let passed = 0; passed < ms; passed += stepMs) {
        await clock.advance(Math.min(stepMs, ms - passed));
        await tick(stop.signal);
      }
    },
    /** A webhook: with the order's creation time only where Shopify's body has one. */
    webhook: async (topic: string, order: Pick<Order, 'id' | 'createdAt'>, more: { deletes?: boolean } = {}) => {
      const knows = ['orders/create', 'orders/updated', 'orders/cancelled'].includes(topic);
      const createdAt = Date.parse(order.createdAt);
      await store.acceptSignals([
        signal({
          deliveryId: `delivery-${(delivery += 1)}`,
          topic,
          orderId: order.id,
          receivedAt: clock.now(),
          orderCreatedAt: knows ? createdAt : null,
          heldUntil: knows && rules.upsellDelay.enabled ? createdAt + DELAY_MS : null,
          deletes: more.deletes ?? false,
        }),
      ]);
    },
    events: () =>
      rows<{ eventId: string; body: string }>(store, `select event_id eventId, body from events order by id`).map(({ eventId, body }) => ({
        eventId,
        ...(JSON.parse(body) as { properties: Record<string, unknown> }),
      })),
    ledger: (id: string) =>
      rows<{ decision: string; reason: string | null }>(store, `select decision, reason from orders where order_id = '${id}'`)[0] ?? null,
    due: () => rows<{ order_id: string; due_at: number }>(store, 'select order_id, due_at from due_orders order by order_id'),
  };
}

/** An ordinary order created `agoMs` before T0, of a known first-time customer, so that nothing else makes it wait. */
export function order(id: string, agoMs = 0, changes: object = {}): Order {
  const at = new Date(T0 - agoMs).toISOString();
  return baseOrder({
    id,
    name: `#${id}`,
    createdAt: at,
    processedAt: at,
    updatedAt: at,
    journey: { ready: true, customerOrderIndex: 1 },
    ...changes,
  });
}
