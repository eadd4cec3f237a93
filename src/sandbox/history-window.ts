/** Which part of a history a search can be about, so that the rest need not be made. Pure. */
import { LONGEST_AFTERMATH_MS } from './generator.ts';
import { searchTime } from './search.ts';
import type { Search } from './search-syntax.ts';

/** Times of creation, ms since the epoch: `from` is in, `until` is not. */
export interface Window {
  from: number;
  until: number;
  /** All orders created then match; else each has to be looked at. */
  exact: boolean;
}

const ALL: Window = { from: -Infinity, until: Infinity, exact: true };
const UNKNOWN: Window = { ...ALL, exact: false };

/** Search compares whole seconds. */
function timeWindow({ comparison, value }: Search & { kind: 'term' }): Window | null {
  const wanted = searchTime(value);
  if (Number.isNaN(wanted)) return null;
  const start = Math.floor(wanted / 1000) * 1000;
  const end = start + 1000;
  switch (comparison) {
    case '=':
      return { from: start, until: end, exact: true };
    case '>':
      return { ...ALL, from: end };
    case '>=':
      return { ...ALL, from: start };
    case '<':
      return { ...ALL, until: start };
    case '<=':
      return { ...ALL, until: end };
  }
}

function termWindow(term: Search & { kind: 'term' }): Window {
  if (term.field === 'status' && term.value === 'any') return ALL;
  const window = timeWindow(term);
  if (!window) return UNKNOWN;
  // History orders are processed when they are created.
  if (term.field === 'created_at' || term.field === 'processed_at') return window;
  // An order is updated after it was created, and not later than the longest aftermath.
  if (term.field === 'updated_at') return { from: window.from - LONGEST_AFTERMATH_MS - 1000, until: window.until, exact: false };
  return UNKNOWN;
}

export function windowOf(search: Search | null): Window {
  if (!search) return ALL;
  if (search.kind === 'term') return termWindow(search);
  if (search.kind !== 'and') return UNKNOWN;
  return search.parts.map(windowOf).reduce((a, b) => ({
    from: Math.max(a.from, b.from),
    until: Math.min(a.until, b.until),
    exact: a.exact && b.exact,
  }));
}
