/** Sets the gauges that show a state, at the moment they are read. */
import type { Metrics } from '../platform/metrics.ts';
import type { Worker } from '../platform/worker.ts';
import type { Figures } from './figures.ts';

export interface GaugeInput {
  /** Null: the database cannot be read; its gauges are then absent instead of old. */
  figures: Figures[] | null;
  size: { databaseBytes: number; logBytes: number };
  workers: readonly Pick<Worker, 'name' | 'failure'>[];
  now: number;
}

export function setGauges(metrics: Metrics, { figures, size, workers, now }: GaugeInput): void {
  metrics.workerUp.reset();
  for (const worker of workers) metrics.workerUp.set({ worker: worker.name }, worker.failure() === null ? 1 : 0);
  metrics.databaseUp.set(figures === null ? 0 : 1);
  metrics.databaseBytes.set({ file: 'database' }, size.databaseBytes);
  metrics.databaseBytes.set({ file: 'log' }, size.logBytes);
  // A store that was taken out of the config, or a decision no order has any more, must not stay.
  for (const gauge of Object.values(metrics.ofStores)) gauge.reset();
  for (const store of figures ?? []) setStore(metrics.ofStores, store, now);
}

function setStore(
  gauges: Metrics['ofStores'],
  { name: store, row, counts, destinations, backfills, costBudget, alerts, audit }: Figures,
  now: number,
): void {
  const age = (at: number | null): number => (at === null ? 0 : Math.max(0, now - at) / 1000);
  gauges.storeConnected.set({ store }, row?.state === 'connected' ? 1 : 0);
  if (row && row.tokenAt !== null) gauges.tokenAge.set({ store }, age(row.tokenAt));
  if (costBudget !== null) {
    gauges.costAvailable.set({ store }, costBudget.available);
    gauges.costRestoreRate.set({ store }, costBudget.restoreRate);
  }
  gauges.dueOrders.set({ store, state: 'ready' }, counts.due - counts.waiting);
  gauges.dueOrders.set({ store, state: 'waiting' }, counts.waiting);
  gauges.oldestDueAge.set({ store }, age(counts.oldestDueAt));
  for (const [decision, number] of Object.entries(counts.orders)) gauges.orders.set({ store, decision }, number);
  for (const [key, number] of Object.entries(counts.excluded))
    gauges.excludedOrders.set({ store, reason: key.replace(/^excluded:/, '') }, number);
  gauges.unmappedChannelOrders.set({ store }, ordersIn(counts.unmapped));
  gauges.changedAfterSendingOrders.set({ store }, ordersIn(counts.changedAfterSending));
  for (const [state, number] of Object.entries(counts.events)) gauges.events.set({ store, state }, number);
  gauges.deadLetters.set({ store, kind: 'event' }, counts.events.dead);
  gauges.deadLetters.set({ store, kind: 'order' }, counts.deadOrders);
  gauges.blockedEvents.set({ store }, counts.blocked);
  gauges.oldestPendingAge.set({ store }, age(counts.oldestPendingAt));
  for (const { destination, pausedAt, cause } of destinations) {
    gauges.destinationDown.set({ store, destination }, cause === 'down' ? 1 : 0);
    gauges.destinationPaused.set({ store, destination }, pausedAt !== null && cause !== 'down' ? 1 : 0);
  }
  const [newest] = backfills;
  if (newest) {
    gauges.backfillReadOrders.set({ store }, newest.read);
    if (newest.expected !== null) gauges.backfillExpectedOrders.set({ store }, newest.expected);
  }
  for (const [kind, open] of Map.groupBy(alerts, (alert) => alert.kind)) gauges.openAlerts.set({ store, kind }, open.length);
  if (audit) gauges.unaccountedOrders.set({ store }, audit.differing);
  gauges.backfillRunning.set({ store }, backfills.some(({ state }) => state === 'waiting' || state === 'running') ? 1 : 0);
}

function ordersIn(groups: { orders: number }[]): number {
  return groups.reduce((sum, { orders }) => sum + orders, 0);
}
