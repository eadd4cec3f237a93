/** Power cuts under load: what was written and not synced is gone, and what was acknowledged is not. */
import Database from 'better-sqlite3';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Pool } from 'undici';
import { createRandom, type Random } from '../../src/sandbox/random.ts';
import { makeWebhooks, PATH, SHOP, type Webhook } from '../bench/webhooks.ts';
import { buildShim, cutPower, powerOn } from './power.ts';
import { createFaultList, type Scenario, type SoakOptions, type SoakResult } from './soak.ts';

const RECEIVER = join(import.meta.dirname, 'power-cut-receiver.ts');
const SENDERS = 12;
const LONG_LIFE_MS = 400;
/** This often the power goes before the receiver is up. */
const CUT_EARLY = 0.1;
/** Cuts of the run that must lose something, for each of the others. */
const CONTROLS = 0.2;
const FEWEST_CONTROLS = 3;
const SLOW_START_MS = 60_000;

type Mode = 'full' | 'normal';

interface Acknowledged {
  deliveryId: string;
  orderId: string;
}

interface Tally {
  acknowledged: number;
  lost: number;
  /** Cuts that lost something. */
  losing: number;
  damaged: number;
}

export const powerCuts: Scenario = {
  title: 'power cuts: writes that were not fsynced are dropped, or torn',
  short: 5,
  long: 200,
  run: async (options) => {
    const folder = mkdtempSync(join(tmpdir(), 'soak-power-'));
    try {
      const shim = buildShim(folder);
      if (shim !== null) return await soak(folder, shim, options);
      console.warn('SKIPPED: power cuts need Linux and a C compiler (cc, gcc or clang)');
      return { figures: [['skipped', 'no Linux or no C compiler']], faults: [] };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function soak(folder: string, shim: string, options: SoakOptions): Promise<SoakResult> {
  const { count, seed } = options;
  const faults = createFaultList();
  const full = await cuts('full', count);
  const controls = Math.max(FEWEST_CONTROLS, Math.round(count * CONTROLS));
  const normal = await cuts('normal', controls);
  if (full.lost > 0) faults.add('lost', `${full.lost} acknowledged webhooks in ${full.losing} cuts`);
  if (full.damaged > 0) faults.add('damaged', `${full.damaged} databases`);
  if (full.acknowledged === 0) faults.add('proves nothing', 'no webhook was acknowledged');
  if (normal.losing * 2 < controls) {
    faults.add('proves nothing', `with synchronous=NORMAL ${normal.losing} of ${controls} cuts lost something, at least half should`);
  }
  return {
    figures: [
      ['cuts', count],
      ['webhooks acknowledged', full.acknowledged],
      ['of them lost', full.lost],
      ['databases damaged', full.damaged],
      ['with synchronous=NORMAL: cuts', controls],
      ['webhooks acknowledged', normal.acknowledged],
      ['of them lost', normal.lost],
      ['cuts that lost some', normal.losing],
    ],
    faults: faults.list(),
  };

  /** One database lives through all of them, so that damage would add up. */
  async function cuts(mode: Mode, times: number): Promise<Tally> {
    const random = createRandom(seed);
    const place = { data: join(folder, mode, 'data'), disk: join(folder, mode, 'disk'), check: join(folder, mode, 'check') };
    const tally: Tally = { acknowledged: 0, lost: 0, losing: 0, damaged: 0 };
    let known: Acknowledged[] = [];
    for (let cut = 1; cut <= times; cut += 1) {
      powerOn(place.data, place.disk);
      const acknowledged = await live(mode, place, random);
      cutPower(place.data, place.disk, random.chance(0.5) ? random : null);
      tally.acknowledged += acknowledged.length;
      const lost = missing(place, [...known, ...acknowledged]);
      if (lost === null) {
        tally.damaged += 1;
        rmSync(place.data, { recursive: true, force: true });
        known = [];
        continue;
      }
      tally.lost += lost.size;
      if (lost.size > 0) tally.losing += 1;
      known = [...known, ...acknowledged].filter(({ deliveryId }) => !lost.has(deliveryId));
      if (cut % 20 === 0) options.say(`synchronous=${mode}: ${cut} cuts, ${tally.acknowledged} acknowledged, ${tally.lost} lost`);
    }
    return tally;
  }

  /** Runs the receiver under load until the power goes; resolves to what it acknowledged. */
  async function live(mode: Mode, place: { data: string; disk: string }, random: Random): Promise<Acknowledged[]> {
    const child = fork(RECEIVER, [join(place.data, 'connector.sqlite'), mode], {
      env: { LD_PRELOAD: shim, POWER_CUT_FOLDER: place.data, POWER_CUT_DISK: place.disk },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const ended = once(child, 'exit');
    const acknowledged: Acknowledged[] = [];
    const late = new AbortController();
    if (random.chance(CUT_EARLY)) {
      await wait(random.between(50, 400));
    } else {
      const port = await Promise.race([
        once(child, 'message').then(([message]) => (message as { port: number }).port),
        ended.then(([code]) => `it ended with ${code}`),
        wait(SLOW_START_MS, `it did not start within ${SLOW_START_MS / 1000} s`, { signal: late.signal, ref: false }),
      ]);
      late.abort();
      if (typeof port === 'string') faults.add('start', port);
      else await load(port, acknowledged, random.between(20, LONG_LIFE_MS));
    }
    child.kill('SIGKILL');
    await ended;
    return acknowledged;
  }
}

let deliveries = 0;
const webhooks = (function* endless(): Generator<Webhook> {
  for (;;) yield* makeWebhooks('own', 50_000);
})();

/** Sends until the time is over, counted from the first answer; the cut comes in the middle of what is then under way. */
async function load(port: number, acknowledged: Acknowledged[], ms: number): Promise<void> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: SENDERS });
  const over = new AbortController();
  const answered = new Promise<void>((resolve) => over.signal.addEventListener('abort', () => resolve()));
  let timer: NodeJS.Timeout | undefined;

  async function send(): Promise<void> {
    while (!over.signal.aborted) {
      const { value } = webhooks.next();
      const { body, hmac } = value as Webhook;
      const deliveryId = `delivery-${(deliveries += 1)}`;
      const headers = {
        'content-type': 'application/json',
        'x-shopify-topic': 'orders/create',
        'x-shopify-shop-domain': SHOP,
        'x-shopify-hmac-sha256': hmac,
        'x-shopify-webhook-id': deliveryId,
      };
      const status = await pool.request({ path: PATH, method: 'POST', headers, body }).then(
        async (answer) => {
          await answer.body.dump();
          return answer.statusCode;
        },
        () => null,
      );
      if (status !== 200) return;
      acknowledged.push({ deliveryId, orderId: String((JSON.parse(body) as { id: number }).id) });
      timer ??= setTimeout(() => over.abort(), ms);
    }
  }

  const sending = Promise.all(Array.from({ length: SENDERS }, send));
  await Promise.race([answered, sending]);
  clearTimeout(timer);
  // Not waited for: the power goes while these are under way.
  void sending.finally(() => void pool.destroy());
}

/** Delivery ids of what was acknowledged and is not there; null: the database is damaged. Looks at a copy. */
function missing(place: { data: string; check: string }, acknowledged: Acknowledged[]): Set<string> | null {
  rmSync(place.check, { recursive: true, force: true });
  if (!existsSync(place.data)) return new Set(acknowledged.map(({ deliveryId }) => deliveryId));
  cpSync(place.data, place.check, { recursive: true });
  const file = join(place.check, 'connector.sqlite');
  let database: Database.Database | null = null;
  try {
    database = new Database(file);
    if (database.pragma('integrity_check', { simple: true }) !== 'ok') return null;
    // Perhaps cut before the first start had made its tables.
    if (acknowledged.length === 0) return new Set();
    const ids = (sql: string) => new Set(database?.prepare<[], string>(sql).pluck().all());
    const receipts = ids('select delivery_id from webhook_receipts');
    const orders = ids('select order_id from due_orders union select order_id from orders');
    return new Set(
      acknowledged
        .filter(({ deliveryId, orderId }) => !receipts.has(deliveryId) || !orders.has(orderId))
        .map(({ deliveryId }) => deliveryId),
    );
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_ERROR') && /no such table/.test(error.message))
      return new Set(acknowledged.map(({ deliveryId }) => deliveryId));
    console.warn(String(error));
    return null;
  } finally {
    database?.close();
  }
}
