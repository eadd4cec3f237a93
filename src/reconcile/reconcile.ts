/** Finds what no webhook told: orders changed since the watermark, subscriptions that are gone, a connection that was lost or came back. */
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { isConnectionRefused } from '../shopify/index.ts';
import type { Shopify } from '../shopify/types.ts';
import type { Store, StoreRow } from '../store/types.ts';
import { foundOrder } from './found.ts';

export interface ReconcileOptions {
  storeName: string;
  store: Pick<Store, 'getStore' | 'getWatermark' | 'setWatermark' | 'markFound' | 'saveReconciled'>;
  shopify: Pick<Shopify, 'ordersChangedSince'>;
  settings: { everyMs: number; upsellDelayMs: number };
  /** For a store that has no watermark: sets it to when the store was connected, and has history read from before. */
  begin: (row: StoreRow) => Promise<void>;
  /** Connects the store, or repairs its subscriptions; resolves to whether it is connected. */
  ensureConnected: (row: StoreRow | null) => Promise<boolean>;
  /** Shopify refused the token: looks whether the store is lost; resolves to whether it is connected. */
  checkConnection: (row: StoreRow) => Promise<boolean>;
  clock: Clock;
  logger: Logger;
  /** Called when orders were marked due. */
  onFound?: () => void;
}

/** Search lags behind the orders, and clocks differ: this much before the watermark is looked at again. */
const OVERLAP_MS = 300_000;
/** How soon a requested check of the connection is seen when nothing wakes the worker. */
const CHECK_MS = 5_000;

/**
 * A tick does what is due of it: the connection when it is asked about or lost, and every `everyMs` the subscriptions and the orders changed since the watermark.
 * The first look at a store begins at its connection: what was created before is history, which a backfill reads; the overlap covers what search did not show it yet.
 */
export function createReconcile(options: ReconcileOptions): { tick(signal: AbortSignal): Promise<number> } {
  const { store, storeName, shopify, clock, logger, settings } = options;
  let nextAt = 0;

  async function look(row: StoreRow, signal: AbortSignal): Promise<void> {
    if ((await store.getWatermark(storeName)) === null) await options.begin(row);
    const watermark = await store.getWatermark(storeName);
    const start = Date.parse(watermark ?? new Date(row.firstConnectedAt).toISOString()) - OVERLAP_MS;
    let seen = 0;
    let marked = 0;
    for await (const page of shopify.ordersChangedSince(new Date(start).toISOString())) {
      marked += await store.markFound(
        storeName,
        page.map((order) => foundOrder(row, order, settings.upsellDelayMs)),
        clock.now(),
      );
      seen += page.length;
      const last = page.at(-1);
      if (last && (watermark === null || Date.parse(last.updatedAt) > Date.parse(watermark)))
        await store.setWatermark(storeName, last.updatedAt);
      if (marked > 0) options.onFound?.();
      if (signal.aborted) return;
    }
    await store.saveReconciled(storeName, clock.now());
    logger.info({ store: storeName, seen, marked }, 'reconciled');
  }

  return {
    tick: async (signal) => {
      // A clock that was set back must not stop the looks for as long.
      nextAt = Math.min(nextAt, clock.now() + settings.everyMs);
      let row = await store.getStore(storeName);
      const due = clock.now() >= nextAt;
      if (due || row?.checkRequestedAt != null) {
        if (!(await options.ensureConnected(row))) {
          nextAt = Math.max(nextAt, clock.now() + settings.everyMs);
          return CHECK_MS;
        }
        row = await store.getStore(storeName);
      }
      if (due && row?.state === 'connected') {
        try {
          await look(row, signal);
        } catch (error) {
          // Without webhooks this is how an uninstall shows.
          if (!isConnectionRefused(error) || (await options.checkConnection(row))) throw error;
        }
        nextAt = clock.now() + settings.everyMs;
      }
      return Math.min(CHECK_MS, Math.max(0, nextAt - clock.now()));
    },
  };
}
