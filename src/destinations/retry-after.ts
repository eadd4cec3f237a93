/** Reads the header by which a server asks to be left alone for a while. Pure. */

/** ms from `now` (ms since the epoch) until `Retry-After` is over; 0 without one, for one that is past and for one that cannot be read. */
export function retryAfterMs(header: string | string[] | undefined, now: number): number {
  const value = (Array.isArray(header) ? header[0] : header)?.trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  // HTTP allows dates in GMT only; Date.parse alone would take "-1" for a date.
  const date = / GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
