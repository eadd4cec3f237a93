/** The private listener: health for monitors, metrics for Prometheus, a status page for people. */
import type { IncomingMessage } from 'node:http';
import { errorCode } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Respond } from '../platform/server.ts';
import { isHostAllowed } from './access.ts';
import { plain, send, type Answer } from './answer.ts';
import { atMostEvery } from './at-most-every.ts';
import { createAuthentication } from './authentication.ts';
import { createDashboard } from './dashboard.ts';
import { createEventsIntake, type EventsOptions } from './events.ts';
import { readFigures, type AdminStore, type FiguresStore } from './figures.ts';
import { checkReadiness, type ReadinessStore, type StoreWorker } from './readiness.ts';
import { setGauges } from './gauges.ts';
import type { Session } from './session.ts';

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
  randomBytes: (size: number) => Buffer;
  /** Null: events from elsewhere are not taken. */
  events: EventsOptions | null;
}

/** What a form of the pages does; it answers with where to go then. The form is known to come from a page of this session. */
type Action = (form: URLSearchParams) => Answer | Promise<Answer>;

/** A look costs the database something; whoever reloads in a loop sees the same answer again. */
const FRESH_MS = 1_000;

/**
 * `/healthz` and `/readyz` are open, so that a monitor needs no password; the rest asks for it when there is one: `/login` for people, HTTP Basic with any user name for
 * programs; `POST /events` asks for its own token. Forms need the CSRF token of their session, with or without a password.
 * Without a password only loopback names and `host` are answered: a web page that points its own name at this address gets nothing.
 */
export function createAdmin(options: AdminOptions): Respond {
  const { store, connections, workers, metrics, clock, host } = options;
  const password = options.password?.reveal() ?? null;
  const figures = atMostEvery(FRESH_MS, clock, () => readFigures(store, connections, clock.now()));
  const readiness = atMostEvery(FRESH_MS, clock, () => checkReadiness(store, connections, workers));
  const dashboard = createDashboard();
  const authentication = createAuthentication({ password, clock, randomBytes: options.randomBytes });
  /** By path, all POST. */
  const actions = new Map<string, Action>([['/logout', () => authentication.logout()]]);
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

  async function showDashboard({ csrfToken }: Session): Promise<Answer> {
    try {
      const page = dashboard.render({
        figures: await figures(),
        readiness: await readiness(),
        workers,
        now: clock.now(),
        csrfToken: password === null ? null : csrfToken,
      });
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

  async function answer(path: string, request: IncomingMessage): Promise<Answer> {
    if (path === '/healthz') return plain(200, 'ok');
    if (path === '/readyz') return await showReadiness();
    const entry = authentication.enter(request);
    if ('refused' in entry) return entry.refused;
    if (path === '/metrics') return await showMetrics();
    if (path !== '/') return plain(404, 'There is nothing here: /, /metrics, /healthz, /readyz and, for POST, /events are.');
    const page = await showDashboard(entry.session);
    return { ...page, headers: { ...page.headers, ...entry.headers } };
  }

  /** Null: the sender has gone. */
  async function act(action: Action, request: IncomingMessage): Promise<Answer | null> {
    const reading = await authentication.readProtectedForm(request);
    if (reading === null || 'refused' in reading) return reading?.refused ?? null;
    return await action(reading.form);
  }

  /** Null: the sender has gone. */
  async function route(path: string, request: IncomingMessage): Promise<Answer | null> {
    const { method } = request;
    const action = method === 'POST' ? actions.get(path) : undefined;
    if (path === '/events') return await takeEvents(request);
    if (path === '/login' && password !== null && ['GET', 'HEAD', 'POST'].includes(method ?? ''))
      return await authentication.login(request);
    if (action) return await act(action, request);
    if (method !== 'GET' && method !== 'HEAD') return { ...plain(405, 'Only GET.'), headers: { allow: 'GET, HEAD' } };
    return await answer(path, request);
  }

  return async (request, response) => {
    const path = (request.url ?? '/').replace(/[?#].*$/s, '');
    if (password === null && !isHostAllowed(request.headers.host, host)) {
      send(response, plain(421, 'This name is not answered. Use localhost or the address in admin.host, or set admin.password.'), true);
      return;
    }
    const answered = await route(path, request);
    if (answered) send(response, answered, request.method !== 'HEAD');
  };
}
