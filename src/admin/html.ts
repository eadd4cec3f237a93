/** HTML in which every value is escaped unless it is HTML already. */

export interface Html {
  readonly html: string;
}

type Value = string | number | Html | readonly Html[] | null;

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A template tag: `html\`<td>${value}</td>\``. Null shows nothing. Attributes must be quoted. */
export function html(literals: TemplateStringsArray, ...values: Value[]): Html {
  return { html: literals.reduce((page, literal, index) => page + show(values[index - 1] ?? null) + literal) };
}

function show(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'object') return 'html' in value ? value.html : value.map(show).join('');
  return String(value).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
