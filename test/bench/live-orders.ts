/** Live orders at a steady rate: placed in a sandbox, told of by signed webhooks, waited for at an endpoint; all of it timed in this process. */
import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Pool } from 'undici';

/** As `sandbox --json` tells it. */
export interface Shop {
  origin: string;
  shopDomain: string;
  clientId: string;
  clientSecret: string;
}

export interface LiveOrder {
  id: string;
  /** ms, on the clock of `performance`. */
  sentAt: number;
  acknowledgedAt: number;
  /** Null: its event has not come. */
  deliveredAt: number | null;
}

export interface LiveOrders {
  /** Where events are to go. */
  endpoint: string;
  /** Changes something at the sandbox: see its control API. */
  control(path: string, body: object): Promise<unknown>;
  /** Places `perSecond` orders a second for as long as `more` says so, whatever becomes of them; resolves when all their webhooks are answered. */
  place(perSecond: number, more: () => boolean): Promise<LiveOrder[]>;
  /** Resolves when the events of all of them have come; throws when one is missing after `ms` or came twice. */
  settled(orders: LiveOrder[], ms: number): Promise<void>;
  close(): Promise<void>;
}

/** Idle ones are closed from here, before the other side does it beneath a request. */
const CONNECTIONS = { connections: 50, keepAliveTimeout: 1_000, keepAliveMaxTimeout: 1_000 };
const ANSWER = JSON.stringify({ success: true });
/** The id stands at the beginning. */
const HEAD_BYTES = 100;

export async function createLiveOrders(shop: Shop, webhooks: string): Promise<LiveOrders> {
  const orders = new Map<string, LiveOrder>();
  const repeats: string[] = [];
  const sandbox = new Pool(shop.origin, CONNECTIONS);
  const { origin, pathname } = new URL(webhooks);
  const receiver = new Pool(origin, CONNECTIONS);

  function arrived(head: string): void {
    const order = orders.get(/"event_name":"Placed Order","event_id":"([^"]+)"/.exec(head)?.[1] ?? '');
    if (!order) return;
    if (order.deliveredAt !== null) repeats.push(order.id);
    order.deliveredAt ??= performance.now();
  }

  const server = createServer((request, response) => {
    request.once('data', (chunk: Buffer) => arrived(chunk.toString('latin1', 0, HEAD_BYTES)));
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER)).resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  async function control(path: string, body: object): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    const answer = await sandbox.request({ path: `/_sandbox/${path}`, method: 'POST', headers, body: JSON.stringify(body) });
    if (answer.statusCode !== 200) throw new Error(`the sandbox answers ${answer.statusCode}: ${await answer.body.text()}`);
    return await answer.body.json();
  }

  async function placeOne(): Promise<LiveOrder> {
    const [placed] = (await control('orders/random', { count: 1 })) as [{ id: string; createdAt: string; updatedAt: string }];
    const body = JSON.stringify({
      id: Number(placed.id),
      admin_graphql_api_id: `gid://shopify/Order/${placed.id}`,
      created_at: placed.createdAt,
      updated_at: placed.updatedAt,
    });
    const order: LiveOrder = { id: placed.id, sentAt: performance.now(), acknowledgedAt: 0, deliveredAt: null };
    orders.set(order.id, order);
    const headers = {
      'content-type': 'application/json',
      'x-shopify-topic': 'orders/create',
      'x-shopify-shop-domain': shop.shopDomain,
      'x-shopify-api-version': '2026-10',
      'x-shopify-hmac-sha256': createHmac('sha256', shop.clientSecret).update(body).digest('base64'),
      'x-shopify-webhook-id': randomUUID(),
      'x-shopify-event-id': randomUUID(),
      'x-shopify-triggered-at': new Date().toISOString(),
    };
    const answer = await receiver.request({ path: pathname, method: 'POST', headers, body });
    await answer.body.dump();
    if (answer.statusCode !== 200) throw new Error(`a webhook was answered with ${answer.statusCode}`);
    order.acknowledgedAt = performance.now();
    return order;
  }

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    control,
    place: async (perSecond, more) => {
      const placed: Promise<LiveOrder>[] = [];
      for (const startedAt = performance.now(); more();) {
        const order = placeOne();
        // Heard at the end.
        order.catch(() => {});
        placed.push(order);
        await wait(Math.max(0, startedAt + (placed.length / perSecond) * 1000 - performance.now()));
      }
      return await Promise.all(placed);
    },
    settled: async (expected, ms) => {
      const end = performance.now() + ms;
      const missing = () => expected.filter(({ deliveredAt }) => deliveredAt === null).length;
      while (missing() > 0 && performance.now() < end) await wait(50);
      if (missing() > 0 || repeats.length > 0)
        throw new Error(`of ${expected.length} live orders ${missing()} are missing, ${repeats.length} came again`);
    },
    close: async () => {
      await Promise.all([sandbox.destroy(), receiver.destroy()]);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
