/** The daemon killed with SIGKILL at random moments of a backfill: every order of the history reaches the endpoint once. */
import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createHistory } from '../../src/sandbox/history.ts';
import { createRandom } from '../../src/sandbox/random.ts';
import { FIRST_NUMBER } from '../../src/sandbox/shop.ts';
import { openPlace, type Daemon, type Place } from '../e2e/place.ts';
import { atMostEvery, createFaultList, type Scenario, type SoakOptions, type SoakResult } from './soak.ts';
import { createWitness } from './witness.ts';

const LONG_ORDERS = 20_000;
const SHORT_ORDERS = 800;
const LONG_FROM = 50;
const DAY_MS = 86_400_000;
const HISTORY_DAYS = 400;
/** The first of the kills come before anything is delivered: while operations run, files are read and orders written. */
const EARLY = 0.3;
const LONG_LIFE_MS = 3_000;
const STUCK_MS = 300_000;
const STORE = '    delivery: { concurrency: 20, perSecond: 5000, timeoutSeconds: 5 }\n';

export const backfillKills: Scenario = {
  title: 'kill -9 at random moments of a backfill',
  short: 3,
  long: 50,
  run: async (options) => {
    const cache = mkdtempSync(join(tmpdir(), 'soak-cache-'));
    const to = Math.floor(Date.now() / 1_000) * 1_000 - DAY_MS;
    const orders = options.count >= LONG_FROM ? LONG_ORDERS : SHORT_ORDERS;
    const history = { orders, from: to - HISTORY_DAYS * DAY_MS, to, seed: options.seed };
    const sandbox = { history, keep: 0, bucket: { maximum: 1e9, restoreRate: 1e9 } };
    const at = await openPlace({ sandbox, store: STORE, env: { NODE_COMPILE_CACHE: cache } });
    try {
      const making = { currency: 'USD', shopDomain: at.sandbox.shopDomain };
      const { order } = createHistory({ ...history, making, firstNumber: FIRST_NUMBER, firstOrderId: undefined });
      const ids = Array.from({ length: orders }, (_, place) => order(place).id);
      return await soak(at, new Set(ids), options);
    } finally {
      await at.close();
      rmSync(cache, { recursive: true, force: true });
    }
  },
};

async function soak(at: Place, ids: ReadonlySet<string>, { seed, count, say }: SoakOptions): Promise<SoakResult> {
  const random = createRandom(seed);
  const witness = createWitness(random);
  at.sandbox.converge.setFaults(witness.treat);
  const faults = createFaultList();
  const progress = atMostEvery(10_000, say);
  const began = performance.now();

  /** Waits until so many events were delivered; false: the daemon ended by itself or nothing moves any more. */
  async function delivered(daemon: Daemon, enough: () => boolean): Promise<boolean> {
    let [since, size] = [performance.now(), -1];
    while (!enough()) {
      if (daemon.process.exitCode !== null || performance.now() - since > STUCK_MS) return false;
      if (witness.taken.size > size) [since, size] = [performance.now(), witness.taken.size];
      progress(() => `${kills} kills, ${witness.taken.size} events delivered`);
      await wait(50);
    }
    return true;
  }

  const early = Math.ceil(count * EARLY);
  const moments = Array.from({ length: count - early }, () => random.between(1, Math.floor(ids.size * 0.9))).sort((a, b) => a - b);
  let kills = 0;
  let before = 0;
  for (const moment of [...new Array<null>(early).fill(null), ...moments]) {
    const daemon = at.spawn();
    if (moment === null) {
      if (witness.taken.size === 0) before += 1;
      await wait(random.between(300, LONG_LIFE_MS));
    } else if (!(await delivered(daemon, () => witness.taken.size >= moment))) {
      faults.add('stuck', `${witness.taken.size} of ${moment} events delivered; ${daemon.output().slice(-1_000)}`);
    }
    daemon.process.kill('SIGKILL');
    await daemon.ended;
    kills += 1;
  }

  const last = await at.start();
  const settled = () => ids.size === countOf(at.path, 'orders') && witness.taken.size >= countOf(at.path, 'events');
  if (!(await delivered(last, settled)))
    faults.add('stuck', `${witness.taken.size} events delivered, ${countOf(at.path, 'orders')} of ${ids.size} orders known`);
  const decisions = known(at.path);
  const unsent = [...ids].filter((id) => !witness.taken.has(id));
  for (const id of unsent) {
    const decision = decisions.get(id) ?? 'not known';
    if (!/^(nothing_to_send|excluded) ./.test(decision)) faults.add('never delivered', `${id}: ${decision}`);
  }
  for (const id of witness.taken) if (!id.startsWith('refund-') && !ids.has(id)) faults.add('delivered and never happened', id);
  const { changedRepeats, outOfOrder, refused } = at.sandbox.converge.counts();
  if (changedRepeats + outOfOrder + refused > 0) faults.add('the endpoint', JSON.stringify({ changedRepeats, outOfOrder, refused }));
  last.process.kill('SIGTERM');
  const { code } = await last.ended;
  if (code !== 0) faults.add('SIGTERM', `the daemon ended with ${code}`);
  return {
    figures: [
      ['kills', kills],
      ['of them before the first delivery', before],
      ['seconds', Math.round((performance.now() - began) / 1_000)],
      ['orders of the history', ids.size],
      ['delivered once', ids.size - unsent.length],
      ['nothing to send, with a reason', unsent.length],
      ['refunds delivered', [...witness.taken].filter((id) => id.startsWith('refund-')).length],
      ['repeats, all with the same bytes', witness.counts.repeats],
    ],
    faults: [...faults.list(), ...witness.faults()],
  };
}

function query<Row>(path: string, sql: string): Row[] {
  const file = new Database(path, { readonly: true });
  try {
    return file.prepare<[], Row>(sql).all();
  } finally {
    file.close();
  }
}

/** Decision and reason by order id. */
function known(path: string): Map<string, string> {
  const rows = query<{ id: string; decision: string }>(
    path,
    `select order_id id, decision || ' ' || coalesce(reason, '') decision from orders`,
  );
  return new Map(rows.map(({ id, decision }) => [id, decision]));
}

function countOf(path: string, table: 'orders' | 'events'): number {
  return query<{ number: number }>(path, `select count(*) number from ${table}`)[0]?.number ?? 0;
}
