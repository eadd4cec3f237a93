/** The sandbox's page for people: the latest orders and events, in plain HTML. */
import type { Endpoint } from './endpoint.ts';
import { restAmount } from './money.ts';
import type { Answer } from './http.ts';
import type { Sandbox } from './sandbox.ts';
import { financialStatus, totals } from './totals.ts';

const SHOWN = 50;

/** What comes from requests or orders is text, whatever it looks like. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function table(heads: string[], rows: string[][]): string {
  const row = (cells: string[], tag: string): string => `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${row(heads, 'th')}${rows.map((cells) => row(cells, 'td')).join('')}</table>`;
}

function eventsOf<Event>(heading: string, endpoint: Endpoint<Event>, named: (event: Event) => [name: string, id: string]): string {
  const counts = endpoint.counts();
  const rows = endpoint
    .received()
    .slice(-SHOWN)
    .reverse()
    .map(({ at, status, accepted, event, body }) => [
      new Date(at).toISOString(),
      ...(event === null ? ['', ''] : named(event)),
      status === null ? 'no answer' : String(status),
      accepted ? 'yes' : 'no',
      body.slice(0, 400),
    ]);
  return `<h2>${heading}</h2>
<p>${counts.events} events in ${counts.requests} requests, ${counts.repeats} repeats, ${counts.refused} refused.</p>
${table(['Time', 'Event', 'Id', 'Answer', 'Accepted', 'Body'], rows)}`;
}

export function page(sandbox: Sandbox): Answer {
  const orders = sandbox.shop.orders().slice(-SHOWN).reverse();
  const orderRows = orders.map((order) => [
    order.name,
    new Date(order.createdAt).toISOString(),
    order.sourceName ?? '',
    order.customer?.email ?? order.email ?? '',
    `${restAmount(totals(order).price, order.currency)} ${order.currency}`,
    financialStatus(order) ?? '',
    [
      order.edited ? 'edited' : '',
      order.cancelledAt === null ? '' : 'cancelled',
      order.refunds.length > 0 ? `${order.refunds.length} refund(s)` : '',
    ]
      .filter(Boolean)
      .join(', '),
  ]);
  const html = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Sandbox</title><meta http-equiv="refresh" content="5">
<style>body{font:14px/1.4 system-ui,sans-serif;margin:2em}table{border-collapse:collapse;margin-bottom:2em}th,td{border:1px solid #ccc;padding:.2em .6em;text-align:left;vertical-align:top;max-width:60em;overflow-wrap:break-word}td:nth-child(-n+2){white-space:nowrap}</style></head>
<body>
<h1>${escapeHtml(sandbox.shopDomain)}</h1>
<p>A sandbox: a Shopify store at ${escapeHtml(sandbox.origin)}, a Converge endpoint at ${escapeHtml(sandbox.convergeUrl)} and a Convead endpoint at ${escapeHtml(sandbox.conveadUrl)}.</p>
<h2>Orders</h2>
<p>${sandbox.shop.orders().length} in all, the latest ${orders.length} here.</p>
${table(['Order', 'Created', 'Source', 'Customer', 'Total', 'Status', ''], orderRows)}
${eventsOf('Events received', sandbox.converge, ({ event_name, event_id }) => [event_name, event_id])}
${
  sandbox.convead.counts().requests === 0
    ? ''
    : eventsOf('Events received by Convead', sandbox.convead, ({ type, visitor_uid, guest_uid }) => [type, visitor_uid || guest_uid])
}
</body>
</html>
`;
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  };
  return { status: 200, headers, body: html };
}
