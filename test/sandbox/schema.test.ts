/** The sandbox's schema: the program's operations fit, and Shopify's own schema agrees. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate, type GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { checkAgainst, readRealSchema } from '../../src/sandbox/schema-check.ts';
import { schemaDifferences } from '../../src/sandbox/schema-compare.ts';
import { adminSchema } from '../../src/sandbox/schema.ts';

const operations = readFileSync(new URL('../../src/shopify/operations.graphql', import.meta.url), 'utf8');
const evidence = process.env.EVIDENCE_DIR;

describe('the sandbox schema', () => {
  it('answers every operation of the program', () => {
    expect(validate(buildSchema(adminSchema), parse(operations)).map(String)).toEqual([]);
  });

  it.each(['2026-07', '2026-10'])('is a part of the real schema %s', (version) => {
    if (!evidence) return console.warn(`skipped: comparison with the real Admin schema ${version} (EVIDENCE_DIR is not set)`);
    const real = readRealSchema(join(evidence, 'shopify-schema', `admin_${version}.json.gz`));
    expect(checkAgainst(real, operations)).toEqual([]);
  });
});

describe('schemaDifferences', () => {
  const real = `
    interface Node { id: ID! }
    enum Colour { RED GREEN @deprecated(reason: "use RED") }
    input Wish { name: String! size: Int = 3 }
    type Thing implements Node { id: ID! name: String size(unit: String!): Int! old: Int @deprecated(reason: "gone") colour: Colour }
    type Query { thing(id: ID!, limit: Int = 10): Thing }
  `;
  const differences = (change: (sdl: string) => string): string[] => schemaDifferences(build(change(real)), build(real));
  const build = (sdl: string): GraphQLSchema => buildSchema(sdl);
  const clean = (sdl: string): string =>
    sdl.replace('old: Int @deprecated(reason: "gone")', '').replace('GREEN @deprecated(reason: "use RED")', '');

  it('finds nothing in a part of it', () => {
    expect(differences((sdl) => clean(sdl).replace('name: String size', 'size'))).toEqual([]);
  });

  it.each([
    ['an invented type', (sdl: string) => `${sdl} type Extra { id: ID }`, 'Extra does not exist'],
    ['an invented field', (sdl: string) => sdl.replace('name: String size', 'title: String size'), 'Thing.title does not exist'],
    [
      'another nullability',
      (sdl: string) => sdl.replace('name: String size', 'name: String! size'),
      'Thing.name is String! here and String in',
    ],
    [
      'an invented argument',
      (sdl: string) => sdl.replace('unit: String!', 'unit: String! scale: Int'),
      'Thing.size(scale:) does not exist',
    ],
    ['another argument type', (sdl: string) => sdl.replace('thing(id: ID!', 'thing(id: ID'), 'Query.thing(id:) is ID here'],
    [
      'another default',
      (sdl: string) => sdl.replace('limit: Int = 10', 'limit: Int = 20'),
      'Query.thing(limit:) defaults to 20 here and 10 in',
    ],
    ['a required argument left out', (sdl: string) => sdl.replace('(unit: String!)', ''), 'Thing.size(unit:) is required'],
    ['another input field', (sdl: string) => sdl.replace('size: Int = 3', 'size: String'), 'Wish.size is String here'],
    ['an invented enum value', (sdl: string) => sdl.replace('RED', 'RED BLUE'), 'Colour.BLUE does not exist'],
    ['another kind', (sdl: string) => sdl.replace('input Wish', 'type Wish').replace('Int = 3', 'Int'), 'Wish is type here and input in'],
  ])('names %s', (_, change, message) => {
    expect(differences((sdl) => change(clean(sdl))).join('\n')).toContain(message);
  });

  it('names what is deprecated', () => {
    expect(differences((sdl) => sdl).sort()).toEqual(['Colour.GREEN is deprecated: use RED', 'Thing.old is deprecated: gone']);
  });

  it('names an interface that is not there', () => {
    const ours = clean(real).replace('type Thing implements Node', 'interface Odd { id: ID! } type Thing implements Node & Odd');
    expect(schemaDifferences(build(ours), build(`${real} interface Odd { id: ID! }`))).toEqual([
      "Thing does not implement Odd in Shopify's schema",
    ]);
  });
});
