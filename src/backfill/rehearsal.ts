/** A backfill that writes nothing: the same plan, operations and checks over a store that only counts what it is given. */
import type { Derivation } from '../core/decision.ts';
import { ConnectorError } from '../core/errors.ts';
import type { Order } from '../core/order.ts';
import { derive } from '../pipeline/index.ts';
import type { Shopify } from '../shopify/types.ts';
import type { Backfill, FoundOrder, HistoryWrite, NewSlice, Slice, Span, Store } from '../store/types.ts';
import { orderFacts, windowOf } from '../sync/facts.ts';
import { takenOf } from '../sync/taken.ts';
import { createBackfill } from './backfill.ts';
import type { BackfillOptions, BackfillStore } from './types.ts';

export interface Rehearsal {
  /** Null: not counted yet. */
  expected: number | null;
  /** Orders looked at. */
  read: number;
  /** Accounted for already, as they are. */
  known: number;
  /** Wait for sync already. */
  waiting: number;
  /** Orders by decision: `sent`, `excluded: channel:pos`, … */
  decisions: Record<string, number>;
  /** Orders that would be sent, by mapped channel type. */
  channels: Record<string, number>;
  /** Events by name, each counted once whatever the number of destinations. */
  events: Record<string, number>;
  /** Orders Shopify shows in a list and does not give. */
  unread: number;
  /** Slices that could not be read whole, in words. */
  failed: string[];
  /** Stopped before the end: bulk operations that could not be cancelled and run to their end at Shopify. */
  leftRunning: number;
}

export interface RehearsalOptions extends Omit<BackfillOptions, 'store' | 'shopify'> {
  store: Pick<Store, 'getStore' | 'widenedWindow' | 'historyStanding' | 'previousOf' | 'hasEarlierOrder'>;
  shopify: BackfillOptions['shopify'] & Pick<Shopify, 'orders'>;
}

/** For taking back what was asked of Shopify, all together: who stops a command waits no longer. */
const CANCELLING_MS = 10_000;
/** As many as sync reads at a time. */
const READ_AT_ONCE = 50;
const UNTOUCHED = { state: 'planned', operation: null, attempts: 0, checkpoint: 0, derived: 0, markedDue: 0, known: 0 } as const;

/** Nothing is kept of it: stopped, it begins anew, and what runs at Shopify for it is cancelled. Throws when Shopify cannot be read. */
export async function rehearse(
  options: RehearsalOptions,
  span: Span,
  signal: AbortSignal,
  onProgress: (rehearsal: Rehearsal) => void,
): Promise<Rehearsal> {
  const { store, storeName, shopify, clock, settings, destinations } = options;
  const found: Rehearsal = {
    expected: null,
    read: 0,
    known: 0,
    waiting: 0,
    decisions: {},
    channels: {},
    events: {},
    unread: 0,
    failed: [],
    leftRunning: 0,
  };
  const widened = async () => [...(await store.widenedWindow(storeName)), span];

  function tally({ decision, reason, channel, events }: HistoryWrite['derivation'] | Derivation): void {
    add(found.decisions, reason === null ? decision : `${decision}: ${reason}`);
    if (decision === 'sent') add(found.channels, channel);
    for (const { event_name } of events) add(found.events, event_name);
  }

  async function deriveRead(order: Order): Promise<Derivation> {
    const row = (await store.getStore(storeName))!;
    const known = (await store.previousOf(storeName, [order.id])).get(order.id);
    const window = windowOf(settings.backfill, row, await widened());
    const facts = await orderFacts(store, row, order, known, { window, now: clock.now() });
    return takenOf(derive(order, settings.rules, facts), destinations);
  }

  /** What a bulk operation cannot carry is read as sync would. */
  async function readDue(due: FoundOrder[]): Promise<void> {
    for (let at = 0; at < due.length && !signal.aborted; at += READ_AT_ONCE) {
      const ids = due.slice(at, at + READ_AT_ONCE).map(({ orderId }) => orderId);
      const { orders } = await shopify.orders(ids);
      for (const order of orders.values()) tally(await deriveRead(order));
      found.unread += ids.length - orders.size;
    }
  }

  let slices: Slice[] = [];
  let backfill: Backfill | null = {
    ...{ id: 1, store: storeName, origin: 'command', words: '', state: 'waiting', expected: null, createdAt: clock.now() },
    ...{ startedAt: null, finishedAt: null, error: null, ...span },
  };
  let ended: string | null = null;

  function addSlices(added: NewSlice[]): void {
    const more = added.map((slice, place) => ({ ...UNTOUCHED, ...slice, id: slices.length + place + 1, backfill: 1 }));
    slices = [...slices, ...more.map((slice) => ({ ...slice, distinct: null, error: null, firstId: null, lastId: null }))];
  }

  const counting: BackfillStore = {
    getStore: store.getStore,
    historyStanding: store.historyStanding,
    widenedWindow: widened,
    outboxAbove: async () => false,
    nextBackfill: async () => backfill,
    planBackfill: async (_, plan) => {
      found.expected = plan.expected;
      backfill = { ...backfill!, state: 'running', expected: plan.expected };
      addSlices(plan.slices);
      onProgress(found);
    },
    noteBackfill: async () => {},
    openSlices: async () =>
      slices
        .filter(({ state }) => ['planned', 'starting', 'running', 'reading'].includes(state))
        .sort((a, b) => b.until - a.until)
        .map((slice) => ({ ...slice })),
    changeSlice: async (id, change) => {
      slices = slices.map((slice) => (slice.id === id ? { ...slice, ...change } : slice));
    },
    splitSlice: async (id, halves) => {
      slices = slices.map((slice) => (slice.id === id ? { ...slice, state: 'split' } : slice));
      addSlices(halves);
    },
    writeHistory: async (_, batch) => {
      for (const { derivation } of batch.writes) tally(derivation);
      await readDue(batch.due);
      found.known += batch.known;
      found.waiting += batch.waiting;
      found.read += batch.writes.length + batch.due.length + batch.known + batch.waiting;
      slices = slices.map((slice) => (slice.id === batch.slice ? { ...slice, checkpoint: batch.checkpoint } : slice));
      onProgress(found);
      return batch.writes.length;
    },
    finishBackfill: async (_, error) => {
      const failed = slices.filter(({ state }) => state === 'failed');
      found.failed = failed.map((slice) => `${slice.error ?? 'unknown reason'} (orders ${slice.firstId ?? '?'} to ${slice.lastId ?? '?'})`);
      ended = error;
      backfill = null;
      return failed.length;
    },
  };

  /** They would take the places of a backfill, and come to nothing. */
  async function cancelOperations(): Promise<void> {
    const running = new Set(slices.flatMap(({ state, operation }) => (state === 'running' && operation !== null ? [operation] : [])));
    if (running.size === 0) return;
    const cancels = [...running].map((id) =>
      shopify.history.cancel(id).then(
        () => running.delete(id),
        () => false,
      ),
    );
    const patience = new AbortController();
    await Promise.race([Promise.all(cancels), clock.sleep(CANCELLING_MS, patience.signal)]);
    patience.abort();
    found.leftRunning = running.size;
  }

  const { tick } = createBackfill({ ...options, store: counting });
  async function work(): Promise<void> {
    while (backfill !== null && !signal.aborted) {
      const pause = await tick(signal);
      if (backfill !== null && pause > 0) await clock.sleep(pause, signal);
    }
  }

  try {
    await work();
  } catch (error) {
    // A download that is told to stop fails.
    if (!signal.aborted) throw error;
  } finally {
    await cancelOperations();
  }
  if (ended !== null) throw new ConnectorError('BACKFILL_FAILED', ended);
  return found;
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
