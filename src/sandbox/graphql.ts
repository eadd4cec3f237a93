/** Running one GraphQL request the way the Admin API does: checked, priced, throttled, executed, with its cost in every answer. */
import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  execute,
  getOperationAST,
  getVariableValues,
  parse,
  validate,
  type DocumentNode,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLSchema,
} from 'graphql';
import type { Bucket } from './bucket.ts';
import { queryCost, type Priced } from './cost.ts';
import type { Remarks } from './resolvers.ts';

export interface GraphqlRequest {
  query?: unknown;
  variables?: unknown;
  operationName?: unknown;
}

export type RunGraphql = (request: GraphqlRequest) => Promise<object>;

/** Shopify documents 1000 points as the most one query may ask for. */
const MOST_COST = 1000;
const COST_DOCUMENTATION = 'https://shopify.dev/api/usage/rate-limits';
const KEPT_DOCUMENTS = 200;

interface Checked {
  document: DocumentNode;
  errors: readonly GraphQLError[];
}

function fragmentsOf(document: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment]));
}

/** `resolvers` makes the root values of one request; `bucket` is what its cost is taken from. */
export function createGraphql(schema: GraphQLSchema, resolvers: (remarks: Remarks) => object, bucket: Bucket): RunGraphql {
  const documents = new Map<string, Checked>();

  function check(query: string): Checked {
    const kept = documents.get(query);
    if (kept) return kept;
    let checked: Checked;
    try {
      const document = parse(query);
      checked = { document, errors: validate(schema, document) };
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      checked = { document: { kind: Kind.DOCUMENT, definitions: [] }, errors: [error] };
    }
    if (documents.size >= KEPT_DOCUMENTS) documents.clear();
    documents.set(query, checked);
    return checked;
  }

  const costOf = (requestedQueryCost: number, actualQueryCost: number | null): object => ({
    cost: { requestedQueryCost, actualQueryCost, throttleStatus: bucket.status() },
  });

  const refuse = (message: string, code: string, requested: number, more: object = {}): object => ({
    errors: [{ message, extensions: { code, ...more, documentation: COST_DOCUMENTATION } }],
    extensions: costOf(requested, null),
  });

  async function run(priced: Priced, document: DocumentNode, given: Record<string, unknown>, requested: number): Promise<object> {
    const remarks: Remarks = { search: [] };
    const result: ExecutionResult = await execute({
      schema,
      document,
      rootValue: resolvers(remarks),
      variableValues: given,
      operationName: priced.operation.name?.value,
    });
    const actual = result.data ? queryCost(priced, result.data) : 0;
    bucket.giveBack(requested - Math.min(actual, requested));
    const { errors, ...rest } = result;
    const extensions = {
      ...costOf(requested, Math.min(actual, requested)),
      ...(remarks.search.length > 0 ? { search: remarks.search } : {}),
    };
    return { ...rest, ...(errors ? { errors: errors.map((error) => error.toJSON()) } : {}), extensions };
  }

  return async ({ query, variables, operationName }) => {
    if (typeof query !== 'string' || query.trim() === '') return { errors: 'Required parameter missing or invalid' };
    const { document, errors } = check(query);
    // A refused document costs nothing and shows no cost (observed).
    if (errors.length > 0) return { errors: errors.map((error) => error.toJSON()) };
    const operation = getOperationAST(document, typeof operationName === 'string' ? operationName : undefined);
    if (!operation || operation.operation === OperationTypeNode.SUBSCRIPTION)
      return { errors: [{ message: 'No operation to run was named' }] };
    const given = typeof variables === 'object' && variables !== null ? (variables as Record<string, unknown>) : {};
    const { coerced, errors: wrong } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
    if (!coerced) return { errors: wrong.map((error) => error.toJSON()) };
    const priced: Priced = { schema, operation, fragments: fragmentsOf(document), variables: coerced };
    const requested = queryCost(priced);
    if (requested > MOST_COST) {
      const message = `Query cost is ${requested}, which exceeds the single query max cost limit (${MOST_COST}).`;
      return refuse(message, 'MAX_COST_EXCEEDED', requested, { cost: requested, maxCost: MOST_COST });
    }
    if (!bucket.take(requested)) return refuse('Throttled', 'THROTTLED', requested);
    return run(priced, document, given, requested);
  };
}
