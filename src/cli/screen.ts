/** What a command prints to: text for people, JSON for programs. */
import { inspect, stripVTControlCharacters, styleText } from 'node:util';
import { ConfigError } from '../config/index.ts';
import { ConnectorError, errorCode } from '../core/errors.ts';

export interface Screen {
  json: boolean;
  /** Only failures and what was asked for. */
  quiet: boolean;
  colours: Colours;
  /** Columns of the terminal; null: not one, so nothing is wrapped or cut. */
  width: number | null;
  /** ms since the epoch, for ages. */
  now: number;
  /** A line or several to stdout. */
  print(text: string): void;
  /** A failure to stderr. */
  fail(text: string): void;
}

export type Colours = Record<'bold' | 'dim' | 'good' | 'bad' | 'warning', (text: string) => string>;

export function createColours(on: boolean): Colours {
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    on ? styleText(format, text, { validateStream: false }) : text;
  return { bold: style('bold'), dim: style('dim'), good: style('green'), bad: style('red'), warning: style('yellow') };
}

/** Columns as wide as they need to be, two blanks between them; the last one is not padded, and breaks where `columns` end. */
export function table(rows: string[][], indent = '', columns: number | null = null): string {
  const width = (text: string) => stripVTControlCharacters(text).length;
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, width(cell))));
  const before = (column: number) => ' '.repeat(indent.length + widths.slice(0, column).reduce((sum, size) => sum + size + 2, 0));
  const pad = (cell: string, column: number, last: boolean) =>
    last ? wrapped(cell, columns, before(column)) : cell + ' '.repeat((widths[column] ?? 0) - width(cell));
  return rows
    .map((row) => (indent + row.map((cell, column) => pad(cell, column, column === row.length - 1)).join('  ')).trimEnd())
    .join('\n');
}

/** Breaks `text` at blanks so that it fits beside an `indent`, which further lines begin with. */
export function wrapped(text: string, width: number | null, indent: string): string {
  const room = width === null ? Infinity : Math.max(width - indent.length, 30);
  return text
    .split('\n')
    .flatMap((paragraph) => {
      if (stripVTControlCharacters(paragraph).length <= room) return [paragraph];
      const lines: string[] = [];
      for (const word of paragraph.trim().split(/ +/)) {
        const last = lines.at(-1);
        if (last === undefined || stripVTControlCharacters(`${last} ${word}`).length > room) lines.push(word);
        else lines[lines.length - 1] = `${last} ${word}`;
      }
      return lines;
    })
    .join(`\n${indent}`);
}

/** Times (fields that end in `At`, `at`, and `since` and `until` that are times and no days) become ISO 8601. */
export function printJson(screen: Pick<Screen, 'print'>, value: unknown): void {
  const text = JSON.stringify(
    value,
    (key, item: unknown) => (/(?:^(?:at|since|until)|At)$/.test(key) && typeof item === 'number' ? new Date(item).toISOString() : item),
    2,
  );
  screen.print(visible(text));
}

/**
 * The same value with every control character in its texts made visible: shop names and answers come from outside
 * and could otherwise move the cursor or hide what is printed. Line breaks and tabs stay.
 */
export function clean<T>(value: T): T {
  if (typeof value === 'string') return visible(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => clean(item)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [visible(key), clean(item)])) as T;
}

function visible(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** One clear message; with `verbose` also where it comes from. */
export function printError(screen: Screen, error: unknown, verbose: boolean): void {
  const code = errorCode(error);
  const expected = error instanceof ConnectorError;
  const said = error instanceof Error ? error.message : String(error);
  const message = clean(expected ? said : `${said}. This was not expected: run it again with --verbose and report what it prints.`);
  if (screen.json) printJson(screen, { error: { code, message, ...(error instanceof ConfigError ? { problems: error.problems } : {}) } });
  else screen.fail(`${screen.colours.bad('Error:')} ${message}`);
  if (verbose) screen.fail(screen.colours.dim(clean(inspect(error))));
}
