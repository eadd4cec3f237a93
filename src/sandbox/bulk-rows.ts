/** The lines of a bulk result, one order at a time: parents before their children, these mixed with others unless grouped. Pure. */
import type { PlannedField } from './bulk-query.ts';
import type { Random } from './random.ts';

type Values = Record<string, unknown>;

/** A line and the lines under it. */
interface Row {
  line: string;
  children: Row[];
}

/** Lines that wait for their turn while others are written; small, so that memory stays the same whatever the length. */
const MOST_WAITING = 256;
const STAY = 0.6;

const isValues = (value: unknown): value is Values => typeof value === 'object' && value !== null;

/** What a view has under a name: a value, or one that is worked out with arguments. */
function read(view: Values, name: string, args: Values): unknown {
  const value = view[name];
  return typeof value === 'function' ? (value as (args: Values) => unknown)(args) : value;
}

/** As the schema's resolvers give it; connections are left out and added to `below`. */
function project(view: Values, fields: readonly PlannedField[], below: { field: PlannedField; view: Values }[]): Values {
  const line: Values = {};
  for (const field of fields) {
    if (field.types && !field.types.includes(String(view['__typename']))) continue;
    if (field.connection) {
      below.push({ field, view });
      continue;
    }
    const value = read(view, field.name, field.args) ?? null;
    const { fields: inner } = field;
    const one = (item: unknown): unknown => (inner && isValues(item) ? project(item, inner, below) : item);
    line[field.key] = Array.isArray(value) ? value.map(one) : one(value);
  }
  return line;
}

/** Bulk asks for whole connections: page by page, as large as pages get. */
function nodesOf(view: Values, field: PlannedField): Values[] {
  const nodes: Values[] = [];
  for (let after: unknown = null; ;) {
    const page = read(view, field.name, { ...field.args, first: 250, after });
    if (!isValues(page)) return nodes;
    if (Array.isArray(page['nodes'])) nodes.push(...page['nodes'].filter(isValues));
    const { pageInfo } = page;
    if (!isValues(pageInfo) || pageInfo['hasNextPage'] !== true) return nodes;
    after = pageInfo['endCursor'];
  }
}

function rowOf(view: Values, fields: readonly PlannedField[], parentId: unknown): Row {
  const below: { field: PlannedField; view: Values }[] = [];
  const line = project(view, fields, below);
  if (parentId !== undefined) line['__parentId'] = parentId;
  const children = below.flatMap(({ field, view: parent }) =>
    nodesOf(parent, field).map((node) => rowOf(node, field.fields ?? [], line['id'])),
  );
  return { line: `${JSON.stringify(line)}\n`, children };
}

function* grouped({ line, children }: Row): Generator<string> {
  yield line;
  for (const child of children) yield* grouped(child);
}

const sizeOf = (row: Row): number => row.children.reduce((sum, child) => sum + sizeOf(child), 1);

/** `line` null: an order left out on purpose, with so many `objects`. */
export interface BulkLine {
  line: string | null;
  root: boolean;
  objects: number;
}

export interface BulkLinesOptions {
  views: Iterable<object>;
  fields: readonly PlannedField[];
  /** Null: children right after their parent. Else siblings keep their order, among other lines. */
  random: Random | null;
  /** Whether the order at a place (0 is the first) is left out. */
  isMissing(place: number): boolean;
}

export function* bulkLines({ views, fields, random, isMissing }: BulkLinesOptions): Generator<BulkLine> {
  const one = (line: string, root: boolean): BulkLine => ({ line, root, objects: 1 });
  const waiting: Row[][] = [];
  let count = 0;

  /** The next line of one of the parents whose children wait; what is under it waits in turn. */
  function release(chance: Random): string {
    const place = chance.between(0, waiting.length - 1);
    const queue = waiting[place] ?? [];
    const row = queue.shift();
    if (queue.length === 0) {
      const last = waiting.pop();
      if (last && last !== queue) waiting[place] = last;
    }
    if (!row) return '';
    count -= 1;
    wait(row.children);
    return row.line;
  }

  function wait(children: Row[]): void {
    if (children.length === 0) return;
    waiting.push([...children]);
    count += children.length;
  }

  let place = -1;
  for (const view of views) {
    const row = rowOf(view as Values, fields, undefined);
    place += 1;
    if (isMissing(place)) {
      yield { line: null, root: true, objects: sizeOf(row) };
      continue;
    }
    if (!random) {
      let root = true;
      for (const line of grouped(row)) {
        yield one(line, root);
        root = false;
      }
      continue;
    }
    yield one(row.line, true);
    wait(row.children);
    while (waiting.length > 0 && (count > MOST_WAITING || !random.chance(STAY))) yield one(release(random), false);
  }
  while (random && waiting.length > 0) yield one(release(random), false);
}
