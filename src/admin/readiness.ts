/** Whether webhooks can be received and events delivered, and if not, why. */
import { errorCode } from '../core/errors.ts';
import type { Worker } from '../platform/worker.ts';
import type { Store } from '../store/types.ts';

export type ReadinessStore = Pick<Store, 'probe' | 'getStore' | 'getDestination'>;

export interface Readiness {
  ok: boolean;
  /** What stands in the way; empty when ready. */
  reasons: string[];
  /** What needs a look and does not stop the rest: a store that is disconnected beside one that is not. */
  notes: string[];
}

/** A worker and the store it works for. */
export type StoreWorker = Pick<Worker, 'name' | 'failure'> & { store: string };

/**
 * Ready: the database can be written, and at least one store has nothing in its way (connected, workers well, a destination open). The troubles of one store
 * beside a healthy one are notes, so that nobody takes the receiver of the others away. Open to everybody who reaches the port: names and codes, nothing else.
 * Never rejects.
 */
export async function checkReadiness(
  store: ReadinessStore,
  connections: readonly { name: string; destinations: readonly { name: string }[] }[],
  workers: readonly StoreWorker[],
): Promise<Readiness> {
  try {
    await store.probe();
    const troubles = await Promise.all(connections.map((connection) => troublesOf(store, connection, workers)));
    const all = troubles.flat();
    return troubles.every((ofStore) => ofStore.length > 0) ? { ok: false, reasons: all, notes: [] } : { ok: true, reasons: [], notes: all };
  } catch (error) {
    return { ok: false, reasons: [`database: ${errorCode(error)}`], notes: [] };
  }
}

async function troublesOf(
  store: ReadinessStore,
  { name, destinations }: { name: string; destinations: readonly { name: string }[] },
  workers: readonly StoreWorker[],
): Promise<string[]> {
  const troubles: string[] = [];
  const state = (await store.getStore(name))?.state ?? 'not connected yet';
  if (state !== 'connected') troubles.push(`store ${name} is ${state}`);
  for (const worker of workers) {
    const failure = worker.store === name ? worker.failure() : null;
    if (failure !== null) troubles.push(`worker ${worker.name} failed: ${failure}`);
  }
  const states = await Promise.all(destinations.map((destination) => store.getDestination(name, destination.name)));
  for (const { destination, pausedAt, cause } of states) {
    if (pausedAt !== null) troubles.push(`${destination} of store ${name} is ${cause === 'down' ? 'down' : 'paused'}`);
  }
  return troubles;
}
