/** The daemon killed with SIGKILL again and again, under load and with an endpoint that often fails. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createRandom } from '../../src/sandbox/random.ts';
import { openPlace, type Daemon, type Place } from '../e2e/place.ts';
import { createBusiness, QUIET, type Business } from './business.ts';
import { createSender, type Sender } from './sender.ts';
import { atMostEvery, createFaultList, type Scenario, type SoakOptions, type SoakResult } from './soak.ts';
import { createWitness, type Witness } from './witness.ts';

const PER_SECOND = 200;
/** Of what happens: thousands of orders in a long run, each with several webhooks. */
const NEW_ORDERS = 0.3;
const TROUBLE = { error500: 0.2, tooMany429: 0.05, timeout: 0.02, reset: 0.01 };
/** A life lasts up to this, or as long as a start takes on this machine. */
const LONG_LIFE_MS = 900;
/** While so many webhooks wait for their acknowledgement nothing new happens: a machine that is too slow for the rate is not buried. */
const MOST_WAITING = 500;
/** This often it is killed before it is up. */
const KILLED_EARLY = 0.15;
const SLOW_START_MS = 120_000;
/** Longer than the longest backoff (15 min) after a run without limits; the short form never waits that long. */
const DRAIN_STUCK_MS = 1_000_000;
const STORE = '    delivery: { concurrency: 20, perSecond: 2000, timeoutSeconds: 1 }\n';

export const kills: Scenario = {
  title: 'kill -9 at random moments under 200 webhooks/s',
  short: 6,
  long: 1_000,
  run: async (options) => {
    const cache = mkdtempSync(join(tmpdir(), 'soak-cache-'));
    const at = await openPlace({ sandbox: { ...QUIET, seed: options.seed }, store: STORE, env: { NODE_COMPILE_CACHE: cache } });
    try {
      return await soak(at, options);
    } finally {
      await at.close();
      rmSync(cache, { recursive: true, force: true });
    }
  },
};

async function soak(at: Place, { seed, count, say }: SoakOptions): Promise<SoakResult> {
  const random = createRandom(seed);
  const { sandbox } = at;
  const witness = createWitness(createRandom(seed + 1));
  sandbox.converge.setFaults(witness.treat);
  const sender = createSender({ origin: at.receiver, secret: sandbox.clientSecret, shop: sandbox.shopDomain, random: Math.random });
  const business = createBusiness({ sandbox, random, orders: NEW_ORDERS });
  const faults = createFaultList();
  const progress = atMostEvery(10_000, say);

  // Connects once, and leaves the compiled code behind, so that the many starts are quick.
  const first = await at.start();
  first.process.kill('SIGTERM');
  const stopped = (await first.ended).code;
  if (stopped !== 0) faults.add('SIGTERM', `the daemon ended with ${stopped}`);

  witness.setTrouble({ ...TROUBLE, mostPerEvent: count > 50 ? Infinity : 2 });
  const load = createLoad(business, sender);
  const began = performance.now();
  let early = 0;
  for (let killed = 1; killed <= count; killed += 1) {
    const daemon = at.spawn();
    const beforeItIsUp = random.chance(KILLED_EARLY);
    if (beforeItIsUp) {
      early += 1;
      await wait(random.between(0, 500));
    } else {
      const started = performance.now();
      const failure = await up(daemon, sender);
      if (failure !== null) faults.add('start', failure);
      await wait(random.next() * Math.max(LONG_LIFE_MS, performance.now() - started));
    }
    if (daemon.process.exitCode !== null) faults.add('the daemon ended by itself', daemon.output().slice(-2_000));
    daemon.process.kill('SIGKILL');
    await daemon.ended;
    progress(
      () =>
        `${killed} kills, ${sender.counts.acknowledged} webhooks acknowledged, ${witness.taken.size} of ${business.expected.size} events delivered`,
    );
  }
  load.stop();
  const seconds = (performance.now() - began) / 1000;

  witness.setTrouble(null);
  const last = await at.start();
  await sender.idle();
  await drained(business, witness, progress);
  const before = await at.status();
  last.process.kill('SIGTERM');
  const { code } = await last.ended;
  if (code !== 0) faults.add('SIGTERM', `the daemon ended with ${code}`);
  await sender.close();

  for (const id of business.expected) if (!witness.taken.has(id)) faults.add('acknowledged and never delivered', id);
  for (const id of witness.taken) if (!business.expected.has(id)) faults.add('delivered and never happened', id);
  const { changedRepeats, outOfOrder, refused, events } = sandbox.converge.counts();
  if (changedRepeats + outOfOrder + refused > 0) faults.add('the endpoint', JSON.stringify({ changedRepeats, outOfOrder, refused }));
  if (events !== witness.taken.size) faults.add('the endpoint', `it has ${events} events, ${witness.taken.size} were taken`);
  const states = before.stores[0]?.counts.events ?? {};
  if ((states['dead'] ?? 0) > 0) faults.add('dead letters', JSON.stringify(states));
  return {
    figures: [
      ['kills', count],
      ['of them before it was up', early],
      ['seconds', Math.round(seconds)],
      ['orders', business.orders()],
      ['webhooks acknowledged', sender.counts.acknowledged],
      ['attempts without an answer', sender.counts.unanswered],
      ['attempts refused', sender.counts.refused],
      ['events expected', business.expected.size],
      ['events delivered', witness.taken.size],
      ['requests at the endpoint', witness.counts.requests],
      ['of them failed on purpose', witness.counts.failed],
      ['repeats, all with the same bytes', witness.counts.repeats],
    ],
    faults: [...faults.list(), ...witness.faults()],
  };
}

/** Something happens as often as it takes for so many webhooks a second. */
function createLoad(business: Business, sender: Sender): { stop(): void } {
  let last = performance.now();
  let owed = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    owed = Math.min(owed + ((now - last) / 1000) * PER_SECOND, PER_SECOND / 4);
    last = now;
    while (owed > 0 && sender.waiting() < MOST_WAITING) {
      const webhooks = business.next();
      owed -= Math.max(1, webhooks.length);
      for (const webhook of webhooks) sender.send(webhook);
    }
  }, 5);
  return { stop: () => clearInterval(timer) };
}

/** Waits for the first answer after its start; null: it is up. */
async function up(daemon: Daemon, sender: Sender): Promise<string | null> {
  const before = sender.counts.acknowledged;
  const began = performance.now();
  while (sender.counts.acknowledged === before) {
    if (daemon.process.exitCode !== null) return `it ended with ${daemon.process.exitCode}`;
    if (performance.now() - began > SLOW_START_MS) return `it answered nothing for ${SLOW_START_MS / 1000} s`;
    await wait(5);
  }
  return null;
}

async function drained({ expected }: Business, { taken }: Witness, progress: (line: () => string) => void): Promise<void> {
  let since = performance.now();
  let size = taken.size;
  while ([...expected].some((id) => !taken.has(id)) && performance.now() - since < DRAIN_STUCK_MS) {
    await wait(100);
    progress(() => `draining, ${taken.size} of ${expected.size} events delivered`);
    if (taken.size > size) since = performance.now();
    size = taken.size;
  }
}
