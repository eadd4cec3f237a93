/** The checks against a sandbox, a real database file and a real daemon's ports. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openApp } from '../../src/app.ts';
import { checkup } from '../../src/checkup.ts';
import type { Config } from '../../src/config/index.ts';
import type { Check } from '../../src/doctor/check.ts';
import type { SandboxOptions } from '../../src/sandbox/index.ts';
import { besideSandbox, type Beside } from '../app/beside.ts';
import { freePorts } from '../ports.ts';
import { silent } from '../sync/running.ts';

async function place(options: SandboxOptions = {}): Promise<Beside> {
  const [port = 0, adminPort = 0] = await freePorts(2);
  const settings = `server: { host: 127.0.0.1, port: ${port}, publicUrl: "http://127.0.0.1:${port}" }
admin: { port: ${adminPort} }`;
  return await besideSandbox(settings, options);
}

async function examine(config: Config, sendTest = false): Promise<Record<string, Check>> {
  const told: Check[] = [];
  const checks = await checkup(config, { logger: silent, sendTest, onCheck: (check) => told.push(check) });
  expect(told).toEqual(checks);
  return Object.fromEntries(checks.map((check) => [check.name, check]));
}

const states = (checks: Record<string, Check>) => Object.fromEntries(Object.entries(checks).map(([name, { state }]) => [name, state]));

describe('checkup', () => {
  it('of a fresh install says what is still to be done, and makes nothing', async () => {
    const { config, sandbox } = await place();
    const checks = await examine(config());
    expect(states(checks)).toEqual({
      config: 'ok',
      secrets: 'ok',
      disk: expect.stringMatching(/ok|warn/),
      database: 'skipped',
      daemon: 'warn',
      'public URL': 'warn',
      reach: 'ok',
      clock: 'ok',
      token: 'ok',
      scopes: 'ok',
      read_all_orders: 'ok',
      subscriptions: 'warn',
      converge: 'ok',
      'native source': 'manual',
    });
    expect(checks.subscriptions?.seen).toBe('none of the 10 is there');
    expect(sandbox.converge.counts().requests).toBe(0);
    expect((await examine(config())).database?.state).toBe('skipped');
  });

  it('beside a running daemon finds everything in order; only when asked it sends a test event', async () => {
    const { config, sandbox } = await place();
    const app = await openApp(config(), { logger: silent });
    const daemon = await app.start();
    onTestFinished(async () => {
      await daemon.stop();
      await app.close();
    });
    while ((await app.status()).stores[0]?.row?.subscriptions.length !== 10) await new Promise((resolve) => setTimeout(resolve, 20));
    const checks = await examine(config(), true);
    const { disk: _disk, ...rest } = states(checks);
    expect(rest).toMatchObject({ database: 'ok', daemon: 'ok', 'public URL': 'ok', subscriptions: 'ok', 'converge test': 'ok' });
    expect(checks.daemon?.seen).toMatch(new RegExp(`^process ${process.pid} on .*; ready$`));
    expect(sandbox.converge.counts()).toMatchObject({ requests: 1, byName: { 'Connector Test': 1 } });
  });

  it.each([
    ['token', 'fail', /not installed/, ({ sandbox }: Beside) => sandbox.shop.uninstall()],
    ['scopes', 'fail', /missing: read_customers/, () => {}, { scopes: ['read_orders', 'read_all_orders', 'read_products'] }],
    ['read_all_orders', 'warn', /60 days/, () => {}, { scopes: ['read_orders', 'read_customers', 'read_products'] }],
    ['reach', 'fail', /does not answer: connection refused/, ({ sandbox }: Beside) => sandbox.close()],
    ['secrets', 'warn', /mode 644/, ({ folder }: Beside) => chmodSync(join(folder, '.env'), 0o644)],
    [
      'database',
      'fail',
      /not a database|damaged|cannot/i,
      ({ folder }: Beside) => {
        mkdirSync(join(folder, 'data'));
        writeFileSync(join(folder, 'data/connector.sqlite'), 'nonsense '.repeat(1000));
      },
    ],
    ['converge test', 'fail', /did not take the test event/, () => {}, { convergeToken: 'another' }],
  ] satisfies [string, string, RegExp, (at: Beside) => unknown, SandboxOptions?][])(
    'finds what is wrong with %s',
    async (name, state, seen, breakIt, options?: SandboxOptions) => {
      const at = await place(options);
      await Promise.resolve(breakIt(at));
      const check = (await examine(at.config(), true))[name];
      expect(check).toMatchObject({ state, seen: expect.stringMatching(seen), fix: expect.stringMatching(/\w+ \w+/) });
    },
  );

  it('names a store that is not there', async () => {
    const { config } = await place();
    await expect(checkup(config(), { logger: silent, sendTest: false, store: 'no', onCheck: () => {} })).rejects.toMatchObject({
      code: 'CLI_UNKNOWN_STORE',
    });
  });
});
