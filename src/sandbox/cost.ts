/**
 * What a query costs. Found by fitting recorded queries of a real store, where it gives the requested cost of 88 % exactly: a connection
 * costs 2 + S(N) * (1 + its children) with S(N) = max(1, floor(2 ln N)); an object or a plain list 1 + its children; a count 10; a
 * mutation 10; money, addresses, page info and scalars nothing.
 */
import {
  getArgumentValues,
  getNamedType,
  getNullableType,
  isLeafType,
  isListType,
  isObjectType,
  isInterfaceType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

const COUNT = 10;
const MUTATION = 10;
const CONNECTION = 2;
const FREE = new Set(['MoneyBag', 'MoneyV2', 'MailingAddress', 'PageInfo', 'ApiVersion']);

/** What a connection's page size weighs. */
function pageWeight(size: number): number {
  return Math.max(1, Math.floor(2 * Math.log(Math.max(size, 1))));
}

export interface Priced {
  schema: GraphQLSchema;
  operation: OperationDefinitionNode;
  fragments: Record<string, FragmentDefinitionNode>;
  variables: Record<string, unknown>;
}

/** Present: the data that came back, and the price is the actual one. */
type Data = { value: unknown } | null;

function property(data: Data, key: string): Data {
  if (!data) return null;
  const { value } = data;
  return { value: typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined };
}

/** The fields of a selection with the types they are selected on; fragments on different types are alternatives. */
function fieldsOf(
  priced: Priced,
  set: SelectionSetNode,
  type: GraphQLNamedType,
): { shared: [FieldNode, GraphQLNamedType][]; typed: Map<string, [FieldNode, GraphQLNamedType][]> } {
  const shared: [FieldNode, GraphQLNamedType][] = [];
  const typed = new Map<string, [FieldNode, GraphQLNamedType][]>();
  const collect = (selections: SelectionSetNode, on: GraphQLNamedType): void => {
    for (const selection of selections.selections) {
      if (selection.kind === Kind.FIELD) {
        if (on === type) shared.push([selection, on]);
        else typed.set(on.name, [...(typed.get(on.name) ?? []), [selection, on]]);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : priced.fragments[selection.name.value];
      const condition = fragment?.typeCondition?.name.value;
      const target = condition === undefined ? on : priced.schema.getType(condition);
      if (fragment && target) collect(fragment.selectionSet, target);
    }
  };
  collect(set, type);
  return { shared, typed };
}

function selectionCost(priced: Priced, set: SelectionSetNode | undefined, type: GraphQLNamedType, data: Data): number {
  if (!set) return 0;
  const { shared, typed } = fieldsOf(priced, set, type);
  const seen = new Set<string>();
  const cost = (fields: [FieldNode, GraphQLNamedType][]): number =>
    fields.reduce((sum, [field, on]) => {
      const key = field.alias?.value ?? field.name.value;
      if (seen.has(key)) return sum;
      seen.add(key);
      const below = property(data, key);
      return below && below.value === undefined ? sum : sum + fieldCost(priced, field, on, below);
    }, 0);
  const own = cost(shared);
  const alternatives = [...typed.values()].map((fields) => {
    seen.clear();
    return cost(fields);
  });
  return own + Math.max(0, ...alternatives);
}

function definition(type: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

function rows(data: Data): unknown[] | null {
  return data && Array.isArray(data.value) ? data.value : null;
}

/** Cost of one row: as selected, or the mean of the rows that came back. */
function rowCost(priced: Priced, set: SelectionSetNode | undefined, type: GraphQLNamedType, items: unknown[] | null): number {
  if (!items) return selectionCost(priced, set, type, null);
  if (items.length === 0) return 0;
  return items.reduce<number>((sum, value) => sum + selectionCost(priced, set, type, { value }), 0) / items.length;
}

function connectionCost(priced: Priced, field: FieldNode, type: GraphQLNamedType, size: number, data: Data): number {
  const { shared } = fieldsOf(priced, field.selectionSet ?? { kind: Kind.SELECTION_SET, selections: [] }, type);
  const nodes = shared.find(([selected]) => selected.name.value === 'nodes');
  const edges = shared.find(([selected]) => selected.name.value === 'edges');
  const chosen = nodes ?? edges;
  const items = chosen ? rows(property(data, chosen[0].alias?.value ?? chosen[0].name.value)) : null;
  // An empty connection keeps the price of the page it could have filled (observed).
  const weight = items && items.length > 0 ? pageWeight(items.length) : pageWeight(size);
  const listed = chosen && definition(type, chosen[0].name.value);
  const node = listed ? getNamedType(listed.type) : undefined;
  if (!node || !chosen) return CONNECTION + weight;
  if (nodes) return CONNECTION + weight * (1 + rowCost(priced, chosen[0].selectionSet, node, items));
  const inner = fieldsOf(priced, chosen[0].selectionSet ?? { kind: Kind.SELECTION_SET, selections: [] }, node).shared.find(
    ([selected]) => selected.name.value === 'node',
  );
  const nodeField = definition(node, 'node');
  if (!inner || !nodeField) return CONNECTION + weight;
  const key = inner[0].alias?.value ?? 'node';
  const below = items?.map((item) => property({ value: item }, key)?.value) ?? null;
  return CONNECTION + weight * (1 + rowCost(priced, inner[0].selectionSet, getNamedType(nodeField.type), below));
}

function fieldCost(priced: Priced, field: FieldNode, parent: GraphQLNamedType, data: Data): number {
  const found = definition(parent, field.name.value);
  if (!found) return 0;
  const type = getNamedType(found.type);
  if (isLeafType(type)) return 0;
  const args = getArgumentValues(found, field, priced.variables);
  const { selectionSet } = field;
  if (type.name.endsWith('Connection')) {
    const size = [args['first'], args['last']].find((value) => typeof value === 'number') ?? 1;
    return connectionCost(priced, field, type, size, data);
  }
  if (type.name === 'Count') return COUNT;
  const list = isListType(getNullableType(found.type));
  if (list && Array.isArray(args['ids'])) {
    const items = rows(data);
    return (items ?? args['ids']).length * (1 + rowCost(priced, selectionSet, type, items));
  }
  // Plain lists are not multiplied by their rows.
  const children = list ? rowCost(priced, selectionSet, type, rows(data)) : selectionCost(priced, selectionSet, type, data);
  return children + (FREE.has(type.name) && !list ? 0 : 1);
}

/** A mutation's payload and what is directly in it are free; what lies deeper is priced as in a query (observed). */
function mutationCost(priced: Priced, field: FieldNode, root: GraphQLNamedType, data: Data): number {
  const found = definition(root, field.name.value);
  if (!found || !field.selectionSet) return MUTATION;
  const payload = getNamedType(found.type);
  const { shared } = fieldsOf(priced, field.selectionSet, payload);
  return shared.reduce((sum, [selected]) => {
    const inner = definition(payload, selected.name.value);
    if (!inner) return sum;
    const below = property(data, selected.alias?.value ?? selected.name.value);
    return sum + selectionCost(priced, selected.selectionSet, getNamedType(inner.type), below);
  }, MUTATION);
}

/** The requested cost of an operation; with `data`, the answer's, the actual cost: by the rows that came back. */
export function queryCost(priced: Priced, data?: unknown): number {
  const root = priced.schema.getRootType(priced.operation.operation);
  if (!root) return 0;
  const given: Data = data === undefined ? null : { value: data };
  if (priced.operation.operation === 'query') return Math.ceil(selectionCost(priced, priced.operation.selectionSet, root, given));
  const { shared } = fieldsOf(priced, priced.operation.selectionSet, root);
  return shared.reduce((sum, [field]) => {
    return sum + mutationCost(priced, field, root, property(given, field.alias?.value ?? field.name.value));
  }, 0);
}
