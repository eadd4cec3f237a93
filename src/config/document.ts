/** The YAML text as data, with the line of each place in it. */
import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument, type Document, type Node } from 'yaml';
import type { Path, Problem } from './problem.ts';

export interface YamlDocument {
  /** Plain data; `${…}` stands in its strings as written. */
  data: unknown;
  problems: Problem[];
  /** Line of the deepest part of `path` that is there, from 1; null in an empty file. */
  lineOf(path: Path): number | null;
}

// In `{ url: ${URL} }` YAML would take the braces for its own, so they are exchanged for characters no text has (Unicode non-characters).
const OPEN = '\uFDD0';
const CLOSE = '\uFDD1';

export function parseYaml(text: string): YamlDocument {
  const lines = new LineCounter();
  // Pretty errors quote the source, which may hold a secret.
  const document = parseDocument(text.replace(/\$\{([^}\n]*)\}/g, `${OPEN}$1${CLOSE}`), { prettyErrors: false, lineCounter: lines });
  const syntax = (message: string, at: number | null): Problem => ({
    path: '',
    line: at === null ? null : lines.linePos(at).line,
    message: `is not valid YAML: ${message}`,
    fix: 'Correct the syntax there.',
  });
  const problems = document.errors.map((error) => syntax(withoutSource(error.message), error.pos[0]));
  let data: unknown = null;
  try {
    data = restore(document.toJS());
  } catch (error) {
    if (problems.length === 0) problems.push(syntax(error instanceof Error ? error.message : 'it cannot be read', null));
  }
  return { data, problems, lineOf: (path) => lineOf(document, lines, path) };
}

function withoutSource(message: string): string {
  return message.replace(/: ".*$/s, '');
}

function restore(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(OPEN, '${').replaceAll(CLOSE, '}');
  if (Array.isArray(value)) return value.map(restore);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [restore(key), restore(item)]));
}

function lineOf(document: Document.Parsed, lines: LineCounter, path: Path): number | null {
  let node: Node | null = document.contents;
  let at = node?.range?.[0];
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    let next: Node | null = null;
    if (isMap(node)) {
      const pair: { key: unknown; value: unknown } | undefined = node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
      if (!isScalar(pair?.key)) break;
      at = pair.key.range?.[0] ?? at;
      next = (pair.value ?? null) as Node | null;
    } else if (isSeq(node) && typeof part === 'number') {
      next = (node.items[part] ?? null) as Node | null;
      at = next?.range?.[0] ?? at;
    }
    if (next === null) break;
    node = next;
  }
  return at === undefined ? null : lines.linePos(at).line;
}
