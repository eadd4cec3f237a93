/** A folder with a config, a sandbox beside it, and the program run in it as a real process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
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
  /** The database file. */
  path: string;
  receiver: string;
  admin: string;
  /** Runs a command to its end. */
  run(...args: string[]): Promise<Ended>;
  /** Starts the daemon and waits until /readyz says yes. */
  start(): Promise<Daemon>;
  /** Starts the daemon and waits for nothing. */
  spawn(): Daemon;
  status(): Promise<{ stores: { row: { state: string; subscriptions: string[] } | null; counts: Counts }[] }>;
  /** Kills what still runs and removes everything. */
  close(): Promise<void>;
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
  /** Of the daemon. Default: nothing. */
  env?: Record<string, string>;
}

/** Whoever calls it closes it. */
export async function openPlace(options: PlaceOptions = {}): Promise<Place> {
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
  const receiver = `http://127.0.0.1:${port}`;
  const admin = `http://127.0.0.1:${adminPort}`;
  const run = (...args: string[]) => runMain(args, { cwd: folder });

  function spawnDaemon(): Daemon {
    const child = spawn(process.execPath, [MAIN, 'start'], { cwd: folder, env: options.env ?? {} });
    children.add(child);
    const ended = end(child).finally(() => children.delete(child));
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.stderr.on('data', (chunk) => (output += String(chunk)));
    return { process: child, output: () => output, ended };
  }

  return {
    sandbox,
    folder,
    path: join(folder, 'data', 'connector.sqlite'),
    receiver,
    admin,
    run,
    spawn: spawnDaemon,
    start: async () => {
      const daemon = spawnDaemon();
      await Promise.race([
        until(async () => (await fetch(`${admin}/readyz`).catch(() => null))?.status === 200),
        daemon.ended.then(({ stdout, stderr }) => Promise.reject(new Error(`the daemon ended before it was ready: ${stdout}${stderr}`))),
      ]);
      return daemon;
    },
    status: async () => JSON.parse((await run('status', '--json')).stdout) as Awaited<ReturnType<Place['status']>>,
    close: async () => {
      for (const child of children) child.kill('SIGKILL');
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Looks until `done` says so; whoever asks sets the end. */
export async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await done())) await wait(LOOK_MS);
}
