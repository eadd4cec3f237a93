/** The tables of one store on the status page. */
import type { Figures } from './figures.ts';
import { html, type Html } from './html.ts';
import { relative, time } from './time.ts';

const DECISIONS: Record<string, string> = {
  sent: 'sent',
  excluded: 'excluded',
  held: 'held',
  nothing_to_send: 'nothing to send',
  deleted: 'deleted',
  not_visible: 'not visible to the token',
};

export function storeRows({ row, costAvailable }: Figures, now: number): Html[] {
  if (row === null) return [text('state', html`<span class="bad">never connected</span>`)];
  const connected = row.state === 'connected';
  return [
    text('state', html`<span class="${connected ? 'good' : 'bad'}">${row.state}</span>`),
    ...(connected ? [] : [text('why', row.stateReason ?? 'unknown')]),
    text('shop', `${row.shopName} (${row.domain})`),
    text('currency, time zone', `${row.currency}, ${row.timeZone}`),
    text('first connected', time(row.firstConnectedAt)),
    text('token', relative(row.tokenAt, now)),
    text('subscriptions', `${row.subscriptions.length}, checked ${relative(row.subscriptionsCheckedAt, now)}`),
    ...(row.checkRequestedAt === null ? [] : [text('check', `asked for ${relative(row.checkRequestedAt, now)}`)]),
    text('cost budget', costAvailable === null ? 'not known yet' : `${Math.round(costAvailable)} points`),
  ];
}

export function orderRows({ counts }: Figures, now: number): Html[] {
  return [
    number('webhooks received', counts.receipts),
    number('to be read now', counts.due - counts.waiting),
    number('waiting for their time', counts.waiting),
    ...(counts.oldestDueAt === null ? [] : [text('oldest to be read', `due ${relative(counts.oldestDueAt, now)}`)]),
    ...Object.entries(counts.orders).map(([decision, orders]) => number(DECISIONS[decision] ?? decision, orders)),
    ...Object.entries(counts.excluded).map(([key, orders]) => number(key.replace(/^excluded:/, 'by '), orders)),
    ...counts.changedAfterSending.map(({ currency, orders, difference }) =>
      text('changed after sending', `${orders}, by ${difference} ${currency} in all`),
    ),
  ];
}

export function eventRows({ counts, destinations }: Figures, now: number): Html[] {
  const { pending, delivered, dead, discarded } = counts.events;
  return [
    number('delivered', delivered),
    number('pending', pending),
    ...(counts.oldestPendingAt === null ? [] : [text('oldest pending', relative(counts.oldestPendingAt, now))]),
    number('blocked behind a dead letter', counts.blocked, counts.blocked > 0),
    number('dead letters', dead, dead > 0),
    number('discarded', discarded),
    text('last delivery', relative(counts.lastDeliveredAt, now)),
    ...destinations
      .filter(({ pausedAt }) => pausedAt !== null)
      .map(({ destination, reason, probeAt }) =>
        text(destination, html`<span class="bad">paused: ${reason ?? 'unknown'}</span>, next try ${relative(probeAt, now)}`),
      ),
  ];
}

export function heldTable({ held }: Figures, now: number): Html | null {
  if (held.length === 0) return null;
  const rows = held.map(
    ({ name, orderId, dueAt, reason }) =>
      html`<tr>
        <td>${name ?? orderId}</td>
        <td>${relative(dueAt, now)}</td>
        <td>${reason}</td>
      </tr>`,
  );
  return html`<h3>Held orders, next ones first</h3>
    <table>
      <tr>
        <th>order</th>
        <th>due</th>
        <th>why</th>
      </tr>
      ${rows}
    </table>`;
}

export function unmappedTable({ counts }: Figures): Html | null {
  if (counts.unmapped.length === 0) return null;
  const rows = counts.unmapped.map(
    ({ sourceName, appName, orders }) =>
      html`<tr>
        <td>${sourceName}</td>
        <td>${appName}</td>
        <td class="number">${orders}</td>
      </tr>`,
  );
  return html`<h3>Sales channels in no table, sent as web</h3>
    <p class="dim">Give them a type with <code>salesChannels</code> in the config.</p>
    <table>
      <tr>
        <th>source_name</th>
        <th>app</th>
        <th>orders</th>
      </tr>
      ${rows}
    </table>`;
}

function text(label: string, value: string | Html): Html {
  return html`<tr>
    <th scope="row">${label}</th>
    <td>${value}</td>
  </tr>`;
}

function number(label: string, value: number, alarming = false): Html {
  return html`<tr>
    <th scope="row">${label}</th>
    <td class="number${alarming ? ' bad' : ''}">${value}</td>
  </tr>`;
}
