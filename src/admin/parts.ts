/** Small pieces that several pages show alike. */
import type { EventState } from '../store/types.ts';
import { html, type Html } from './html.ts';
import { relative, time } from './time.ts';

type Tone = 'good' | 'warn' | 'bad' | 'quiet';

export function pill(text: string, tone: Tone): Html {
  return html`<span class="pill ${tone}">${text}</span>`;
}

const TONES: Record<EventState | 'blocked', Tone> = {
  pending: 'warn',
  delivered: 'good',
  dead: 'bad',
  discarded: 'quiet',
  blocked: 'bad',
};

export function statePill(state: EventState | 'blocked'): Html {
  return pill(state, TONES[state]);
}

/** `3 min ago`, with the exact time at hand. */
export function when(at: number | null, now: number): Html {
  if (at === null) return html`never`;
  return html`<time class="nowrap" datetime="${new Date(at).toISOString()}" title="${time(at)}">${relative(at, now)}</time>`;
}

export function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** `3 attempts`, `1 attempt`. */
export function countOf(number: number, one: string): string {
  return `${count(number)} ${one}${number === 1 ? '' : 's'}`;
}

export function orderLink(store: string, orderId: string, name: string | null): Html {
  if (orderId.startsWith('event:')) return html`<span class="dim">none</span>`;
  return html`<a href="/orders/${encodeURIComponent(store)}/${encodeURIComponent(orderId)}">${name ?? orderId}</a>`;
}

export function facts(rows: [label: string, value: string | number | Html][]): Html {
  return html`<dl class="facts">
    ${rows.map(
      ([label, value]) =>
        html`<dt>${label}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

export interface Column<Row> {
  label: string;
  cell(row: Row): string | number | Html | null;
  number?: boolean;
}

/** `caption` names the table; hidden where a heading right above says the same. On a phone each row becomes a block. */
export function table<Row>(caption: string, columns: Column<Row>[], rows: readonly Row[], options: { shown?: boolean } = {}): Html {
  const kind = (column: Column<Row>) => (column.number ? 'number' : '');
  return html`<div class="scroll">
    <table class="stack">
      <caption class="${options.shown ? '' : 'hidden'}">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map((column) => html`<th scope="col" class="${kind(column)}">${column.label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${columns.map((column) => html`<td class="${kind(column)}" data-label="${column.label}"><span>${column.cell(row)}</span></td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
