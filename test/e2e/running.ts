/** The program as its users run it: a config file, a real process, a sandbox for Shopify and Converge. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { end, runMain, type Ended } from '../cli/spawn.ts';
import { freePorts } from '../ports.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');
const LOOK_MS = 20;

export interface Daemon {
  process: ChildProcess;
  /** The whole of what it wrote, so far. */
  output(): string;
  ended: Promise<Ended>;
}

export interface Place {
  sandbox: Sandbox;
  folder: string;
  receiver: string;
  admin: string;
  /** Runs a command to its end. */
  run(...args: string[]): Promise<Ended>;
  /** Starts the daemon and waits until /readyz says yes. */
  start(): Promise<Daemon>;
  status(): Promise<{ stores: { row: { state: string; subscriptions: string[] } | null; counts: Counts }[] }>;
}

export interface Counts {
  due: number;
  receipts: number;
  orders: Record<string, number>;
  events: Record<string, number>;
}

export interface PlaceOptions {
  sandbox?: SandboxOptions;
  /** YAML lines of the store, at their indentation. */
  store?: string;
  publicUrl?: boolean;
  delaySeconds?: number;
}

export async function place(options: PlaceOptions = {}): Promise<Place> {
  const sandbox = await startSandbox({ seed: 5, ...options.sandbox });
  const folder = mkdtempSync(join(tmpdir(), 'e2e-'));
  const [port, adminPort] = await freePorts(2);
  const delay = options.delaySeconds ?? 0;
  writeFileSync(
    join(folder, 'connector.yaml'),
    `server:
  host: 127.0.0.1
  port: ${port}
${options.publicUrl === false ? '' : `  publicUrl: http://127.0.0.1:${port}\n`}  graceSeconds: 10
admin:
  port: ${adminPort}
storage:
  path: ./data/connector.sqlite
stores:
  - name: main
    shop: ${sandbox.shopDomain}
    clientId: ${sandbox.clientId}
    clientSecret: \${SECRET}
    shopifyOrigin: ${sandbox.origin}
    converge:
      endpoint: ${sandbox.convergeUrl}
    upsellDelay: { enabled: ${delay > 0}, minutes: ${delay / 60} }
${options.store ?? ''}`,
  );
  writeFileSync(join(folder, '.env'), `SECRET=${sandbox.clientSecret}\n`);
  const children = new Set<ChildProcess>();
  onTestFinished(async () => {
    for (const child of children) child.kill('SIGKILL');
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const receiver = `http://127.0.0.1:${port}`;
  const admin = `http://127.0.0.1:${adminPort}`;
  const run = (...args: string[]) => runMain(args, { cwd: folder });
  return {
    sandbox,
    folder,
    receiver,
    admin,
    run,
    start: async () => {
      const child = spawn(process.execPath, [MAIN, 'start'], { cwd: folder, env: {} });
      children.add(child);
      const ended = end(child);
      let output = '';
      child.stdout.on('data', (chunk) => (output += String(chunk)));
      child.stderr.on('data', (chunk) => (output += String(chunk)));
      await Promise.race([
        until(async () => (await fetch(`${admin}/readyz`).catch(() => null))?.status === 200),
        ended.then(({ stdout, stderr }) => Promise.reject(new Error(`the daemon ended before it was ready: ${stdout}${stderr}`))),
      ]);
      return { process: child, output: () => output, ended };
    },
    status: async () => JSON.parse((await run('status', '--json')).stdout) as Awaited<ReturnType<Place['status']>>,
  };
}

/** Looks until `done` says so; the time-out of the test is its end. */
export async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await done())) await wait(LOOK_MS);
}
