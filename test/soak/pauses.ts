/** The daemon stopped in the middle of its work until another process has taken it over, and resumed: what it then completes is stale and must change nothing. */
import Database from 'better-sqlite3';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createRandom, type Random } from '../../src/sandbox/random.ts';
import { openPlace, until, type Daemon, type Place } from '../e2e/place.ts';
import { createBusiness, QUIET, type Business } from './business.ts';
import { OUTCOME, type Request, type Taken } from './second-process.ts';
import { createSender, type Sender } from './sender.ts';
import { createFaultList, type Scenario, type SoakOptions, type SoakResult } from './soak.ts';
import { createWitness } from './witness.ts';

/** Beyond every lease by the second process's clock: 17 s for a lane here, 5 min for a due order. */
const AHEAD_MS = 600_000;
const HAPPENINGS = 60;
/** This many rounds or more: one of them waits for the lease of the lanes in real time. */
const ROUNDS_WITH_REAL_TIME = 10;
const REAL_LEASE_MS = 20_000;
const STORE = '    delivery: { concurrency: 8, perSecond: 200, timeoutSeconds: 1 }\n';

export const pauses: Scenario = {
  title: 'SIGSTOP past the leases, another process takes the work, SIGCONT',
  short: 4,
  long: 100,
  run: async (options) => {
    const at = await openPlace({ sandbox: { ...QUIET, seed: options.seed }, store: STORE });
    try {
      return await soak(at, options);
    } finally {
      await at.close();
    }
  },
};

interface Figures {
  events: number;
  orders: number;
  stale: number;
  busy: number;
}

async function soak(at: Place, { seed, count, say }: SoakOptions): Promise<SoakResult> {
  const random = createRandom(seed);
  const { sandbox } = at;
  const witness = createWitness(random);
  const sender = createSender({ origin: at.receiver, secret: sandbox.clientSecret, shop: sandbox.shopDomain, random: Math.random });
  const business = createBusiness({ sandbox, random, orders: 0.6 });
  const faults = createFaultList();
  const figures: Figures = { events: 0, orders: 0, stale: 0, busy: 0 };
  sandbox.converge.setFaults(witness.treat);
  const daemon = await at.start();
  const second = fork(join(import.meta.dirname, 'second-process.ts'), [at.path], { env: {} });
  try {
    await once(second, 'message');
    for (let round = 1; round <= count; round += 1) {
      const realTime = count >= ROUNDS_WITH_REAL_TIME && round === 2;
      await stopped(at, daemon, random, round % 2 === 0, () => happen(business, sender, HAPPENINGS));
      if (realTime) await wait(REAL_LEASE_MS);
      const taken = await ask(second, { take: { now: Date.now() + (realTime ? 0 : AHEAD_MS) } });
      // Stopped within a commit, nobody can read either.
      const before = taken.failed === undefined ? look(at.path, taken) : null;
      daemon.process.kill('SIGCONT');
      if (before === null) {
        figures.busy += 1;
        continue;
      }
      figures.events += taken.settled.length + taken.held.length;
      figures.orders += taken.orders.length;
      await caughtUp(business, sender, witness.taken);
      for (const [what, stood] of before) {
        const stands = look(at.path, taken).get(what);
        if (stands === stood) continue;
        figures.stale += 1;
        faults.add('a stale completion', `${what} was ${stood}, is ${stands}`);
      }
      await ask(second, { giveBack: { now: Date.now() } });
      say(`${round} pauses, ${figures.events} events and ${figures.orders} orders taken over, ${figures.stale} stale completions`);
    }
    await sender.idle();
    await until(() => [...business.expected].every((id) => witness.taken.has(id)));
  } finally {
    second.disconnect();
    daemon.process.kill('SIGCONT');
  }
  const fenced = daemon.output().split('lease lost').length - 1;
  daemon.process.kill('SIGTERM');
  const { code } = await daemon.ended;
  await sender.close();
  if (code !== 0) faults.add('SIGTERM', `the daemon ended with ${code}`);
  if (fenced === 0) faults.add('proves nothing', 'the daemon never came back to a lease it had lost');
  if (figures.events === 0 || figures.orders === 0) faults.add('proves nothing', 'nothing was taken over');
  return {
    figures: [
      ['pauses', count],
      ['events taken over', figures.events],
      ['orders taken over', figures.orders],
      ['pauses within a commit, nothing taken over', figures.busy],
      ['attempts of the resumed daemon not recorded', fenced],
      ['stale completions', figures.stale],
      ['events delivered', witness.taken.size],
      ['repeats, all with the same bytes', witness.counts.repeats],
    ],
    faults: [...faults.list(), ...witness.faults()],
  };
}

function happen(business: Business, sender: Sender, times: number): void {
  for (let made = 0; made < times; made += 1) for (const webhook of business.next()) sender.send(webhook);
}

/** Stops the daemon at one of its next requests: while it delivers, or (`reading`) while it reads orders. */
async function stopped(at: Place, daemon: Daemon, random: Random, reading: boolean, act: () => void): Promise<void> {
  const { sandbox } = at;
  let left = random.between(1, 6);
  await new Promise<void>((resolve) => {
    const stop = (): null => {
      left -= 1;
      if (left === 0) {
        daemon.process.kill('SIGSTOP');
        resolve();
      }
      return null;
    };
    if (reading) {
      left = random.between(1, 2);
      sandbox.shopify.setFaults((request) => (/\borders?\b/.test(request.body) ? stop() : null));
      act();
    } else {
      void sandbox.converge.until(() => {
        if (left > 0) stop();
        return left === 0;
      });
      act();
    }
  });
  sandbox.shopify.setFaults(null);
}

async function ask(second: ChildProcess, request: Request): Promise<Taken> {
  const answer = once(second, 'message') as Promise<[Taken]>;
  second.send(request);
  return (await answer)[0];
}

/** The resumed daemon has dealt with what it held when it delivers an order that came after. */
async function caughtUp(business: Business, sender: Sender, taken: ReadonlySet<string>): Promise<void> {
  const known = business.orders();
  let before = new Set(business.expected);
  while (business.orders() === known) {
    before = new Set(business.expected);
    happen(business, sender, 1);
  }
  const later = [...business.expected].filter((id) => !before.has(id));
  await until(() => later.every((id) => taken.has(id)));
}

/** What the database says of what was taken over. */
function look(path: string, { settled, held, orders }: Taken): Map<string, string> {
  const file = new Database(path, { readonly: true });
  try {
    const event = file
      .prepare<[string], string>(
        `select state || ' ' || attempts || ' ' || coalesce(outcome, '') || ' ' || coalesce(lease_token, '') from events
         join lanes using (store, destination, order_id) where event_id = ?`,
      )
      .pluck();
    const order = file
      .prepare<[string], string>(
        `select coalesce(lease_token, '') || ' ' || (select count(*) from events where events.order_id = due_orders.order_id) from due_orders where order_id = ?`,
      )
      .pluck();
    return new Map([
      ...settled.map((id) => [`event ${id}, ${OUTCOME}`, event.get(id) ?? 'gone'] as const),
      ...held.map((id) => [`event ${id}`, event.get(id) ?? 'gone'] as const),
      ...orders.map((id) => [`order ${id}`, order.get(id) ?? 'gone'] as const),
    ]);
  } finally {
    file.close();
  }
}
