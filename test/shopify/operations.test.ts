import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import {
  buildClientSchema,
  buildSchema,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { adminSchema } from '../../src/sandbox/schema.ts';
import { generate } from '../../src/shopify/codegen.ts';
import * as generated from '../../src/shopify/generated.ts';
import { isMutation, operationName } from '../../src/shopify/document.ts';

const folder = join(import.meta.dirname, '../../src/shopify');
const operations = readFileSync(join(folder, 'operations.graphql'), 'utf8');
const code = readFileSync(join(folder, 'generated.ts'), 'utf8');

const texts = Object.entries(generated as unknown as Record<string, string>).filter(([name]) => !name.endsWith('FragmentDoc'));

test('generated.ts is in step with operations.graphql and the schema', async () => {
  // In a process of its own: here the code generator would meet a second copy of graphql.
  await promisify(execFile)(process.execPath, [join(folder, 'codegen.ts'), '--check']);
});

test('generated.ts knows no any', () => {
  expect(code).not.toMatch(/\bany\b/);
});

test('an operation that does not fit the schema is an error that names it', async () => {
  await expect(generate(adminSchema, 'query X { shop { nonsense } }')).rejects.toThrow(/nonsense/);
});

test('every text is one operation with its fragments, each once', () => {
  expect(texts.length).toBeGreaterThan(10);
  for (const [name, text] of texts) {
    expect(operationName(text)).toBe(name);
    expect(isMutation(text)).toBe(/^mutation/.test(text));
    expect(validate(buildSchema(adminSchema), parse(text))).toEqual([]);
  }
});

const evidence = process.env['EVIDENCE_DIR'];
if (!evidence) console.warn("SKIPPED: our operations are not checked against Shopify's own schemas, EVIDENCE_DIR is not set");

describe.skipIf(!evidence).each(['2026-07', '2026-10'])("Shopify's own schema of %s", (version) => {
  const read = (): GraphQLSchema => {
    const file = join(evidence ?? '', `shopify-schema/admin_${version}.json.gz`);
    return buildClientSchema((JSON.parse(gunzipSync(readFileSync(file)).toString()) as { data: IntrospectionQuery }).data);
  };

  test('knows every operation, deprecates nothing of it, and types it as we do', () => {
    const schema = read();
    for (const [name, text] of texts) expect({ name, errors: validate(schema, parse(text)) }).toEqual({ name, errors: [] });
    const info = new TypeInfo(schema);
    const deprecated: string[] = [];
    visit(
      parse(operations),
      visitWithTypeInfo(info, {
        Field: (node) => {
          if (info.getFieldDef()?.deprecationReason) deprecated.push(node.name.value);
        },
        Argument: (node) => {
          if (info.getArgument()?.deprecationReason) deprecated.push(node.name.value);
        },
      }),
    );
    expect(deprecated).toEqual([]);
  });
});
