/** A backfill as the daemon runs it, against a sandbox, with a real store, on a hand-moved clock. */
import { onTestFinished } from 'vitest';
import { createBackfill } from '../../src/backfill/backfill.ts';
import { rehearse, type Rehearsal } from '../../src/backfill/rehearsal.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { createShopify } from '../../src/shopify/index.ts';
import type { Shopify } from '../../src/shopify/types.ts';
import type { BackfillRequest, Store } from '../../src/store/types.ts';
import { createSync } from '../../src/sync/sync.ts';
import { handClock, type HandClock } from '../clock.ts';
import { baseSettings } from '../pipeline/cases.ts';
import { connected, connection, CONVERGE, rows, SHOP, T0 } from '../store/fixture.ts';
import { silent } from '../sync/running.ts';

export const DAY_MS = 86_400_000;
const SCOPES = ['read_all_orders', 'read_customers', 'read_orders', 'read_products'];
const request: BackfillRequest = { store: SHOP, origin: 'command', words: 'all', since: null, until: T0 };

export interface Run {
  clock: HandClock;
  sandbox: Sandbox;
  store: Store & { path: string };
  shopify: Shopify;
  id: number;
  /** Ticks until the backfill has ended, moving the clock; `each` is called before every tick. */
  toEnd(each?: () => Promise<void> | void): Promise<void>;
  tick(signal?: AbortSignal): Promise<number>;
  /** As a new process: what was in memory is gone. */
  restart(): void;
  /** The same as a dry run; `each` is called whenever it got further. */
  rehearse(signal?: AbortSignal, each?: () => void): Promise<Rehearsal>;
  /** Reads what was left to sync. */
  sync(): Promise<void>;
  progress(): Promise<Awaited<ReturnType<Store['listBackfills']>>[number]>;
  /** Ids of the orders in the ledger. */
  ledger(): string[];
  /** Ids of all orders of the shop. */
  orders: string[];
}

export async function startBackfill(
  options: {
    sandbox?: SandboxOptions;
    rules?: object;
    request?: Partial<BackfillRequest>;
    backfill?: { enabled: boolean; since: string | null };
    scopes?: string[];
    /** One with a connected shop on it. */
    store?: Store & { path: string };
    othersWait?: () => boolean;
  } = {},
): Promise<Run> {
  const clock = handClock(T0);
  const bucket = { maximum: 1_000_000, restoreRate: 1_000_000 };
  const scopes = options.scopes ?? SCOPES;
  const sandbox = await startSandbox({ clock, orders: 60, bucket, scopes, ...options.sandbox });
  const { origin, shopDomain: domain, clientId, clientSecret } = sandbox;
  const shopify = createShopify({
    ...{ domain, origin, clock, logger: silent, random: () => 0.5 },
    credentials: { clientId, clientSecret },
  });
  const store = options.store ?? (await connected());
  onTestFinished(async () => {
    await shopify.close();
    await sandbox.close();
  });
  await store.saveConnection(connection({ scopes }));
  const { id } = await store.requestBackfill({ ...request, ...options.request }, T0);
  const settings = {
    rules: baseSettings(options.rules ?? {}),
    backfill: options.backfill ?? { enabled: true, since: null },
    maxAgeHours: 72,
  };
  const parts = { storeName: SHOP, store, shopify, settings, destinations: [CONVERGE], clock, random: () => 0.5, logger: silent };
  const { othersWait = () => false } = options;
  const turns = { turn: <Result>(work: () => Promise<Result>) => work(), othersWait };
  const make = () => createBackfill({ ...parts, ...turns });
  let work = make();
  const never = new AbortController().signal;
  const progress = async () => (await store.listBackfills(SHOP)).find((one) => one.id === id)!;
  /** Requests travel in real time; a pause of the program is passed by the clock. */
  async function settled<Result>(promise: Promise<Result>): Promise<Result> {
    let done = false;
    const watched = promise.finally(() => (done = true));
    watched.catch(() => {});
    for (let turns = 0; !done; turns += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (turns % 200 === 199 && clock.sleepers() > 0) await clock.advance(1_000);
    }
    return watched;
  }
  const run: Run = {
    clock,
    sandbox,
    store,
    shopify,
    id,
    progress,
    tick: (signal = never) => settled(work.tick(signal)),
    rehearse: (signal = never, each = () => {}) => settled(rehearse({ ...parts, ...turns }, { since: null, until: T0 }, signal, each)),
    restart: () => (work = make()),
    toEnd: async (each = () => {}) => {
      for (let ticks = 0; (await progress()).finishedAt === null; ticks += 1) {
        if (ticks > 5_000) throw new Error(`no end: ${JSON.stringify(await progress())}`);
        await each();
        const pause = await run.tick();
        await sandbox.shopify.bulk.idle();
        await clock.advance(Math.max(pause, 1));
      }
    },
    sync: async () => {
      const { tick } = createSync(parts);
      for (let left = true; left;) {
        await settled(tick(never));
        left = rows<{ due: number }>(store, `select count(*) due from due_orders where due_at <= ${clock.now()}`)[0]!.due > 0;
      }
    },
    ledger: () => rows<{ id: string }>(store, 'select order_id id from orders order by order_id').map((row) => row.id),
    orders: [],
  };
  for await (const page of shopify.ordersCreated({ since: null, until: T0 + DAY_MS }))
    run.orders.push(...page.map(({ orderId }) => orderId));
  run.orders.sort();
  return run;
}
