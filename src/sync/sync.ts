/** Reads what is due, derives its events and writes them with their accounting: the one way from an order's state to the outbox. */
import type { Derivation } from '../core/decision.ts';
import { ConnectorError, errorCode } from '../core/errors.ts';
import type { Order } from '../core/order.ts';
import { backoffMs, createSettling, isTooOld } from '../core/retry.ts';
import type { RuleSettings } from '../core/settings.ts';
import { derive } from '../pipeline/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Shopify } from '../shopify/types.ts';
import type { DueOrder, OrderMissing, OrderWrite, OrderWriteResult, Store, StoreRow, Taker } from '../store/types.ts';
import { orderFacts, windowOf, type WindowSettings } from './facts.ts';
import { ledgerRow } from './ledger-row.ts';
import { missingOrder } from './missing.ts';
import { takenOf } from './taken.ts';

export interface SyncSettings {
  rules: RuleSettings;
  backfill: WindowSettings;
  /** An order that still fails by itself after so long is a dead letter. */
  maxAgeHours: number;
}

export interface SyncOptions {
  storeName: string;
  store: Pick<
    Store,
    | 'getStore'
    | 'widenedWindow'
    | 'claimDueOrders'
    | 'previousOf'
    | 'hasEarlierOrder'
    | 'writeOrders'
    | 'writeMissing'
    | 'releaseDueOrders'
    | 'failDueOrder'
  >;
  shopify: Pick<Shopify, 'orders'>;
  settings: SyncSettings;
  destinations: readonly Taker[];
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  logger: Logger;
  /** Called for each order written, for counters. */
  onDerived?: (derivation: Derivation) => void;
  /** Called after a commit that put events on the outbox. */
  onEvents?: () => void;
}

/** As many as one cheap page of Shopify's holds. */
const BATCH = 50;
/** Longer than the slowest read of a batch: throttled for minutes and retried. A crashed process's orders come back after it. */
const LEASE_MS = 300_000;
/** The receiver wakes sync for what is due now; this is how late a held order may be looked at. */
const IDLE_MS = 1_000;
const RETRY = { baseMs: 5_000, maxMs: 900_000 };

export interface Sync {
  /**
   * One portion of work: claims a batch, reads it, writes it. Resolves to ms until the next look.
   * Throws when Shopify could not be read at all; the orders are given back first, so nothing is lost.
   */
  tick(signal: AbortSignal): Promise<number>;
  /** The same with one order that is to be tried alone; false: there is none. */
  suspect(): Promise<boolean>;
}

export function createSync(options: SyncOptions): Sync {
  const { store, storeName, clock, logger } = options;
  const settling = createSettling(clock.now());
  /** Before that Shopify could not be read. */
  let readableSince = clock.now();

  function again(claim: DueOrder): number {
    return clock.now() + backoffMs(RETRY, claim.attempts + 1, options.random(), 1_000);
  }

  async function read(claims: DueOrder[]): ReturnType<Shopify['orders']> {
    try {
      return await options.shopify.orders(claims.map((claim) => claim.orderId));
    } catch (error) {
      readableSince = clock.now();
      await store.releaseDueOrders(claims, Math.max(...claims.map(again)), errorCode(error));
      throw error;
    }
  }

  async function deriveOne(
    row: StoreRow,
    claim: DueOrder,
    order: Order,
    previous: Awaited<ReturnType<Store['previousOf']>>,
    window: ReturnType<typeof windowOf>,
  ): Promise<OrderWrite> {
    const facts = await orderFacts(store, row, order, previous.get(claim.orderId), {
      window,
      now: clock.now(),
    });
    const derivation = takenOf(derive(order, options.settings.rules, facts), options.destinations);
    return { claim, row: ledgerRow(order), derivation, destinations: options.destinations };
  }

  async function deriveAll(row: StoreRow, claims: DueOrder[], orders: Map<string, Order>): Promise<OrderWrite[]> {
    const previous = await store.previousOf(
      storeName,
      claims.map((claim) => claim.orderId),
    );
    const window = windowOf(options.settings.backfill, row, await store.widenedWindow(storeName));
    const writes: OrderWrite[] = [];
    for (const claim of claims) {
      const order = orders.get(claim.orderId);
      if (!order) continue;
      try {
        writes.push(await deriveOne(row, claim, order, previous, window));
      } catch (error) {
        await giveBack(
          claim,
          new ConnectorError('SYNC_NOT_DERIVED', `Order ${claim.orderId} could not be turned into events; please report this.`, {
            cause: error,
          }),
        );
      }
    }
    return writes;
  }

  /** For an order that fails by itself. */
  async function giveBack(claim: DueOrder, error: ConnectorError, noted = error.code): Promise<void> {
    const now = clock.now();
    const age = { failingMs: now - (claim.failingSince ?? now), settledMs: Math.min(settling(now), now - readableSince) };
    const dead = isTooOld({ ...age, maxAgeHours: options.settings.maxAgeHours });
    logger.error(
      { store: storeName, orderId: claim.orderId, code: error.code, error: error.message, attempts: claim.attempts + 1 },
      dead ? 'order could not be read, put aside as a dead letter' : 'order could not be read, will be tried again',
    );
    await store.failDueOrder(claim, { againAt: dead ? null : again(claim), error: noted, now });
  }

  /** What the database refuses of an order is that order's own fault too. */
  async function giveBackUnwritten(writes: OrderWrite[], results: OrderWriteResult[]): Promise<void> {
    for (const [index, { error }] of results.entries()) {
      const write = writes[index];
      if (error !== undefined && write) await giveBack(write.claim, new ConnectorError('SYNC_NOT_WRITTEN', error), error);
    }
  }

  /** On a full disk there may be room for giving the leases back where there was none for the orders; else they run out. */
  async function written<Result>(claims: DueOrder[], write: () => Promise<Result>): Promise<Result> {
    try {
      return await write();
    } catch (error) {
      await store.releaseDueOrders(claims, clock.now() + RETRY.baseMs, errorCode(error)).catch(() => {});
      throw error;
    }
  }

  function report(writes: OrderWrite[], results: OrderWriteResult[]): void {
    for (const [index, result] of results.entries()) {
      const write = writes[index];
      if (!write || !result.written) continue;
      const { decision, reason, warnings } = write.derivation;
      logger.info({ store: storeName, orderId: result.orderId, decision, reason, eventIds: result.newEvents }, 'order written');
      for (const warning of warnings) {
        // Said again at every read; counted by the ledger, so the log needs it once.
        if (result.newEvents.length > 0 || warning.code === 'CHANGED_AFTER_SENDING') {
          logger.warn({ store: storeName, orderId: result.orderId, code: warning.code, ...warning.detail }, 'order needs a look');
        }
      }
      options.onDerived?.(write.derivation);
    }
    if (results.some((result) => result.newEvents.length > 0)) options.onEvents?.();
  }

  /** Reads and writes what was claimed. */
  async function work(row: StoreRow, claims: DueOrder[]): Promise<void> {
    const { orders, failed } = await read(claims);
    const writes = await deriveAll(row, claims, orders);
    const results = await written(claims, () => store.writeOrders(storeName, writes, clock.now()));
    report(writes, results);
    await giveBackUnwritten(writes, results);

    const missing: OrderMissing[] = [];
    for (const claim of claims) {
      const error = failed.get(claim.orderId);
      if (error) await giveBack(claim, error);
      else if (!orders.has(claim.orderId)) missing.push(missingOrder(claim, clock.now(), row.scopes.includes('read_all_orders')));
    }
    if (missing.length === 0) return;
    await written(claims, () => store.writeMissing(storeName, missing, clock.now()));
    for (const { claim, decision, reason } of missing) {
      logger.info(
        { store: storeName, orderId: claim.orderId, decision: decision ?? 'read again', reason },
        'order not returned by Shopify',
      );
    }
  }

  /** What was due, up to `limit`. */
  async function portion(limit: number, suspects: boolean): Promise<DueOrder[]> {
    const row = await store.getStore(storeName);
    if (!row || row.state !== 'connected') return [];
    const claims = await store.claimDueOrders(storeName, { limit, now: clock.now(), leaseMs: LEASE_MS, suspects });
    if (claims.length > 0) await work(row, claims);
    return claims;
  }

  /** More of it may be due: live orders leave little room for history. */
  const isCut = (claims: DueOrder[]): boolean => claims.length === BATCH || new Set(claims.map(({ lane }) => lane)).size > 1;

  return {
    tick: async (signal) => {
      settling(clock.now());
      const claims = await portion(BATCH, false);
      return claims.length > 0 && (signal.aborted || isCut(claims)) ? 0 : IDLE_MS;
    },
    suspect: async () => (await portion(1, true)).length > 0,
  };
}
