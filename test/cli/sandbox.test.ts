import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runSandbox } from '../../src/cli/sandbox.ts';
import { loadConfig } from '../../src/config/index.ts';
import { screen } from './double.ts';
import { end, runMain } from './spawn.ts';

const OPTIONS = { port: 0, orders: 3, history: 0, seed: 1 };

interface Told {
  origin: string;
  clientSecret: string;
  convergeUrl: string;
  files: { 'connector.yaml': string; '.env': string };
}

describe('sandbox', () => {
  it('prints files that connect to it, and closes at the signal', async () => {
    const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
    const on = screen({ json: true });
    const ended = runSandbox(OPTIONS, { received: promise }, on);
    await expect.poll(() => on.printed.length).toBe(1);
    const { origin, clientSecret, convergeUrl, files } = on.data() as Told;

    const config = loadConfig({
      path: '/anywhere/connector.yaml',
      env: {},
      readFile: (path) => (path.endsWith('.env') ? files['.env'] : files['connector.yaml']),
    });
    expect(config.stores[0]).toMatchObject({
      shop: 'sandbox-store.myshopify.com',
      shopifyOrigin: origin,
      converge: { endpoint: convergeUrl },
    });
    expect(config.stores[0]?.clientSecret?.reveal()).toBe(clientSecret);
    expect(await (await fetch(`${origin}/_sandbox/state`)).json()).toMatchObject({ orders: 3 });

    resolve('SIGINT');
    expect(await ended).toBe(0);
    await expect(fetch(origin)).rejects.toThrow();
  });

  it('prints them for people too', async () => {
    const on = screen();
    expect(await runSandbox(OPTIONS, { received: Promise.resolve('SIGINT') }, on)).toBe(0);
    expect(on.text()).toMatch(/^sandbox-store\.myshopify\.com is open at http:\/\/127\.0\.0\.1:\d+, with 3 orders \(seed 1\)/);
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const [commands = ''] = /^mkdir [^]*^chmod .*$/m.exec(on.text()) ?? [];
    execFileSync('sh', ['-e'], { cwd: folder, input: commands });
    const { stores, storage } = loadConfig({ path: join(folder, 'sandbox', 'connector.yaml'), env: {} });
    expect(stores[0]?.clientSecret?.reveal()).toMatch(/^shpss_\w+$/);
    expect(storage.path.startsWith(join(folder, 'sandbox'))).toBe(true);
    expect(statSync(join(folder, 'sandbox', '.env')).mode & 0o777).toBe(0o600);
  });

  it('says that its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await runMain(['sandbox', '--port', String(port)]);
    other.close();
    expect(code).toBe(1);
    expect(stderr).toBe(`Error: Port ${port} is taken; choose another one or 0 for any.\n`);
  });

  it('ends with code 0 at Ctrl-C', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/main.ts'), 'sandbox', '--port', '0', '--orders', '2'], {
      env: {},
    });
    const ended = end(child);
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });
});
