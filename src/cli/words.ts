/** Times, amounts and lists as people read them. Pure. */

/** `2026-11-20 14:03:11 UTC+01:00`: the wall clock of `timeZone` (IANA). */
export function timeIn(timeZone: string, at: number): string {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(at);
  const offset = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName');
  return `${clock} ${(offset?.value ?? 'GMT').replace('GMT', 'UTC').replace('+00:00', '')}`;
}

/** `3 orders`, `1 order`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `nothing to send`; what a decision is followed by (`excluded: tag:vip_gold`) stays as the config has it. */
export function decisionWords(decision: string): string {
  return decision.replace(/^[^:]+/, (words) => words.replaceAll('_', ' '));
}

/** `12 channel:pos · 3 tag:exclude`, most frequent first; empty when there is nothing. */
export function tally(counts: Record<string, number>, words: (name: string) => string = (name) => name): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${count} ${words(name)}`)
    .join(' · ');
}
