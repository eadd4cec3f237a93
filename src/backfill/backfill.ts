/** History: the oldest unfinished backfill of a store, planned into slices, each read by a bulk operation and closed when its counts are proven. */
import { errorCode } from '../core/errors.ts';
import type { Backfill, Slice, StoreRow } from '../store/types.ts';
import { windowStart } from '../sync/facts.ts';
import { createOperations, isFinal } from './operations.ts';
import { halvesOf, planSlices } from './plan.ts';
import { createReader } from './reader.ts';
import { readSlice } from './read-slice.ts';
import type { BackfillOptions } from './types.ts';

/** How soon a request of a command is seen. */
const IDLE_MS = 2_000;
/** Operations for a slice before it is halved. */
const TRIES = 2;
/** How often a slice is halved because it is not whole: what cannot be read then has to be looked at by somebody. */
const HALVINGS = 2;
/** Events that wait for delivery: above it reading waits. */
const OUTBOX_BOUND = 50_000;
const ALL_ORDERS = 'read_all_orders';

export interface BackfillWork {
  /** Does a portion of work. Resolves to ms until the next look. */
  tick(signal: AbortSignal): Promise<number>;
  /** A `bulk_operations/finish` came. */
  finished(): void;
}

/** Killed at any moment it goes on from the store: operations run on at Shopify meanwhile, and reading goes on from the checkpoint of the slice. */
export function createBackfill(options: BackfillOptions): BackfillWork {
  const { store, storeName, shopify, clock, logger } = options;
  const operations = createOperations(options);
  const reader = createReader();
  const count = shopify.ordersCount;
  /** A slice was read in this tick, and the next one may follow at once: nobody else waits for a turn. */
  let following = false;
  const closeReader = () => void reader.close();

  /** Null: there is none. */
  async function firstOrderAt(until: number): Promise<number | null> {
    for await (const [first] of shopify.ordersCreated({ since: null, until })) return first ? Date.parse(first.createdAt) : null;
    return null;
  }

  /** Null: with the first order. */
  async function beginningOf({ origin, since }: Backfill, row: StoreRow): Promise<number | null> {
    if (origin === 'command') return since;
    const start = windowStart(options.settings.backfill, row);
    if (origin === 'initial') return start;
    // What came into sight may be of days that a command has named before.
    const starts = [start, ...(await store.widenedWindow(storeName)).map((span) => span.since)];
    return starts.reduce((first, one) => (first === null || one === null ? null : Math.min(first, one)));
  }

  async function plan(backfill: Backfill, row: StoreRow): Promise<void> {
    const visible = row.scopes.includes(ALL_ORDERS);
    const since = await beginningOf(backfill, row);
    const from = since ?? (await firstOrderAt(backfill.until));
    const planned = from === null ? { expected: 0, slices: [] } : await planSlices(count, { since: from, until: backfill.until });
    await store.planBackfill(backfill.id, { since, ...planned }, clock.now());
    const { expected, slices } = planned;
    logger.info({ store: storeName, backfill: backfill.id, orders: expected, slices: slices.length }, 'backfill begins');
    if (visible) return;
    logger.warn(
      { store: storeName, scope: ALL_ORDERS },
      'Shopify shows the last 60 days of orders only: request read_all_orders in the Dev Dashboard, release, accept it on the store and run connect; the rest is then read by itself',
    );
  }

  async function fail(slice: Slice, error: string, ids: [string, string] | null, distinct: number | null): Promise<void> {
    await store.changeSlice(slice.id, { state: 'failed', error, distinct, firstId: ids?.[0] ?? null, lastId: ids?.[1] ?? null });
    logger.error(
      { store: storeName, since: new Date(slice.since).toISOString(), until: new Date(slice.until).toISOString(), error, ids },
      'a slice of history could not be read whole',
    );
  }

  async function halve(slice: Slice, halved: number, error: string, ids: [string, string] | null, distinct: number | null): Promise<void> {
    operations.forget(slice.id);
    const halves = await halvesOf(count, slice, halved);
    if (halves === null) return await fail(slice, error, ids, distinct);
    logger.warn({ store: storeName, slice: slice.id, error }, 'a slice of history is cut in two');
    await store.splitSlice(slice.id, halves);
  }

  const isLast = ({ attempts, halved, since, until }: Slice): boolean =>
    attempts + 1 >= TRIES && (halved >= HALVINGS || until - since <= 1_000);

  /** The slice did not come whole: another operation, then its halves, then it is reported. */
  async function again(slice: Slice, error: string, ids: [string, string] | null = null, distinct: number | null = null): Promise<void> {
    const attempts = slice.attempts + 1;
    if (isLast(slice)) return await fail(slice, error, ids, distinct);
    if (attempts >= TRIES) return await halve(slice, slice.halved + 1, error, ids, distinct);
    operations.forget(slice.id);
    logger.warn({ store: storeName, slice: slice.id, error }, 'a slice of history is read again');
    const expected = await count(slice);
    await store.changeSlice(slice.id, { state: 'planned', attempts, error, expected, checkpoint: 0, known: 0 });
  }

  /** False: it was told to stop. */
  async function read(slice: Slice, row: StoreRow, signal: AbortSignal): Promise<boolean> {
    const operation = slice.operation === null ? null : await shopify.history.look(slice.operation);
    if (operation?.status !== 'COMPLETED') {
      await again(slice, 'The result of the bulk operation is gone.');
      return true;
    }
    const result = await readSlice(options, { slice, row, operation, last: isLast(slice), reader }, signal);
    switch (result.kind) {
      case 'whole':
        operations.forget(slice.id);
        await store.changeSlice(slice.id, { state: 'done', distinct: result.distinct, error: null });
        return true;
      case 'stopped':
        return false;
      case 'large':
        await halve(slice, slice.halved, 'The result is too large.', null, null);
        return true;
      case 'wrong':
        await again(slice, result.error, result.ids, result.distinct);
        return true;
    }
  }

  async function readInTurn(slice: Slice, row: StoreRow, signal: AbortSignal): Promise<boolean> {
    const moved = await read(slice, row, signal);
    following = moved && !options.othersWait();
    return moved;
  }

  async function finish(backfill: Backfill): Promise<void> {
    const failed = await store.finishBackfill(backfill.id, null, clock.now());
    logger.info({ store: storeName, backfill: backfill.id, failedSlices: failed }, 'backfill ended');
  }

  async function work(backfill: Backfill, row: StoreRow, signal: AbortSignal): Promise<number> {
    if (backfill.state === 'waiting') await plan(backfill, row);
    const slices = await store.openSlices(backfill.id);
    if (slices.length === 0) {
      await finish(backfill);
      return 0;
    }
    // Nothing is asked for that would wait: results are kept for 7 days, and a destination may be paused for longer.
    if (await store.outboxAbove(storeName, OUTBOX_BOUND)) return IDLE_MS;
    await operations.start(slices, backfill.createdAt);
    let moved = false;
    for (const { slice, ended } of await operations.look(slices)) {
      if (signal.aborted) return 0;
      if (ended.kind === 'again') await again(slice, ended.error);
      else if (ended.kind === 'timeout') await halve(slice, slice.halved, ended.error, null, null);
      else if (!(await options.turn(() => readInTurn(slice, row, signal)))) continue;
      moved = true;
      // The next ones run at Shopify while this one's turn is over.
      if (ended.kind === 'completed') break;
    }
    return moved ? 0 : Math.max(100, Math.min(IDLE_MS, operations.pauseMs(slices)));
  }

  async function look(signal: AbortSignal): Promise<number> {
    const row = await store.getStore(storeName);
    if (!row || row.state !== 'connected') return IDLE_MS;
    const backfill = await store.nextBackfill(storeName);
    if (!backfill) return IDLE_MS;
    try {
      const pause = await work(backfill, row, signal);
      if (backfill.error !== null && backfill.state === 'running') await store.noteBackfill(backfill.id, null);
      return pause;
    } catch (error) {
      if (signal.aborted) throw error;
      const words = error instanceof Error ? error.message : errorCode(error);
      if (isFinal(error)) {
        await store.finishBackfill(backfill.id, words, clock.now());
        logger.error({ store: storeName, backfill: backfill.id, code: errorCode(error), error: words }, 'backfill cannot go on');
        return 0;
      }
      await store.noteBackfill(backfill.id, words);
      throw error;
    }
  }

  return {
    finished: operations.finished,
    tick: async (signal) => {
      signal.removeEventListener('abort', closeReader);
      following = false;
      try {
        return await look(signal);
      } finally {
        // The thread is there while one slice comes after the other; whoever waits for Shopify or another store, is stopped or has ended does without.
        if (!following || signal.aborted) await reader.close();
        else signal.addEventListener('abort', closeReader);
      }
    },
  };
}
