/** What the daemon takes when there is nothing to do: memory and processor time, from /proc. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startSandbox } from '../../src/sandbox/index.ts';
import { freePorts } from '../ports.ts';
import { ready } from './ready.ts';
import { percent, type Benchmark } from './report.ts';

const SETTLE_SECONDS = 20;
const IDLE_SECONDS = 30;
/** Of /proc/<pid>/stat, on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

export async function idle(): Promise<Benchmark> {
  // A checkout's very first start takes the types out of the sources, which leaves some 20 MB more: no matter of what is measured.
  execFileSync(process.execPath, [MAIN, 'demo', '--once'], { stdio: 'ignore' });
  const folder = mkdtempSync(join(tmpdir(), 'idle-'));
  const sandbox = await startSandbox({ orders: 20 });
  const [port = 0, adminPort = 0] = await freePorts(2);
  writeFileSync(
    join(folder, 'connector.yaml'),
    `server: { host: 127.0.0.1, port: ${port}, publicUrl: 'http://127.0.0.1:${port}' }
admin: { host: 127.0.0.1, port: ${adminPort} }
storage: { path: ${folder}/connector.sqlite }
stores:
  - name: main
    shop: ${sandbox.shopDomain}
    clientId: \${CLIENT_ID}
    clientSecret: \${CLIENT_SECRET}
    shopifyOrigin: ${sandbox.origin}
    converge: { endpoint: '${sandbox.convergeUrl}' }
`,
  );
  const daemon = spawn(process.execPath, [MAIN, 'start', '--config', join(folder, 'connector.yaml')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, CLIENT_ID: sandbox.clientId, CLIENT_SECRET: sandbox.clientSecret },
  });
  const exited = once(daemon, 'exit');
  try {
    await Promise.race([ready(adminPort), exited.then(() => Promise.reject(new Error('the daemon ended')))]);
    await wait(SETTLE_SECONDS * 1000);
    const before = { cpu: cpuSeconds(daemon.pid), at: performance.now() };
    await wait(IDLE_SECONDS * 1000);
    const cpu = (cpuSeconds(daemon.pid) - before.cpu) / ((performance.now() - before.at) / 1000);
    const memory = residentMegabytes(daemon.pid);
    return {
      title: `idle: the daemon with one store and ${sandbox.converge.counts().events} delivered events, ${IDLE_SECONDS} s after ${SETTLE_SECONDS} s of rest`,
      rows: [
        { what: 'resident memory', value: `${memory.toFixed(0)} MB`, target: '<= 150 MB', reached: memory <= 150 },
        { what: 'processor', value: percent(cpu), target: '< 1 %', reached: cpu < 0.01 },
      ],
    };
  } finally {
    daemon.kill('SIGTERM');
    await exited;
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function cpuSeconds(pid: number | undefined): number {
  // Fields 14 and 15; the second one is the program's name in brackets and may hold spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function residentMegabytes(pid: number | undefined): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
