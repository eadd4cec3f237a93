/** Habits of this project that no other tool checks. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const TOP_LEVEL = [
  'package.json',
  'package-lock.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'Dockerfile',
  'src',
  'drizzle',
  'test',
  'fixtures',
  'deploy',
];
const TOOL_CONFIG = /^(\..*|tsconfig(\..+)?\.json|knip\.json|.+\.config\.ts)$/;

/** Words that name no thing: a file or an identifier made of one says nothing about what it does. */
const EMPTY_WORDS = ['manager', 'helper', 'util', 'utils', 'handler', 'processor', 'service'];
/** Names that the outside world chose: settings of packages and of Node. */
const GIVEN_NAMES = new Set(['setErrorHandler', 'setNotFoundHandler', 'errorHandler', 'setDefaultHandler', 'requestHandler']);

/** Paths of all files in git or about to be; none in a copy without git. */
const files = !existsSync(join(ROOT, '.git'))
  ? []
  : execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'], {
      cwd: ROOT,
      encoding: 'utf8',
    })
      .split('\n')
      .filter(Boolean);
const code = files.filter((file) => /^(src|test)\/.*\.ts$/.test(file) && !file.endsWith('generated.ts'));

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Lines of `text` that `pattern` finds, as `file:line: text`. */
function lines(file: string, pattern: RegExp): string[] {
  return read(file)
    .split('\n')
    .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : []));
}

/** `createOrderHandler` -> create, order, handler. */
function words(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}

/** The text without comments and strings, so that only identifiers are left. Good enough for a habit; not a parser. */
function identifiers(text: string): string[] {
  const bare = text
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    .replaceAll(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "''");
  return bare.match(/[A-Za-z_$][\w$]*/g) ?? [];
}

if (files.length === 0) console.warn('skipped: the habits of the project, as this copy is no git checkout');

describe.skipIf(files.length === 0)('the project', () => {
  test('keeps its top level small', () => {
    const top = new Set(files.map((file) => file.split('/')[0] ?? ''));
    expect([...top].filter((name) => !TOP_LEVEL.includes(name) && !TOOL_CONFIG.test(name))).toEqual([]);
  });

  test('names no package registry and no path of a machine', () => {
    const registry = new RegExp(['registry\\.npmjs', 'npmjs\\.org', 'yarnpkg', 'unpkg', 'jsdelivr', 'pkg\\.github'].join('|'));
    const machine = new RegExp(`(^|[^\\w.])/(${['work', 'home', 'Users', 'root'].join('|')})/[\\w.]`);
    const own = 'test/project/project.test.ts';
    expect(files.filter((file) => file !== own).flatMap((file) => [...lines(file, registry), ...lines(file, machine)])).toEqual([]);
  });

  test('leaves nothing for later', () => {
    const later = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X:'].join('|')})`);
    expect(code.flatMap((file) => lines(file, later))).toEqual([]);
  });

  test('uses no empty words as names', () => {
    const found = code.flatMap((file) => {
      const names = [...new Set([file.replace(/^.*\//, '').replace(/\.ts$/, ''), ...identifiers(read(file))])];
      return (
        names
          // Names with an underscore are fields of Shopify's and Converge's JSON.
          .filter((name) => !GIVEN_NAMES.has(name) && !name.includes('_') && words(name).some((word) => EMPTY_WORDS.includes(word)))
          .map((name) => `${file}: ${name}`)
      );
    });
    expect(found).toEqual([]);
  });

  test('says what each file of src is for in its first line', () => {
    const silent = code.filter((file) => file.startsWith('src/') && !/^(#!.*\n)?\/\*\*/.test(read(file)));
    expect(silent).toEqual([]);
  });

  test('takes the time as an argument where it must be pure', () => {
    const pure = code.filter((file) => /^src\/(core|pipeline|destinations)\//.test(file));
    expect(pure.flatMap((file) => lines(file, /new Date\(\s*\)|\bDate\(\)/))).toEqual([]);
  });
});

describe('the lock file', () => {
  type Entry = {
    resolved?: string;
    gypfile?: boolean;
    dependencies?: Record<string, string>;
    optionalDependencies?: Record<string, string>;
  };
  const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, Entry> };

  /** Whether `name` is found from the package at `path`, looking outwards as Node does. */
  function found(path: string, name: string): boolean {
    if (`${path}${path === '' ? '' : '/'}node_modules/${name}` in lock.packages) return true;
    return path !== '' && found(path.includes('/node_modules/') ? path.slice(0, path.lastIndexOf('/node_modules/')) : '', name);
  }

  test('fits every platform: `npm ci` refuses it otherwise', () => {
    const missing = Object.entries(lock.packages).flatMap(([path, entry]) =>
      Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }).filter((name) => !found(path, name)),
    );
    expect(missing, 'choose versions of the tools whose packages for all platforms are published').toEqual([]);
  });

  test('says where nothing comes from', () => {
    expect(Object.values(lock.packages).filter((entry) => entry.resolved !== undefined)).toEqual([]);
  });

  test('keeps npm 10 from compiling better-sqlite3, which brings its binaries', () => {
    const message = 'npm install drops the line "gypfile": false of node_modules/better-sqlite3 in package-lock.json; put it back';
    expect(lock.packages['node_modules/better-sqlite3']?.gypfile, message).toBe(false);
  });
});
