/** Times and durations for people. */

const UNITS: [string, number][] = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
];

/** `2026-11-20 12:00:00 UTC`. */
export function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `3 min ago`, `in 2 h`; `never` for null. */
export function relative(at: number | null, now: number): string {
  if (at === null) return 'never';
  const seconds = Math.round(Math.abs(now - at) / 1000);
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? ['s', 1];
  const amount = `${Math.floor(seconds / size)} ${unit}`;
  return at > now ? `in ${amount}` : `${amount} ago`;
}
