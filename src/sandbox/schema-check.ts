/**
 * `npm run schema:check [-- --evidence DIR]`: compares the sandbox's schema and the program's operations with Shopify's own schema of the
 * supported API versions. The real ones come from `DIR/shopify-schema`, else from Shopify's package `@shopify/dev-mcp`, unpacked in a
 * temporary folder. Exit code 1 when anything differs.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { NoDeprecatedCustomRule, buildClientSchema, buildSchema, parse, specifiedRules, validate, type GraphQLSchema } from 'graphql';
import { schemaDifferences } from './schema-compare.ts';
import { adminSchema } from './schema.ts';

const VERSIONS = ['2026-07', '2026-10'];
const SCHEMA_PACKAGE = '@shopify/dev-mcp@1.16.0';
const OPERATIONS = new URL('../shopify/operations.graphql', import.meta.url);

/** A real Admin schema from its gzipped introspection. */
export function readRealSchema(path: string): GraphQLSchema {
  return buildClientSchema(JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')).data);
}

/** Differences of the sandbox's schema and errors of the operations, deprecated fields in use included, against one real schema. */
export function checkAgainst(real: GraphQLSchema, operations: string): string[] {
  const document = parse(operations);
  const errors = validate(real, document, [...specifiedRules, NoDeprecatedCustomRule]).map((error) => {
    const line = error.locations?.[0]?.line;
    return `operations.graphql:${line ?? '?'}: ${error.message}`;
  });
  return [...schemaDifferences(buildSchema(adminSchema), real), ...errors];
}

/** Fetches Shopify's package without installing it and returns the folder that holds the schemas. */
function fetchSchemas(folder: string): string {
  execFileSync('npm', ['pack', SCHEMA_PACKAGE, '--silent', '--pack-destination', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (!archive) throw new Error(`npm pack ${SCHEMA_PACKAGE} left no archive; check the network, or pass --evidence DIR`);
  execFileSync('tar', [
    '-xzf',
    join(folder, archive),
    '-C',
    folder,
    ...VERSIONS.map((version) => `package/dist/data/admin_${version}.json.gz`),
  ]);
  return join(folder, 'package', 'dist', 'data');
}

function main(): number {
  const { values } = parseArgs({ options: { evidence: { type: 'string' } } });
  const given = values.evidence ? join(values.evidence, 'shopify-schema') : null;
  const complete = given !== null && VERSIONS.every((version) => existsSync(join(given, `admin_${version}.json.gz`)));
  const temporary = complete ? null : mkdtempSync(join(tmpdir(), 'admin-schema-'));
  try {
    const folder = complete ? given : fetchSchemas(temporary ?? '');
    const operations = readFileSync(OPERATIONS, 'utf8');
    let failed = false;
    for (const version of VERSIONS) {
      const found = checkAgainst(readRealSchema(join(folder, `admin_${version}.json.gz`)), operations);
      failed ||= found.length > 0;
      process.stdout.write(`Admin API ${version}: ${found.length === 0 ? 'no difference' : `${found.length} differences`}\n`);
      for (const line of found) process.stdout.write(`  ${line}\n`);
    }
    return failed ? 1 : 0;
  } finally {
    if (temporary) rmSync(temporary, { recursive: true, force: true });
  }
}

if (import.meta.main) process.exitCode = main();
