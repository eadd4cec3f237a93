/** The long-lived process: takes the lock, opens the ports, runs the workers, and ends all of it in order. */
import { randomBytes } from 'node:crypto';
import { createAdmin } from './admin/admin.ts';
import type { Parts } from './app.ts';
import { ConfigError, type Config } from './config/index.ts';
import { ConnectorError, errorCode } from './core/errors.ts';
import { createHttpServer } from './platform/server.ts';
import { createReceiver } from './receiver/receiver.ts';
import { sendEvents } from './send.ts';
import { reload, serve, type Serving } from './serving.ts';
import { reportPoison } from './suspects.ts';
import { createUpkeep } from './upkeep.ts';
import { createWatch } from './watch.ts';

export interface Daemon {
  receiver: { host: string; port: number };
  admin: { host: string; port: number };
  /**
   * Takes over the config that `load` reads, and logs what came of it: applied without losing work, or refused with the reasons while the old one goes on.
   * Never rejects; one at a time. Resolves to whether it was applied.
   */
  reload(load: () => Config): Promise<boolean>;
  /** Stops accepting and finishes what is in flight, for up to the grace time. Safe to call again. */
  stop(): Promise<void>;
}

/** Part of the grace time is kept for the checkpoint at the end. */
const CLOSING_MS = 1_000;

/** Ready when it resolves: ports open, workers running. Throws DAEMON_RUNNING naming the process that holds the database. */
export async function startDaemon(parts: Parts): Promise<Daemon> {
  const { config, store, connections, clock, logger, metrics } = parts;
  const { holder, poison } = await store.lockDaemon(clock.now());
  if (holder) throw alreadyRunning(config.storage.path, holder);
  reportPoison(parts, poison);

  const serving = await serve(parts);
  const { workers } = serving;
  const receiver = createHttpServer({
    name: 'server',
    host: config.server.host,
    port: config.server.port,
    respond: createReceiver({
      stores: serving.receivers,
      store,
      publicUrl: config.server.publicUrl,
      clock,
      logger,
      metrics,
      onAccepted: (signals) => serving.lines.forEach((line) => line.wake(signals)),
    }),
    clock,
    logger,
  });
  const { respond, endStreams } = createAdmin({
    store,
    connections,
    workers,
    metrics,
    host: config.admin.host,
    password: config.admin.password,
    randomBytes,
    events: config.admin.eventsToken && {
      token: config.admin.eventsToken,
      send: (given, options) => sendEvents(parts, given, options),
    },
    clock,
    logger,
  });
  const admin = createHttpServer({
    name: 'admin',
    host: config.admin.host,
    port: config.admin.port,
    respond,
    clock,
    logger,
  });

  const upkeep = createUpkeep(parts);
  const watch = createWatch(parts);
  let stopped: Promise<void> | null = null;
  let reloaded: Promise<unknown> = Promise.resolve();
  const stopping = new AbortController();
  const stop = async () => {
    logger.info({}, 'daemon stopping');
    stopping.abort();
    endStreams();
    await reloaded;
    const graceMs = Math.max(0, parts.config.server.graceSeconds * 1000 - CLOSING_MS);
    const quiet = Promise.all([...serving.leaving, ...[upkeep, watch, ...workers].map((worker) => worker.stop())]);
    const finished = new AbortController();
    await Promise.all([
      receiver.close(graceMs),
      admin.close(graceMs),
      Promise.race([quiet.then(() => finished.abort()), clock.sleep(graceMs, finished.signal)]),
    ]);
    logger.info({}, 'daemon stopped');
  };

  try {
    const { port: receiverPort } = await receiver.listen();
    const { port: adminPort } = await admin.listen();
    for (const worker of [...workers, upkeep, watch]) worker.start();
    logger.info(
      {
        host: config.server.host,
        port: receiverPort,
        adminHost: config.admin.host,
        adminPort,
        stores: config.stores.map(({ name }) => name),
      },
      'daemon started',
    );
    return {
      receiver: { host: config.server.host, port: receiverPort },
      admin: { host: config.admin.host, port: adminPort },
      reload: (load) => {
        const applied = reloaded.then(() => reloadOnce(parts, serving, load, stopping.signal));
        reloaded = applied;
        return applied;
      },
      stop: () => (stopped ??= stop()),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function reloadOnce(parts: Parts, serving: Serving, load: () => Config, stopping: AbortSignal): Promise<boolean> {
  const { logger } = parts;
  if (stopping.aborted) return false;
  try {
    const { settings, added, removed, changed } = await reload(parts, serving, load(), stopping);
    logger.info({ settings, added, removed, changed }, 'config reloaded');
    return true;
  } catch (error) {
    const reasons =
      error instanceof ConfigError
        ? error.problems.map(
            ({ path, line, message, fix }) => `${path || 'the file'}${line === null ? '' : ` (line ${line})`} ${message}. ${fix}`,
          )
        : [error instanceof Error ? error.message : String(error)];
    logger.error({ code: errorCode(error), reasons }, 'config reload refused, the running config goes on');
    return false;
  }
}

function alreadyRunning(path: string, holder: { pid: number; host: string; startedAt: number }): ConnectorError {
  const since = new Date(holder.startedAt).toISOString();
  return new ConnectorError(
    'DAEMON_RUNNING',
    `Another daemon works on ${path}: process ${holder.pid} on ${holder.host}, since ${since}. Stop it first, or give this one its own storage.path.`,
  );
}
