/** The daemon's watch over its stores: what the alerts are made from, and where they are told. */
import { createAlerts } from './alerts/alerts.ts';
import type { Standing } from './alerts/conditions.ts';
import type { Parts } from './app.ts';
import { DISCONNECTED_BY_USER } from './install/install.ts';
import { createHttp } from './platform/http.ts';
import { createWorker, type Worker } from './platform/worker.ts';
import { TOPICS } from './shopify/topics.ts';

/** A message in hand at a stop is waited for. */
const TELL_MS = 5_000;

/** Config and stores are looked up each time: a reload changes them. */
export function createWatch(parts: Parts): Pick<Worker, 'start' | 'stop'> {
  const { store, clock, random, logger } = parts;
  const startedAt = new Map<string, number>();
  const http = createHttp({ connections: 1, timeoutMs: TELL_MS });

  async function standings(): Promise<Omit<Standing, 'now'>[]> {
    const now = clock.now();
    return await Promise.all(
      parts.connections.map(async ({ name, config, destinations, install }) => {
        const row = await store.getStore(name);
        const since = Math.min(startedAt.get(name) ?? now, now);
        startedAt.set(name, since);
        return {
          store: name,
          row,
          byUser: row?.state === 'disconnected' && row.stateReason === DISCONNECTED_BY_USER,
          counts: await store.counts(name, now),
          signs: await store.warningSigns(name, now),
          destinations: await Promise.all(destinations.map((destination) => store.getDestination(name, destination.name))),
          audit: await store.lastAudit(name),
          reconcileEveryMs: config.reconcile.everyMinutes * 60_000,
          topics: install.webhookUri === null ? null : [...TOPICS.keys()],
          startedAt: since,
        };
      }),
    );
  }

  const { tick } = createAlerts({ store, standings, url: () => parts.config.alerts.url, http, clock, random, logger });
  const worker = createWorker({ name: 'alerts', tick, clock, random, logger });
  return {
    start: worker.start,
    stop: async () => {
      await worker.stop();
      await http.close();
    },
  };
}
