/** A flash sale played on a simulated clock: sandbox -> webhooks -> receiver -> store -> sync -> Shopify client -> sandbox, all of them real. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { webhookUri } from '../../src/connection.ts';
import type { RuleSettings } from '../../src/core/settings.ts';
import { connect } from '../../src/install/install.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { createHttpServer } from '../../src/platform/server.ts';
import { createWorker } from '../../src/platform/worker.ts';
import { createReceiver } from '../../src/receiver/receiver.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { createRandom } from '../../src/sandbox/random.ts';
import { createShopify } from '../../src/shopify/index.ts';
import { openStore } from '../../src/store/index.ts';
import { createSync } from '../../src/sync/sync.ts';
import { simulatedClock } from './simulated-clock.ts';

export interface FlashSale {
  orders: number;
  /** Orders come during so many minutes. */
  minutes: number;
  /** Share of the orders that take an upsell (an edit) while they wait. */
  upsells: number;
  /** Points a second. */
  restoreRate: number;
}

export interface FlashSaleResult {
  /** Placed Orders on the outbox, one an order. */
  sent: number;
  /** From an order's due time (creation + upsell delay) to its event, ms, one an order. */
  lags: number[];
  /** Points an order, everything asked of Shopify included. */
  pointsPerOrder: number;
  queries: number;
  throttled: number;
  /** From the last order's due time to the last event, ms. */
  behindAtEnd: number;
}

const MINUTE = 60_000;
const DELAY_MINUTES = 10;
const STORE = 'main';
const START = Date.parse('2026-11-27T09:00:00Z');
/** Shopify's search lags behind by seconds. */
const SEARCH_LAG_MS = 5_000;

const RULES: RuleSettings = {
  exclude: { channels: [], tags: [], customerTags: [], paymentGateways: [], testOrders: false },
  subscriptions: { events: false },
  upsellDelay: { enabled: true, minutes: DELAY_MINUTES },
  salesChannels: {},
  markets: null,
  aliases: { attributes: {}, relayDomains: [] },
};

export async function playFlashSale(sale: FlashSale): Promise<FlashSaleResult> {
  const folder = mkdtempSync(join(tmpdir(), 'flash-sale-'));
  const clock = simulatedClock(START);
  const logger = createLogger({ level: 'silent', fd: 2, pretty: false, colour: false });
  const random = createRandom(1);
  const chance = () => random.next();
  const sandbox = await startSandbox({ clock, bucket: { restoreRate: sale.restoreRate }, searchLagMs: SEARCH_LAG_MS, keep: 0 });
  let tokens = 0;
  const store = openStore({ path: join(folder, 'connector.sqlite'), newToken: () => String((tokens += 1)) });
  let points = 0;
  let queries = 0;
  let throttled = 0;
  const shopify = createShopify({
    domain: sandbox.shopDomain,
    origin: sandbox.origin,
    credentials: { clientId: sandbox.clientId, clientSecret: sandbox.clientSecret },
    clock,
    random: chance,
    logger,
    onCost: (_operation, { actual }) => {
      points += actual ?? 0;
      queries += 1;
    },
    onThrottle: () => (throttled += 1),
  });
  const sync = createWorker({
    name: 'sync',
    tick: createSync({
      storeName: STORE,
      store,
      shopify,
      settings: { rules: RULES, backfill: { enabled: true, since: null }, maxAgeHours: 72 },
      destinations: [{ name: 'converge', eventNames: null }],
      clock,
      random: chance,
      logger,
    }).tick,
    clock,
    random: chance,
    logger,
  });
  const receiver = createHttpServer({
    name: 'server',
    host: '127.0.0.1',
    port: 0,
    clock,
    logger,
    respond: createReceiver({
      stores: [{ name: STORE, domains: [sandbox.shopDomain], secrets: [sandbox.clientSecret], upsellDelayMs: DELAY_MINUTES * MINUTE }],
      store,
      publicUrl: null,
      clock,
      logger,
      metrics: createMetrics(),
      onAccepted: () => sync.wake(),
    }),
  });

  async function sell(): Promise<void> {
    const upsold: { at: number; order: string }[] = [];
    const times = Array.from({ length: sale.orders }, () => START + Math.floor(random.next() * sale.minutes * MINUTE)).sort(
      (a, b) => a - b,
    );
    for (const at of times) {
      await takeUpsells(upsold, at);
      await clock.sleep(at - clock.now());
      const [order] = sandbox.randomOrders(1);
      if (order && random.next() < sale.upsells) upsold.push({ at: at + 2 * MINUTE, order: order.id });
    }
    await takeUpsells(upsold, Infinity);
    for (;;) {
      const { due, waiting } = await store.counts(STORE, clock.now());
      if (due + waiting === 0) return;
      await clock.sleep(1_000);
    }
  }

  async function takeUpsells(upsold: { at: number; order: string }[], until: number): Promise<void> {
    while (upsold[0] && upsold[0].at <= until) {
      const next = upsold.shift();
      if (!next) return;
      await clock.sleep(next.at - clock.now());
      sandbox.shop.editOrder(next.order, { add: [{ variant: 'TM-1' }], pay: true });
    }
  }

  try {
    const { port } = await receiver.listen();
    const play = async () => {
      const webhook = webhookUri(`http://127.0.0.1:${port}`);
      await connect({ storeName: STORE, domain: sandbox.shopDomain, webhookUri: webhook, shopify, store, clock, logger });
      points = 0;
      queries = 0;
      sync.start();
      await sell();
      await sync.stop();
    };
    await clock.run(play());
    const events = await store.listEvents({ store: STORE, name: 'Placed Order', limit: sale.orders * 2 });
    // Shopify tells times to the second.
    const dueAt = (createdAt: number) => Math.floor(createdAt / 1000) * 1000 + DELAY_MINUTES * MINUTE;
    const lags = events.map(({ orderId, createdAt }) => createdAt - dueAt(sandbox.shop.order(orderId).createdAt));
    const lastDue = Math.max(...sandbox.shop.orders().map(({ createdAt }) => dueAt(createdAt)));
    const lastEvent = Math.max(...events.map(({ createdAt }) => createdAt));
    return {
      sent: new Set(events.map(({ orderId }) => orderId)).size,
      lags,
      pointsPerOrder: points / sale.orders,
      queries,
      throttled,
      behindAtEnd: lastEvent - lastDue,
    };
  } finally {
    await receiver.close(0);
    await sandbox.close();
    await shopify.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
