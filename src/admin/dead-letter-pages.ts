/** Dead letters: what could not go on, and putting it back or giving it up. */
import type { DeadLetter, DeadLetterResult, Store } from '../store/types.ts';
import { html, type Html } from './html.ts';
import { csrfField } from './layout.ts';
import { count, countOf, orderLink, pill, table, when } from './parts.ts';

export type DeadLetterStore = Pick<Store, 'listDeadLetters' | 'replayDeadLetters' | 'discardDeadLetters'>;

export const LETTERS_SHOWN = 50;
const LONGEST_REASON = 500;

/** `outcome`: of what was just done here; null: nothing was. */
export function deadLettersPage(
  letters: DeadLetter[],
  options: { discarded: boolean; outcome: string | null; csrfToken: string; now: number },
): Html {
  const { discarded, csrfToken, now } = options;
  const tab = (path: string, name: string, current: boolean) =>
    html`<a href="${path}" ${current ? html`aria-current="true"` : null}>${name}</a>`;
  return html`<div class="heading">
      <h1>Dead letters</h1>
      <nav class="ranges end" aria-label="Which">
        ${tab('/dead-letters', 'Open', !discarded)} ${tab('/dead-letters?state=discarded', 'Discarded', discarded)}
      </nav>
    </div>
    ${outcomeBanner(options.outcome)}
    <section class="card" aria-label="${discarded ? 'Discarded' : 'Open'} dead letters" data-part="letters">
      ${
        letters.length === 0
          ? html`<p class="empty">${discarded ? 'Nothing was discarded.' : 'None: everything goes on.'}</p>`
          : html`${table(
              'Dead letters, newest first',
              [
                { label: 'What', cell: what },
                { label: 'Order', cell: ({ store, orderId, orderName }) => orderLink(store, orderId, orderName) },
                {
                  label: 'Why',
                  cell: ({ reason, attempts }) =>
                    html`${reason}
                      <div class="dim">${countOf(attempts, 'attempt')}</div>`,
                },
                { label: 'Set aside', cell: ({ setAsideAt }) => when(setAsideAt, now) },
                { label: 'Blocked', cell: ({ blocked }) => count(blocked), number: true },
                { label: 'Do', cell: (letter) => letterActions(letter, csrfToken) },
              ],
              letters,
            )}
            ${letters.length === LETTERS_SHOWN ? html`<p class="dim">The newest ${LETTERS_SHOWN}. <code>dead-letters list</code> shows all of them.</p>` : null}`
      }
    </section>`;
}

function what({ kind, id, name, destination, store }: DeadLetter): Html {
  if (kind === 'order')
    return html`Order that cannot be read
      <div class="dim">${store}</div>`;
  return html`<a href="/events/${id}">${name}</a>
    <div class="dim">${store} to ${destination}</div>`;
}

/** An event that was discarded stays so; an order may be read again. */
export function letterActions(
  { id, kind, state, store }: Pick<DeadLetter, 'id' | 'kind' | 'state' | 'store'>,
  csrfToken: string,
): Html | null {
  if (state === 'discarded' && kind === 'event') return pill('discarded', 'quiet');
  const fields = html`${csrfField(csrfToken)}<input type="hidden" name="id" value="${id}" /><input
      type="hidden"
      name="store"
      value="${store}"
    />`;
  const key = `discard-${id.replace(':', '-')}`;
  return html`<div class="actions">
    <form method="post" action="/dead-letters/replay">${fields}<button>Replay</button></form>
    ${
      state === 'discarded'
        ? null
        : html`<details id="${key}">
            <summary>Discard…</summary>
            <form method="post" action="/dead-letters/discard">
              ${fields}
              <label>Why, for whoever looks later <input name="reason" required maxlength="${LONGEST_REASON}" /></label>
              <button>Discard</button>
            </form>
          </details>`
    }
  </div>`;
}

const OUTCOMES: Record<string, [tone: string, text: string]> = {
  replayed: ['good', 'Put back: it goes on within seconds, and so does what it blocked.'],
  discarded: ['good', 'Discarded. What it blocked goes on without it.'],
  not_found: ['warn', 'It is not there any more.'],
  not_dead: ['warn', 'It is no dead letter any more: nothing was done.'],
  reason: ['warn', 'Nothing was done: say why it is discarded.'],
};

function outcomeBanner(outcome: string | null): Html | null {
  const [tone, text] = OUTCOMES[outcome ?? ''] ?? [];
  return text === undefined ? null : html`<div class="banner ${tone === 'warn' ? 'warn' : ''}" role="status"><p>${text}</p></div>`;
}

/** Does what a form asks; returns the outcome to show. */
export async function actOnLetter(store: DeadLetterStore, act: 'replay' | 'discard', form: URLSearchParams, now: number): Promise<string> {
  const selection = { ids: [form.get('id') ?? ''], store: form.get('store') ?? undefined };
  const reason = (form.get('reason') ?? '').trim().slice(0, LONGEST_REASON);
  if (act === 'discard' && reason === '') return 'reason';
  const results: DeadLetterResult[] =
    act === 'replay' ? await store.replayDeadLetters(selection, now) : await store.discardDeadLetters(selection, reason, now);
  const outcome = results[0]?.outcome ?? 'not_found';
  if (outcome === 'done') return act === 'replay' ? 'replayed' : 'discarded';
  return outcome === 'not_found' ? 'not_found' : 'not_dead';
}
