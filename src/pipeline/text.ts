/** Reads texts that may be missing, empty or filled with a stand-in. */

/** The text without surrounding space; null when nothing is left. */
export function filled(text: string | null | undefined): string | null {
  if (typeof text !== 'string') return null;
  const trimmed = text.trim();
  return trimmed === '' ? null : trimmed;
}

/** As `filled`, and null without a letter or digit: forms that demand a name or a city get "." and "-" typed into them. */
export function named(text: string | null | undefined): string | null {
  const value = filled(text);
  return value !== null && /[\p{L}\p{N}]/u.test(value) ? value : null;
}

/** Whether one of `wanted` equals one of `values`, whole and in any case; answers with the wanted one in lower case. */
export function matching(wanted: readonly string[], values: readonly (string | null)[]): string | null {
  if (wanted.length === 0) return null;
  const present = new Set<string>();
  for (const value of values) {
    const text = filled(value);
    if (text !== null) present.add(text.toLowerCase());
  }
  for (const candidate of wanted) {
    const text = candidate.trim().toLowerCase();
    if (present.has(text)) return text;
  }
  return null;
}
