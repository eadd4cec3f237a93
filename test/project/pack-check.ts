/**
 * Script: packs the package, installs it into an empty folder as an operator would, and runs it from there.
 * It needs the registry (or npm's cache) and half a minute, so it is a step of its own and no part of `npm test`.
 */
import { execFile, spawn } from 'node:child_process';
import { constants, copyFileSync, accessSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '..', '..');
const NEEDED = 24;
/** No step takes longer, even on a slow machine with an empty cache. */
const LIMIT_MS = 300_000;

const EVERYTHING = /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|\.env\.example|(dist|drizzle|deploy)\/.+)$/;
const NEEDED_FILES = ['README.md', 'CHANGELOG.md', 'LICENSE', '.env.example', 'dist/main.js', 'drizzle/meta/_journal.json'];
/** Development tools, tests and recorded data stay at home. */
const UNWANTED =
  /\.(test|ts|map|tgz|sqlite)$|\.(test|d)\.|\/(codegen|write-docs|schema-check|schema-compare)\.js$|(^|\/)(fixtures|test|node_modules)\//;

interface Ended {
  code: number | string | null;
  stdout: string;
  stderr: string;
}

const scratch = mkdtempSync(join(tmpdir(), 'pack-check-'));
const home = join(scratch, 'home');
const folder = join(scratch, 'installed');
const bin = join(folder, 'node_modules', '.bin', 'shopify-converge');
/** An empty home and nothing of npm's own environment; Node 24 is the `node` that the package's first line finds. */
const clean = {
  HOME: home,
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  NO_COLOR: '1',
};

function run(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv = clean): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd, env, timeout: LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: 1 << 26 } as const;
    execFile(command, args, options, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? error.signal ?? null) : 0, stdout, stderr }),
    );
  });
}

/** Throws with all it printed when it does not end with `code`. */
async function expectCode(code: number, command: string, args: string[], cwd: string, env?: NodeJS.ProcessEnv): Promise<Ended> {
  const ended = await run(command, args, cwd, env);
  const said = `${ended.stdout}\n${ended.stderr}`;
  if (ended.code !== code) throw new Error(`${command} ${args.join(' ')} ended with ${ended.code} instead of ${code}:\n${said}`);
  return ended;
}

function expect(truth: boolean, message: string): void {
  if (!truth) throw new Error(message);
}

async function step(name: string, action: () => Promise<string>): Promise<void> {
  const began = performance.now();
  const found = await action();
  console.log(`ok  ${name}: ${found} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
}

async function pack(): Promise<{ file: string; names: string[] }> {
  await expectCode(0, 'npm', ['pack', '--pack-destination', scratch], ROOT, process.env);
  const file = readdirSync(scratch).find((name) => name.endsWith('.tgz')) ?? '';
  const { stdout } = await expectCode(0, 'tar', ['-tzf', file], scratch);
  return { file: join(scratch, file), names: stdout.trim().split('\n').map((name) => name.replace(/^package\//, '')) }; // prettier-ignore
}

function checkContents(names: string[]): string {
  const missing = NEEDED_FILES.filter((name) => !names.includes(name));
  const surplus = names.filter((name) => !EVERYTHING.test(name) || UNWANTED.test(name));
  expect(missing.length === 0, `missing from the package: ${missing.join(', ')}`);
  expect(surplus.length === 0, `not wanted in the package: ${surplus.join(', ')}`);
  return `${names.length} files`;
}

/** Without scripts and development packages, as the README says; npm's cache is used where it has what is asked for. */
async function install(file: string): Promise<void> {
  const { stdout } = await expectCode(0, 'npm', ['config', 'get', 'cache'], ROOT, process.env);
  // Where packages come from and whom to trust for it is the machine's own matter, so that alone is kept of the environment.
  const settings = Object.entries(process.env).filter(([name]) =>
    /^npm_config_(registry|userconfig|cafile)$|proxy$|_CERTS?$|^SSL_CERT/i.test(name),
  );
  const env = { ...Object.fromEntries(settings), ...clean, HOME: process.env.HOME, npm_config_cache: stdout.trim() };
  const args = ['install', '--omit=dev', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', file];
  const first = await run('npm', args, folder, env);
  if (first.code === 0) return;
  console.error(`npm install failed (${first.code}), once more:\n${first.stderr}`);
  await expectCode(0, 'npm', args, folder, env);
}

/** Runs the installed `sandbox` while `use` works against it; `use` gets the files it says one needs. */
async function withSandbox(use: (files: Record<string, string>) => Promise<string>): Promise<string> {
  const child = spawn(bin, ['sandbox', '--port', '0', '--orders', '3', '--json'], { cwd: folder, env: clean, timeout: LIMIT_MS });
  try {
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) if (lines.push(line) && line === '}') break;
    return await use((JSON.parse(lines.join('\n')) as { files: Record<string, string> }).files);
  } finally {
    child.kill('SIGKILL');
  }
}

async function connectToSandbox(): Promise<string> {
  return await withSandbox(async (files) => {
    const place = join(folder, 'store');
    mkdirSync(place);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text, { mode: 0o600 });
    await expectCode(0, bin, ['config', 'check'], place);
    const { stdout } = await expectCode(0, bin, ['connect', '--json'], place);
    const [report] = JSON.parse(stdout) as { ok: boolean; subscriptions: { created: string[] } }[];
    expect(report?.ok === true && report.subscriptions.created.length > 0, `connect reported ${stdout}`);
    await expectCode(0, bin, ['status'], place);
    return 'config check, connect, status';
  });
}

async function demo(): Promise<string> {
  const { stdout } = await expectCode(0, bin, ['demo', '--once', '--json'], folder);
  const told = JSON.parse(stdout) as { accountedFor: boolean };
  expect(told.accountedFor, `demo reported ${stdout}`);
  return 'every order is accounted for';
}

/** The first `node` on the PATH that is too old; null: there is none. */
async function olderNode(): Promise<string | null> {
  for (const place of (process.env.PATH ?? '').split(delimiter)) {
    const node = join(place, 'node');
    try {
      accessSync(node, constants.X_OK);
    } catch {
      continue;
    }
    const { stdout } = await run(node, ['--version'], scratch);
    if (Number.parseInt(stdout.slice(1), 10) < NEEDED) return node;
  }
  return null;
}

/** On an older Node main.js ends with 2 and one line. It stands alone in a folder, so an import of anything else would fail in another way. */
async function refusesOldNode(): Promise<string> {
  const alone = join(scratch, 'alone');
  mkdirSync(alone);
  writeFileSync(join(alone, 'package.json'), '{ "type": "module" }');
  copyFileSync(join(folder, 'node_modules', 'shopify-converge', 'dist', 'main.js'), join(alone, 'main.js'));
  writeFileSync(
    join(alone, 'older.mjs'),
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.11.1' } });",
  );
  const real = await olderNode();
  const [node, args] = real ? [real, ['main.js', 'start']] : [process.execPath, ['--import', './older.mjs', 'main.js', 'start']];
  const { stdout, stderr } = await expectCode(2, node, args, alone);
  const said = /^shopify-converge needs Node 24 or newer; this is Node \d+\.\d+\.\d+\. .*\n$/;
  expect(stdout === '' && said.test(stderr), `an older Node printed:\n${stdout}${stderr}`);
  return real
    ? `2 and one line, by ${stderr.slice(stderr.indexOf('this is') + 8, stderr.indexOf('. '))}`
    : '2 and one line (older Node pretended: none is on the PATH)';
}

async function main(): Promise<void> {
  mkdirSync(home);
  mkdirSync(folder);
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  let packed = { file: '', names: [''] };
  await step('npm pack', async () => ((packed = await pack()), packed.file.replace(/^.*\//, '')));
  await step('contents', () => Promise.resolve(checkContents(packed.names)));
  await step('npm install', async () => (await install(packed.file), 'without scripts and development packages'));
  for (const [command, ...args] of [[bin], ['npx', '--no-install', 'shopify-converge']]) {
    await step([command === bin ? 'the program' : 'npx', '--version'].join(' '), async () => {
      const { stdout } = await expectCode(0, command ?? '', [...args, '--version'], folder);
      expect(stdout.trim() === version, `it says version ${stdout.trim()}, package.json ${version}`);
      return version;
    });
  }
  await step('an older Node', refusesOldNode);
  await step('a store', connectToSandbox);
  await step('demo --once', demo);
}

try {
  await main();
} catch (error) {
  console.error(`FAILED: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
