/** One webhook from its arrival to its answer: verified, made durable, and only then 200. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorCode } from '../core/errors.ts';
import { createBodyReader, drain } from '../platform/body.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import { readWebhook, verifyHmac, type WebhookReading } from '../shopify/webhook.ts';
import type { Signal, SignalResult, Store } from '../store/types.ts';
import { createGroupCommit } from './group-commit.ts';
import { logAccepted } from './log-accepted.ts';
import { createRefusalLog, REFUSALS, type Refusal, type RefusalCause } from './refusal.ts';
import { isUsed, toSignal, type ReceiverStore } from './signal.ts';

export interface IntakeOptions {
  /** Looked at anew for every webhook. */
  stores: readonly ReceiverStore[];
  store: Pick<Store, 'acceptSignals'>;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  /** Called after a commit that recorded something new. */
  onAccepted?: (signals: readonly Signal[]) => void;
}

const MAX_BODY_BYTES = 2 * 1024 * 1024;
/** Of all bodies being read at the same time. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;
/** How much of a refused body is let pass so that its sender sees the answer. */
const MAX_DRAINED_BYTES = 16 * 1024 * 1024;
/** Shopify's ids are about 36 characters and its topics shorter; what is much longer is not Shopify's and must not fill the database. */
const MAX_HEADER_LENGTH = 200;
const MAX_BATCH = 200;
const MAX_QUEUED = 2_000;
const RETRY_AFTER_SECONDS = 2;

type Outcome =
  | { kind: 'accepted'; signal: Signal; reading: WebhookReading; result: SignalResult }
  | { kind: 'refused'; refusal: Refusal; cause: RefusalCause }
  /** The sender has gone: nobody to answer, nothing kept. */
  | { kind: 'gone' };

/**
 * Answers `POST …/webhooks/shopify`. The order of refusals is part of the public contract: 413, 400 (topic, shop), 404, 401,
 * 400 (delivery id, body), 503. A refused request leaves nothing behind; 200 means that the signal is durable.
 */
export function createWebhookIntake(options: IntakeOptions): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { stores, clock, logger, metrics } = options;
  const readBody = createBodyReader({ maxBytes: MAX_BODY_BYTES, maxHeldBytes: MAX_HELD_BYTES });
  const logRefusal = createRefusalLog({ clock, logger });
  const accept = createGroupCommit<Signal, SignalResult>({
    maxBatch: MAX_BATCH,
    maxQueued: MAX_QUEUED,
    commit: async (signals) => {
      const results = await options.store.acceptSignals(signals);
      if (results.some(({ duplicate }) => !duplicate)) options.onAccepted?.(signals);
      return results;
    },
  });

  async function receive(request: IncomingMessage, topic: string, shop: string): Promise<Outcome> {
    const config = stores.find(({ domains }) => domains.includes(shop));
    const early =
      topic === '' || topic.length > MAX_HEADER_LENGTH || shop === ''
        ? REFUSALS.noTopic
        : config === undefined
          ? REFUSALS.unknownShop
          : null;

    const body = await readBody(request, early === null);
    if (body.kind === 'aborted') return { kind: 'gone' };
    if (body.kind === 'too_large') return refused(REFUSALS.tooLarge);
    if (early !== null) return refused(early);
    if (body.kind === 'dropped' || config === undefined) return refused(REFUSALS.unavailable, { code: 'RECEIVER_NO_ROOM' });

    if (!verifyHmac(config.secrets, body.raw, header(request, 'x-shopify-hmac-sha256'))) return refused(REFUSALS.unauthorized);
    const deliveryId = header(request, 'x-shopify-webhook-id');
    if (deliveryId === '' || deliveryId.length > MAX_HEADER_LENGTH) return refused(REFUSALS.noDeliveryId);
    const reading = readWebhook(topic, body.raw, shop);
    if (!reading.ok) return refused(REFUSALS.badBody, { reason: reading.reason });

    const signal = toSignal(config, reading, {
      deliveryId,
      topic,
      eventId: header(request, 'x-shopify-event-id').slice(0, MAX_HEADER_LENGTH) || null,
      triggeredAt: header(request, 'x-shopify-triggered-at').slice(0, MAX_HEADER_LENGTH) || null,
      receivedAt: clock.now(),
    });
    try {
      return { kind: 'accepted', signal, reading, result: await accept(signal) };
    } catch (error) {
      return refused(REFUSALS.unavailable, { code: errorCode(error) });
    }
  }

  return async (request, response) => {
    const startedAt = clock.now();
    const topic = header(request, 'x-shopify-topic').toLowerCase();
    const shop = header(request, 'x-shopify-shop-domain').toLowerCase();
    const outcome = await receive(request, topic, shop);
    if (outcome.kind === 'gone') return;
    if (outcome.kind === 'refused') {
      metrics.countWebhook(topic, outcome.refusal.result);
      logRefusal(outcome.refusal, topic, shop, outcome.cause);
      return await refuse(request, response, outcome.refusal);
    }
    response.writeHead(200, { 'content-length': 0 }).end();
    const { signal, reading, result } = outcome;
    metrics.countWebhook(topic, result.duplicate ? 'duplicate' : isUsed(reading) ? 'accepted' : 'unused');
    metrics.ackSeconds.observe(Math.max(0, clock.now() - startedAt) / 1000);
    logAccepted(logger, signal, reading, result);
  };
}

function refused(refusal: Refusal, cause: RefusalCause = {}): Outcome {
  return { kind: 'refused', refusal, cause };
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value.trim() : '';
}

/** The answer goes out at once; a body that is still coming is let pass, because closing on its sender would lose the answer. */
async function refuse(request: IncomingMessage, response: ServerResponse, { status, answer }: Refusal): Promise<void> {
  response.setHeader('content-length', Buffer.byteLength(answer));
  if (answer !== '') response.setHeader('content-type', 'text/plain; charset=utf-8').setHeader('x-content-type-options', 'nosniff');
  if (status === 413) response.setHeader('connection', 'close');
  if (status === 503) response.setHeader('retry-after', RETRY_AFTER_SECONDS);
  response.writeHead(status);
  response.flushHeaders();
  if (answer !== '') response.write(answer);
  if (!request.readableEnded) await drain(request, MAX_DRAINED_BYTES);
  response.end();
}
