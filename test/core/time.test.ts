/** Days of a time zone, across every clock change. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateAfter, daysOf, isoSeconds, parseTime, startOfDay } from '../../src/core/time.ts';

const ZONES = [
  'UTC',
  'America/New_York',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Europe/Berlin',
  'Africa/Cairo',
  'Asia/Beirut',
  'Asia/Kolkata',
].concat(['Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Apia', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Tehran']);

function localDay(ms: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(ms);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return `${of('year')}-${of('month')}-${of('day')}`;
}

describe('startOfDay', () => {
  it.each([
    ['2026-11-20', 'UTC', '2026-11-20T00:00:00.000Z'],
    ['2022-10-01', 'Europe/Berlin', '2022-09-30T22:00:00.000Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
    ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00.000Z'],
    ['2026-11-01', 'America/New_York', '2026-11-01T04:00:00.000Z'],
    ['2026-01-01', 'Pacific/Kiritimati', '2025-12-31T10:00:00.000Z'],
    // Midnight did not exist: clocks went from 00:00 to 01:00.
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
    // The day did not exist: Samoa went from the 29th to the 31st.
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
  ])('%s in %s', (date, zone, instant) => {
    expect(new Date(startOfDay(date, zone)).toISOString()).toBe(instant);
  });

  it('is the first instant of that day or, where the zone skipped it, of the next', () => {
    const day = fc.date({ min: new Date('2005-01-01T00:00:00Z'), max: new Date('2035-12-31T00:00:00Z'), noInvalidDate: true });
    fc.assert(
      fc.property(day, fc.constantFrom(...ZONES), (anyTime, zone) => {
        const date = anyTime.toISOString().slice(0, 10);
        const start = startOfDay(date, zone);
        expect(localDay(start, zone) >= date).toBe(true);
        expect(localDay(start - 1, zone) < date).toBe(true);
      }),
    );
  });

  it.each(['2026-02-30', '2026-13-01', '20261101', 'yesterday', ''])('refuses %j', (date) => {
    expect(() => startOfDay(date, 'UTC')).toThrow(
      expect.objectContaining({ code: 'TIME_DATE', message: expect.stringContaining('YYYY-MM-DD') }),
    );
  });
});

describe('parseTime', () => {
  it('reads times with an offset only', () => {
    expect(parseTime('2026-11-02T10:00:00Z')).toBe(Date.UTC(2026, 10, 2, 10));
    expect(parseTime('2026-11-02T05:00:00.250-05:00')).toBe(Date.UTC(2026, 10, 2, 10, 0, 0, 250));
    expect(parseTime('2026-11-02T10:00Z')).toBe(Date.UTC(2026, 10, 2, 10));
    expect(parseTime('2026-11-02T10:00:00+0100')).toBe(Date.UTC(2026, 10, 2, 9));
    for (const time of [
      '2026-11-02T10:00:00',
      '2026-11-02T10:00:00Z (UTC)',
      'Mon, 2026-11-02T10:00:00Z',
      '2026-11-02',
      '',
      'now',
      '2026-99-02T10:00:00Z',
      null,
      undefined,
    ])
      expect(parseTime(time)).toBeNull();
  });

  it('reads what isoSeconds wrote', () => {
    expect(isoSeconds(Date.UTC(2026, 10, 2, 10, 0, 0, 999))).toBe('2026-11-02T10:00:00Z');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
        expect(parseTime(isoSeconds(seconds * 1000))).toBe(seconds * 1000);
      }),
    );
  });
});

describe('daysOf', () => {
  it('cuts a span into days that follow each other without a gap, each under the date the zone shows', () => {
    const span = fc.tuple(fc.integer({ min: 1_100_000_000, max: 2_000_000_000 }), fc.integer({ min: 0, max: 40 * 86_400 }));
    fc.assert(
      fc.property(span, fc.constantFrom(...ZONES), ([start, length], zone) => {
        const days = daysOf(start * 1000, (start + length) * 1000, zone);
        const edges = days.flatMap(({ from, to }) => [from, to]);
        expect(edges[0] ?? start * 1000).toBe(start * 1000);
        expect(edges.at(-1) ?? (start + length) * 1000).toBe((start + length) * 1000);
        for (const [index, { date, from, to }] of days.entries()) {
          expect(from < to && (days[index + 1]?.from ?? to) === to).toBe(true);
          expect([localDay(from, zone), localDay(to - 1, zone)]).toEqual([date, date]);
        }
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['the day clocks go forward', '2026-03-29', 23],
    ['the day they go back', '2026-10-25', 25],
  ])('%s is as long as it is', (_, date, hours) => {
    const [day] = daysOf(startOfDay(date, 'Europe/Berlin'), startOfDay(dateAfter(date), 'Europe/Berlin'), 'Europe/Berlin');
    expect(day).toMatchObject({ date });
    expect((day!.to - day!.from) / 3_600_000).toBe(hours);
  });

  it('leaves out a day the zone skipped', () => {
    const days = daysOf(startOfDay('2011-12-29', 'Pacific/Apia'), startOfDay('2012-01-01', 'Pacific/Apia'), 'Pacific/Apia');
    expect(days.map(({ date }) => date)).toEqual(['2011-12-29', '2011-12-31']);
  });
});
