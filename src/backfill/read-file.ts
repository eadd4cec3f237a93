/** From the file of a slice to the outbox and the ledger, batch by batch. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FoundOrder, HistoryBatch, HistoryKey, Slice, StoreRow } from '../store/types.ts';
import { connectedAt, windowOf } from '../sync/facts.ts';
import type { Derived, DeriveBy, HistoryOrder } from './derive-rows.ts';
import type { Reader } from './reader.ts';
import type { BackfillOptions } from './types.ts';

/** Written in one commit. */
const BATCH = 100;
/** Of the event loop, between two batches: as many as a webhook needs from its arrival to its answer, or it would wait for a batch at each of them. */
const TURNS = 8;
/** So that the thread need not wait for the next question. */
const AHEAD = 3;

export interface FileToRead {
  slice: Slice;
  row: StoreRow;
  /** Its file is open. */
  reader: Reader;
  /** Orders in the file. */
  orders: number;
  by: DeriveBy;
  /** False: the file is not what Shopify says it is, so its orders are left to sync. */
  trusted: boolean;
}

/** Goes on from the slice's checkpoint. False: it was told to stop before the end; what was written is behind the new checkpoint. */
export async function readFile(
  options: BackfillOptions,
  { slice, row, reader, orders, by, trusted }: FileToRead,
  signal: AbortSignal,
): Promise<boolean> {
  const { store, storeName, clock, settings, destinations } = options;
  const window = windowOf(settings.backfill, row, by.widened);
  const inside = (createdAt: number): boolean => createdAt >= (window(createdAt) ?? -Infinity);
  const connected = connectedAt(row);
  const upsellMs = settings.rules.upsellDelay.enabled ? Math.ceil(settings.rules.upsellDelay.minutes * 60_000) : 0;

  function found({ orderId, createdAt, updatedAt }: HistoryKey): FoundOrder {
    return { orderId, createdAt, updatedAt, heldUntil: createdAt + upsellMs, lane: laneOf(createdAt, connected) };
  }

  function place(key: HistoryKey, derived: Derived | null, batch: HistoryBatch): void {
    if (!trusted || derived === null) return void batch.due.push(found(key));
    batch.writes.push({ orderId: key.orderId, ...derived, lane: laneOf(key.createdAt, connected) });
    options.onDerived?.(derived.derivation);
  }

  async function write(from: number, read: HistoryOrder[]): Promise<void> {
    const standing = await store.historyStanding(
      storeName,
      read.map(({ key }) => key),
      inside,
    );
    const checkpoint = from + read.length;
    const batch: HistoryBatch = { slice: slice.id, checkpoint, writes: [], due: [], waiting: 0, known: 0, destinations };
    for (const [which, { key, derived, derivedAsReturning }] of read.entries()) {
      const { standing: how, earlierOrderKnown } = standing[which]!;
      if (how === 'known') batch.known += 1;
      else if (how === 'due') batch.waiting += 1;
      else if (how === 'stale') batch.due.push(found(key));
      else place(key, earlierOrderKnown ? derivedAsReturning : derived, batch);
    }
    await store.writeHistory(storeName, batch, clock.now());
  }

  /** Later batches are derived while one is written. */
  const ahead: Promise<HistoryOrder[]>[] = [];
  let asked = slice.checkpoint;
  function askAhead(): void {
    for (; ahead.length < AHEAD && asked < orders; asked += BATCH) {
      const batch = reader.read(asked, Math.min(asked + BATCH, orders), clock.now());
      // Whoever stops before its turn does not wait for it.
      batch.catch(() => {});
      ahead.push(batch);
    }
  }

  for (let at = slice.checkpoint; at < orders; at += BATCH) {
    if (signal.aborted) return false;
    askAhead();
    await write(at, await ahead.shift()!);
    for (let turn = 0; turn < TURNS; turn += 1) await nextTurn();
  }
  return true;
}

function laneOf(createdAt: number, connected: number): 'live' | 'historical' {
  return createdAt < connected ? 'historical' : 'live';
}
