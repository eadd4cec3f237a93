/** Starting a sandbox: a Shopify store, a Converge and a Convead endpoint on loopback that behave like the real ones where it matters. */
import { buildSchema } from 'graphql';
import { ConnectorError } from '../core/errors.ts';
import { createAdminApi } from './admin-api.ts';
import { createBodies } from './bodies.ts';
import { STANDARD_BUCKET, createBucket } from './bucket.ts';
import { createBulkFaults } from './bulk-faults.ts';
import { createBulkFiles } from './bulk-files.ts';
import { createBulkPlanner } from './bulk-query.ts';
import { bulkViews, finishBody } from './bulk-roots.ts';
import { createBulk } from './bulk.ts';
import { realClock } from './clock.ts';
import { control } from './control.ts';
import { createConvead } from './convead.ts';
import { createConverge } from './converge.ts';
import { createDeliveries } from './deliveries.ts';
import { createFaults } from './faults.ts';
import { generateOrders, randomOrder } from './generator.ts';
import { createGraphql } from './graphql.ts';
import { replyOf, serve, type Asked, type Reply } from './http.ts';
import { createHistory } from './history.ts';
import { createIds } from './ids.ts';
import { createOauth } from './oauth.ts';
import { createOrderSource } from './order-source.ts';
import { page } from './page.ts';
import { createRandom } from './random.ts';
import { createResolvers } from './resolvers.ts';
import { createRestTime } from './rest.ts';
import type { Sandbox, SandboxOptions } from './sandbox.ts';
import { adminSchema } from './schema.ts';
import { FIRST_NUMBER, createShop } from './shop.ts';
import type { Store } from './state.ts';
import { createSubscriptions } from './subscriptions.ts';
import { createViews } from './views-order.ts';

export type { ConvergeBody } from './converge-spec.ts';
export type { OrderInput } from './orders.ts';
export type { Sandbox, SandboxOptions } from './sandbox.ts';

const DAY_MS = 86_400_000;
const SCOPES = ['read_orders', 'read_all_orders', 'read_customers', 'read_products'];
const CONVERGE_PATH = '/converge';
/** Convead's own. */
const CONVEAD_PATH = '/watch/event';
const DELIVERIES_AT_A_TIME = 8;
const REGULARS = 40;

function createStore(options: SandboxOptions, now: number): Store {
  const domain = options.shopDomain ?? 'sandbox-store.myshopify.com';
  const currency = options.currency ?? 'USD';
  if (options.history && options.history.to > now)
    throw new ConnectorError('SANDBOX_INPUT', 'A history ends at the latest now; correct `history.to`.');
  const historyPlace = { making: { currency, shopDomain: domain }, firstNumber: FIRST_NUMBER, firstOrderId: options.firstOrderId };
  return {
    domain,
    name: 'Sandbox Store',
    email: 'owner@example.com',
    currency,
    timeZone: options.timeZone ?? 'America/New_York',
    taxesIncluded: false,
    orders: new Map(),
    history: options.history ? createHistory({ ...options.history, ...historyPlace }) : null,
    customers: new Map(),
    subscriptions: new Map(),
    scopes: options.scopes ?? SCOPES,
    installed: true,
    revision: 0,
    settledAt: 0,
  };
}

const ordersHeld = ({ orders, history }: Store): number => orders.size + (history ? history.size - history.countTaken(0, history.size) : 0);

/**
 * Listens on 127.0.0.1 when it resolves. The shop is the instance: its requests come to `origin`, whatever domain they mean. Everything
 * is in memory, but for results of bulk operations in a temporary folder, and gone after `close`. Throws SANDBOX_PORT when it cannot
 * listen.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const clock = options.clock ?? realClock;
  const { now } = clock;
  const seed = options.seed ?? 1;
  const random = createRandom(seed);
  const store = createStore(options, now());
  const ids = createIds(options.firstOrderId);
  const clientId = options.clientId ?? random.hex(32);
  const clientSecret = options.clientSecret ?? `shpss_${random.hex(32)}`;
  const convergeToken = options.convergeToken ?? null;
  const keep = options.keep ?? Infinity;
  let searchLagMs = options.searchLagMs ?? 0;

  const oauth = createOauth({ store, random, now, clientId, clientSecret, accessToken: options.accessToken ?? null });
  const bucket = createBucket(now, { ...STANDARD_BUCKET, ...options.bucket });
  const webhookVersion = options.webhookVersion ?? '2026-10';
  const deliveryFaults = { shuffle: false, duplicate: 0, drop: 0, ...options.webhooks };
  const deliveries = createDeliveries({
    ...{ store, clock, random, clientSecret, keep },
    apiVersion: webhookVersion,
    faults: deliveryFaults,
    concurrency: DELIVERIES_AT_A_TIME,
  });
  const bodies = createBodies(store);
  const making = { ids, random, currency: store.currency, shopDomain: store.domain };
  const shop = createShop({ store, making, clock, bodies, deliveries, searchLagMs: () => searchLagMs, onUninstall: oauth.revokeAll });
  const views = createViews(store, now, options.journeyReadyAfterMs ?? 0);
  const subscriptions = createSubscriptions(store, ids, now, options.allowLoopbackWebhooks ?? true);
  const schema = buildSchema(adminSchema);
  const orders = createOrderSource(store, now);
  const bulkFaults = createBulkFaults();
  const bulkFiles = createBulkFiles({ random, now, origin: () => server.origin, faults: bulkFaults });
  const restTime = createRestTime(store.timeZone);
  const bulk = createBulk({
    ...{ clock, ids, seed, pace: options.bulk ?? {}, files: bulkFiles, faults: bulkFaults },
    plan: createBulkPlanner(schema),
    views: (plan) => bulkViews(views, orders, plan),
    finished: (operation) => deliveries.send('BULK_OPERATIONS_FINISH', finishBody(operation, restTime), random.hex(32)),
  });
  const adminApi = createAdminApi(
    oauth,
    createGraphql(schema, createResolvers({ views, orders, bulk, subscriptions, webhookVersion }), bucket),
  );
  const shopifyFaults = createFaults(random);
  const converge = createConverge({ now, token: convergeToken, keep, faults: createFaults(random) });
  const convead = createConvead({ now, appKey: options.conveadAppKey ?? null, keep, faults: createFaults(random) });
  const requests = { grants: 0, graphql: 0 };

  async function shopifyReply(asked: Asked): Promise<Reply | null> {
    if (!asked.path.startsWith('/admin/')) return null;
    requests[asked.path.includes('/oauth/') ? 'grants' : 'graphql'] += 1;
    const fault = shopifyFaults.next(asked);
    const answer = fault && !fault.afterAccepting ? null : await adminApi(asked);
    return fault ? replyOf(fault) : answer;
  }

  async function respond(asked: Asked): Promise<Reply> {
    if (asked.path === CONVERGE_PATH || asked.path.startsWith(`${CONVERGE_PATH}/`)) return converge.receive(asked);
    if (asked.path === CONVEAD_PATH) return convead.receive(asked);
    if (asked.path === '/' && asked.method === 'GET') return page(sandbox);
    return (
      (await shopifyReply(asked)) ?? bulkFiles.respond(asked) ?? control(sandbox, asked) ?? { status: 404, body: '{"errors":"Not Found"}' }
    );
  }

  const server = await serve(options.port ?? 0, respond);
  let closed: Promise<void> | null = null;
  const sandbox: Sandbox = {
    origin: server.origin,
    convergeUrl: `${server.origin}${CONVERGE_PATH}/webhooks`,
    conveadUrl: `${server.origin}${CONVEAD_PATH}`,
    ...{ convergeToken, clientId, clientSecret, shop, webhooks: deliveries },
    converge: converge.endpoint,
    convead: convead.endpoint,
    shopDomain: store.domain,
    shopify: {
      setFaults: shopifyFaults.set,
      setOauthTrouble: oauth.setTrouble,
      setBucket: bucket.set,
      setSearchLag: (ms) => {
        searchLagMs = ms;
      },
      throttleStatus: bucket.status,
      expireTokens: oauth.revokeAll,
      requests: () => ({ ...requests }),
      bulk: bulk.side,
    },
    generateOrders: (count, ordersSeed, from, to) => generateOrders(shop, count, ordersSeed, from, to),
    randomOrders: (count) => Array.from({ length: count }, () => shop.createOrder(randomOrder(random, REGULARS))),
    state: () => ({
      ...{
        origin: server.origin,
        shopDomain: store.domain,
        clientId,
        clientSecret,
        convergeUrl: sandbox.convergeUrl,
        conveadUrl: sandbox.conveadUrl,
      },
      ...{ installed: store.installed, scopes: store.scopes, orders: ordersHeld(store), requests: { ...requests } },
      throttleStatus: bucket.status(),
      subscriptions: [...store.subscriptions.values()].map(({ id, topic, uri }) => ({ id, topic, uri })),
      converge: converge.endpoint.counts(),
      convead: convead.endpoint.counts(),
    }),
    close: () => (closed ??= Promise.all([deliveries.close(), server.close(), bulk.close()]).then(() => {})),
  };
  generateOrders(shop, options.orders ?? 0, seed, now() - (options.historyDays ?? 90) * DAY_MS, now());
  return sandbox;
}
