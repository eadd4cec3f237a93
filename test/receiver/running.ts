/** A receiver on a real port with a store that is a list, and ways to talk to it: properly signed, or byte by byte. */
import { createHmac } from 'node:crypto';
import { createLogger } from '../../src/platform/logger.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { createHttpServer, type ServerLimits } from '../../src/platform/server.ts';
import { createReceiver } from '../../src/receiver/receiver.ts';
import type { ReceiverStore } from '../../src/receiver/signal.ts';
import type { Signal, Store } from '../../src/store/types.ts';
import { handClock } from '../clock.ts';

export { sendRaw } from './raw.ts';

export const SHOP = 'convergestore.myshopify.com';
export const SECRET = 'shpss_of_a_test';

export function sign(body: string | Buffer, secret = SECRET): string {
  return createHmac('sha256', secret).update(body).digest('base64');
}

let deliveries = 0;

/** Headers of a webhook that is accepted; `over` replaces or (undefined) removes. */
export function headersFor(body: string | Buffer, over: Record<string, string | undefined> = {}): Record<string, string> {
  deliveries += 1;
  const all = {
    'content-type': 'application/json',
    'x-shopify-topic': 'orders/create',
    'x-shopify-shop-domain': SHOP,
    'x-shopify-hmac-sha256': sign(body),
    'x-shopify-webhook-id': `delivery-${deliveries}`,
    ...over,
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** What the store got, batch by batch; `failure` makes the next commits fail. */
function fakeStore() {
  const known = new Set<string>();
  const fake = {
    batches: [] as Signal[][],
    failure: null as Error | null,
    signals: () => fake.batches.flat(),
    acceptSignals: (async (signals) => {
      if (fake.failure) throw fake.failure;
      fake.batches.push(signals);
      return signals.map(({ store, deliveryId }) => {
        const duplicate = known.has(`${store} ${deliveryId}`);
        known.add(`${store} ${deliveryId}`);
        return { duplicate, redacted: null };
      });
    }) satisfies Store['acceptSignals'] as Store['acceptSignals'],
  };
  return fake;
}

export interface StartOptions {
  store?: Pick<Store, 'acceptSignals'>;
  stores?: ReceiverStore[];
  publicUrl?: string | null;
  limits?: Partial<ServerLimits>;
  onAccepted?: () => void;
}

export async function startReceiver(options: StartOptions = {}) {
  const store = fakeStore();
  const clock = handClock();
  const metrics = createMetrics();
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger(
    { level: 'debug', fd: 1, pretty: false, colour: false },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  );
  const server = createHttpServer({
    name: 'server',
    host: '127.0.0.1',
    port: 0,
    clock,
    logger,
    limits: options.limits,
    respond: createReceiver({
      stores: options.stores ?? [{ name: 'main', domains: [SHOP], secrets: [SECRET, 'shpss_previous'], upsellDelayMs: 600_000 }],
      store: options.store ?? store,
      publicUrl: options.publicUrl ?? null,
      clock,
      logger,
      metrics,
      onAccepted: options.onAccepted,
    }),
  });
  const { port } = await server.listen();
  const origin = `http://127.0.0.1:${port}`;
  return {
    server,
    store,
    clock,
    metrics,
    lines,
    port,
    origin,
    post: (body: string | Buffer, headers = headersFor(body), path = '/webhooks/shopify') =>
      fetch(origin + path, { method: 'POST', body: new Uint8Array(Buffer.from(body)), headers }),
  };
}
