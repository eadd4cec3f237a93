/** The bulk operations of a backfill: started as Shopify allows, looked at with growing pauses, given up when they stand still. */
import { ConnectorError, errorCode } from '../core/errors.ts';
import type { BulkOperation } from '../shopify/types.ts';
import type { Slice } from '../store/types.ts';
import type { BackfillOptions } from './types.ts';

/** Documented for API versions from 2026-01 on. */
const AT_ONCE = 5;
const LOOK = { firstMs: 1_000, growth: 1.5, mostMs: 60_000 };
const BUSY = { firstMs: 5_000, mostMs: 60_000 };
/** An operation that brings nothing new for so long will not end by itself. */
const STALLED_MS = 30 * 60_000;
/** Between Shopify's clock and this one. */
const CLOCKS_MS = 60_000;

export type Ended =
  | { kind: 'completed' }
  /** Too much for one operation. */
  | { kind: 'timeout'; error: string }
  | { kind: 'again'; error: string };

interface Watch {
  operation: string;
  lookAt: number;
  pauseMs: number;
  status: BulkOperation['status'];
  objects: number;
  movedAt: number;
}

export interface Operations {
  /** Starts planned slices while there is room, in the order given, and finds again what was started since `begunAt` by a process that was killed. */
  start(slices: Slice[], begunAt: number): Promise<void>;
  /** Looks at the operations whose time has come; tells of those that ended. */
  look(slices: Slice[]): Promise<{ slice: Slice; ended: Ended }[]>;
  /** Ms until there is something to do. */
  pauseMs(slices: Slice[]): number;
  /** Shopify says that one has ended: all are looked at. */
  finished(): void;
  forget(slice: number): void;
}

export function createOperations({ store, shopify, clock, logger, storeName }: BackfillOptions): Operations {
  const watched = new Map<number, Watch>();
  /** When any of them was seen to move last. */
  let anyMovedAt = 0;
  let busyUntil = 0;
  let busyMs = BUSY.firstMs;

  function watchOf({ id, operation }: Slice): Watch {
    let watch = watched.get(id);
    if (watch?.operation !== operation) {
      const now = clock.now();
      watch = { operation: operation ?? '', lookAt: now, pauseMs: LOOK.firstMs, status: 'CREATED', objects: 0, movedAt: now };
      watched.set(id, watch);
    }
    return watch!;
  }

  async function adopt(slice: Slice, operation: BulkOperation): Promise<void> {
    await store.changeSlice(slice.id, { state: 'running', operation: operation.id });
    Object.assign(slice, { state: 'running', operation: operation.id });
    const watch = watchOf(slice);
    watch.lookAt = clock.now() + LOOK.firstMs;
  }

  /** False: Shopify has no room. */
  async function begin(slice: Slice, begunAt: number): Promise<boolean> {
    if (slice.state === 'starting') {
      // The answer was lost: what runs may be ours, but not if it is the one that was wrong before, or shows the orders as they were for an earlier backfill.
      const found = await shopify.history.find(slice);
      if (found && found.id !== slice.operation && found.createdAt >= begunAt - CLOCKS_MS) {
        await adopt(slice, found);
        return true;
      }
    }
    await store.changeSlice(slice.id, { state: 'starting' });
    slice.state = 'starting';
    const { operation } = await shopify.history.run(slice);
    if (operation) {
      busyMs = BUSY.firstMs;
      await adopt(slice, operation);
      return true;
    }
    await store.changeSlice(slice.id, { state: 'planned' });
    slice.state = 'planned';
    logger.info({ store: storeName, retryInMs: busyMs }, 'Shopify takes on no more bulk operations of this app, waiting');
    busyUntil = clock.now() + busyMs;
    busyMs = Math.min(busyMs * 2, BUSY.mostMs);
    return false;
  }

  /** Only one that runs may have been too much; what stands in the queue would stand there in halves too. */
  async function giveUp({ id, status }: BulkOperation): Promise<Ended> {
    await shopify.history.cancel(id);
    if (status === 'RUNNING') return { kind: 'timeout', error: 'The bulk operation stood still for half an hour and was cancelled.' };
    const was = status === 'CREATED' ? 'did not begin' : 'was being cancelled';
    return { kind: 'again', error: `The bulk operation ${was} for half an hour and was given up.` };
  }

  async function endOf(watch: Watch): Promise<Ended | null> {
    const operation = await shopify.history.look(watch.operation);
    if (!operation) return { kind: 'again', error: 'Shopify does not know the bulk operation any more.' };
    const now = clock.now();
    const { status, objects } = operation;
    if (status !== watch.status || objects !== watch.objects) Object.assign(watch, { status, objects, movedAt: (anyMovedAt = now) });
    switch (status) {
      case 'COMPLETED':
        return { kind: 'completed' };
      case 'FAILED':
        if (operation.errorCode === 'ACCESS_DENIED') throw accessDenied();
        // Partial data are not used: children may stand anywhere behind their order, so none of its orders is known to be whole.
        if (operation.errorCode === 'TIMEOUT') return { kind: 'timeout', error: 'The bulk operation took Shopify too long (TIMEOUT).' };
        return { kind: 'again', error: `Shopify failed to run the bulk operation (${operation.errorCode ?? 'no code'}).` };
      case 'CANCELED':
        return { kind: 'again', error: 'The bulk operation was cancelled, not by this program.' };
      case 'EXPIRED':
        return { kind: 'again', error: 'The result of the bulk operation has expired.' };
      case 'CANCELING':
      case 'CREATED':
      case 'RUNNING':
    }
    // One in the queue moves with those before it.
    const movedAt = status === 'CREATED' ? Math.max(watch.movedAt, anyMovedAt) : watch.movedAt;
    if (now - movedAt >= STALLED_MS) return await giveUp(operation);
    watch.lookAt = now + watch.pauseMs;
    watch.pauseMs = Math.min(watch.pauseMs * LOOK.growth, LOOK.mostMs);
    return null;
  }

  const isActive = ({ state }: Slice) => state !== 'planned' && state !== 'starting';

  return {
    start: async (slices, begunAt) => {
      let room = AT_ONCE - slices.filter(isActive).length;
      const waiting = slices.filter((slice) => !isActive(slice));
      // What may run already comes first.
      for (const slice of [...waiting].sort((a, b) => Number(b.state === 'starting') - Number(a.state === 'starting'))) {
        if (room <= 0 || clock.now() < busyUntil || !(await begin(slice, begunAt))) return;
        room -= 1;
      }
    },
    look: async (slices) => {
      const ends: { slice: Slice; ended: Ended }[] = [];
      for (const slice of slices.filter(isActive)) {
        const watch = watchOf(slice);
        if (clock.now() < watch.lookAt) continue;
        const ended = await endOf(watch);
        if (ended) ends.push({ slice, ended });
      }
      return ends;
    },
    pauseMs: (slices) => {
      const active = slices.filter(isActive);
      const times = active.map((slice) => watchOf(slice).lookAt);
      if (active.length < Math.min(AT_ONCE, slices.length)) times.push(busyUntil);
      return Math.max(0, Math.min(...times) - clock.now());
    },
    finished: () => {
      for (const watch of watched.values()) watch.lookAt = 0;
    },
    forget: (slice) => void watched.delete(slice),
  };
}

function accessDenied(): ConnectorError {
  return new ConnectorError(
    'BACKFILL_ACCESS_DENIED',
    'Shopify denies the bulk operation access to orders or customers; give the app read_orders and read_customers, release it, accept it on the store, run connect, then backfill.',
  );
}

/** Errors that no further try will change. */
export function isFinal(error: unknown): boolean {
  return ['BACKFILL_ACCESS_DENIED', 'SHOPIFY_BULK_REFUSED', 'SHOPIFY_BULK_HOST'].includes(errorCode(error));
}
