/** A shop on a real port that answers as a test says, and a connection to it. What a test does not expect fails it. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger } from '../../src/platform/logger.ts';
import { createShopify, type ShopifyOptions } from '../../src/shopify/index.ts';
import type { Shopify } from '../../src/shopify/types.ts';
import { handClock, type HandClock } from '../clock.ts';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  /** Of a GraphQL request; empty for a grant. */
  operation: string;
  query: string;
  variables: Record<string, unknown>;
  body: Record<string, unknown>;
}

/** `hangs`: no answer ever. `drops`: the connection is cut. */
export type Reply = { status?: number; headers?: Record<string, string>; json?: unknown; html?: string } | 'hangs' | 'drops';

export type Answer = (received: Received) => Reply | Promise<Reply>;

export interface Shop {
  origin: string;
  received: Received[];
  grants(): Received[];
  queries(): Received[];
  close(): Promise<void>;
}

export const DOMAIN = 'convergestore.myshopify.com';
const GRANT = '/admin/oauth/access_token';

/** Tokens are `token-1`, `token-2`, … unless `grant` says otherwise. */
export async function startShop(answers: { grant?: Answer; graphql?: Answer }): Promise<Shop> {
  const received: Received[] = [];
  let tokens = 0;
  const grant: Answer =
    answers.grant ?? (() => ({ json: { access_token: `token-${(tokens += 1)}`, scope: 'read_orders', expires_in: 86_399 } }));
  const server = createServer((request, response) => {
    void read(request).then(async (body) => {
      const query = typeof body['query'] === 'string' ? body['query'] : '';
      const item: Received = {
        path: request.url ?? '',
        headers: request.headers,
        operation: /(?:query|mutation) (\w+)/.exec(query)?.[1] ?? '',
        query,
        variables: (body['variables'] ?? {}) as Record<string, unknown>,
        body,
      };
      received.push(item);
      const known = item.path === GRANT || item.path === '/admin/api/2026-10/graphql.json';
      const answer = item.path === GRANT ? grant : answers.graphql;
      const reply = known && answer ? await answer(item) : { status: 599, html: `unexpected ${item.path} ${item.operation}` };
      if (reply === 'hangs') return;
      if (reply === 'drops') return void request.socket.destroy();
      const text = reply.html ?? JSON.stringify(reply.json ?? {});
      response
        .writeHead(reply.status ?? 200, { 'content-type': reply.html ? 'text/html' : 'application/json', ...reply.headers })
        .end(text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    grants: () => received.filter(({ path }) => path === GRANT),
    queries: () => received.filter(({ path }) => path !== GRANT),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function read(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  return JSON.parse(body === '' ? '{}' : body) as Record<string, unknown>;
}

export interface Connected {
  shopify: Shopify;
  clock: HandClock;
  /** Every line of the log. */
  log: Record<string, unknown>[];
}

export function connectTo(shop: Pick<Shop, 'origin'>, options: Partial<ShopifyOptions> & { clock?: HandClock } = {}): Connected {
  const log: Record<string, unknown>[] = [];
  const clock = options.clock ?? handClock();
  const write = (line: string) => void log.push(JSON.parse(line) as Record<string, unknown>);
  const shopify = createShopify({
    domain: DOMAIN,
    origin: shop.origin,
    credentials: { clientId: 'client-id', clientSecret: 'canary-secret' },
    random: () => 0.5,
    logger: createLogger({ level: 'debug', fd: 1, pretty: false, colour: false }, { write }),
    ...options,
    clock,
  });
  return { shopify, clock, log };
}

/** Waits for real I/O, moving the clock whenever everybody sleeps. Resolves with how much time went by on the clock. */
export async function passing<Value>(clock: HandClock, work: Promise<Value>, step = 50): Promise<{ value: Value; ms: number }> {
  const begun = clock.now();
  let done = false;
  const settled = work.finally(() => {
    done = true;
  });
  settled.catch(() => {});
  while (!done) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!done && clock.sleepers() > 0) await clock.advance(step);
  }
  return { value: await settled, ms: clock.now() - begun };
}

/** `extensions.cost` as Shopify writes it. */
export function cost(requested: number, actual: number | null, available = 2000, maximum = 2000, restoreRate = 100): object {
  return {
    cost: {
      requestedQueryCost: requested,
      actualQueryCost: actual,
      throttleStatus: { maximumAvailable: maximum, currentlyAvailable: available, restoreRate },
    },
  };
}

/** An answer to Installation. */
export const INSTALLED = {
  data: {
    currentAppInstallation: { accessScopes: [{ handle: 'write_orders' }, { handle: 'read_customers' }] },
    shop: { id: 'gid://shopify/Shop/1', name: 'Converge', myshopifyDomain: DOMAIN, currencyCode: 'EUR', ianaTimezone: 'Europe/Berlin' },
  },
};
