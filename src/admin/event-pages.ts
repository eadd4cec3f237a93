/** The event log, and one event with its body, its attempts and the decision behind it. */
import type { Attempt, EventState, Store } from '../store/types.ts';
import { html, type Html } from './html.ts';
import { count, countOf, facts, orderLink, pill, statePill, table, when, type Column } from './parts.ts';
import { time } from './time.ts';

type Listed = Awaited<ReturnType<Store['listEvents']>>[number];
type Found = NonNullable<Awaited<ReturnType<Store['getEvent']>>>;

const STATES: EventState[] = ['pending', 'delivered', 'dead', 'discarded'];
export const PAGE_SIZE = 50;

/** No bodies: personal data is on the event's own page only. */
export function eventTable(caption: string, events: Listed[], several: boolean, now: number): Html {
  const columns: Column<Listed>[] = [
    { label: 'State', cell: ({ state, blockedBy }) => (blockedBy === null ? statePill(state) : statePill('blocked')) },
    { label: 'Event', cell: ({ id, name }) => html`<a href="/events/${id}">${name}</a>` },
    { label: 'Order', cell: ({ store, orderId, orderName }) => orderLink(store, orderId, orderName) },
    ...(several ? [{ label: 'Store', cell: ({ store }: Listed) => store }] : []),
    { label: 'To', cell: ({ destination }) => destination },
    { label: 'Written', cell: ({ createdAt }) => when(createdAt, now) },
    { label: 'Outcome', cell: outcomeOf },
  ];
  return table(caption, columns, events);
}

function outcomeOf({ blockedBy, outcome, state, attempts }: Listed): string {
  if (blockedBy !== null) return `behind dead letter ${blockedBy}`;
  const tried = attempts > 1 ? countOf(attempts, 'attempt') : '';
  return [outcome === state ? '' : (outcome ?? ''), tried].filter((text) => text !== '').join(', ');
}

export interface EventsQuery {
  store: string | undefined;
  state: EventState | undefined;
  before: { createdAt: number; id: number } | undefined;
}

/** Of the query of a URL; what does not make sense counts as not given. */
export function eventsQuery(query: URLSearchParams, stores: string[]): EventsQuery {
  const cursor = /^(\d{1,15})-(\d{1,15})$/.exec(query.get('before') ?? '');
  return {
    store: stores.find((name) => name === query.get('store')),
    state: STATES.find((state) => state === query.get('state')),
    before: cursor ? { createdAt: Number(cursor[1]), id: Number(cursor[2]) } : undefined,
  };
}

export function eventsPage(events: Listed[], query: EventsQuery, stores: string[], now: number): Html {
  const last = events.length === PAGE_SIZE ? events.at(-1) : undefined;
  const address = new URLSearchParams();
  if (query.store !== undefined) address.set('store', query.store);
  if (query.state !== undefined) address.set('state', query.state);
  if (last) address.set('before', `${last.createdAt}-${last.id}`);
  return html`<h1>Events</h1>
    <form class="filters" action="/events">
      ${stores.length > 1 ? select('Store', 'store', stores, query.store) : null} ${select('State', 'state', STATES, query.state)}
      <button>Show</button>
    </form>
    <section class="card" aria-label="Event log" data-part="events">
      ${events.length === 0 ? html`<p class="empty">There are none.</p>` : eventTable('Events, newest first', events, stores.length > 1, now)}
    </section>
    ${last ? html`<a class="button" href="/events?${address.toString()}">Older</a>` : null}`;
}

function select(label: string, name: string, values: string[], chosen: string | undefined): Html {
  return html`<label
    >${label}
    <select name="${name}">
      <option value="">all</option>
      ${values.map((value) => html`<option value="${value}" ${value === chosen ? html`selected` : null}>${value}</option>`)}
    </select></label
  >`;
}

/** `actions`: what can be done with it; null: nothing. */
export function eventPage({ event, attempts, orderName, trail }: Found, actions: Html | null, now: number): Html {
  return html`<div class="heading">
      <h1>${event.name}</h1>
      ${statePill(event.state)} ${event.lane === 'historical' ? pill('historical', 'quiet') : null}
    </div>
    ${actions === null ? null : html`<section class="card" aria-label="Actions">${actions}</section>`}
    <div class="columns">
      <section class="card" aria-labelledby="facts" data-part="facts">
        <h2 id="facts">Event</h2>
        ${facts([
          ['id', html`<span class="mono">${event.eventId}</span>`],
          ['store', event.store],
          ['order', orderLink(event.store, event.orderId, orderName)],
          ['to', event.destination],
          ['written', html`${when(event.createdAt, now)} <span class="dim">${time(event.createdAt)}</span>`],
          ['outcome', event.outcome ?? 'not tried yet'],
          ['attempts', count(event.attempts)],
          ...(event.settledAt === null ? [] : [['settled', html`${when(event.settledAt, now)}`] as [string, Html]]),
          ...(event.nextAttemptAt === null ? [] : [['next attempt', html`${when(event.nextAttemptAt, now)}`] as [string, Html]]),
        ])}
      </section>
      <section class="card" aria-labelledby="trail" data-part="trail">
        <h2 id="trail">Decision</h2>
        ${trailList(trail)}
      </section>
    </div>
    <section class="card" aria-labelledby="attempts" data-part="attempts">
      <h2 id="attempts">Attempts</h2>
      ${attempts.length === 0 ? html`<p class="empty">None yet.</p>` : attemptTable(attempts, now)}
    </section>
    <section class="card" aria-labelledby="body">
      <h2 id="body">Body</h2>
      ${event.body === null ? html`<p class="empty">Removed: it is past <code>retention.days</code>, or was redacted.</p>` : html`<pre tabindex="0">${readable(event.body)}</pre>`}
    </section>`;
}

export function trailList(trail: string[]): Html {
  if (trail.length === 0) return html`<p class="empty">Nothing is recorded: it came from elsewhere, or was redacted.</p>`;
  return html`<ol class="trail">
    ${trail.map((line) => html`<li>${line}</li>`)}
  </ol>`;
}

/** The last ones of a long list: one that was tried for days has hundreds. */
const ATTEMPTS_SHOWN = 100;

function attemptTable(attempts: Attempt[], now: number): Html {
  return table(
    'Attempts, newest first',
    [
      { label: 'When', cell: ({ at }) => when(at, now) },
      { label: 'Status', cell: ({ status }) => statusPill(status) },
      { label: 'Took', cell: ({ latencyMs }) => html`<span class="nowrap">${count(latencyMs)} ms</span>`, number: true },
      { label: 'Answer', cell: ({ answer }) => html`<span class="mono">${answer}</span>` },
    ],
    attempts.slice(-ATTEMPTS_SHOWN).reverse(),
  );
}

function statusPill(status: number | null): Html {
  if (status === null) return pill('no answer', 'bad');
  return pill(String(status), status < 300 ? 'good' : status < 500 && status !== 429 ? 'bad' : 'warn');
}

function readable(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
