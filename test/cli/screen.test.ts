import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ofError, ofResults } from '../../src/cli/exit-codes.ts';
import { clean, printError, table } from '../../src/cli/screen.ts';
import { tally, timeIn } from '../../src/cli/words.ts';
import { ConnectorError } from '../../src/core/errors.ts';
import { screen } from './double.ts';

describe('table', () => {
  it('starts every column at the same place', () => {
    const cell = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1 }), (rows) => {
        const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
        const [first = 0, second = 0] = widths;
        for (const [index, line] of table(rows).split('\n').entries()) {
          expect([
            line.slice(0, first).trimEnd(),
            line.slice(first + 2, first + 2 + second).trimEnd(),
            line.slice(first + second + 4),
          ]).toEqual(rows[index]);
        }
      }),
    );
  });
});

describe('clean', () => {
  it('leaves no control character but line breaks and tabs', () => {
    const text = fc.string({ unit: fc.integer({ min: 0, max: 0x2100 }).map((code) => String.fromCharCode(code)) });
    fc.assert(
      fc.property(fc.record({ a: text, b: fc.array(text), c: fc.record({ d: text, e: fc.integer() }) }), (value) => {
        const cleaned = clean(value);
        for (const string of [cleaned.a, ...cleaned.b, cleaned.c.d])
          // oxlint-disable-next-line no-control-regex
          expect(string).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
        expect(cleaned.c.e).toBe(value.c.e);
      }),
    );
  });
});

describe('errors', () => {
  it('are one message', () => {
    const on = screen();
    printError(on, new ConnectorError('X', 'It broke. Mend it.'), false);
    expect(on.failed).toEqual(['Error: It broke. Mend it.']);
  });

  it('ask for a report when nobody thought of them', () => {
    const on = screen();
    printError(on, new TypeError('x is not a function'), false);
    expect(on.failed).toEqual([
      'Error: x is not a function. This was not expected: run it again with --verbose and report what it prints.',
    ]);
  });

  it('show causes with verbose alone', () => {
    const on = screen();
    printError(on, new ConnectorError('X', 'It broke.', { cause: new Error('the cause') }), true);
    expect(on.failed.join('\n')).toMatch(/^\s+at /m);
    expect(on.failed.join('\n')).toContain('the cause');
  });

  it('are JSON on request', () => {
    const on = screen({ json: true });
    printError(on, new ConnectorError('X_Y', 'It broke.'), false);
    expect(on.data()).toEqual({ error: { code: 'X_Y', message: 'It broke.' } });
    expect(on.failed).toEqual([]);
  });
});

describe('exit codes', () => {
  it.each([
    [[], 0],
    [[true, true], 0],
    [[true, false], 3],
    [[false, false], 1],
  ])('%j: %i', (results, code) => {
    expect(ofResults(results)).toBe(code);
  });

  it.each([
    ['CONFIG_INVALID', 2],
    ['CLI_UNKNOWN_STORE', 2],
    ['CLI_USAGE', 2],
    ['DAEMON_RUNNING', 1],
    ['UNEXPECTED', 1],
  ])('%s: %i', (code, exit) => {
    expect(ofError(code)).toBe(exit);
  });
});

describe('words', () => {
  it.each([
    ['Europe/Paris', '2026-11-20 13:00:00 UTC+01:00'],
    ['America/New_York', '2026-11-20 07:00:00 UTC-05:00'],
    ['Asia/Kolkata', '2026-11-20 17:30:00 UTC+05:30'],
    ['UTC', '2026-11-20 12:00:00 UTC'],
  ])('tell the time in %s', (zone, text) => {
    expect(timeIn(zone, Date.parse('2026-11-20T12:00:00Z'))).toBe(text);
  });

  it('count the most frequent first', () => {
    expect(tally({ a: 1, b_c: 3, d: 0 })).toBe('3 b_c · 1 a');
  });
});
