/** The status page: one section per store, rendered here, without scripts. */
import { createHash } from 'node:crypto';
import type { Worker } from '../platform/worker.ts';
import { eventRows, heldTable, orderRows, storeRows, unmappedTable } from './dashboard-rows.ts';
import type { Figures } from './figures.ts';
import { html, type Html } from './html.ts';
import type { Readiness } from './readiness.ts';
import { time } from './time.ts';

export interface DashboardInput {
  figures: Figures[];
  readiness: Readiness;
  workers: readonly Pick<Worker, 'name' | 'failure'>[];
  now: number;
  /** Of the session; null: there is no log-in and so no log-out. */
  csrfToken: string | null;
}

export interface Dashboard {
  render(input: DashboardInput): string;
  /** Allows the style of this page and nothing else. */
  contentSecurityPolicy: string;
}

const REFRESH_SECONDS = 15;

const STYLE = `
:root{color-scheme:light dark;--line:light-dark(#ddd,#444);--dim:light-dark(#666,#aaa);--good:light-dark(#0a7a33,#5fd38a);--bad:light-dark(#b3261e,#ff8a80)}
body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.2rem;margin:2.5rem 0 .5rem;border-bottom:1px solid var(--line)}h3{font-size:1rem;margin:1.2rem 0 .3rem}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(18rem,1fr));gap:0 2rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.15rem .8rem .15rem 0;vertical-align:top;font-weight:normal}
th{color:var(--dim)}td.number{text-align:right;font-variant-numeric:tabular-nums}
.good{color:var(--good)}.bad{color:var(--bad)}.dim{color:var(--dim)}ul{padding-left:1.2rem}
`;

/** In one piece: the hash covers every character between the tags. */
const STYLE_ELEMENT: Html = { html: `<style>${STYLE}</style>` };

export function createDashboard(): Dashboard {
  const hash = createHash('sha256').update(STYLE).digest('base64');
  return {
    contentSecurityPolicy: `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
    render: (input) => `<!doctype html>\n${page(input).html}\n`,
  };
}

function page({ figures, readiness, workers, now, csrfToken }: DashboardInput): Html {
  const failed = workers.filter((worker) => worker.failure() !== null).length;
  return html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <meta http-equiv="refresh" content="${REFRESH_SECONDS}" />
      <title>${readiness.ok ? '' : '! '}shopify-converge</title>
      ${STYLE_ELEMENT}
    </head>
    <body>
      <h1>shopify-converge: ${readiness.ok ? html`<span class="good">ready</span>` : html`<span class="bad">not ready</span>`}</h1>
      <p class="dim">
        ${time(now)} · ${workers.length - failed} of ${workers.length} workers healthy · this page renews itself every ${REFRESH_SECONDS}
        seconds
      </p>
      ${list('bad', readiness.reasons)}${list('dim', readiness.notes)} ${figures.map((store) => section(store, now))}
      ${csrfToken === null ? null : logout(csrfToken)}
    </body>
  </html>`;
}

function logout(csrfToken: string): Html {
  return html`<form method="post" action="/logout">
    <input type="hidden" name="csrf" value="${csrfToken}" />
    <button>Log out</button>
  </form>`;
}

function list(kind: string, lines: string[]): Html | null {
  return lines.length === 0
    ? null
    : html`<ul class="${kind}">
        ${lines.map((line) => html`<li>${line}</li>`)}
      </ul>`;
}

function section(store: Figures, now: number): Html {
  return html`<h2>${store.name}</h2>
    <div class="columns">
      <div>
        <h3>Connection</h3>
        <table>
          ${storeRows(store, now)}
        </table>
      </div>
      <div>
        <h3>Orders</h3>
        <table>
          ${orderRows(store, now)}
        </table>
      </div>
      <div>
        <h3>Events</h3>
        <table>
          ${eventRows(store, now)}
        </table>
      </div>
    </div>
    ${heldTable(store, now)}${unmappedTable(store)}`;
}
