/** What Shopify refuses as a bulk query, in its words where they were recorded. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createBulkPlanner } from '../../src/sandbox/bulk-query.ts';
import { adminSchema } from '../../src/sandbox/schema.ts';
import { at, type Json } from './client.ts';

const evidence = process.env.EVIDENCE_DIR;
const plan = createBulkPlanner(buildSchema(adminSchema));
const errors = (query: string): string[] => {
  const planned = plan(query);
  return 'errors' in planned ? planned.errors : [];
};
const orders = (node: string): string => `{ orders { edges { node { ${node} } } } }`;
const lines = (node: string): string => `lineItems { edges { node { ${node} } } }`;

describe('a bulk query', () => {
  it.each([
    ['connection', '{ shop { id } }', ['Bulk queries must contain at least one connection.']],
    ['end', '', ['Invalid bulk query: syntax error, unexpected end of file']],
    ['end of a selection', '{ orders { edges { node { id } }', ['Invalid bulk query: syntax error, unexpected end of file']],
    [
      'node at the top',
      '{ node(id: "gid://shopify/Order/0") { id } }',
      ['Bulk queries cannot contain a top level `node` field.', 'Bulk queries must contain at least one connection.'],
    ],
    [
      'nodes at the top',
      '{ nodes(ids: []) { id } }',
      ['Bulk queries cannot contain a top level `nodes` field.', 'Bulk queries must contain at least one connection.'],
    ],
    [
      'edges',
      '{ orders { nodes { id } } }',
      [
        "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: 'orders { edges { node {'. " +
          "Selecting via 'nodes' is not supported. Invalid connection fields: 'orders'.",
      ],
    ],
    [
      'id of a parent',
      orders(`name ${lines('id')}`),
      [
        "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' return type. " +
          "Connection fields without 'id': orders.",
      ],
    ],
    [
      'unaliased id of a parent',
      orders(`key: id ${lines('id')}`),
      [expect.stringContaining("must select the 'id' field without an alias")],
    ],
    [
      'list without connections',
      orders('id refunds { refundLineItems { edges { node { id } } } }'),
      expect.arrayContaining(['Queries that contain a connection field within a list field are not currently supported.']),
    ],
    [
      'nesting of two',
      orders(
        `id agreements { edges { node { id ... on RefundAgreement { refund { transactions { edges { node { id order { ${lines('id')} } } } } } } } } }`,
      ),
      expect.arrayContaining(['Bulk queries cannot contain connections with a nesting depth greater than 2.']),
    ],
    [
      'few connections',
      orders(`id ${['a', 'b', 'c', 'd', 'e'].map((alias) => `${alias}: ${lines('id')}`).join(' ')}`),
      ['Bulk queries cannot contain more than 5 connections.'],
    ],
    [
      'nodes with ids',
      orders('id shippingLines { edges { node { title } } }'),
      [expect.stringContaining('do not implement the Node interface')],
    ],
    [
      'query',
      'mutation { productCreate(input: {}) { product { id } } }',
      ['Invalid operation type. Only `query` operations are supported.'],
    ],
    ['known field', orders('id nope'), [expect.stringContaining('Invalid bulk query: Cannot query field "nope" on type "Order"')]],
    ['reasonable length', orders(`id # ${'x'.repeat(65_535)}\n`), [expect.stringContaining('longer than 65535 bytes')]],
  ])('needs a %s', (_, query, expected) => {
    expect(errors(query)).toEqual(expected);
  });

  it('may nest, alias, use fragments and select lists', () => {
    const query = `query All { orders(query: "test:false", sortKey: CREATED_AT) { edges { node { ...Fields a: ${lines('id')} ${lines('id')} } } } }
      fragment Fields on Order { id refunds { id totalRefundedSet { shopMoney { amount } } } transactions(first: 5) { id } }`;
    expect(plan(query)).toMatchObject({ plan: { query: 'test:false', sortKey: 'CREATED_AT', reverse: false } });
  });

  it('is refused in the words of recorded answers', () => {
    if (!evidence) return console.warn('skipped: recorded bulk errors (EVIDENCE_DIR is not set)');
    const read = (name: string): Json =>
      JSON.parse(
        readFileSync(join(evidence, 'samples', 'graphql-live', `2026-04__bulk-operations__bulk-operation-run-query-${name}.json`), 'utf8'),
      );
    const recorded = (file: string, name: string): [query: string, messages: Json[]] => {
      const sample = at(read(file), `validations.${name}`);
      const found = at(sample, 'response.data.bulkOperationRunQuery.userErrors') as Json[];
      return [String(at(sample, 'variables.query')), found.map((error) => at(error, 'message') ?? null)];
    };
    // Queries of types the sandbox has not are put in terms of orders.
    const ours = (query: string): string =>
      query
        .replaceAll('products', 'orders')
        .replaceAll(/\bvariants\b/g, 'lineItems')
        .replaceAll(/\bfulfillments \{\s*events\b/g, 'refunds { transactions')
        .replaceAll('Product/', 'Order/')
        .replaceAll('title', 'name');
    const reworded = (messages: Json[]): string[] => messages.map((message) => String(message).replaceAll('products', 'orders'));
    for (const [file, names] of [
      ['user-error-codes', ['noConnectionWithCode', 'emptyQuery']],
      [
        'validators',
        [
          'nodesInsteadOfEdges',
          'ordersNodesInsteadOfEdges',
          'topLevelNode',
          'nestedWithoutParentId',
          'invalidOperationType',
          'connectionWithinList',
        ],
      ],
    ] as const) {
      for (const name of names) {
        const [query, messages] = recorded(file, name);
        expect(errors(ours(query)), name).toEqual(reworded(messages));
      }
    }
  });
});
