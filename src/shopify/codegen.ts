/** Development only (`npm run codegen`): writes generated.ts from operations.graphql and the schema; `--check` fails when it is out of step. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { buildASTSchema, Kind, parse, validate, type DefinitionNode, type GraphQLSchema } from 'graphql';
import { format, resolveConfig } from 'prettier';

const OPERATIONS = fileURLToPath(new URL('./operations.graphql', import.meta.url));
const OUTPUT = fileURLToPath(new URL('./generated.ts', import.meta.url));

const HEADER = `/** Texts and types of operations.graphql. Written by \`npm run codegen\`; edits are lost. */\n`;

/** Lists of hundreds of values that grow between API versions: plain strings here. */
const OPEN_ENUMS = new Set(['CountryCode', 'CurrencyCode']);

/** The file as it should be, for a schema in SDL. Throws, naming every error, when an operation does not fit the schema. */
export async function generate(sdl: string, operations: string): Promise<string> {
  const schema = buildASTSchema({ kind: Kind.DOCUMENT, definitions: parse(sdl).definitions.map(openEnum) });
  const document = parse(operations);
  const errors = validate(schema, document);
  if (errors.length > 0) throw new Error(errors.map((error) => error.toString()).join('\n\n'));
  const code = await codegen({
    filename: OUTPUT,
    schema: { kind: Kind.DOCUMENT, definitions: [] },
    schemaAst: schema,
    documents: [{ document }],
    config: { useTypeImports: true, strictScalars: true, scalars: scalarTypes(schema), enumType: 'string-literal', skipTypename: true },
    plugins: [
      { operations: { mergeFragmentTypes: true } },
      {
        documents: {
          documentMode: 'graphQLTag',
          gqlImport: './document.ts#gql',
          documentNodeImport: './document.ts#Document',
          dedupeFragments: true,
          documentVariableSuffix: '',
        },
      },
    ],
    pluginMap: { operations: typescriptOperations, documents: typedDocumentNode },
  });
  return await format(HEADER + tidy(code), { ...(await resolveConfig(OUTPUT)), parser: 'typescript' });
}

function openEnum(definition: DefinitionNode): DefinitionNode {
  if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || !OPEN_ENUMS.has(definition.name.value)) return definition;
  return { kind: Kind.SCALAR_TYPE_DEFINITION, name: definition.name };
}

/** Imports first, and without the helper types nothing refers to. */
function tidy(code: string): string {
  const lines = code.split('\n').filter((line) => !line.startsWith('/** Internal type') && !line.startsWith('export type Incremental<'));
  const imports = lines.filter((line) => line.startsWith('import '));
  return [...imports, '', ...lines.filter((line) => !line.startsWith('import '))].join('\n');
}

/** Every custom scalar of Shopify's travels as a JSON string (ids, decimals, 64-bit numbers, times, URLs). */
function scalarTypes(schema: GraphQLSchema): Record<string, string> {
  const builtIn = new Set(['Int', 'Float', 'Boolean']);
  const scalars = Object.values(schema.getTypeMap()).filter(
    (type) => type.astNode?.kind === Kind.SCALAR_TYPE_DEFINITION || type.name === 'ID',
  );
  return Object.fromEntries(scalars.filter((type) => !builtIn.has(type.name)).map((type) => [type.name, 'string']));
}

async function main(): Promise<void> {
  const { adminSchema } = await import('../sandbox/schema.ts');
  const wanted = await generate(adminSchema, await readFile(OPERATIONS, 'utf8'));
  if (!process.argv.includes('--check')) return await writeFile(OUTPUT, wanted);
  if (wanted === (await readFile(OUTPUT, 'utf8').catch(() => ''))) return;
  console.error('src/shopify/generated.ts is out of step with operations.graphql or the schema; run `npm run codegen`.');
  process.exitCode = 1;
}

if (import.meta.main) await main();
