/** Texts with events: one, a list, lines, and what is wrong with them. */
import { describe, expect, it } from 'vitest';
import { readGivenEvents } from '../../src/core/given-events.ts';

const read = (text: string) => readGivenEvents(Buffer.from(text));

describe('a text', () => {
  it.each<[string, string, unknown[]]>([
    ['one object', '{"a":1}', [{ line: null, value: { a: 1 } }]],
    ['one over several lines', '{\n  "a": 1\n}\n', [{ line: null, value: { a: 1 } }]],
    ['with a byte order mark', '\ufeff{"a":1}', [{ line: null, value: { a: 1 } }]],
    [
      'a list',
      '[{"a":1},\n2]',
      [
        { line: null, value: { a: 1 } },
        { line: null, value: 2 },
      ],
    ],
    [
      'lines, blank ones and Windows ends between',
      '{"a":1}\r\n\r\n  \n{"a":"é"}',
      [
        { line: 1, value: { a: 1 } },
        { line: 4, value: { a: 'é' } },
      ],
    ],
    [
      'lines, one of them no JSON',
      'x\n{"a":1}\n{"a":1,}\n',
      [
        { line: 1, fault: 'is not valid JSON' },
        { line: 2, value: { a: 1 } },
        { line: 3, fault: 'is not valid JSON (column 8)' },
      ],
    ],
    ['one over several lines with a mistake', '{\n  "a": 1,\n}', [{ line: null, fault: 'is not valid JSON (line 3, column 1)' }]],
    ['a list with a mistake', '[\n{"a":1},\n{"a":2}\n{"a":3}\n]', [{ line: null, fault: 'is not valid JSON (line 4, column 1)' }]],
    ['cut off', '{"a":', [{ line: null, fault: 'is not valid JSON' }]],
    ['no JSON at all', 'event\nevent', [{ line: null, fault: 'is not valid JSON' }]],
  ])('%s', (_, text, wanted) => {
    expect(read(text)).toEqual(wanted);
  });

  it.each([
    ['nothing', '', 'EVENTS_NONE'],
    ['blanks', ' \n', 'EVENTS_NONE'],
    ['an empty list', '[]', 'EVENTS_NONE'],
  ])('%s is refused', (_, text, code) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code }));
  });

  it('in another encoding is refused', () => {
    for (const bytes of [Buffer.from('{"a":"é"}', 'latin1'), Buffer.from('\ufeff{"a":1}', 'utf16le')])
      expect(() => readGivenEvents(bytes)).toThrow(expect.objectContaining({ code: 'EVENTS_ENCODING' }));
  });

  it('is quoted in no fault', () => {
    expect(JSON.stringify(read('{"a":1}\n{"a": canary}\n{"canary"\ncanary'))).not.toContain('canary');
  });
});
