/**
 * Webhook deliveries as Shopify makes them: signed, at most 5 s each, repeated 8 times over 4 hours with growing waits, and the
 * subscription removed after 8 consecutive failures. In disorder, twice or not at all when asked to.
 */
import { createHmac } from 'node:crypto';
import { Agent, request } from 'undici';
import { includeFields } from './include-fields.ts';
import type { Random } from './random.ts';
import type { SandboxClock } from './clock.ts';
import type { Store, Subscription } from './state.ts';
import { isLoopback } from './subscriptions.ts';

const TIMEOUT_MS = 5_000;
const RETRIES = 8;
const RETRIES_LAST_MS = 4 * 3_600_000;
const REMOVED_AFTER = 8;

export interface DeliveryFaults {
  /** Deliver what is waiting in random order. */
  shuffle: boolean;
  /** Probability that a delivery is made twice, with the same id. */
  duplicate: number;
  /** Probability that a delivery is never made. */
  drop: number;
}

export interface Delivery {
  /** `X-Shopify-Webhook-Id`: the same for every attempt. */
  webhookId: string;
  eventId: string;
  /** `orders/create`. */
  topic: string;
  uri: string;
  subscriptionId: string;
  body: string;
  triggeredAt: number;
  attempts: { at: number; status: number | null }[];
  state: 'waiting' | 'delivered' | 'given_up' | 'dropped';
}

/** One attempt that waits; an `extra` one is the second of a delivery made twice and is not repeated. */
interface Turn {
  delivery: Delivery;
  subscription: Subscription;
  /** Of the subscription, before the first attempt. */
  successes: number;
  extra: boolean;
}

export interface Deliveries {
  /** Starts a delivery to every subscription of the topic (`ORDERS_CREATE`) with an address on this machine. Bodies are fixed now, retries send the same bytes. */
  send(topic: string, body: object, eventId: string): void;
  setFaults(faults: Partial<DeliveryFaults>): void;
  /** The latest deliveries, oldest first; as many as are kept. */
  list(): readonly Delivery[];
  /** Resolves when no attempt is under way or waiting for its turn; waits for a retry do not count. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

export interface DeliveryOptions {
  store: Store;
  clock: SandboxClock;
  random: Random;
  clientSecret: string;
  apiVersion: string;
  faults: DeliveryFaults;
  /** Attempts at a time. */
  concurrency: number;
  /** Deliveries remembered. */
  keep: number;
}

/** Made-up orders go to no address outside this machine. */
function isReachable(uri: string): boolean {
  return uri.startsWith('http') && URL.canParse(uri) && isLoopback(new URL(uri).hostname);
}

/** Waits before the retries, doubling, 4 hours in all. */
export function retryWaitMs(retry: number): number {
  return (RETRIES_LAST_MS * 2 ** retry) / (2 ** RETRIES - 1);
}

function sign(clientSecret: string, body: string): string {
  return createHmac('sha256', clientSecret).update(body, 'utf8').digest('base64');
}

/** `ORDERS_PARTIALLY_FULFILLED` is `orders/partially_fulfilled`, `APP_SCOPES_UPDATE` is `app/scopes_update`. */
export function topicName(topic: string): string {
  const parts = /^(APP|SHOP|[A-Z_]*?S)_(.+)$/.exec(topic);
  return parts ? `${parts[1]}/${parts[2]}`.toLowerCase() : topic.toLowerCase();
}

export function createDeliveries(options: DeliveryOptions): Deliveries {
  const { store, clock, random, clientSecret } = options;
  const faults = { ...options.faults };
  const agent = new Agent({ keepAliveTimeout: 30_000, connectTimeout: 1_000 });
  const closing = new AbortController();
  const waiting: Turn[] = [];
  const kept: Delivery[] = [];
  let running = 0;
  let idlers: (() => void)[] = [];

  function headers(delivery: Delivery, subscription: Subscription): Record<string, string | undefined> {
    return {
      'Content-Type': 'application/json',
      'User-Agent': 'Shopify-Captain-Hook',
      'X-Shopify-Topic': delivery.topic,
      'X-Shopify-Hmac-Sha256': sign(clientSecret, delivery.body),
      'X-Shopify-Shop-Domain': store.domain,
      'X-Shopify-API-Version': options.apiVersion,
      'X-Shopify-Webhook-Id': delivery.webhookId,
      'X-Shopify-Event-Id': delivery.eventId,
      'X-Shopify-Triggered-At': new Date(delivery.triggeredAt).toISOString().replace('Z', '000000Z'),
      ...(subscription.name === null ? null : { 'X-Shopify-Name': subscription.name }),
    };
  }

  /** The status, or null for no answer within 5 s. */
  async function post(delivery: Delivery, subscription: Subscription): Promise<number | null> {
    const late = new AbortController();
    const over = new AbortController();
    const signal = AbortSignal.any([late.signal, closing.signal]);
    void clock.sleep(TIMEOUT_MS, AbortSignal.any([over.signal, closing.signal])).then(() => late.abort());
    try {
      const sent = { method: 'POST' as const, headers: headers(delivery, subscription), body: delivery.body, signal, dispatcher: agent };
      const answer = await request(subscription.uri, sent);
      await answer.body.dump();
      return answer.statusCode;
    } catch {
      return null;
    } finally {
      over.abort();
    }
  }

  function fail(turn: Turn): void {
    const { delivery, subscription } = turn;
    const failures = delivery.attempts.length;
    // Consecutive: nothing else of the subscription got through meanwhile.
    if (failures >= REMOVED_AFTER && subscription.successes === turn.successes) store.subscriptions.delete(subscription.id);
    if (failures > RETRIES || !store.subscriptions.has(subscription.id)) {
      delivery.state = 'given_up';
      return;
    }
    void clock.sleep(retryWaitMs(failures - 1), closing.signal).then(() => {
      if (!closing.signal.aborted) enqueue(turn);
    });
  }

  async function attempt(turn: Turn): Promise<void> {
    const { delivery, subscription } = turn;
    const at = clock.now();
    const status = await post(delivery, subscription);
    if (closing.signal.aborted || turn.extra) return;
    delivery.attempts.push({ at, status });
    if (status !== null && status >= 200 && status < 300) {
      delivery.state = 'delivered';
      subscription.successes += 1;
    } else {
      fail(turn);
    }
  }

  function next(): void {
    while (running < options.concurrency && waiting.length > 0 && !closing.signal.aborted) {
      const [chosen] = waiting.splice(faults.shuffle ? random.between(0, waiting.length - 1) : 0, 1);
      if (!chosen) break;
      running += 1;
      void attempt(chosen).finally(() => {
        running -= 1;
        next();
      });
    }
    if (running > 0 || waiting.length > 0) return;
    for (const resolve of idlers) resolve();
    idlers = [];
  }

  function enqueue(turn: Turn): void {
    waiting.push(turn);
    // In a turn of its own: an action returns before its webhooks leave, and several of them can be shuffled.
    setImmediate(next);
  }

  function deliver(subscription: Subscription, topic: string, body: object, eventId: string): void {
    const at = clock.now();
    const delivery: Delivery = {
      webhookId: `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-a${random.hex(3)}-${random.hex(12)}`,
      eventId,
      topic: topicName(topic),
      uri: subscription.uri,
      subscriptionId: subscription.id,
      body: JSON.stringify(includeFields(body, subscription.includeFields)),
      triggeredAt: at,
      attempts: [],
      state: random.chance(faults.drop) ? 'dropped' : 'waiting',
    };
    kept.push(delivery);
    if (kept.length > options.keep) kept.shift();
    if (delivery.state === 'dropped') return;
    const turn = { delivery, subscription, successes: subscription.successes, extra: false };
    enqueue(turn);
    if (random.chance(faults.duplicate)) enqueue({ ...turn, extra: true });
  }

  return {
    send: (topic, body, eventId) => {
      if (closing.signal.aborted) return;
      for (const subscription of store.subscriptions.values()) {
        if (subscription.topic === topic && isReachable(subscription.uri)) deliver(subscription, topic, body, eventId);
      }
    },
    setFaults: (changed) => Object.assign(faults, changed),
    list: () => kept,
    idle: () =>
      new Promise((resolve) => {
        if (running === 0 && waiting.length === 0) resolve();
        else idlers.push(resolve);
      }),
    close: async () => {
      closing.abort();
      waiting.length = 0;
      await agent.destroy();
      for (const resolve of idlers) resolve();
    },
  };
}
