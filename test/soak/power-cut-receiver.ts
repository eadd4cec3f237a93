/**
 * A process of its own: the receiver on the real store, with orders written and events settled beside it. `normal` as the second argument turns its commits
 * non-durable, which the program itself refuses to run with: the cuts must show the difference.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../src/platform/clock.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { createHttpServer } from '../../src/platform/server.ts';
import { createReceiver } from '../../src/receiver/receiver.ts';
import { acceptSignals } from '../../src/store/accept-signals.ts';
import { claimDueOrders } from '../../src/store/claim-due-orders.ts';
import { claimLanes } from '../../src/store/claim-lanes.ts';
import { connections } from '../../src/store/connections.ts';
import { connect } from '../../src/store/open.ts';
import { settlements } from '../../src/store/settle.ts';
import { writeOrders } from '../../src/store/write-orders.ts';
import { SECRET, SHOP } from '../bench/webhooks.ts';
import { written } from './written.ts';

const STORE = 'main';
const [path = '', mode] = process.argv.slice(2);

const connection = connect(path);
if (mode === 'normal') connection.client.pragma('synchronous = NORMAL');
const clock = systemClock;
const logger = createLogger({ level: 'silent', fd: 2, pretty: false, colour: false });
const claimDue = claimDueOrders(connection, randomUUID);
const write = writeOrders(connection);
const claim = claimLanes(connection, randomUUID);
const { settleAll } = settlements(connection);

/** The rest of the database's life, so that every table changes and the log is checkpointed now and then. */
async function work(): Promise<never> {
  for (;;) {
    const now = clock.now();
    const due = await claimDue(STORE, { limit: 50, now, leaseMs: 1_000 });
    await write(STORE, due.map(written), now);
    const lanes = await claim({ store: STORE, destination: 'converge', limit: 50, now, leaseMs: 1_000, eventsPerLane: 1 });
    const attempt = { at: now, latencyMs: 1, status: 200, answer: 'ok' };
    const results = lanes.map((lane) => ({
      claim: lane,
      results: lane.events.map((event) => ({ event, settlement: { state: 'delivered' as const, attempt } })),
    }));
    await settleAll(results, now);
    await wait(5);
  }
}

const now = clock.now();
const connected = { name: STORE, domain: SHOP, shopName: 'Shop', currency: 'EUR', timeZone: 'Europe/Berlin', scopes: ['read_orders'] };
await connections(connection).saveConnection({
  ...connected,
  connectedAt: now,
  tokenAt: now,
  subscriptions: [],
  subscriptionsCheckedAt: null,
});
const respond = createReceiver({
  stores: [{ name: STORE, domains: [SHOP], secrets: [SECRET], upsellDelayMs: 0 }],
  store: { acceptSignals: acceptSignals(connection) },
  publicUrl: null,
  clock,
  logger,
  metrics: createMetrics(),
});
const { port } = await createHttpServer({ name: 'server', host: '127.0.0.1', port: 0, respond, clock, logger }).listen();
process.send?.({ port });
process.on('disconnect', () => process.exit());
await work();
