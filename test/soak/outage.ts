/** The endpoint down for hours of simulated time: what happens meanwhile, and how the backlog drains when it is back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDelivery } from '../../src/delivery/delivery.ts';
import { createConverge } from '../../src/destinations/converge/converge.ts';
import { createHttp } from '../../src/platform/http.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { createWorker } from '../../src/platform/worker.ts';
import type { Fault } from '../../src/sandbox/faults.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { createRandom } from '../../src/sandbox/random.ts';
import { openStore } from '../../src/store/index.ts';
import type { Lane, Store } from '../../src/store/types.ts';
import { simulatedClock, type SimulatedClock } from '../bench/simulated-clock.ts';
import { percentile } from '../bench/report.ts';
import { createFaultList, type Scenario, type SoakOptions, type SoakResult } from './soak.ts';
import { written } from './written.ts';

const START = Date.parse('2026-11-20T12:00:00Z');
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STORE = 'main';
const LIVE_EVERY_MS = 2 * MINUTE;
/** A backfill fills the outbox just before the endpoint is back. */
const HISTORICAL = 1_500;
const CONCURRENCY = 10;
const PER_SECOND = 20;
const TIMEOUT_SECONDS = 15;
/** Longest backoff of an event, or of a look whether the endpoint is back, twice over: it may have failed just before. */
const BACK_WITHIN_MS = 31 * MINUTE;
/** Orders placed while the backlog drains. */
const LIVE_AFTERWARDS = 60;
const LIVE_AFTERWARDS_EVERY_MS = SECOND;
const LIVE_WITHIN_MS = MINUTE;
/** Requests overtake each other by what is under way at once. */
const OVERTAKEN_BY = 4 * CONCURRENCY;

interface Placed {
  lane: Lane;
  at: number;
  /** First request, accepted or not. */
  triedAt?: number;
  deliveredAt?: number;
}

export const outage: Scenario = {
  title: 'the endpoint down for so many simulated hours, then back',
  short: 3,
  long: 24,
  run: async (options) => {
    const folder = mkdtempSync(join(tmpdir(), 'soak-outage-'));
    const clock = simulatedClock(START);
    const store = openStore({ path: join(folder, 'connector.sqlite'), newToken: tokens() });
    const sandbox = await startSandbox({ clock, keep: 0 });
    try {
      return await soak({ clock, store, sandbox }, options);
    } finally {
      await sandbox.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function tokens(): () => string {
  let made = 0;
  return () => `token-${(made += 1)}`;
}

async function soak(
  { clock, store, sandbox }: { clock: SimulatedClock; store: Store; sandbox: Sandbox },
  options: SoakOptions,
): Promise<SoakResult> {
  const { count: hours, seed, say } = options;
  const random = createRandom(seed);
  const faults = createFaultList();
  const placed = new Map<string, Placed>();
  const requests: number[] = [];
  let down = true;
  sandbox.converge.setFaults(({ body }): Fault | null => {
    const now = clock.now();
    const order = placed.get((JSON.parse(body) as { event_id: string }).event_id);
    requests.push(now);
    if (order) order.triedAt ??= now;
    if (down) return { kind: 'reset' };
    if (order) order.deliveredAt ??= now;
    return null;
  });

  const http = createHttp({ connections: CONCURRENCY, timeoutMs: TIMEOUT_SECONDS * SECOND });
  const logger = createLogger({ level: 'silent', fd: 2, pretty: false, colour: false });
  const destination = createConverge({ endpoint: sandbox.convergeUrl });
  const settings = { concurrency: CONCURRENCY, perSecond: PER_SECOND, maxAgeHours: 72, timeoutSeconds: TIMEOUT_SECONDS };
  const chance = () => random.next();
  const delivery = createDelivery({ store, storeName: STORE, destination, http, settings, clock, random: chance, logger });
  const worker = createWorker({ name: 'delivery', tick: delivery.tick, clock, random: chance, logger });

  async function place(lane: Lane, count = 1): Promise<void> {
    const now = clock.now();
    const orders = Array.from({ length: count }, (_, index) => ({
      orderId: String(5_000_000_000 + placed.size + index),
      createdAt: now,
      updatedAt: new Date(now).toISOString(),
      heldUntil: now,
      lane,
    }));
    for (const { orderId } of orders) placed.set(orderId, { lane, at: now });
    await store.markFound(STORE, orders, now);
    const claims = await store.claimDueOrders(STORE, { limit: count, now, leaseMs: MINUTE });
    await store.writeOrders(STORE, claims.map(written), now);
    worker.wake();
  }

  const waiting = () => [...placed.values()].filter(({ deliveredAt }) => deliveredAt === undefined);
  const back = START + hours * HOUR;

  async function play(): Promise<void> {
    const row = { name: STORE, domain: sandbox.shopDomain, shopName: 'Shop', currency: 'EUR', timeZone: 'UTC', scopes: [] };
    await store.saveConnection({ ...row, connectedAt: START, tokenAt: START, subscriptions: [], subscriptionsCheckedAt: null });
    worker.start();
    while (clock.now() + LIVE_EVERY_MS < back - MINUTE) {
      await place('live');
      await clock.sleep(LIVE_EVERY_MS);
    }
    await clock.sleep(back - MINUTE - clock.now());
    // In portions, so that each has an age of its own.
    for (let portion = 0; portion < 15; portion += 1) {
      await place('historical', HISTORICAL / 15);
      await clock.sleep(SECOND);
    }
    await clock.sleep(back - clock.now());
    say(`${hours} h down: ${placed.size} events wait, ${requests.length} requests so far`);
    down = false;
    while (waiting().length === placed.size && clock.now() < back + BACK_WITHIN_MS) await clock.sleep(SECOND);
    for (let number = 0; number < LIVE_AFTERWARDS; number += 1) {
      await place('live');
      await clock.sleep(LIVE_AFTERWARDS_EVERY_MS);
    }
    while (waiting().length > 0 && clock.now() < back + BACK_WITHIN_MS + 2 * HOUR) await clock.sleep(SECOND);
    await worker.stop();
  }

  await clock.run(play());
  await http.close();

  const all = [...placed.values()];
  const lost = waiting().length;
  if (lost > 0) faults.add('not drained', `${lost} of ${all.length} events`);
  const { dead } = (await store.counts(STORE, clock.now())).events;
  if (dead > 0) faults.add('dead letters', String(dead));
  const { repeats, changedRepeats, outOfOrder, refused } = sandbox.converge.counts();
  if (repeats + changedRepeats + outOfOrder + refused > 0) faults.add('the endpoint', JSON.stringify(sandbox.converge.counts()));
  const firstDelivery = Math.min(...all.map(({ deliveredAt = Infinity }) => deliveredAt));
  if (firstDelivery - back > BACK_WITHIN_MS) faults.add('found back late', `after ${minutes(firstDelivery - back)}`);
  const busiest = mostWithin(requests, SECOND);
  if (busiest > PER_SECOND) faults.add('stampede', `${busiest} requests within a second, ${PER_SECOND} are allowed`);

  const after = all.filter(({ at }) => at >= firstDelivery).map(({ at, deliveredAt = Infinity }) => deliveredAt - at);
  const slowest = Math.max(0, ...after);
  if (slowest > LIVE_WITHIN_MS) faults.add('live orders starved', `one placed after the return waited ${minutes(slowest)}`);
  const historical = all.filter(({ lane }) => lane === 'historical');
  const lastHistorical = Math.max(...historical.map(({ deliveredAt = Infinity }) => deliveredAt));

  // Those that had failed have a backoff of their own; the others keep their places.
  const overtaken = (['live', 'historical'] as const).map((lane) =>
    mostOvertaken(all.filter((one) => one.lane === lane && one.at < back && (one.triedAt ?? 0) >= back)),
  );
  if (Math.max(...overtaken) > OVERTAKEN_BY) faults.add('not oldest first', `one was overtaken by ${Math.max(...overtaken)} younger ones`);

  const during = requests.filter((at) => at < back);
  return {
    figures: [
      ['simulated hours down', hours],
      ['events that waited', all.filter(({ at }) => at < back).length],
      ['requests while it was down', during.length],
      ['most of them within a second', mostWithin(during, SECOND)],
      ['first delivery after the return', minutes(firstDelivery - back)],
      ['drained after', minutes(Math.max(...all.map(({ deliveredAt = Infinity }) => deliveredAt)) - back)],
      [
        'most requests within a second after the return',
        mostWithin(
          requests.filter((at) => at >= back),
          SECOND,
        ),
      ],
      ['live orders placed meanwhile: p50, slowest', `${seconds(percentile(after, 0.5))}, ${seconds(slowest)}`],
      ['last of the history', minutes(lastHistorical - back)],
      ['most younger ones before an older one (live, historical)', overtaken.join(', ')],
    ],
    faults: faults.list(),
  };
}

/** The largest number of them within any span of `ms`, its end not included. */
function mostWithin(times: number[], ms: number): number {
  let most = 0;
  let from = 0;
  for (const [index, at] of times.entries()) {
    while ((times[from] ?? at) <= at - ms) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most;
}

/** Of how many younger ones were delivered before it, for the one that was overtaken most. */
function mostOvertaken(orders: Placed[]): number {
  const delivered = [...orders].sort((a, b) => (a.deliveredAt ?? Infinity) - (b.deliveredAt ?? Infinity));
  return Math.max(0, ...delivered.map(({ at }, index) => delivered.slice(0, index).filter((earlier) => earlier.at > at).length));
}

const minutes = (ms: number): string => `${(ms / MINUTE).toFixed(1)} min`;
const seconds = (ms: number): string => `${(ms / SECOND).toFixed(1)} s`;
