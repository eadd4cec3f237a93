/** One run in a process of its own: `ours` delivers the outbox of a database, `floor` posts the same bodies bare. Tells how long it took. */
import Database from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import { createDelivery } from '../../src/delivery/delivery.ts';
import { createConverge } from '../../src/destinations/converge/converge.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createHttp } from '../../src/platform/http.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { openStore } from '../../src/store/index.ts';

export interface Posted {
  seconds: number;
  cpuSeconds: number;
}

const STORE = 'main';
const TIMEOUT_SECONDS = 15;
/** The most the config allows. */
const PER_SECOND = 10_000;

/** As the daemon does it, with its log (this process has /dev/null for its output) and its counters. */
async function ours(path: string, endpoint: string, concurrency: number): Promise<Posted> {
  const store = openStore({ path, newToken: randomUUID });
  const http = createHttp({ connections: concurrency, timeoutMs: TIMEOUT_SECONDS * 1000 });
  const { tick } = createDelivery({
    store,
    storeName: STORE,
    destination: createConverge({ endpoint, token: 'token' }),
    http,
    settings: { concurrency, perSecond: PER_SECOND, maxAgeHours: 72, timeoutSeconds: TIMEOUT_SECONDS },
    clock: systemClock,
    random: Math.random,
    logger: createLogger({ level: 'info', fd: 1, pretty: false, colour: false }),
    metrics: createMetrics(),
  });
  const posted = await timed(() => tick(new AbortController().signal));
  await http.close();
  await store.close();
  return posted;
}

/** Stores nothing, before or after. */
async function floor(path: string, endpoint: string, connections: number): Promise<Posted> {
  const file = new Database(path, { readonly: true });
  const bodies = file.prepare<[], string>('select body from events order by id').pluck().all();
  file.close();
  const { origin, pathname } = new URL(endpoint);
  const pool = new Pool(origin, { connections });
  const headers = { 'content-type': 'application/json', 'x-webhook-token': 'token' };
  let next = 0;
  const posted = await timed(() =>
    Promise.all(
      Array.from({ length: connections }, async () => {
        while (next < bodies.length) {
          const { statusCode, body } = await pool.request({ path: pathname, method: 'POST', headers, body: bodies[next++]! });
          await body.dump();
          if (statusCode !== 200) throw new Error(`answered with ${statusCode}`);
        }
      }),
    ),
  );
  await pool.close();
  return posted;
}

async function timed(work: () => Promise<unknown>): Promise<Posted> {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - startedAt) / 1000, cpuSeconds: (user + system) / 1e6 };
}

const [kind, path = '', endpoint = '', connections = '1'] = process.argv.slice(2);
const run = kind === 'ours' ? ours : floor;
process.send?.(await run(path, endpoint, Number(connections)));
process.disconnect();
