/** The stores the daemon works for, and how a reload of the config exchanges them while the ports stay open. */
import type { Parts } from './app.ts';
import { configChanges, type Config, type ConfigChanges } from './config/index.ts';
import { acceptDomain, closeConnection, openConnection, type Connection } from './connection.ts';
import { ConnectorError } from './core/errors.ts';
import type { Worker } from './platform/worker.ts';
import type { ReceiverStore } from './receiver/signal.ts';
import { createStoreWorkers, type StoreWorkers } from './workers.ts';

/** These lists, and `connections` of the parts, are changed in place: who holds one sees the stores of now. */
export interface Serving {
  receivers: ReceiverStore[];
  lines: StoreWorkers[];
  workers: (Worker & { store: string })[];
  /** Workers of stores that were exchanged and still finish what they had in hand. */
  leaving: Set<Promise<void>>;
}

/** What a running daemon takes over; everything else (ports, addresses, the database) is read once, at the start. */
const LIVE = ['stores', 'retention', 'alerts', 'server.graceSeconds'];

/** Nothing runs before the workers are started. */
export async function serve(parts: Parts): Promise<Serving> {
  for (const connection of parts.connections) acceptDomain(connection, await parts.store.getStore(connection.name));
  const serving: Serving = { receivers: [], lines: [], workers: [], leaving: new Set() };
  join(parts, serving, parts.connections);
  return serving;
}

/**
 * Puts `next` in the place of the running config. Stores whose settings changed finish what they have in hand and go on under the new ones; the others notice nothing.
 * Webhooks are taken in meanwhile, and what waits in the database waits on. `hurry` ends the wait for work in hand, which `graceSeconds` ends otherwise.
 * Throws RELOAD_NEEDS_RESTART, RELOAD_OTHER_SHOP and what opening a store throws: then nothing has changed. After that nothing can fail.
 */
export async function reload(parts: Parts, serving: Serving, next: Config, hurry: AbortSignal): Promise<ConfigChanges> {
  const changes = configChanges(parts.config, next);
  refuse(changes, parts.config, next);
  const isNew = (name: string) => changes.added.includes(name) || changes.changed.includes(name);
  const isOld = (name: string) => changes.removed.includes(name) || changes.changed.includes(name);
  const opened = await open(parts, next, isNew);

  const left = parts.connections.filter(({ name }) => isOld(name));
  const stopped = serving.lines.filter(({ store }) => isOld(store)).flatMap(({ all }) => all);
  const stays = parts.connections.filter(({ name }) => !isOld(name));
  const inOrder = next.stores.flatMap(({ name }) => [...opened, ...stays].find((connection) => connection.name === name) ?? []);
  parts.config = next;
  exchange(parts.connections, inOrder);
  exchange(
    serving.lines,
    serving.lines.filter(({ store }) => !isOld(store)),
  );
  exchange(
    serving.workers,
    serving.workers.filter(({ store }) => !isOld(store)),
  );
  exchange(
    serving.receivers,
    serving.receivers.filter(({ name }) => !isOld(name)),
  );
  const joined = join(parts, serving, opened);

  const quiet = Promise.all(stopped.map((worker) => worker.stop()));
  const gone = quiet.then(async () => void (await Promise.all(left.map(closeConnection)))).finally(() => serving.leaving.delete(gone));
  serving.leaving.add(gone);
  const enough = AbortSignal.any([hurry, abortedBy(quiet)]);
  await parts.clock.sleep(next.server.graceSeconds * 1000, enough);
  for (const worker of joined) worker.start();
  return changes;
}

function refuse({ settings, changed }: ConfigChanges, before: Config, after: Config): void {
  const fixed = settings.filter((path) => !LIVE.some((live) => path === live || path.startsWith(`${live}.`)));
  if (fixed.length > 0) {
    throw new ConnectorError(
      'RELOAD_NEEDS_RESTART',
      `${fixed.join(', ')}: ${fixed.length === 1 ? 'this changes' : 'these change'} with a restart only. Restart the daemon, or take ${fixed.length === 1 ? 'it' : 'them'} back and reload again.`,
    );
  }
  for (const name of changed) {
    const [old, now] = [before, after].map(({ stores }) => stores.find((store) => store.name === name)?.shop);
    if (old === now) continue;
    throw new ConnectorError(
      'RELOAD_OTHER_SHOP',
      `stores.${name}.shop: another shop needs a store name of its own. Add it as a further store.`,
    );
  }
}

/** All or none. */
async function open(parts: Parts, next: Config, isNew: (name: string) => boolean): Promise<Connection[]> {
  const opened: Connection[] = [];
  try {
    for (const storeConfig of next.stores.filter(({ name }) => isNew(name))) {
      const connection = openConnection(next, storeConfig, parts);
      opened.push(connection);
      acceptDomain(connection, await parts.store.getStore(connection.name));
    }
    return opened;
  } catch (error) {
    await Promise.all(opened.map(closeConnection));
    throw error;
  }
}

/** From now on their webhooks are taken in. Returns their workers, which are not started yet. */
function join(parts: Parts, serving: Serving, connections: Connection[]): Worker[] {
  const lines = connections.map((connection) => createStoreWorkers(parts, connection));
  const workers = lines.flatMap(({ store, all }) => all.map((worker) => ({ ...worker, store })));
  serving.lines.push(...lines);
  serving.workers.push(...workers);
  serving.receivers.push(...connections.map(({ receiver }) => receiver));
  return workers;
}

function exchange<Item>(list: Item[], items: Item[]): void {
  list.splice(0, list.length, ...items);
}

function abortedBy(done: Promise<unknown>): AbortSignal {
  const controller = new AbortController();
  void done.then(() => controller.abort());
  return controller.signal;
}
