/** The private listener: health for monitors, metrics for Prometheus, pages for people. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorCode } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Respond } from '../platform/server.ts';
import { isHostAllowed } from './access.ts';
import { plain, seeOther, send, STREAM_HEADERS, type Answer } from './answer.ts';
import { readAssets } from './assets.ts';
import { atMostEvery } from './at-most-every.ts';
import { createAuthentication } from './authentication.ts';
import { actOnLetter } from './dead-letter-pages.ts';
import { createEventsIntake, type EventsOptions } from './events.ts';
import { readFigures, type AdminStore, type FiguresStore } from './figures.ts';
import { checkReadiness, type ReadinessStore, type StoreWorker } from './readiness.ts';
import { setGauges } from './gauges.ts';
import { createPages, type PagesStore } from './pages.ts';
import type { Session } from './session.ts';
import { createStream } from './stream.ts';

export interface AdminOptions {
  /** One per configured store. */
  connections: readonly AdminStore[];
  store: FiguresStore & ReadinessStore & PagesStore;
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

export interface Admin {
  respond: Respond;
  /** Ends the streams of open pages, which would hold the server up; none is begun from then on. */
  endStreams(): void;
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
export function createAdmin(options: AdminOptions): Admin {
  const { store, connections, workers, metrics, clock, host } = options;
  const password = options.password?.reveal() ?? null;
  const figures = atMostEvery(FRESH_MS, clock, () => readFigures(store, connections, clock.now()));
  const readiness = atMostEvery(FRESH_MS, clock, () => checkReadiness(store, connections, workers));
  const assets = readAssets();
  const pages = createPages({ store, assets, figures, readiness, workers, clock, login: password !== null });
  const stream = createStream({ clock, look: async () => JSON.stringify([await figures(), await readiness()]) });
  const authentication = createAuthentication({ password, clock, randomBytes: options.randomBytes });
  /** By path, all POST. */
  const actions = new Map<string, Action>([
    ['/logout', () => authentication.logout()],
    ['/dead-letters/replay', (form) => actOn('replay', form)],
    ['/dead-letters/discard', (form) => actOn('discard', form)],
  ]);
  const takeEvents = createEventsIntake(options.events, options.logger);

  async function showMetrics(): Promise<Answer> {
    // Monitoring must go on while the database does not.
    const known = await figures().catch((error: unknown) => {
      options.logger.error({ code: errorCode(error) }, 'figures for the metrics could not be read');
      return null;
    });
    setGauges(metrics, { figures: known, size: await store.size(), workers, now: clock.now() });
    return { status: 200, type: metrics.registry.contentType, body: await metrics.registry.metrics() };
  }

  async function actOn(act: 'replay' | 'discard', form: URLSearchParams): Promise<Answer> {
    return seeOther(`/dead-letters?outcome=${await actOnLetter(store, act, form, clock.now())}`);
  }

  async function showPage(path: string, query: URLSearchParams, { csrfToken }: Session): Promise<Answer> {
    try {
      return (await pages(path, query, csrfToken)) ?? plain(404, 'There is nothing here. The pages begin at /.');
    } catch (error) {
      options.logger.error({ code: errorCode(error) }, 'page could not be shown');
      return plain(503, `The database cannot be read (${errorCode(error)}). Look at the log, and at /readyz.`);
    }
  }

  async function showReadiness(): Promise<Answer> {
    const found = await readiness();
    return { status: found.ok ? 200 : 503, type: 'application/json', body: `${JSON.stringify(found)}\n` };
  }

  /** Null: the answer goes on as a stream. */
  async function answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<Answer | null> {
    if (path === '/healthz') return plain(200, 'ok');
    if (path === '/readyz') return await showReadiness();
    const asset = assets.answer(path);
    if (asset) return asset;
    const entry = authentication.enter(request);
    if ('refused' in entry) return entry.refused;
    if (path === '/metrics') return await showMetrics();
    if (path === '/live' && request.method === 'GET') {
      if (stream.open(response, STREAM_HEADERS)) return null;
      return { ...plain(503, 'Too many pages are open.'), headers: { 'retry-after': '60' } };
    }
    const page = await showPage(path, queryOf(request), entry.session);
    return { ...page, headers: { ...page.headers, ...entry.headers } };
  }

  /** Null: the sender has gone. */
  async function act(action: Action, request: IncomingMessage): Promise<Answer | null> {
    const reading = await authentication.readProtectedForm(request);
    if (reading === null || 'refused' in reading) return reading?.refused ?? null;
    return await action(reading.form);
  }

  /** Null: the sender has gone. */
  async function route(path: string, request: IncomingMessage, response: ServerResponse): Promise<Answer | null> {
    const { method } = request;
    const action = method === 'POST' ? actions.get(path) : undefined;
    if (path === '/events' && method !== 'GET' && method !== 'HEAD') return await takeEvents(request);
    if (path === '/login' && password !== null && ['GET', 'HEAD', 'POST'].includes(method ?? ''))
      return await authentication.login(request);
    if (action) return await act(action, request);
    if (method !== 'GET' && method !== 'HEAD') return { ...plain(405, 'Only GET.'), headers: { allow: 'GET, HEAD' } };
    return await answer(path, request, response);
  }

  const respond: Respond = async (request, response) => {
    const path = (request.url ?? '/').replace(/[?#].*$/s, '');
    if (password === null && !isHostAllowed(request.headers.host, host)) {
      send(response, plain(421, 'This name is not answered. Use localhost or the address in admin.host, or set admin.password.'), true);
      return;
    }
    const answered = await route(path, request, response);
    if (answered) send(response, answered, request.method !== 'HEAD');
  };
  return { respond, endStreams: () => stream.close() };
}

function queryOf(request: IncomingMessage): URLSearchParams {
  return new URLSearchParams(/\?([^#]*)/.exec(request.url ?? '')?.[1] ?? '');
}
