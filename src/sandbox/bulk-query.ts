/** The query of a bulk operation: refused in Shopify's words, or made into a plan that turns one order into its lines. Pure. */
import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  getArgumentValues,
  getNamedType,
  getNullableType,
  isAbstractType,
  isInterfaceType,
  isListType,
  isObjectType,
  parse,
  validate,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** One selected field: its name in the result, what it is called with, and what is selected of it. */
export interface PlannedField {
  key: string;
  name: string;
  args: Record<string, unknown>;
  /** Null: a scalar or an enum. */
  fields: PlannedField[] | null;
  /** A connection: its nodes become lines of their own. */
  connection: boolean;
  /** Only for objects of these types; null: for all. */
  types: readonly string[] | null;
}

/** The root connection `orders`, and what each node of it becomes. */
export interface BulkPlan {
  query: string | null;
  sortKey: string;
  reverse: boolean;
  fields: PlannedField[];
}

interface Seen {
  errors: Set<string>;
  connections: number;
}

/** Shopify documents these limits. */
const LARGEST_QUERY = 65_535;
const MOST_CONNECTIONS = 5;
const DEEPEST = 2;

const invalid = (reason: string): string => `Invalid bulk query: ${reason}`;

/** Observed: "syntax error, unexpected end of file"; the end is all that is known of Shopify's wording. */
function syntaxError(error: GraphQLError): string {
  const unexpected = /Unexpected (.+?)\.?$/.exec(error.message)?.[1] ?? 'end of file';
  return invalid(`syntax error, unexpected ${unexpected.replace('<EOF>', 'end of file')}`);
}

interface Selected {
  field: FieldNode;
  on: GraphQLNamedType;
  types: readonly string[] | null;
}

export function createBulkPlanner(schema: GraphQLSchema): (query: string) => { plan: BulkPlan } | { errors: string[] } {
  function plan(document: DocumentNode, operation: OperationDefinitionNode): { plan: BulkPlan } | { errors: string[] } {
    const fragments = new Map<string, FragmentDefinitionNode>();
    for (const entry of document.definitions) if (entry.kind === Kind.FRAGMENT_DEFINITION) fragments.set(entry.name.value, entry);
    const seen: Seen = { errors: new Set(), connections: 0 };

    function select(set: SelectionSetNode, on: GraphQLNamedType, types: readonly string[] | null = null): Selected[] {
      return set.selections.flatMap((selection) => {
        if (selection.kind === Kind.FIELD) return [{ field: selection, on, types }];
        const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        const target = fragment?.typeCondition ? schema.getType(fragment.typeCondition.name.value) : on;
        if (!fragment || !target) return [];
        const narrowed = target === on ? types : isAbstractType(target) ? schema.getPossibleTypes(target).map(String) : [target.name];
        return select(fragment.selectionSet, target, narrowed);
      });
    }

    const definition = (on: GraphQLNamedType, name: string) => (isObjectType(on) || isInterfaceType(on) ? on.getFields()[name] : undefined);
    const isNode = (type: GraphQLNamedType): boolean =>
      (isObjectType(type) || isInterfaceType(type)) && type.getInterfaces().some(({ name }) => name === 'Node');

    /** The fields of a connection's node; `nodes` and what is no node type is refused. */
    function connection(field: FieldNode, type: GraphQLNamedType, depth: number, inList: boolean): PlannedField[] {
      const { name } = field;
      seen.connections += 1;
      if (inList) seen.errors.add('Queries that contain a connection field within a list field are not currently supported.');
      if (depth > DEEPEST) seen.errors.add(`Bulk queries cannot contain connections with a nesting depth greater than ${DEEPEST}.`);
      const edges = select(field.selectionSet ?? { kind: Kind.SELECTION_SET, selections: [] }, type);
      const nodes = edges.flatMap((entry) => {
        if (entry.field.name.value !== 'edges' || !entry.field.selectionSet) return [];
        const edge = getNamedType(definition(type, 'edges')?.type);
        return edge ? select(entry.field.selectionSet, edge).filter((inner) => inner.field.name.value === 'node') : [];
      });
      if (nodes.length === 0) {
        seen.errors.add(
          `All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: '${name.value} { edges { node {'. ` +
            `Selecting via 'nodes' is not supported. Invalid connection fields: '${name.value}'.`,
        );
      }
      const node = getNamedType(nodes[0] && definition(nodes[0].on, 'node')?.type);
      if (!node) return [];
      if (!isNode(node)) seen.errors.add(invalid(`the nodes of '${name.value}' do not implement the Node interface`));
      const planned = nodes.flatMap((entry) => (entry.field.selectionSet ? fieldsOf(entry.field.selectionSet, node, depth, false) : []));
      if (hasConnection(planned) && !planned.some(({ key, name: own }) => key === 'id' && own === 'id')) {
        seen.errors.add(
          "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' return type. " +
            `Connection fields without 'id': ${name.value}.`,
        );
      }
      return planned;
    }

    function fieldsOf(
      set: SelectionSetNode,
      on: GraphQLNamedType,
      depth: number,
      inList: boolean,
      own: readonly string[] | null = null,
    ): PlannedField[] {
      return merge(
        select(set, on, own).map(({ field, on: parent, types }) => {
          const name = field.name.value;
          const found = definition(parent, name);
          const planned = { key: field.alias?.value ?? name, name, args: {}, fields: null, connection: false, types };
          if (!found) return planned;
          const args = getArgumentValues(found, field, {});
          const type = getNamedType(found.type);
          if (type.name.endsWith('Connection')) {
            const { first: _, after: __, ...kept } = args;
            return { ...planned, args: kept, connection: true, fields: connection(field, type, depth + 1, inList) };
          }
          const list = inList || isListType(getNullableType(found.type));
          return { ...planned, args, fields: field.selectionSet ? fieldsOf(field.selectionSet, type, depth, list) : null };
        }),
      );
    }

    const root = schema.getQueryType();
    const roots = root ? select(operation.selectionSet, root) : [];
    for (const { field } of roots) {
      const name = field.name.value;
      if (name === 'node' || name === 'nodes') seen.errors.add(`Bulk queries cannot contain a top level \`${name}\` field.`);
    }
    const planned = root ? fieldsOf(operation.selectionSet, root, -1, false) : [];
    if (seen.connections === 0) seen.errors.add('Bulk queries must contain at least one connection.');
    if (seen.connections > MOST_CONNECTIONS) seen.errors.add(`Bulk queries cannot contain more than ${MOST_CONNECTIONS} connections.`);
    const [only] = planned;
    if (seen.errors.size === 0 && (!only || planned.length > 1 || only.name !== 'orders')) {
      seen.errors.add(invalid('the sandbox reads nothing but one `orders` connection in bulk'));
    }
    if (seen.errors.size > 0 || !only) return { errors: [...seen.errors] };
    const { query, sortKey, reverse } = only.args;
    const text = typeof query === 'string' ? query : null;
    return {
      plan: {
        query: text,
        sortKey: typeof sortKey === 'string' ? sortKey : 'PROCESSED_AT',
        reverse: reverse === true,
        fields: only.fields ?? [],
      },
    };
  }

  return (query) => {
    if (Buffer.byteLength(query) > LARGEST_QUERY) return { errors: [invalid(`the query is longer than ${LARGEST_QUERY} bytes`)] };
    try {
      const document = parse(query);
      const operations = document.definitions.filter((entry) => entry.kind === Kind.OPERATION_DEFINITION);
      const [operation] = operations;
      if (!operation || operations.length > 1) return { errors: [invalid('one operation is expected')] };
      if (operation.operation !== OperationTypeNode.QUERY)
        return { errors: ['Invalid operation type. Only `query` operations are supported.'] };
      const wrong = validate(schema, document);
      if (wrong.length > 0) return { errors: wrong.map(({ message }) => invalid(message)) };
      return plan(document, operation);
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [syntaxError(error)] };
      throw error;
    }
  };
}

const hasConnection = (fields: readonly PlannedField[]): boolean =>
  fields.some((field) => field.connection || (field.fields !== null && hasConnection(field.fields)));

/** The same field selected twice is one, with what either selects of it. */
function merge(fields: PlannedField[]): PlannedField[] {
  const merged = new Map<string, PlannedField>();
  for (const field of fields) {
    const place = JSON.stringify([field.key, field.types]);
    const known = merged.get(place);
    if (known?.fields && field.fields) known.fields = merge([...known.fields, ...field.fields]);
    else if (!known) merged.set(place, field);
  }
  return [...merged.values()];
}
