/** Sets the gauges that show a state, at the moment they are read. */
import type { Metrics } from '../platform/metrics.ts';
import type { Worker } from '../platform/worker.ts';
import type { Figures } from './figures.ts';

/** `figures` null: the database cannot be read; its gauges are then absent instead of old. */
export function setGauges(
  metrics: Metrics,
  figures: Figures[] | null,
  workers: readonly Pick<Worker, 'name' | 'failure'>[],
  now: number,
): void {
  for (const worker of workers) metrics.workerUp.set({ worker: worker.name }, worker.failure() === null ? 1 : 0);
  metrics.databaseUp.set(figures === null ? 0 : 1);

  const { storeConnected, tokenAge, costAvailable, dueOrders, oldestDueAge, orders, excludedOrders, unmappedChannelOrders } = metrics;
  const { changedAfterSendingOrders } = metrics;
  const { events, blockedEvents, oldestPendingAge, destinationPaused, destinationDown } = metrics;
  const ofStores = [storeConnected, tokenAge, costAvailable, dueOrders, oldestDueAge, orders, excludedOrders, unmappedChannelOrders];
  for (const gauge of [...ofStores, changedAfterSendingOrders, events, blockedEvents, oldestPendingAge, destinationPaused, destinationDown])
    gauge.reset();

  const age = (at: number | null): number => (at === null ? 0 : Math.max(0, now - at) / 1000);
  for (const { name: store, row, counts, destinations, costBudget } of figures ?? []) {
    storeConnected.set({ store }, row?.state === 'connected' ? 1 : 0);
    if (row && row.tokenAt !== null) tokenAge.set({ store }, age(row.tokenAt));
    if (costBudget !== null) costAvailable.set({ store }, costBudget.available);
    dueOrders.set({ store, state: 'ready' }, counts.due - counts.waiting);
    dueOrders.set({ store, state: 'waiting' }, counts.waiting);
    oldestDueAge.set({ store }, age(counts.oldestDueAt));
    for (const [decision, number] of Object.entries(counts.orders)) orders.set({ store, decision }, number);
    for (const [key, number] of Object.entries(counts.excluded))
      excludedOrders.set({ store, reason: key.replace(/^excluded:/, '') }, number);
    unmappedChannelOrders.set({ store }, ordersIn(counts.unmapped));
    changedAfterSendingOrders.set({ store }, ordersIn(counts.changedAfterSending));
    for (const [state, number] of Object.entries(counts.events)) events.set({ store, state }, number);
    blockedEvents.set({ store }, counts.blocked);
    oldestPendingAge.set({ store }, age(counts.oldestPendingAt));
    for (const { destination, pausedAt, cause } of destinations) {
      destinationDown.set({ store, destination }, cause === 'down' ? 1 : 0);
      destinationPaused.set({ store, destination }, pausedAt !== null && cause !== 'down' ? 1 : 0);
    }
  }
}

function ordersIn(groups: { orders: number }[]): number {
  return groups.reduce((sum, { orders }) => sum + orders, 0);
}
