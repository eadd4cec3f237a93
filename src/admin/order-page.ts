/** One order: the decision and why, what it waits for, and everything that was sent of it. */
import type { RefundAccount } from '../core/decision.ts';
import type { OrderDetails } from '../store/types.ts';
import { html, type Html } from './html.ts';
import { countOf, facts, pill, statePill, table, when } from './parts.ts';
import { trailList } from './event-pages.ts';
import { time } from './time.ts';

const TONES = {
  sent: 'good',
  excluded: 'quiet',
  held: 'warn',
  nothing_to_send: 'quiet',
  deleted: 'quiet',
  not_visible: 'warn',
} as const;

export function orderPage(order: OrderDetails, now: number): Html {
  const { ledger, orderId, refunds, events } = order;
  return html`<div class="heading">
      <h1>Order ${ledger?.name ?? orderId}</h1>
      ${ledger ? pill(ledger.decision.replaceAll('_', ' '), TONES[ledger.decision]) : pill('not read yet', 'warn')}
      ${ledger?.historical ? pill('historical', 'quiet') : null}
    </div>
    <div class="columns">
      <section class="card" aria-labelledby="facts" data-part="facts">
        <h2 id="facts">Order</h2>
        ${orderFacts(order, now)}
      </section>
      <section class="card" aria-labelledby="trail" data-part="trail">
        <h2 id="trail">Decision</h2>
        ${trailList(ledger?.trail ?? [])}
      </section>
    </div>
    <section class="card" aria-labelledby="events" data-part="events">
      <h2 id="events">Events</h2>
      ${
        events.length === 0
          ? html`<p class="empty">None.</p>`
          : table(
              'Events of this order, in the order of delivery',
              [
                { label: 'State', cell: ({ state }) => statePill(state) },
                { label: 'Event', cell: ({ id, name }) => html`<a href="/events/${id}">${name}</a>` },
                { label: 'Id', cell: ({ eventId }) => html`<span class="mono">${eventId}</span>` },
                { label: 'To', cell: ({ destination }) => destination },
                { label: 'Written', cell: ({ createdAt }) => when(createdAt, now) },
                { label: 'Settled', cell: ({ settledAt }) => (settledAt === null ? '' : when(settledAt, now)) },
                { label: 'Outcome', cell: ({ outcome }) => outcome },
              ],
              events,
            )
      }
    </section>
    ${refunds.length === 0 ? null : refundSection(refunds, ledger?.currency ?? '')}`;
}

function orderFacts({ store, orderId, ledger, due }: OrderDetails, now: number): Html {
  return facts([
    ['id', html`<span class="mono">${orderId}</span>`],
    ['store', store],
    ...(ledger === null ? [] : ledgerFacts(ledger, now)),
    ...(due === null ? [] : [['to be read', dueText(due, now)] as [string, Html]]),
  ]);
}

function ledgerFacts(ledger: NonNullable<OrderDetails['ledger']>, now: number): [string, string | Html][] {
  const { reason, createdAt, total, sentTotal, currency, channel, sourceName, channelMapped, changedAfterSending } = ledger;
  return [
    ...(reason === null ? [] : [['why', reason] as [string, string]]),
    ['created', html`${when(createdAt, now)} <span class="dim">${time(createdAt)}</span>`],
    ['total', `${total} ${currency}`],
    ...(sentTotal === null || sentTotal === total ? [] : [['as sent', `${sentTotal} ${currency}`] as [string, string]]),
    ...(changedAfterSending === null ? [] : [['changed', 'after it was sent'] as [string, string]]),
    ['channel', `${channel}${sourceName === null ? '' : ` (${sourceName}${channelMapped ? '' : ', in no table'})`}`],
    ...(ledger.subscription === null || ledger.subscription === 'none' ? [] : [['subscription', ledger.subscription] as [string, string]]),
  ];
}

function dueText({ dueAt, reason, attempts, lastError, reading }: NonNullable<OrderDetails['due']>, now: number): Html {
  const failed = lastError === null ? null : html`<div class="bad">failed ${countOf(attempts, 'time')}: ${lastError}</div>`;
  return html`${reading ? 'being read' : dueAt <= now ? 'now' : when(dueAt, now)} (${reason.replaceAll('_', ' ')})${failed}`;
}

function refundSection(refunds: RefundAccount[], currency: string): Html {
  return html`<section class="card" aria-labelledby="refunds" data-part="refunds">
    <h2 id="refunds">Refunds</h2>
    ${table(
      'Refunds of this order',
      [
        { label: 'Id', cell: ({ id }) => html`<span class="mono">${id}</span>` },
        { label: 'State', cell: ({ state }) => state.replaceAll('_', ' ') },
        { label: 'Why', cell: ({ reason }) => reason },
        { label: 'Amount', cell: ({ amount }) => `${amount} ${currency}`, number: true },
      ],
      refunds,
    )}
  </section>`;
}
