/** Whether webhooks can be received and events delivered, and if not, why. */
import { errorCode } from '../core/errors.ts';
import type { Worker } from '../platform/worker.ts';
import type { Store } from '../store/types.ts';

export type ReadinessStore = Pick<Store, 'probe' | 'getStore'>;

export interface Readiness {
  ok: boolean;
  /** What stands in the way; empty when ready. */
  reasons: string[];
  /** What needs a look and does not stop the rest: a store that is disconnected beside one that is not. */
  notes: string[];
}

/** Open to everybody who reaches the port, so it names workers, stores and codes and nothing else. Never rejects. */
export async function checkReadiness(
  store: ReadinessStore,
  connections: readonly { name: string }[],
  workers: readonly Pick<Worker, 'name' | 'failure'>[],
): Promise<Readiness> {
  const reasons: string[] = [];
  const notes: string[] = [];
  for (const worker of workers) {
    const failure = worker.failure();
    if (failure !== null) reasons.push(`worker ${worker.name} failed: ${failure}`);
  }
  try {
    await store.probe();
    const rows = await Promise.all(connections.map(({ name }) => store.getStore(name)));
    const states = connections.map(({ name }, index) => ({ name, state: rows[index]?.state ?? 'not connected yet' }));
    const away = states.filter(({ state }) => state !== 'connected').map(({ name, state }) => `store ${name} is ${state}`);
    // One of several that is away must not take the receiver of the others out of a load balancer.
    (away.length === connections.length ? reasons : notes).push(...away);
  } catch (error) {
    reasons.push(`database: ${errorCode(error)}`);
  }
  return { ok: reasons.length === 0, reasons, notes };
}
