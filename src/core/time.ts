/** Days of a time zone and times as text. Pure: the zone rules come with the runtime. */
import { ConnectorError } from './errors.ts';

const DAY_MS = 86_400_000;
const ISO_WITH_OFFSET = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/;

/**
 * The first instant, in ms since the epoch, at which the calendar in `timeZone` (IANA) shows `date` (`YYYY-MM-DD`).
 * A day whose midnight is skipped by a clock change begins at the change; a day the zone skipped altogether, at the start of the next.
 * Throws `TIME_DATE` for what is no date.
 */
export function startOfDay(date: string, timeZone: string): number {
  const midnight = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : NaN;
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date) {
    throw new ConnectorError('TIME_DATE', `"${date}" is no date; write it as YYYY-MM-DD.`);
  }
  const calendar = new Intl.DateTimeFormat('en-CA', { timeZone, calendar: 'iso8601', year: 'numeric', month: '2-digit', day: '2-digit' });
  // No zone is further than 26 hours from UTC, so the day begins between these two; halve the distance until one ms is left.
  let before = midnight - 2 * DAY_MS;
  let within = midnight + 2 * DAY_MS;
  while (within - before > 1) {
    const middle = Math.floor((before + within) / 2);
    if (calendar.format(middle) < date) before = middle;
    else within = middle;
  }
  return within;
}

export interface Day {
  /** `YYYY-MM-DD` in the zone. */
  date: string;
  /** ms, included. */
  from: number;
  /** ms, not included. */
  to: number;
}

/** The days of `timeZone` (IANA) that lie in `from` (included) to `to` (not included), ms, in order; the first and the last are cut to it. */
export function daysOf(from: number, to: number, timeZone: string): Day[] {
  const days: Day[] = [];
  let date = dayOf(from, timeZone);
  for (let start = from; start < to;) {
    const next = dateAfter(date);
    const end = Math.min(startOfDay(next, timeZone), to);
    // A day the zone skipped is empty.
    if (end > start) days.push({ date, from: start, to: end });
    start = Math.max(start, end);
    date = next;
  }
  return days;
}

/** The date the calendar in `timeZone` shows at an instant. */
export function dayOf(ms: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, calendar: 'iso8601', year: 'numeric', month: '2-digit', day: '2-digit' }).format(ms);
}

/** The date after a date, in every calendar of the world. */
export function dateAfter(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}

/** `2026-11-20T12:00:00Z`: ms since the epoch as ISO 8601 in UTC, cut to the second, as Shopify writes and filters times. */
export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** ms since the epoch of an ISO 8601 time with an offset; null for anything else, a time without a zone included. */
export function parseTime(time: string | null | undefined): number | null {
  if (typeof time !== 'string' || !ISO_WITH_OFFSET.test(time)) return null;
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? null : ms;
}
