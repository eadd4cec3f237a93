import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMain } from './spawn.ts';

const GOOD = `
stores:
  - name: main
    shop: convergestore
    clientId: \${ID}
    clientSecret: \${SECRET}
    converge: { endpoint: https://postback.example.com/canary-path }
`;

let folder: string;
const path = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-'));
  writeFileSync(path('connector.yaml'), GOOD);
  writeFileSync(path('.env'), 'ID=the-id\nSECRET=canary-secret\n');
  writeFileSync(path('bad.yaml'), 'server: { prot: 1 }\nstores:\n  - name: main\n    clientSecret: canary-plain\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('usage', () => {
  it.each([
    [[], /Usage: shopify-converge/],
    [['no-such-command'], /unknown command 'no-such-command'/],
    [['statsu'], /Did you mean status\?/],
    [['status', '--no-such-flag'], /unknown option '--no-such-flag'/],
    [['status', 'extra'], /too many arguments/],
    [['preview'], /missing required argument 'order'/],
    [['events'], /Usage: shopify-converge events/],
    [['events', 'list', '--limit', '0'], /whole number from 1 to 10000/],
    [['events', 'list', '--limit', '1e3'], /whole number/],
    [['events', 'list', '--status', 'lost'], /pending, delivered, dead, discarded, blocked/],
    [['config', 'nothing'], /unknown command 'nothing'/],
    [['sandbox', '--port', '99999'], /whole number from 0 to/],
    [['--config'], /argument missing/],
  ])('%j is refused with code 2', async (args, said) => {
    const { code, stdout, stderr } = await runMain(args, { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toMatch(said);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe('');
  });

  it.each([[['--help']], [['help']], [['events', 'list', '--help']], [['start', '--help']]])('%j answers with code 0', async (args) => {
    const { code, stdout, stderr } = await runMain(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/Usage: shopify-converge/);
    expect(stdout).toContain('--no-color');
  });

  it('tells its version', async () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string };
    expect(await runMain(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('an older Node', () => {
  it('is refused with one line, before anything else is imported', async () => {
    const older = 'Object.defineProperty(process,"versions",{value:{...process.versions,node:"22.9.0"}})';
    const { code, stdout, stderr } = await runMain(['--version'], { node: ['--import', `data:text/javascript,${older}`] });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^shopify-converge needs Node 24 or newer; this is Node 22\.9\.0\. .*\n$/);
  });

  it('would not get far enough to import: the entry has no import of its own', () => {
    const entry = readFileSync(join(import.meta.dirname, '../../src/main.ts'), 'utf8');
    expect(entry).not.toMatch(/^import /m);
  });
});

describe('config check', () => {
  it('takes the file of the folder', async () => {
    const { code, stdout, stderr } = await runMain(['config', 'check'], { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/connector\.yaml is valid: 1 store\n {2}main {2}convergestore\.myshopify\.com\n$/);
  });

  it('takes the file of --config, else of $CONNECTOR_CONFIG', async () => {
    const env = { CONNECTOR_CONFIG: path('bad.yaml') };
    expect((await runMain(['config', 'check'], { env })).code).toBe(2);
    expect((await runMain(['config', 'check', '--config', path('connector.yaml')], { env })).code).toBe(0);
    expect((await runMain(['--config', path('connector.yaml'), 'config', 'check'], { env })).code).toBe(0);
  });

  it('is silent with --quiet', async () => {
    expect(await runMain(['config', 'check', '--quiet'], { cwd: folder })).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('prints JSON', async () => {
    const { stdout } = await runMain(['config', 'check', '--json'], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual({
      ok: true,
      file: path('connector.yaml'),
      stores: [{ name: 'main', shop: 'convergestore.myshopify.com' }],
    });
  });

  it('tells every problem, on stderr, without a stack trace', async () => {
    const { code, stdout, stderr } = await runMain(['config', 'check', '--config', 'bad.yaml'], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^Error: bad\.yaml: 5 problems\n {2}line 1, server\.prot: is an unknown setting\. Did you mean server\.port\?\n/,
    );
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr).not.toContain('canary');
  });

  it('says where an error comes from with --verbose', async () => {
    const { stderr } = await runMain(['config', 'check', '--verbose', '--config', 'bad.yaml'], { cwd: folder });
    expect(stderr).toMatch(/^\s+at .*load\.ts/m);
    expect(stderr).not.toContain('canary');
  });

  it('prints problems as JSON, on stdout', async () => {
    const { code, stdout, stderr } = await runMain(['config', 'check', '--json', '--config', 'bad.yaml'], { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        code: 'CONFIG_INVALID',
        problems: expect.arrayContaining([
          { path: 'server.prot', line: 1, message: 'is an unknown setting', fix: 'Did you mean server.port?' },
        ]),
      },
    });
  });

  it.each(['status', 'connect', 'disconnect', 'start'])('comes first for %s too', async (command) => {
    const { code, stdout, stderr } = await runMain([command], { cwd: tmpdir() });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/config file does not exist/);
  });
});

describe('config print', () => {
  it('shows what takes effect, secrets masked', async () => {
    const { code, stdout } = await runMain(['config', 'print'], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^server:\n {2}host: 0\.0\.0\.0\n {2}port: 3000\n/);
    expect(stdout).toContain('    clientId: the-id\n    clientSecret: "***"\n');
    expect(stdout).toContain('    endpoint: https://postback.example.com/***\n');
    expect(stdout).not.toContain('canary');
  });

  it('prints JSON', async () => {
    const { stdout } = await runMain(['config', 'print', '--json'], { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({
      server: { port: 3000 },
      stores: [{ name: 'main', clientSecret: '***', reconcile: { everyMinutes: 1 } }],
    });
  });
});

describe('config schema', () => {
  it('needs no config', async () => {
    const { code, stdout } = await runMain(['config', 'schema'], { cwd: tmpdir() });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      $schema: expect.stringContaining('2020-12'),
      required: ['stores'],
      properties: { server: { type: 'object' } },
    });
  });
});
