/** JSON whose whole numbers may exceed 2^53: those become strings of their digits instead of wrong numbers. */

type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver?: Reviver) => unknown;

/** Throws SyntaxError for what is no JSON, RangeError for what is nested beyond reason. The slow way is taken only when a long run of digits is there. */
export function parseLossless(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return parseWithSource(text, (_key, value, { source }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && /^\d+$/.test(source) ? source : value,
  );
}

/** A Shopify id as its digits: from a number, a string of digits or a gid (`gid://shopify/Order/123`); null for anything else. */
export function numericId(value: unknown): string | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value > 0 ? String(value) : null;
  if (typeof value !== 'string') return null;
  return /^(?:gid:\/\/shopify\/\w+\/)?([1-9]\d{0,19})$/.exec(value)?.[1] ?? null;
}
