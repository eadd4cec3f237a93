/** Sends webhooks as Shopify does: signed, 5 s for an answer, the same bytes under the same id again until one is a 200. */
import { createHmac } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Delivery } from '../../src/sandbox/deliveries.ts';

export type Webhook = Pick<Delivery, 'webhookId' | 'eventId' | 'topic' | 'body' | 'triggeredAt'>;

export interface SenderOptions {
  /** `http://127.0.0.1:3000` */
  origin: string;
  secret: string;
  shop: string;
  /** In [0, 1). */
  random: () => number;
}

export interface Sender {
  /** Sends it now, and again until it is acknowledged. */
  send(webhook: Webhook): void;
  counts: { sent: number; acknowledged: number; refused: number; unanswered: number; slowestMs: number };
  /** Webhooks not acknowledged so far. */
  waiting(): number;
  /** Resolves when everything has been acknowledged. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 5_000;
/** Shopify's own waits grow to hours. */
const WAITS = { firstMs: 250, mostMs: 4_000 };
const CONNECTIONS = 64;

export function createSender({ origin, secret, shop, random }: SenderOptions): Sender {
  const pool = new Pool(origin, { connections: CONNECTIONS, connect: { timeout: TIMEOUT_MS } });
  const counts = { sent: 0, acknowledged: 0, refused: 0, unanswered: 0, slowestMs: 0 };
  const open = new Set<Promise<void>>();
  let closed = false;

  function headers({ webhookId, eventId, topic, body, triggeredAt }: Webhook): Record<string, string> {
    return {
      'content-type': 'application/json',
      'x-shopify-topic': topic,
      'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
      'x-shopify-shop-domain': shop,
      'x-shopify-api-version': '2026-10',
      'x-shopify-webhook-id': webhookId,
      'x-shopify-event-id': eventId,
      'x-shopify-triggered-at': new Date(triggeredAt).toISOString(),
    };
  }

  /** Null: no whole answer in time. */
  async function post(webhook: Webhook): Promise<number | null> {
    const began = performance.now();
    try {
      const request = { path: '/webhooks/shopify', method: 'POST' as const, headers: headers(webhook), body: webhook.body };
      const answer = await pool.request({ ...request, signal: AbortSignal.timeout(TIMEOUT_MS) });
      await answer.body.dump();
      counts.slowestMs = Math.max(counts.slowestMs, performance.now() - began);
      return answer.statusCode;
    } catch {
      return null;
    }
  }

  async function untilAcknowledged(webhook: Webhook): Promise<void> {
    for (let tries = 0; !closed; tries += 1) {
      counts.sent += 1;
      const status = await post(webhook);
      if (status === 200) {
        counts.acknowledged += 1;
        return;
      }
      counts[status === null ? 'unanswered' : 'refused'] += 1;
      await wait(Math.min(WAITS.firstMs * 2 ** tries, WAITS.mostMs) * (0.5 + random() / 2));
    }
  }

  return {
    send: (webhook) => {
      const sending = untilAcknowledged(webhook).finally(() => open.delete(sending));
      open.add(sending);
    },
    counts,
    waiting: () => open.size,
    idle: async () => {
      while (open.size > 0) await Promise.all(open);
    },
    close: async () => {
      closed = true;
      await pool.destroy();
    },
  };
}
