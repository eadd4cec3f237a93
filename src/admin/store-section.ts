/** One store on the overview: its health, its figures, what waits and what needs a look. */
import type { BackfillProgress } from '../store/types.ts';
import type { Figures } from './figures.ts';
import { html, type Html } from './html.ts';
import { count, facts, orderLink, pill, table, when } from './parts.ts';
import { relative, time } from './time.ts';

/** `accounting`: the plot of its orders by day. */
export function storeSection(store: Figures, accounting: Html | null, now: number): Html {
  const { name, row } = store;
  const id = `store-${name}`;
  if (row === null) {
    return html`<section class="card" aria-labelledby="${id}" data-part="${id}">
      <div class="heading">
        <h2 id="${id}">${name}</h2>
        ${pill('never connected', 'bad')}
      </div>
      <p class="empty">It is connected at the start of the daemon, or by <code>connect</code>.</p>
    </section>`;
  }
  const connected = row.state === 'connected';
  return html`<section class="card" aria-labelledby="${id}" data-part="${id}">
    <div class="heading">
      <h2 id="${id}">${name}</h2>
      ${pill(row.state, connected ? 'good' : 'bad')}
      <span class="dim">${row.shopName} · ${row.domain} · ${row.currency} · ${row.timeZone}</span>
    </div>
    ${connected ? null : html`<p class="bad">${row.stateReason ?? 'Nobody knows why.'}</p>`} ${tiles(store, now)}
    <div class="columns">
      <div>${accounting}${backfills(store.backfills, now)}</div>
      <div>${heldTable(store, now)}</div>
    </div>
    <div class="columns section">
      <div>
        <h3>Orders</h3>
        ${orderFacts(store)}
      </div>
      <div>
        <h3>Connection</h3>
        ${connectionFacts(store, now)}
      </div>
    </div>
    ${unmappedTable(store)}
  </section>`;
}

function tiles({ counts }: Figures, now: number): Html {
  const { pending, delivered } = counts.events;
  const dead = counts.events.dead + counts.deadOrders;
  const entries: [label: string, value: number, note: string, tone?: string][] = [
    ['Orders sent', counts.orders['sent'] ?? 0, ''],
    ['Events delivered', delivered, `last ${relative(counts.lastDeliveredAt, now)}`],
    ['Waiting for delivery', pending, counts.oldestPendingAt === null ? '' : `oldest ${relative(counts.oldestPendingAt, now)}`],
    ['Orders to read', counts.due - counts.waiting, counts.oldestDueAt === null ? '' : `oldest due ${relative(counts.oldestDueAt, now)}`],
    ['Orders waiting', counts.waiting, 'for their time'],
    ['Dead letters', dead, counts.blocked > 0 ? `${count(counts.blocked)} blocked behind` : '', dead > 0 ? 'bad' : ''],
  ];
  return html`<dl class="tiles">
    ${entries.map(
      ([label, value, note, tone]) =>
        html`<div>
          <dt>${label}</dt>
          <dd class="${tone ?? ''}">${count(value)}${note === '' ? null : html`<small>${note}</small>`}</dd>
        </div>`,
    )}
  </dl>`;
}

const DECISIONS: Record<string, string> = { nothing_to_send: 'nothing to send', not_visible: 'not visible to the token' };

function orderFacts({ counts }: Figures): Html {
  return facts([
    ['webhooks received', count(counts.receipts)],
    ...Object.entries(counts.orders).map(([decision, orders]): [string, string] => [DECISIONS[decision] ?? decision, count(orders)]),
    ...Object.entries(counts.excluded).map(([key, orders]): [string, string] => [key.replace(/^excluded:/, 'by '), count(orders)]),
    ...counts.changedAfterSending.map(({ currency, orders, difference }): [string, string] => [
      'changed after sending',
      `${count(orders)}, by ${difference} ${currency} in all`,
    ]),
  ]);
}

function connectionFacts({ row, costBudget, destinations }: Figures, now: number): Html | null {
  if (row === null) return null;
  return facts([
    ['first connected', time(row.firstConnectedAt)],
    ['token', when(row.tokenAt, now)],
    ['subscriptions', html`${row.subscriptions.length}, checked ${when(row.subscriptionsCheckedAt, now)}`],
    ...(row.checkRequestedAt === null ? [] : [['check', html`asked for ${when(row.checkRequestedAt, now)}`] as [string, Html]]),
    ['cost budget', costBudget === null ? 'not known yet' : `${count(Math.round(costBudget.available))} points`],
    ...destinations.map(({ destination, pausedAt, cause, reason, probeAt, lastDeliveredAt }): [string, Html] => [
      destination,
      pausedAt === null
        ? html`open, last delivery ${when(lastDeliveredAt, now)}`
        : html`<span class="bad">${cause === 'down' ? 'down' : 'paused'}: ${reason ?? 'unknown'}</span>, next try ${when(probeAt, now)}`,
    ]),
  ]);
}

function heldTable({ held, name: store, counts }: Figures, now: number): Html {
  if (held.length === 0)
    return html`<h3>Held orders</h3>
      <p class="empty">None.</p>`;
  const more = counts.waiting - held.length;
  return html`<h3>Held orders, next ones first</h3>
    ${table(
      `Held orders of ${store}`,
      [
        { label: 'Order', cell: ({ orderId, name }) => orderLink(store, orderId, name) },
        { label: 'Time left', cell: ({ dueAt }) => (dueAt <= now ? 'now' : when(dueAt, now)) },
        { label: 'Why', cell: ({ reason }) => reason },
      ],
      held,
    )}
    ${more > 0 ? html`<p class="dim">and ${count(more)} more</p>` : null}`;
}

const BACKFILL_TONES = { waiting: 'warn', running: 'warn', done: 'good', failed: 'bad' } as const;

function backfills(list: BackfillProgress[], now: number): Html | null {
  if (list.length === 0) return null;
  return html`<div class="section">
    <h3>Backfill</h3>
    <ul class="plain">
      ${list.map(
        (backfill) =>
          html`<li>
            ${pill(backfill.state, BACKFILL_TONES[backfill.state])} ${backfill.words}
            <span class="dim"
              >${progressText(backfill)}${backfill.finishedAt === null ? null : html`, ended ${when(backfill.finishedAt, now)}`}</span
            >
            ${progressBar(backfill)} ${backfill.error === null ? null : html`<div class="bad">${backfill.error}</div>`}
          </li>`,
      )}
    </ul>
  </div>`;
}

function progressText({ read, expected }: BackfillProgress): string {
  return expected === null ? 'not planned yet' : `${count(read)} of ${count(expected)} orders`;
}

function progressBar(backfill: BackfillProgress): Html | null {
  const { state, read, expected, words } = backfill;
  if (expected === null || state === 'done') return null;
  return html`<progress max="${Math.max(1, expected)}" value="${read}" aria-label="Backfill ${words}">${progressText(backfill)}</progress>`;
}

function unmappedTable({ counts, name }: Figures): Html | null {
  if (counts.unmapped.length === 0) return null;
  return html`<div class="section">
    <h3>Sales channels in no table, sent as web</h3>
    <p class="dim">Give them a type with <code>salesChannels</code> in the config.</p>
    ${table(
      `Unmapped sales channels of ${name}`,
      [
        { label: 'source_name', cell: ({ sourceName }) => html`<span class="mono">${sourceName}</span>` },
        { label: 'App', cell: ({ appName }) => appName },
        { label: 'Orders', cell: ({ orders }) => count(orders), number: true },
      ],
      counts.unmapped,
    )}
  </div>`;
}
