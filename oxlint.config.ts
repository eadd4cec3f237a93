/** Lint rules. ROOMS is the one place that says which part of src/ may use which. */
import { defineConfig, type OxlintConfig } from 'oxlint';

/** Room -> the rooms it may import from. Only cli imports the files directly in src/, which may import from every room. */
const ROOMS: Record<string, string[] | 'all'> = {
  core: [],
  pipeline: ['core'],
  config: ['core'],
  shopify: ['core', 'platform'],
  destinations: ['core'],
  store: ['core'],
  platform: ['core'],
  sandbox: ['core'],
  receiver: ['core', 'store', 'platform', 'shopify'],
  sync: ['core', 'pipeline', 'store', 'platform', 'shopify'],
  backfill: ['core', 'pipeline', 'sync', 'store', 'platform', 'shopify'],
  install: ['core', 'store', 'platform', 'shopify'],
  doctor: ['core', 'store', 'platform', 'shopify', 'destinations', 'install'],
  reconcile: ['core', 'store', 'platform', 'shopify'],
  audit: ['core', 'store', 'platform', 'shopify', 'reconcile'],
  alerts: ['core', 'store', 'platform'],
  delivery: ['core', 'store', 'platform', 'destinations'],
  admin: ['core', 'store', 'platform'],
  cli: 'all',
};

/** No clock, no randomness, no network, no files, no environment: the same input always gives the same output. */
const PURE = ['core', 'pipeline', 'destinations'];

/** Package -> the rooms that may use it; `.` are the files directly in src/. */
const PACKAGES: Record<string, string[]> = {
  '@shopify/admin-api-client': ['shopify'],
  '@shopify/shopify-api': ['shopify'],
  '@clack/prompts': ['cli'],
  'better-sqlite3': ['store'],
  commander: ['cli'],
  'drizzle-orm': ['store'],
  graphql: ['sandbox'],
  'libphonenumber-js': ['pipeline'],
  'node-cron': ['.'],
  'p-queue': ['.', 'delivery', 'shopify'],
  pino: ['platform'],
  'pino-pretty': ['platform'],
  'prom-client': ['platform'],
  undici: ['platform', 'shopify', 'sandbox'],
  yaml: ['config'],
  zod: ['core', 'config', 'shopify', 'receiver', 'sandbox', 'store', 'cli'],
};

const NO_ENVIRONMENT = [
  { object: 'process', property: 'env', message: 'Only src/config reads the environment; take the value from the config.' },
];
const NO_CLOCK_OR_RANDOM = [
  { object: 'Date', property: 'now', message: 'This room is pure: take the time as an argument.' },
  { object: 'Math', property: 'random', message: 'This room is pure: take the random number as an argument.' },
];
const NO_GLOBALS = ['fetch', 'process', 'crypto', 'performance', 'globalThis', 'setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
  name,
  message: 'This room is pure: take what it gives as an argument.',
}));

/** Imports a room may not make; `up` is the path from its file to src/. */
function closed(room: string, up: string) {
  const allowed = ROOMS[room] ?? 'all';
  const foreign = Object.keys(PACKAGES).filter((name) => !PACKAGES[name]?.includes(room));
  const patterns = [
    { regex: `^(${foreign.join('|')})(/|$)`, message: 'Another room is the place of this package (PACKAGES in oxlint.config.ts).' },
  ];
  if (allowed !== 'all') {
    const others = Object.keys(ROOMS).filter((other) => other !== room && !allowed.includes(other));
    const message = `src/${room} may import from ${allowed.join(', ') || 'no other room'} only (ROOMS in oxlint.config.ts).`;
    patterns.push({ regex: `^${up}((${others.join('|')})(/|$)|[^/]+$)`, message });
  }
  if (PURE.includes(room)) patterns.push({ regex: '^node:', message: `src/${room} is pure: it uses no part of the machine.` });
  return patterns;
}

function rules(room: string, up: string): OxlintConfig['rules'] {
  const pure = PURE.includes(room);
  return {
    'no-restricted-imports': ['error', { patterns: closed(room, up) }],
    'no-restricted-properties': ['error', ...(room === 'config' ? [] : NO_ENVIRONMENT), ...(pure ? NO_CLOCK_OR_RANDOM : [])],
    'no-restricted-globals': pure ? ['error', ...NO_GLOBALS] : 'off',
  };
}

export default defineConfig({
  plugins: ['eslint', 'typescript', 'import', 'oxc'],
  categories: { correctness: 'error' },
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  rules: {
    eqeqeq: ['error', 'always', { null: 'ignore' }],
    'import/no-cycle': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    // Objects here are made of closures, not of `this`.
    'typescript/unbound-method': 'off',
    // `'full' | string` names the value that matters, and spreading a string by code point is what is wanted.
    'typescript/no-redundant-type-constituents': 'off',
    'typescript/no-misused-spread': 'off',
    'typescript/require-array-sort-compare': 'off',
    'no-console': 'error',
    'no-unused-vars': 'error',
  },
  overrides: [
    { files: ['src/**'], rules: { 'max-lines': ['error', { max: 300 }] } },
    { files: ['src/*.ts'], rules: rules('.', '') },
    ...Object.keys(ROOMS).flatMap((room) => [
      { files: [`src/${room}/*.ts`], rules: rules(room, '\\.\\./') },
      { files: [`src/${room}/*/*.ts`], rules: rules(room, '\\.\\./\\.\\./') },
    ]),
    // Written by a program; and a development tool that reads what the program never sees.
    { files: ['src/shopify/generated.ts'], rules: { 'max-lines': 'off' } },
    { files: ['src/shopify/codegen.ts'], rules: { 'no-restricted-imports': 'off', 'no-console': 'off' } },
    // A test that prints an unexpected value says so by failing.
    {
      files: ['test/**', '*.config.ts'],
      rules: { 'no-console': 'off', 'typescript/no-base-to-string': 'off', 'typescript/restrict-template-expressions': 'off' },
    },
  ],
});
