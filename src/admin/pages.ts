/** The pages by their paths: what each reads, bounded, and how it is shown. */
import { daysOf } from '../core/time.ts';
import type { Clock } from '../platform/clock.ts';
import type { Store } from '../store/types.ts';
import { accountingPage, type StoreAccounting } from './accounting-page.ts';
import { accountingPlot } from './accounting-section.ts';
import { seeOther, type Answer } from './answer.ts';
import type { Assets } from './assets.ts';
import { atMostEvery } from './at-most-every.ts';
import { deadLettersPage, letterActions, LETTERS_SHOWN, type DeadLetterStore } from './dead-letter-pages.ts';
import { eventPage, eventsPage, eventsQuery, PAGE_SIZE } from './event-pages.ts';
import type { Figures } from './figures.ts';
import { html, type Html } from './html.ts';
import { pageAnswer, type PageContent } from './layout.ts';
import { orderPage } from './order-page.ts';
import { overviewPage } from './overview-page.ts';
import type { Readiness, StoreWorker } from './readiness.ts';
import { RANGES, trafficStart } from './traffic-section.ts';

export type PagesStore = DeadLetterStore & Pick<Store, 'listEvents' | 'getEvent' | 'getOrder' | 'traffic' | 'accounting'>;

export interface PagesOptions {
  store: PagesStore;
  assets: Assets;
  figures(): Promise<Figures[]>;
  readiness(): Promise<Readiness>;
  workers: readonly StoreWorker[];
  clock: Clock;
  /** There is a log-in, so there is a log-out. */
  login: boolean;
}

/** `csrfToken`: of the session that looks. Null: there is no such page. */
export type ShowPage = (path: string, query: URLSearchParams, csrfToken: string) => Promise<Answer | null>;

const LATEST_SHOWN = 10;
const DAY_MS = 86_400_000;
const OVERVIEW_DAYS = 14;
const ACCOUNTING_DAYS = 31;
/** Adding up a day reads its orders: it is done once in a while, whoever looks. */
const ACCOUNTING_FRESH_MS = 60_000;
const TRAFFIC_FRESH_MS = 2_000;

export function createPages({ store, assets, figures, readiness, workers, clock, login }: PagesOptions): ShowPage {
  const traffic = RANGES.map((range) =>
    atMostEvery(TRAFFIC_FRESH_MS, clock, () => store.traffic(trafficStart(range, clock.now()), range.spanMs, range.spans)),
  );
  const accounting = [OVERVIEW_DAYS, ACCOUNTING_DAYS].map((days) =>
    atMostEvery(ACCOUNTING_FRESH_MS, clock, async () => await accountingOf(await figures(), days)),
  );

  async function accountingOf(stores: Figures[], length: number): Promise<StoreAccounting[]> {
    const all: StoreAccounting[] = [];
    for (const { name, row, audit } of stores) {
      if (row === null) continue;
      const now = clock.now();
      const days = daysOf(now - (length - 1) * DAY_MS, now + 1, row.timeZone).map(({ date }) => date);
      const from = daysOf(now - (length + 1) * DAY_MS, now + 1, row.timeZone).find(({ date }) => date === days[0])?.from ?? now;
      all.push({ name, days, audit, rows: await store.accounting(name, from, now + 1) });
    }
    return all;
  }

  async function overview(query: URLSearchParams): Promise<PageContent> {
    const chosen = Math.max(
      0,
      RANGES.findIndex(({ hours }) => hours === query.get('hours')),
    );
    const known = await figures();
    const sums = await accounting[0]!();
    const plots = known.map(({ name }) => sums.find((sum) => sum.name === name));
    const body = overviewPage({
      figures: known,
      readiness: await readiness(),
      workers,
      range: RANGES[chosen] ?? RANGES[0],
      traffic: await traffic[chosen]!(),
      latest: await store.listEvents({ limit: LATEST_SHOWN }),
      accounting: plots.map((plot) => (plot ? accountingPlot(plot.rows, plot.days) : null)),
      now: clock.now(),
    });
    return { title: (await readiness()).ok ? 'Overview' : 'Not ready', place: '/', body };
  }

  async function events(query: URLSearchParams): Promise<PageContent> {
    const stores = (await figures()).map(({ name }) => name);
    const asked = eventsQuery(query, stores);
    const filter = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
    const found = await store.listEvents({ ...filter, limit: PAGE_SIZE });
    return { title: 'Events', place: '/events', body: eventsPage(found, asked, stores, clock.now()) };
  }

  async function event(id: string, csrfToken: string): Promise<PageContent | null> {
    const found = await store.getEvent(id);
    if (found === null) return null;
    const { id: rowId, state, store: name } = found.event;
    const actions = state === 'dead' ? letterActions({ id: String(rowId), kind: 'event', state, store: name }, csrfToken) : null;
    return { title: found.event.name, place: '/events', body: eventPage(found, actions, clock.now()) };
  }

  async function order(name: string, id: string): Promise<PageContent | null> {
    const found = await store.getOrder(name, id);
    return found && { title: `Order ${found.ledger?.name ?? found.orderId}`, place: '/events', body: orderPage(found, clock.now()) };
  }

  async function deadLetters(query: URLSearchParams, csrfToken: string): Promise<PageContent> {
    const discarded = query.get('state') === 'discarded';
    const letters = await store.listDeadLetters({ state: discarded ? 'discarded' : 'dead', limit: LETTERS_SHOWN });
    const body = deadLettersPage(letters, { discarded, outcome: query.get('outcome'), csrfToken, now: clock.now() });
    return { title: 'Dead letters', place: '/dead-letters', body };
  }

  /** Leads to the one thing that is meant: an order by name or id, else an event by its id. */
  async function search(text: string): Promise<Answer | PageContent> {
    const wanted = text.trim().slice(0, 200);
    for (const { name } of wanted === '' ? [] : await figures()) {
      const found = await store.getOrder(name, wanted);
      if (found) return seeOther(`/orders/${encodeURIComponent(name)}/${encodeURIComponent(found.orderId)}`);
    }
    const found = wanted === '' ? null : await store.getEvent(wanted);
    if (found) return seeOther(`/events/${found.event.id}`);
    return { title: 'Nothing found', place: '', body: nothing(wanted) };
  }

  async function content(path: string, query: URLSearchParams, csrfToken: string): Promise<PageContent | Answer | null> {
    const [first = '', second, third, ...more] = path.slice(1).split('/').map(decoded);
    if (more.length > 0) return null;
    if (path === '/') return await overview(query);
    if (path === '/search') return await search(query.get('q') ?? '');
    if (path === '/events') return await events(query);
    if (path === '/dead-letters') return await deadLetters(query, csrfToken);
    if (path === '/accounting')
      return { title: 'Accounting', place: '/accounting', body: accountingPage(await accounting[1]!(), clock.now()) };
    if (first === 'events' && second && third === undefined) return await event(second, csrfToken);
    if (first === 'orders' && second && third) return await order(second, third);
    return null;
  }

  return async (path, query, csrfToken) => {
    const shown = await content(path, query, csrfToken);
    if (shown === null || 'status' in shown) return shown;
    const dead = (await figures()).reduce((sum, { counts }) => sum + counts.events.dead + counts.deadOrders, 0);
    return pageAnswer(200, { assets, logoutToken: login ? csrfToken : null, deadLetters: dead, now: clock.now() }, shown);
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function nothing(wanted: string): Html {
  return html`<h1>Nothing found</h1>
    <p>
      There is no order and no event <b>${wanted}</b> here. An order is found by its name (<code>#1001</code>) or id, an event by its id.
    </p>`;
}
