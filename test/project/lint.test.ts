/** The lint config bites: each rule is shown a file that breaks it, and the same kind of file that does not. */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

/** File, text, the rule it breaks (null: none). Paths name rooms; nothing imported need exist. */
const CASES: [file: string, text: string, rule: string | null][] = [
  ['src/store/own-room.ts', "import { a } from './a.ts';\nimport { b } from '../core/b.ts';\nexport const c = [a, b];", null],
  ['src/store/closed-room.ts', "import { a } from '../shopify/a.ts';\nexport const c = a;", 'no-restricted-imports'],
  ['src/store/closed-type.ts', "import type { A } from '../shopify/a.ts';\nexport const c = (a: A) => a;", 'no-restricted-imports'],
  ['src/store/closed-export.ts', "export { a } from '../shopify/a.ts';", 'no-restricted-imports'],
  ['src/store/closed-later.ts', "export const a = () => import('../shopify/a.ts');", 'no-restricted-imports'],
  ['src/store/root-file.ts', "import { a } from '../app.ts';\nexport const c = a;", 'no-restricted-imports'],
  ['src/sync/open-room.ts', "import { a } from '../pipeline/a.ts';\nexport const c = a;", null],
  ['src/sync/sandbox.ts', "import { a } from '../sandbox/a.ts';\nexport const c = a;", 'no-restricted-imports'],
  ['src/destinations/converge/deep.ts', "import { a } from '../../store/a.ts';\nexport const c = a;", 'no-restricted-imports'],
  ['src/destinations/converge/deep-root.ts', "import { a } from '../../app.ts';\nexport const c = a;", 'no-restricted-imports'],
  [
    'src/destinations/converge/beside.ts',
    "import { a } from '../types.ts';\nimport { b } from '../../core/b.ts';\nexport const c = [a, b];",
    null,
  ],
  ['src/cli/anything.ts', "import { a } from '../sandbox/a.ts';\nimport { b } from '../app.ts';\nexport const c = [a, b];", null],
  ['src/app.ts', "import { a } from './delivery/a.ts';\nexport const c = a;", null],

  ['src/core/zod.ts', "import { z } from 'zod';\nexport const c = z;", null],
  ['src/core/package.ts', "import { a } from 'pino';\nexport const c = a;", 'no-restricted-imports'],
  ['src/sync/database.ts', "import { a } from 'drizzle-orm/sqlite-core';\nexport const c = a;", 'no-restricted-imports'],
  ['src/app-database.ts', "import Database from 'better-sqlite3';\nexport const c = Database;", 'no-restricted-imports'],
  ['src/store/shopify.ts', "import { a } from '@shopify/shopify-api';\nexport const c = a;", 'no-restricted-imports'],
  ['src/store/database.ts', "import Database from 'better-sqlite3';\nexport const c = Database;", null],

  ['src/core/node.ts', "import { a } from 'node:fs';\nexport const c = a;", 'no-restricted-imports'],
  ['src/pipeline/now.ts', 'export const c = () => Date.now();', 'no-restricted-properties'],
  ['src/pipeline/random.ts', 'export const c = () => Math.random();', 'no-restricted-properties'],
  ['src/pipeline/network.ts', "export const c = () => fetch('https://example.com');", 'no-restricted-globals'],
  ['src/pipeline/machine.ts', 'export const c = () => process.pid;', 'no-restricted-globals'],
  ['src/pipeline/parse.ts', "export const c = Date.parse('2026-11-20T12:00:00Z');", null],
  ['src/platform/now.ts', 'export const c = () => Date.now();', null],

  ['src/platform/environment.ts', 'export const c = process.env.HOME;', 'no-restricted-properties'],
  ['src/environment.ts', 'export const { env } = process;', 'no-restricted-properties'],
  ['src/config/environment.ts', 'export const c = process.env.HOME;', null],

  ['src/core/cycle-a.ts', "import { b } from './cycle-b.ts';\nexport const a = (): unknown => b;", 'no-cycle'],
  ['src/core/cycle-b.ts', "import { a } from './cycle-a.ts';\nexport const b = (): unknown => a;", 'no-cycle'],
  ['src/core/any.ts', 'export const c = (a: any): unknown => a;', 'no-explicit-any'],
  ['src/core/floating.ts', 'export const c = (): void => {\n  Promise.resolve();\n};', 'no-floating-promises'],
  ['src/core/misused.ts', 'export const c = (a: number[]) => a.forEach(async () => {});', 'no-misused-promises'],
  ['src/core/equal.ts', 'export const c = (a: number, b: number) => a == b;', 'eqeqeq'],
  ['src/core/null.ts', 'export const c = (a: number | null) => a == null;', null],
  ['src/core/unused.ts', 'const c = 1;', 'no-unused-vars'],
  ['src/core/console.ts', "export const c = () => console.log('x');", 'no-console'],
  ['src/core/long.ts', `export const c = 1;\n${'// line\n'.repeat(300)}`, 'max-lines'],
  [
    'src/core/switch.ts',
    "export const c = (a: 'x' | 'y') => {\n  switch (a) {\n    case 'x':\n      return 1;\n  }\n  return 2;\n};",
    'switch-exhaustiveness-check',
  ],
];

let folder: string;
/** File -> the rules it breaks. */
let broken: Map<string, string[]>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lint-'));
  copyFileSync(join(ROOT, 'oxlint.config.ts'), join(folder, 'oxlint.config.ts'));
  copyFileSync(join(ROOT, 'tsconfig.json'), join(folder, 'tsconfig.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const [file, text] of CASES) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${text}\n`);
  }
  broken = await lint(folder);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs oxlint over `folder`/src. Rules come without their plugin's name. */
async function lint(cwd: string): Promise<Map<string, string[]>> {
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, [join(ROOT, 'node_modules/oxlint/bin/oxlint'), '-f', 'json', 'src'], { cwd }, (_error, stdout) =>
      resolve(stdout),
    );
  });
  const { diagnostics } = JSON.parse(output) as { diagnostics: { filename: string; code?: string; message: string }[] };
  const rules = new Map<string, string[]>();
  for (const { filename, code, message } of diagnostics) {
    rules.set(filename, [...(rules.get(filename) ?? []), (code ?? message).replace(/^.*\((.*)\)$/, '$1')]);
  }
  return rules;
}

describe('the lint config', () => {
  test.each(CASES)('%s', (file, _text, rule) => {
    expect(broken.get(file) ?? []).toEqual(rule === null ? [] : [rule]);
  });

  test('knows every room and every package', () => {
    const config = readFileSync(join(ROOT, 'oxlint.config.ts'), 'utf8');
    const rooms = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of rooms) expect(config, `src/${name} is missing from ROOMS`).toMatch(new RegExp(`^  ${name}: `, 'm'));
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
    for (const name of Object.keys(dependencies)) {
      expect(config, `${name} is missing from PACKAGES`).toMatch(new RegExp(`^  '?${name}'?: `, 'm'));
    }
  });
});
