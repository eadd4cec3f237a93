/** Accounting of a store: a month by day, by channel and by what became of the orders. */
import type { AccountingRow, AuditRecord } from '../store/types.ts';
import { accountingPlot, accountingTable, channelTable } from './accounting-section.ts';
import { html, type Html } from './html.ts';
import { count, orderLink, pill, when } from './parts.ts';

export interface StoreAccounting {
  name: string;
  rows: AccountingRow[];
  days: string[];
  audit: AuditRecord | null;
}

export function accountingPage(stores: StoreAccounting[], now: number): Html {
  return html`<h1>Accounting</h1>
    <p class="dim">
      Orders of the ledger by the day they were created, in the shop's time zone. <code>audit</code> compares them with Shopify.
    </p>
    ${stores.map(
      ({ name, rows, days, audit }) =>
        html`<section class="card" aria-labelledby="accounting-${name}" data-part="accounting-${name}">
          <h2 id="accounting-${name}">${name}</h2>
          ${auditLine(name, audit, now)} ${accountingPlot(rows, days, true)}
          <div class="section">${accountingTable(rows, days)}</div>
          ${rows.length === 0 ? null : html`<div class="section">${channelTable(rows)}</div>`}
        </section>`,
    )}
    ${stores.length === 0 ? html`<p class="empty">No store was connected yet.</p>` : null}`;
}

/** What the daemon's own comparison with Shopify found. */
function auditLine(store: string, audit: AuditRecord | null, now: number): Html {
  if (audit === null) return html`<p class="dim">Not compared with Shopify yet: the daemon does it once a day.</p>`;
  const { at, since, until, shopify, accounted, differing, named } = audit;
  const orders = named.map(({ orderId, name, day }) => html` ${orderLink(store, orderId, name)} (${day})`);
  return html`<p>
    ${differing === 0 ? pill('accounted for', 'good') : pill(`${count(differing)} unaccounted for`, 'bad')} ${since} to ${until}:
    ${count(shopify)} orders in Shopify, ${count(accounted)} accounted for, compared ${when(at, now)}.${orders}
  </p>`;
}
