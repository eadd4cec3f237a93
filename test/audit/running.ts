/** A sandbox shop and a real store with reconcile and sync between them, all on one hand-moved clock. */
import { onTestFinished } from 'vitest';
import { audit, type AuditRequest } from '../../src/audit/audit.ts';
import type { Absence } from '../../src/audit/compare.ts';
import { createReconcile } from '../../src/reconcile/reconcile.ts';
import { startSandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { createShopify } from '../../src/shopify/index.ts';
import { createSync } from '../../src/sync/sync.ts';
import { handClock } from '../clock.ts';
import { baseSettings } from '../pipeline/cases.ts';
import { CONVERGE, connection, delivered, MINUTE, open, SHOP, T0 } from '../store/fixture.ts';
import { silent } from '../sync/running.ts';

export const DAY = 24 * 60 * MINUTE;

export interface ShopOptions {
  sandbox?: SandboxOptions;
  rules?: object;
  scopes?: string[];
  backfill?: { enabled: boolean; since: string | null };
  absence?: (createdAt: number) => Absence | null;
}

/** The shop was connected ten days before T0, in Berlin. */
export async function startShop(options: ShopOptions = {}) {
  const clock = handClock(T0);
  const sandbox = await startSandbox({
    seed: 11,
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    clock,
    bucket: { maximum: 100_000, restoreRate: 100_000 },
    ...options.sandbox,
  });
  const { shopDomain: domain, origin, clientId, clientSecret } = sandbox;
  const store = open();
  const scopes = options.scopes ?? ['read_orders', 'read_all_orders', 'read_customers', 'read_products'];
  await store.saveConnection(connection({ domain, scopes, connectedAt: T0 - 10 * DAY }));
  const shopify = createShopify({ domain, origin, credentials: { clientId, clientSecret }, clock, random: () => 0.5, logger: silent });
  onTestFinished(() => Promise.all([sandbox.close(), shopify.close()]).then(() => {}));

  const backfill = options.backfill ?? { enabled: true, since: null };
  const upsellDelayMs = 0;
  const reconcile = createReconcile({
    storeName: SHOP,
    store,
    shopify,
    settings: { everyMs: 15 * MINUTE, upsellDelayMs },
    begin: (row) => store.setWatermark(SHOP, new Date(row.firstConnectedAt).toISOString()),
    ensureConnected: async () => true,
    checkConnection: async () => true,
    clock,
    logger: silent,
  });
  const sync = createSync({
    storeName: SHOP,
    store,
    shopify,
    settings: { rules: baseSettings(options.rules ?? { exclude: { channels: ['pos'] } }), backfill, maxAgeHours: 72 },
    destinations: [CONVERGE],
    clock,
    random: () => 0.5,
    logger: silent,
  });
  const stop = new AbortController().signal;
  let asked = 0;
  const read = async () => {
    while ((await sync.tick(stop)) === 0);
  };

  return {
    clock,
    sandbox,
    store,
    shopify,
    /** Reads what is due. */
    read,
    /** Finds what changed and reads it. */
    catchUp: async () => {
      await clock.advance(15 * MINUTE);
      await reconcile.tick(stop);
      await read();
    },
    /** Delivers what is on the outbox. */
    deliver: async () => {
      for (;;) {
        const claims = await store.claimLanes({
          store: SHOP,
          destination: 'converge',
          limit: 500,
          now: clock.now(),
          leaseMs: MINUTE,
          eventsPerLane: 10,
        });
        if (claims.length === 0) return;
        const results = claims.map((claim) => ({ claim, results: claim.events.map((event) => ({ event, settlement: delivered })) }));
        await store.settleAll(results, clock.now());
      }
    },
    audit: async (request: Partial<AuditRequest> = {}) => {
      asked += 1;
      return audit(
        {
          storeName: SHOP,
          store,
          shopify,
          upsellDelayMs,
          absence: async () => options.absence ?? (() => null),
          clock,
        },
        { since: '2026-11-15', ...request },
      );
    },
    audits: () => asked,
  };
}
