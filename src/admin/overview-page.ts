/** The first page: whether all is well, the traffic, each store, the latest events. */
import type { Worker } from '../platform/worker.ts';
import type { Store, TrafficSpan } from '../store/types.ts';
import { eventTable } from './event-pages.ts';
import type { Figures } from './figures.ts';
import { html, type Html } from './html.ts';
import { countOf, orderLink, pill, when } from './parts.ts';
import type { Readiness } from './readiness.ts';
import { storeSection } from './store-section.ts';
import { trafficSection, type TrafficRange } from './traffic-section.ts';

export interface Overview {
  figures: Figures[];
  readiness: Readiness;
  workers: readonly Pick<Worker, 'name' | 'failure'>[];
  range: TrafficRange;
  traffic: TrafficSpan[];
  latest: Awaited<ReturnType<Store['listEvents']>>;
  /** Of each store in `figures`; null: never connected. */
  accounting: (Html | null)[];
  now: number;
}

export function overviewPage(overview: Overview): Html {
  const { figures, range, traffic, latest, accounting, now } = overview;
  return html`<h1 class="hidden">Overview</h1>
    ${banner(overview)}${attention(figures, now)}${trafficSection(range, traffic)}
    ${figures.map((store, index) => storeSection(store, accounting[index] ?? null, now))}
    <section class="card" aria-labelledby="latest" data-part="latest">
      <div class="heading">
        <h2 id="latest">Latest events</h2>
        <a class="end" href="/events">All events</a>
      </div>
      ${latest.length === 0 ? html`<p class="empty">None yet.</p>` : eventTable('Latest events', latest, figures.length > 1, now)}
    </section>`;
}

function banner({ readiness, workers }: Overview): Html {
  const failed = workers.filter((worker) => worker.failure() !== null).length;
  const { ok, reasons, notes } = readiness;
  const lines = [...reasons, ...notes];
  return html`<section class="banner ${ok ? (lines.length > 0 ? 'warn' : '') : 'bad'}" aria-label="Readiness" data-part="banner">
    <div>
      <p>
        <b class="${ok ? 'good' : 'bad'}">${ok ? 'Ready' : 'Not ready'}</b>
        <span class="dim">· ${workers.length - failed} of ${workers.length} workers healthy</span>
      </p>
      ${
        lines.length === 0
          ? null
          : html`<ul>
              ${lines.map((line) => html`<li>${line}</li>`)}
            </ul>`
      }
    </div>
  </section>`;
}

/** What somebody has to look at; nothing when there is nothing. */
function attention(figures: Figures[], now: number): Html | null {
  const several = figures.length > 1;
  const lines = figures.flatMap(({ name, counts, failing, alerts }) => {
    const of = several ? ` of ${name}` : '';
    return [
      ...alerts.map(
        ({ summary, openedAt }) => html`${pill('alert', 'bad')} ${summary} <span class="dim">${name}, ${when(openedAt, now)}</span>`,
      ),
      ...(counts.events.dead + counts.deadOrders > 0
        ? [html`<a href="/dead-letters">${countOf(counts.events.dead + counts.deadOrders, 'dead letter')}</a>${of}`]
        : []),
      ...failing.map(
        ({ orderId, name: order, error, attempts, nextAt }) =>
          html`Order ${orderLink(name, orderId, order)}${of} fails: <code>${error}</code>, tried ${countOf(attempts, 'time')}, again
            ${when(nextAt, now)}`,
      ),
    ];
  });
  if (lines.length === 0) return null;
  return html`<section class="card" aria-labelledby="attention" data-part="attention">
    <h2 id="attention">Needs a look</h2>
    <ul class="plain">
      ${lines.map((line) => html`<li>${line}</li>`)}
    </ul>
  </section>`;
}
