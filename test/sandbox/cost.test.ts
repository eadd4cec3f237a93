/** The price of a query: the fitted formula, against recorded queries of a real store. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Kind, buildSchema, parse, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createBucket } from '../../src/sandbox/bucket.ts';
import { queryCost, type Priced } from '../../src/sandbox/cost.ts';
import { readRealSchema } from '../../src/sandbox/schema-check.ts';
import { adminSchema } from '../../src/sandbox/schema.ts';
import { operation, type Json } from './client.ts';

const schema = buildSchema(adminSchema);
const evidence = process.env.EVIDENCE_DIR;

function priced(query: string, variables: Record<string, unknown> = {}, on: GraphQLSchema = schema): Priced {
  const { definitions } = parse(query);
  const run = definitions.find((definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION);
  if (!run) throw new Error('no operation');
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return {
    schema: on,
    operation: run,
    fragments: Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment])),
    variables,
  };
}

const cost = (query: string, variables: Record<string, unknown> = {}): number => queryCost(priced(query, variables));

describe('the requested cost', () => {
  it.each([
    [1, 3],
    [3, 4],
    [5, 5],
    [10, 6],
    [20, 7],
    [50, 9],
    [100, 11],
    [200, 12],
    [250, 13],
  ])('of a page of %i is %i (measured)', (first, points) => {
    expect(cost('query($first: Int!) { orders(first: $first) { nodes { id } } }', { first })).toBe(points);
  });

  it.each([
    ['an object costs 1', '{ shop { name currencyCode } }', 1],
    ['money and addresses nothing', '{ order(id: "1") { totalPriceSet { shopMoney { amount } } billingAddress { city } } }', 1],
    ['a plain list 1, not multiplied', '{ order(id: "1") { transactions(first: 50) { id } refunds { id } customAttributes { key } } }', 4],
    ['a count 10', '{ ordersCount { count } }', 10],
    [
      'a connection multiplies its children',
      '{ orders(first: 10) { pageInfo { hasNextPage } nodes { customer { id } lineItems(first: 5) { nodes { id } } } } }',
      30,
    ],
    ['nodes by the number of ids', '{ nodes(ids: ["1", "2", "3"]) { __typename ... on Order { customer { id } } } }', 6],
    [
      'fragments on several types by the dearest',
      '{ nodes(ids: ["1"]) { ... on Order { customer { id } } ... on Refund { order { customer { id } } } } }',
      3,
    ],
    ['a mutation 10, its payload nothing', 'mutation { webhookSubscriptionDelete(id: "1") { userErrors { message } } }', 10],
  ])('%s', (_, query, points) => {
    expect(cost(query)).toBe(points);
  });

  it('of the program’s operations stays below 1000 points, and search is far cheaper than nodes', () => {
    const search = cost(operation('OrdersByIds'), { query: '', first: 50, lines: 50 });
    const nodes = cost(operation('OrderNodes'), { ids: Array.from({ length: 50 }, (_, id) => String(id)), lines: 50 });
    expect(cost(operation('OrdersByIds'), { query: '', first: 250, lines: 50 })).toBeLessThan(1000);
    expect(nodes / search).toBeGreaterThan(5);
  });
});

describe('the actual cost', () => {
  it('is that of the rows that came; an empty page keeps its price', () => {
    const query = '{ orders(first: 100) { nodes { id refunds { id } } } }';
    const rows = (count: number) => ({ orders: { nodes: Array.from({ length: count }, () => ({ id: '1', refunds: [] })) } });
    expect(queryCost(priced(query))).toBe(2 + 9 * 2);
    expect(queryCost(priced(query), rows(100))).toBe(2 + 9 * 2);
    expect(queryCost(priced(query), rows(3))).toBe(2 + 2 * 2);
    expect(queryCost(priced(query), rows(0))).toBe(2 + 9);
  });
});

interface Sample {
  query: string;
  variables: Record<string, unknown>;
  requested: number;
}

/** Every different query with a cost in the recorded answers. */
function samples(folder: string): Sample[] {
  const found = new Map<string, Sample>();
  const isObject = (json: Json | undefined): json is { [key: string]: Json } =>
    typeof json === 'object' && json !== null && !Array.isArray(json);
  const walk = (json: Json, query: string, variables: Record<string, unknown>): void => {
    if (Array.isArray(json)) json.forEach((entry) => walk(entry, query, variables));
    if (!isObject(json)) return;
    const own = typeof json['query'] === 'string' && json['query'].includes('{') ? json['query'] : query;
    const given = isObject(json['variables']) ? json['variables'] : variables;
    const extensions = isObject(json['extensions']) ? json['extensions']['cost'] : undefined;
    const requested = isObject(extensions) ? extensions['requestedQueryCost'] : undefined;
    if (own && typeof requested === 'number') found.set(own, { query: own, variables: given, requested });
    Object.values(json).forEach((value) => walk(value, own, given));
  };
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  for (const name of names) walk(JSON.parse(readFileSync(join(folder, name), 'utf8')) as Json, '', {});
  return [...found.values()];
}

it('agrees with at least 85 % of the recorded queries', () => {
  if (!evidence) return console.warn('skipped: cost of recorded queries (EVIDENCE_DIR is not set)');
  const real = readRealSchema(join(evidence, 'shopify-schema', 'admin_2026-10.json.gz'));
  const all = samples(join(evidence, 'samples', 'graphql-live'));
  const exact = all.filter(({ query, variables, requested }) => queryCost(priced(query, variables, real)) === requested);
  expect(all.length).toBeGreaterThan(25);
  expect(exact.length / all.length).toBeGreaterThan(0.85);
});

describe('the bucket', () => {
  it('gives what is there, refills with time up to its size, and takes nothing it has not', () => {
    let now = 0;
    const bucket = createBucket(() => now, { maximum: 100, restoreRate: 10 });
    expect([bucket.take(60), bucket.take(60), bucket.status().currentlyAvailable]).toEqual([true, false, 40]);
    now = 2_000;
    expect([bucket.take(60), bucket.status().currentlyAvailable]).toEqual([true, 0]);
    bucket.giveBack(25);
    expect(bucket.status().currentlyAvailable).toBe(25);
    now = 3_600_000;
    expect(bucket.status().currentlyAvailable).toBe(100);
    bucket.set({ maximum: 40 });
    expect(bucket.status()).toEqual({ maximumAvailable: 40, currentlyAvailable: 40, restoreRate: 10 });
  });
});
