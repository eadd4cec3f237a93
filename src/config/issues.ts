/** What the validation found, in words: each with the fix. */
import { z } from 'zod';
import { nearest } from './nearest.ts';
import { pathText, type Path } from './problem.ts';
import { configSchema } from './schema.ts';
import { childSchema, defaultOf, innermost, keysOf, known, schemaAt } from './setting.ts';

export interface Found {
  path: Path;
  message: string;
  fix: string;
}

/** `data` is what was validated; `referenced` tells which values came from a reference and must not be shown. */
export function wordIssues(issues: readonly z.core.$ZodIssue[], data: unknown, referenced: Map<string, string>): Found[] {
  return issues.flatMap((issue) => {
    const path = issue.path as Path;
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key));
    const schema = schemaAt(configSchema, path);
    if (!schema) return [{ path, message: issue.message, fix: 'Correct it.' }];
    return [wordIssue(issue, path, schema, valueAt(data, path), referenced.get(JSON.stringify(path)))];
  });
}

function wordIssue(issue: z.core.$ZodIssue, path: Path, schema: z.core.$ZodType, value: unknown, reference: string | undefined): Found {
  const { expects = 'something else', example, secret, description } = known(schema);
  const key = String(path.at(-1) ?? '');
  if (value === undefined) {
    const sample = example ?? `\${${known(schema).env ?? 'NAME'}}`;
    return {
      path,
      message: 'is missing',
      fix: `Add ${key}: ${sample.trim()}${description ? ` (${description.replace(/\.$/, '')})` : ''}.`,
    };
  }
  const shown = secret ? '' : reference === undefined ? `, not ${show(value)}` : `, not what ${reference} stands for`;
  if (issue.code === 'custom' && issue.params?.fix) return { path, message: issue.message, fix: String(issue.params.fix) };
  if (typeof value === 'string' && value.trim() === '')
    return { path, message: empty(reference), fix: 'Give it a value, or take the line out.' };
  return { path, message: `must be ${expects}${shown}`, fix: fixFor(schema, value) };
}

function empty(reference: string | undefined): string {
  return reference === undefined ? 'is empty' : `is empty: ${reference} stands for nothing`;
}

function fixFor(schema: z.core.$ZodType, value: unknown): string {
  const { example } = known(schema);
  const inner = innermost(schema);
  if (inner instanceof z.ZodString && (typeof value === 'number' || typeof value === 'boolean'))
    return `Put it into quotes: "${String(value)}".`;
  if (inner instanceof z.ZodArray && typeof value === 'string') return `Write it as a list: [${value}].`;
  const near = inner instanceof z.ZodEnum && typeof value === 'string' ? nearest(value, inner.options.map(String)) : null;
  if (near) return `Did you mean ${near}?`;
  if (example) return `Write, for example, ${example.trim()}.`;
  const byDefault = defaultOf(schema);
  return byDefault === undefined || byDefault === null
    ? 'Correct it.'
    : `Correct it, or take the line out for ${JSON.stringify(byDefault)}.`;
}

function unknownKey(parent: Path, key: string): Found {
  const path = [...parent, key];
  const keys = keysOf(schemaAt(configSchema, parent) ?? configSchema);
  const near = nearest(key, keys);
  if (near) return { path, message: 'is an unknown setting', fix: `Did you mean ${pathText([...parent, near])}?` };
  const elsewhere = placesOf(configSchema, key, []);
  if (elsewhere) return { path, message: 'is an unknown setting here', fix: `It belongs to ${elsewhere}.` };
  return { path, message: 'is an unknown setting', fix: `Take it out; here there can be ${keys.join(', ')}.` };
}

/** Where else a key stands, without list positions; null: nowhere. */
function placesOf(schema: z.core.$ZodType, key: string, path: Path): string | null {
  const keys = keysOf(schema);
  if (keys.includes(key)) return pathText([...path, key]);
  for (const name of keys) {
    const child = childSchema(schema, name);
    const inside = child && (childSchema(child, 0) ?? child);
    const found = inside && placesOf(inside, key, [...path, name]);
    if (found) return found;
  }
  return null;
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[key] : undefined),
    data,
  );
}

function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a mapping';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
