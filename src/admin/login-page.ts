/** The page that asks for the password. */
import { createHash } from 'node:crypto';
import type { Answer } from './answer.ts';
import { html, type Html } from './html.ts';

const STYLE =
  ':root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:22rem;margin:20vh auto;padding:0 1rem}h1{font-size:1.2rem}input,button{font:inherit;padding:.3rem .6rem}.bad{color:light-dark(#b3261e,#ff8a80)}';
const STYLE_ELEMENT: Html = { html: `<style>${STYLE}</style>` };
const HASH = createHash('sha256').update(STYLE).digest('base64');

/** `next`: a path of ours, where a right password leads. `wrong`: why the page is shown again. */
export function loginPage(status: number, next: string, wrong: string | null): Answer {
  const page = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <title>shopify-converge</title>
      ${STYLE_ELEMENT}
    </head>
    <body>
      <h1>shopify-converge</h1>
      ${wrong === null ? null : html`<p class="bad" role="alert">${wrong}</p>`}
      <form method="post" action="/login?next=${encodeURIComponent(next)}">
        <label>Password <input type="password" name="password" autocomplete="current-password" autofocus required /></label>
        <button>Log in</button>
      </form>
    </body>
  </html>`;
  return {
    status,
    type: 'text/html; charset=utf-8',
    body: `<!doctype html>\n${page.html}\n`,
    headers: {
      'content-security-policy': `default-src 'none'; style-src 'sha256-${HASH}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
    },
  };
}
