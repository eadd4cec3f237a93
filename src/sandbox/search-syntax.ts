/** Shopify's search syntax: `field:value`, comparisons, OR, AND by juxtaposition, `-` or NOT, parentheses, quotes. Pure. */

export type Comparison = '=' | '>' | '>=' | '<' | '<=';

export type Search =
  | { kind: 'term'; field: string | null; comparison: Comparison; value: string }
  | { kind: 'not'; part: Search }
  | { kind: 'and' | 'or'; parts: Search[] };

const TOKEN = /\s*(?:(\()|(\))|(-)?(?:([A-Za-z_]\w*):(>=|<=|>|<|=)?)?(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s()]+)))/y;

type Token = { kind: 'open' | 'close' | 'AND' | 'OR' | 'NOT' } | { kind: 'term'; negated: boolean; search: Search };

function tokens(query: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  const text = query.trimEnd();
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (!match) break;
    const [, open, close, minus, field, comparison, single, double, bare] = match;
    const value = (single ?? double)?.replace(/\\(.)/g, '$1') ?? bare ?? '';
    if (open) found.push({ kind: 'open' });
    else if (close) found.push({ kind: 'close' });
    else if (!field && !minus && (bare === 'AND' || bare === 'OR' || bare === 'NOT')) found.push({ kind: bare });
    else {
      const search: Search = { kind: 'term', field: field ?? null, comparison: (comparison as Comparison | undefined) ?? '=', value };
      found.push({ kind: 'term', negated: minus !== undefined, search });
    }
  }
  return found;
}

function join(kind: 'and' | 'or', parts: Search[]): Search | null {
  return parts.length > 1 ? { kind, parts } : (parts[0] ?? null);
}

/** Null: nothing is asked, everything matches. AND binds tighter than OR. */
export function parseSearch(query: string | null | undefined): Search | null {
  const queue = tokens(query ?? '');
  const one = (): Search | null => {
    const token = queue.shift();
    if (!token || token.kind === 'close') return null;
    if (token.kind === 'NOT') {
      const part = one();
      return part && { kind: 'not', part };
    }
    if (token.kind === 'term') return token.negated ? { kind: 'not', part: token.search } : token.search;
    if (token.kind !== 'open') return one();
    const inner = any();
    if (queue[0]?.kind === 'close') queue.shift();
    return inner;
  };
  const all = (): Search | null => {
    const parts: Search[] = [];
    while (queue[0] && queue[0].kind !== 'OR' && queue[0].kind !== 'close') {
      const part = one();
      if (part) parts.push(part);
    }
    return join('and', parts);
  };
  function any(): Search | null {
    const parts: Search[] = [];
    for (;;) {
      const part = all();
      if (part) parts.push(part);
      if (queue[0]?.kind !== 'OR') return join('or', parts);
      queue.shift();
    }
  }
  return any();
}

/** The ids when the search asks for nothing but ids (`id:1 OR id:2`); else null. */
export function idsOnly(search: Search | null): string[] | null {
  if (search?.kind === 'term') return search.field === 'id' && search.comparison === '=' ? [search.value] : null;
  if (search?.kind !== 'or') return null;
  const parts = search.parts.map(idsOnly);
  return parts.every((part) => part !== null) ? parts.flat() : null;
}

/** Names of fields used, in order of appearance. */
export function fieldsOf(search: Search | null): string[] {
  if (!search) return [];
  if (search.kind === 'term') return search.field === null ? [] : [search.field];
  return search.kind === 'not' ? fieldsOf(search.part) : search.parts.flatMap(fieldsOf);
}

/** Whether a search holds when `term` says which of its terms do; null matches everything. */
export function holds(search: Search | null, term: (term: Search & { kind: 'term' }) => boolean): boolean {
  if (!search) return true;
  switch (search.kind) {
    case 'and':
      return search.parts.every((part) => holds(part, term));
    case 'or':
      return search.parts.some((part) => holds(part, term));
    case 'not':
      return !holds(search.part, term);
    case 'term':
      return term(search);
  }
}
