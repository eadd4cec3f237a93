/** What every page has around it: head, navigation, search, foot. */
import type { Answer } from './answer.ts';
import type { Assets } from './assets.ts';
import { html, type Html } from './html.ts';
import { time } from './time.ts';

export interface PageFrame {
  assets: Assets;
  /** Null: there is no log-in and so no log-out. */
  logoutToken: string | null;
  deadLetters: number;
  now: number;
}

export interface PageContent {
  title: string;
  /** The path of the navigation it belongs to. */
  place: string;
  body: Html;
}

const PLACES = [
  ['/', 'Overview'],
  ['/events', 'Events'],
  ['/dead-letters', 'Dead letters'],
  ['/accounting', 'Accounting'],
] as const;

const POLICY = "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'";

export function pageAnswer(status: number, frame: PageFrame, content: PageContent): Answer {
  return {
    status,
    type: 'text/html; charset=utf-8',
    body: `<!doctype html>\n${page(frame, content).html}\n`,
    headers: { 'content-security-policy': POLICY },
  };
}

function page({ assets, logoutToken, deadLetters, now }: PageFrame, { title, place, body }: PageContent): Html {
  return html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>${title} · shopify-converge</title>
      <link rel="icon" href="${assets.icon}" />
      <link rel="stylesheet" href="${assets.style}" />
      <script src="${assets.script}" defer></script>
    </head>
    <body>
      <a class="skip" href="#main">Skip to content</a>
      <header class="top">
        <div>
          <a class="brand" href="/">shopify-converge</a>
          <nav aria-label="Main" data-part="nav">
            <ul>
              ${PLACES.map(([path, name]) => link(path, name, place, deadLetters))}
            </ul>
          </nav>
          <form role="search" action="/search">
            <label class="hidden" for="q">Order or event</label>
            <input id="q" name="q" type="search" placeholder="Order or event id" autocomplete="off" required />
          </form>
          ${logoutToken === null ? null : logout(logoutToken)}
        </div>
      </header>
      <main id="main" data-live>${body}</main>
      <footer>
        <span data-part="time">As of ${time(now)}</span>
      </footer>
    </body>
  </html>`;
}

function link(path: string, name: string, place: string, deadLetters: number): Html {
  const current = path === place ? html` aria-current="page"` : null;
  const badge = path === '/dead-letters' && deadLetters > 0 ? html` <span class="pill bad">${deadLetters}</span>` : null;
  return html`<li><a href="${path}" ${current}>${name}${badge}</a></li>`;
}

function logout(token: string): Html {
  return html`<form method="post" action="/logout">${csrfField(token)}<button>Log out</button></form>`;
}

export function csrfField(token: string): Html {
  return html`<input type="hidden" name="csrf" value="${token}" />`;
}
