/** Accounting of a store: a month by day, by channel and by what became of the orders. */
import type { AccountingRow } from '../store/types.ts';
import { accountingPlot, accountingTable, channelTable } from './accounting-section.ts';
import { html, type Html } from './html.ts';

export interface StoreAccounting {
  name: string;
  rows: AccountingRow[];
  days: string[];
}

export function accountingPage(stores: StoreAccounting[]): Html {
  return html`<h1>Accounting</h1>
    <p class="dim">
      Orders of the ledger by the day they were created, in the shop's time zone. <code>audit</code> compares them with Shopify.
    </p>
    ${stores.map(
      ({ name, rows, days }) =>
        html`<section class="card" aria-labelledby="accounting-${name}" data-part="accounting-${name}">
          <h2 id="accounting-${name}">${name}</h2>
          ${accountingPlot(rows, days, true)}
          <div class="section">${accountingTable(rows, days)}</div>
          ${rows.length === 0 ? null : html`<div class="section">${channelTable(rows)}</div>`}
        </section>`,
    )}
    ${stores.length === 0 ? html`<p class="empty">No store was connected yet.</p>` : null}`;
}
