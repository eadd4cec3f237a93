import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askOn, type Ask } from '../../src/cli/ask.ts';
import type { InitFlags } from '../../src/cli/init-answers.ts';
import type { AnswerChecks } from '../../src/cli/init-checks.ts';
import { configText, envText } from '../../src/cli/init-files.ts';
import { runInit } from '../../src/cli/init.ts';
import { loadConfig } from '../../src/config/index.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { screen } from './double.ts';
import { runMain } from './spawn.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'init-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

const FLAGS: InitFlags = {
  shop: 'convergestore',
  clientId: 'the-id',
  endpoint: 'https://postback.example.com/x',
  publicUrl: false,
  check: true,
};
const ENV = { SHOPIFY_CLIENT_SECRET: 'canary-secret' };
const fine: AnswerChecks = { shop: async () => [], endpoint: async () => [], publicUrl: async () => [] };
const options = (at: string, flags: Partial<InitFlags> = {}) => ({
  flags: { ...FLAGS, ...flags },
  env: ENV,
  path: join(at, 'connector.yaml'),
  program: 'shopify-converge',
  checks: fine,
  ask: null,
});

describe('init by flags', () => {
  it('writes a commented config that is valid and an .env of its owner alone, and says what comes next', async () => {
    const at = folder();
    const on = screen();
    const flags = {
      publicUrl: 'https://connector.example.com',
      excludeChannels: ['pos', '1780363'],
      excludeTags: ['No: Converge'],
      upsellMinutes: 7.5,
    };
    expect(await runInit(options(at, flags), on)).toBe(0);
    const { server, stores } = loadConfig({ path: join(at, 'connector.yaml'), env: {} });
    expect(server.publicUrl).toBe('https://connector.example.com');
    expect(stores[0]).toMatchObject({
      name: 'main',
      shop: 'convergestore.myshopify.com',
      clientId: 'the-id',
      rules: { exclude: { channels: ['pos', '1780363'], tags: ['No: Converge'] }, upsellDelay: { enabled: true, minutes: 7.5 } },
    });
    expect(stores[0]?.clientSecret?.reveal()).toBe('canary-secret');
    expect(statSync(join(at, '.env')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(at, 'connector.yaml'), 'utf8')).toMatch(/^# shopify-converge[^]*\$\{SHOPIFY_CLIENT_SECRET\}[^]*# backfill/);
    expect(readFileSync(join(at, 'connector.yaml'), 'utf8') + on.text()).not.toContain('canary');
    expect(on.text()).toMatch(/Next: shopify-converge connect --config/);
    expect(readdirSync(at).sort()).toEqual(['.env', 'connector.yaml']);
  });

  it('never overwrites without --force; with it keeps what else stands in .env', async () => {
    const at = folder();
    writeFileSync(join(at, '.env'), 'OTHER=1\nSHOPIFY_CLIENT_SECRET=old\n');
    await expect(runInit(options(at), screen())).rejects.toMatchObject({
      code: 'CLI_EXISTS',
      message: expect.stringContaining('.env is there already'),
    });
    expect(existsSync(join(at, 'connector.yaml'))).toBe(false);
    expect(await runInit(options(at, { force: true }), screen())).toBe(0);
    expect(parseEnv(readFileSync(join(at, '.env'), 'utf8'))).toEqual({
      OTHER: '1',
      SHOPIFY_CLIENT_ID: 'the-id',
      SHOPIFY_CLIENT_SECRET: 'canary-secret',
      CONVERGE_ENDPOINT: 'https://postback.example.com/x',
    });
  });

  it('writes nothing when a check fails', async () => {
    const at = folder();
    const on = screen({ json: true });
    const shop = async () => [{ name: 'token', state: 'fail' as const, seen: 'The app is not installed', fix: 'Install it.' }];
    expect(await runInit({ ...options(at), checks: { ...fine, shop } }, on)).toBe(1);
    expect(on.data()).toMatchObject({ ok: false, files: [], next: null, checks: [{ name: 'token', state: 'fail' }] });
    expect(readdirSync(at)).toEqual([]);
    expect(await runInit({ ...options(at, { check: false }), checks: { ...fine, shop } }, screen())).toBe(0);
  });

  it('leaves both files as they were when one cannot be written', async () => {
    const at = folder();
    mkdirSync(join(at, 'connector.yaml'));
    writeFileSync(join(at, 'connector.yaml', 'in-the-way'), '');
    writeFileSync(join(at, '.env'), 'OTHER=1\n');
    await expect(runInit(options(at, { force: true }), screen())).rejects.toMatchObject({ code: 'CLI_WRITE' });
    expect(readFileSync(join(at, '.env'), 'utf8')).toBe('OTHER=1\n');
    expect(readdirSync(at).sort()).toEqual(['.env', 'connector.yaml']);
  });

  it.each([
    [{ shop: undefined, endpoint: undefined, publicUrl: undefined }, ['--shop', '--endpoint', '--public-url']],
    [{ shop: 'www.example.com', endpoint: 'http://example.com' }, ['--shop: must be', '--endpoint: must start with https']],
    [{ publicUrl: 'https://192.168.1.5' }, ['--public-url: is a private address']],
    [{ clientSecretFile: '/no/such/file' }, ['/no/such/file cannot be read (ENOENT)']],
  ])('without a terminal names every flag that is missing or wrong: %j', async (flags, named) => {
    const at = folder();
    const error = await runInit(options(at, flags as Partial<InitFlags>), screen()).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'CLI_USAGE' });
    for (const name of named) expect((error as Error).message).toContain(name);
    expect(readdirSync(at)).toEqual([]);
  });

  it('takes a sandbox for Shopify: then connect works', async () => {
    const at = folder();
    const sandbox = await startSandbox({ seed: 2 });
    onTestFinished(() => sandbox.close());
    const args = ['init', '--shop', sandbox.shopDomain, '--shopify-origin', sandbox.origin, '--client-id', sandbox.clientId];
    const rest = ['--client-secret-file', '-', '--endpoint', sandbox.convergeUrl, '--no-public-url'];
    const wrong = await runMain([...args, ...rest], { cwd: at, input: 'wrong\n' });
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toMatch(/FAIL {2}token .*client secret does not belong/);
    const right = await runMain([...args, ...rest], { cwd: at, input: `${sandbox.clientSecret}\n` });
    expect(right).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Next: npm run connector -- connect') });
    expect(await runMain(['connect'], { cwd: at })).toMatchObject({ code: 0 });
    const again = await runMain([...args, ...rest], { cwd: at, input: sandbox.clientSecret });
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('connector.yaml and .env are there already') });
  });
});

/** Answers in the order of the questions; what was said is kept. */
function answering(answers: (string | boolean)[]) {
  const asked: string[] = [];
  const said: string[] = [];
  const next = (question: string) => {
    asked.push(question);
    const answer = answers.shift();
    if (answer === undefined) throw new Error(`no answer to: ${question}`);
    return answer as never;
  };
  const ask: Ask = {
    begin: () => {},
    text: async (question, { judge }) => {
      const answer: string = next(question);
      expect(judge(answer)).toBeNull();
      return answer;
    },
    secret: async (question) => next(question),
    choose: async (question) => next(question),
    yes: async (question) => next(question),
    during: (_what, work) => work(),
    say: (kind, message) => void said.push(`${kind}: ${message}`),
    end: (message) => void said.push(message),
  };
  return { ask, asked, said };
}

describe('init by questions', () => {
  it.each([
    [{ shop: 'www.example.com' }, '--shop: must be'],
    [{ endpoint: 'postback' }, '--endpoint: '],
    [{ publicUrl: 'connector.example.com' }, '--public-url: '],
    [{ shopifyOrigin: 'nowhere' }, '--shopify-origin: '],
    [{ convergeTokenFile: import.meta.filename }, '--converge-token-file: must be one word'],
  ])('judges what was given and is not asked for: %j', async (flags, named) => {
    const at = folder();
    const { ask, asked } = answering([]);
    const error = await runInit({ ...options(at, flags), ask }, screen()).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'CLI_USAGE', message: expect.stringContaining(named) });
    expect([asked, readdirSync(at)]).toEqual([[], []]);
  });

  it('looks at each answer at once and asks again until Shopify accepts the credentials', async () => {
    const at = folder();
    const seen: (string | null)[] = [];
    const shop: AnswerChecks['shop'] = async ({ clientSecret }) => {
      seen.push(clientSecret);
      return clientSecret === 'right'
        ? [{ name: 'token', state: 'ok', seen: 'Shopify accepts it', fix: null }]
        : [{ name: 'token', state: 'fail', seen: 'The client secret is wrong', fix: 'Copy it again.' }];
    };
    const { ask, said } = answering([
      ...['convergestore', 'app', 'the-id', 'wrong', true],
      ...['convergestore', 'app', 'the-id', 'right'],
      ...['https://app.runconverge.com/api/webhooks', 'the-token', 'https://connector.example.com', 'pos', '', '10'],
    ]);
    expect(await runInit({ ...options(at), flags: { check: true }, env: {}, ask, checks: { ...fine, shop } }, screen())).toBe(0);
    expect(seen).toEqual(['wrong', 'right']);
    expect(said).toEqual(['fail: The client secret is wrong\nCopy it again.', 'ok: Shopify accepts it', expect.stringContaining('Next:')]);
    const { stores } = loadConfig({ path: join(at, 'connector.yaml'), env: {} });
    expect(stores[0]?.converge?.token?.reveal()).toBe('the-token');
    expect(stores[0]?.rules).toMatchObject({ exclude: { channels: ['pos'], tags: [] }, upsellDelay: { enabled: true, minutes: 10 } });
  });

  it('asks for the secret of webhooks beside an access token only when there are webhooks', async () => {
    const { ask, asked } = answering(['custom', 'shpat_1', 'https://connector.example.com', 'app-secret', '', '', '0']);
    const flags = { shop: 'convergestore', endpoint: 'https://postback.example.com/x', check: true };
    const at = folder();
    expect(await runInit({ ...options(at), flags, env: {}, ask }, screen())).toBe(0);
    expect(asked).toHaveLength(7);
    expect(loadConfig({ path: join(at, 'connector.yaml'), env: {} }).stores[0]).toMatchObject({
      clientId: null,
      accessToken: expect.anything(),
    });
  });
});

describe('questions on a terminal', () => {
  function terminal() {
    const input = new PassThrough();
    const output = new PassThrough();
    let shown = '';
    output.on('data', (chunk) => (shown += String(chunk)));
    const type = (keys: string) => setImmediate(() => input.write(keys));
    return { ask: askOn({ input, output }), type, shown: () => shown };
  }

  it('refuses an answer with the reason and never shows a secret', async () => {
    const { ask, type, shown } = terminal();
    const answer = ask.secret('Secret', (value) => (value.length < 9 ? 'too short' : null));
    type('canary');
    type('\r');
    await new Promise((resolve) => setTimeout(resolve, 50));
    type('-canary');
    type('\r');
    expect(await answer).toBe('canary-canary');
    expect(shown()).toContain('too short');
    expect(shown()).not.toContain('canary');
  });

  it('ends with Ctrl-C', async () => {
    const { ask, type } = terminal();
    const answer = ask.text('Shop', { judge: () => null });
    type('\u0003');
    await expect(answer).rejects.toMatchObject({ code: 'CLI_CANCELLED' });
  });
});

describe('the files', () => {
  const answers = {
    name: 'main',
    shop: 'convergestore',
    clientId: 'id',
    clientSecret: 'secret',
    accessToken: null,
    endpoint: 'https://postback.example.com/x',
    convergeToken: null,
    publicUrl: null,
    excludeChannels: [],
    excludeTags: [],
    upsellMinutes: 0,
    shopifyOrigin: null,
  };

  it('hold every text as it was given', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 }).filter((value) => value.trim() !== '' && value.isWellFormed());
    const word = fc.string({ unit: 'grapheme-ascii', minLength: 1 }).filter((value) => /^\S+$/.test(value) && !/['"`]/.test(value));
    fc.assert(
      fc.property(fc.array(text), word, (tags, secret) => {
        const given = { ...answers, excludeTags: tags, clientSecret: secret };
        const files: Record<string, string> = { '/c/connector.yaml': configText(given), '/c/.env': envText(given, 'A=1') };
        const { stores } = loadConfig({ path: '/c/connector.yaml', env: {}, readFile: (path) => files[path] ?? '' });
        expect(stores[0]?.rules.exclude.tags).toEqual(tags.map((tag) => tag.trim()));
        expect(stores[0]?.clientSecret?.reveal()).toBe(secret);
      }),
      { numRuns: 40 },
    );
  });
});
