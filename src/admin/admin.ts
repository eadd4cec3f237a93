/** The private listener: health for monitors, metrics for Prometheus, a status page for people. */
import { errorCode } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Respond } from '../platform/server.ts';
import { isHostAllowed, isPasswordRight } from './access.ts';
import { plain, send, type Answer } from './answer.ts';
import { atMostEvery } from './at-most-every.ts';
import { createDashboard } from './dashboard.ts';
import { createEventsIntake, type EventsOptions } from './events.ts';
import { readFigures, type AdminStore, type FiguresStore } from './figures.ts';
import { checkReadiness, type ReadinessStore, type StoreWorker } from './readiness.ts';
import { setGauges } from './gauges.ts';

export interface AdminOptions {
  /** One per configured store. */
  connections: readonly AdminStore[];
  store: FiguresStore & ReadinessStore;
  workers: readonly StoreWorker[];
  metrics: Metrics;
  clock: Clock;
  logger: Logger;
  /** `admin.host`: the name people use, besides the loopback ones. */
  host: string;
  password?: Secret | null;
  /** Null: events from elsewhere are not taken. */
  events: EventsOptions | null;
}

/** A look costs the database something; whoever reloads in a loop sees the same answer again. */
const FRESH_MS = 1_000;

/**
 * `/healthz` and `/readyz` are open, so that a monitor needs no password; `/metrics` and `/` ask for it (HTTP Basic, any user name) when there is one,
 * `POST /events` for its own token.
 * Without a password only loopback names and `host` are answered: a web page that points its own name at this address gets nothing.
 */
export function createAdmin(options: AdminOptions): Respond {
  const { store, connections, workers, metrics, clock, host } = options;
  const password = options.password?.reveal() ?? null;
  const figures = atMostEvery(FRESH_MS, clock, () => readFigures(store, connections, clock.now()));
  const readiness = atMostEvery(FRESH_MS, clock, () => checkReadiness(store, connections, workers));
  const dashboard = createDashboard();
  const takeEvents = createEventsIntake(options.events, options.logger);

  async function showMetrics(): Promise<Answer> {
    // Monitoring must go on while the database does not.
    const known = await figures().catch((error: unknown) => {
      options.logger.error({ code: errorCode(error) }, 'figures for the metrics could not be read');
      return null;
    });
    setGauges(metrics, known, workers, clock.now());
    return { status: 200, type: metrics.registry.contentType, body: await metrics.registry.metrics() };
  }

  async function showDashboard(): Promise<Answer> {
    try {
      const page = dashboard.render({ figures: await figures(), readiness: await readiness(), workers, now: clock.now() });
      return {
        status: 200,
        type: 'text/html; charset=utf-8',
        body: page,
        headers: { 'content-security-policy': dashboard.contentSecurityPolicy },
      };
    } catch (error) {
      return plain(503, `The database cannot be read (${errorCode(error)}). Look at the log, and at /readyz.`);
    }
  }

  async function showReadiness(): Promise<Answer> {
    const found = await readiness();
    return { status: found.ok ? 200 : 503, type: 'application/json', body: `${JSON.stringify(found)}\n` };
  }

  async function answer(path: string, authorization: string | undefined): Promise<Answer> {
    if (path === '/healthz') return plain(200, 'ok');
    if (path === '/readyz') return await showReadiness();
    if (password !== null && !isPasswordRight(authorization, password)) {
      return {
        ...plain(401, 'The password of admin.password is needed.'),
        headers: { 'www-authenticate': 'Basic realm="shopify-converge", charset="UTF-8"' },
      };
    }
    if (path === '/metrics') return await showMetrics();
    if (path === '/') return await showDashboard();
    return plain(404, 'There is nothing here: /, /metrics, /healthz, /readyz and, for POST, /events are.');
  }

  return async (request, response) => {
    const path = (request.url ?? '/').replace(/[?#].*$/s, '');
    if (password === null && !isHostAllowed(request.headers.host, host)) {
      send(response, plain(421, 'This name is not answered. Use localhost or the address in admin.host, or set admin.password.'), true);
    } else if (path === '/events') {
      const taken = await takeEvents(request);
      if (taken) send(response, taken, request.method !== 'HEAD');
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      send(response, { ...plain(405, 'Only GET.'), headers: { allow: 'GET, HEAD' } }, true);
    } else {
      send(response, await answer(path, request.headers.authorization), request.method === 'GET');
    }
  };
}
