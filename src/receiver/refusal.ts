/** Why a webhook is refused: the status Shopify gets, and the line the log gets. */
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { topicLabel, type WebhookResult } from '../platform/metrics.ts';

export interface Refusal {
  status: number;
  result: WebhookResult;
  /** Told to the sender; empty for a bad signature, which gets no hint. */
  answer: string;
  /** Told to the operator, with the next step. */
  message: string;
}

/** In the order they are looked at. */
export const REFUSALS = {
  tooLarge: {
    status: 413,
    result: 'too_large',
    answer: 'body over 2 MiB',
    message: 'webhook refused: its body is over 2 MiB; Shopify sends none that large with our subscriptions, see `doctor`',
  },
  noTopic: {
    status: 400,
    result: 'invalid',
    answer: 'X-Shopify-Topic or X-Shopify-Shop-Domain is missing',
    message: 'webhook refused: it has no topic or shop header; it does not come from Shopify or a proxy removes headers',
  },
  unknownShop: {
    status: 404,
    result: 'unknown_shop',
    answer: 'unknown shop',
    message: 'webhook refused: no store of the config has this shop; add it, or remove the webhook in its Shopify admin',
  },
  unauthorized: {
    status: 401,
    result: 'unauthorized',
    answer: '',
    message:
      'webhook refused: its signature does not match; check clientSecret (a webhook made by hand in the Shopify admin is signed with another secret and cannot be used)',
  },
  noDeliveryId: {
    status: 400,
    result: 'invalid',
    answer: 'X-Shopify-Webhook-Id is missing',
    message: 'webhook refused: it has no delivery id; a proxy removes or changes headers',
  },
  badBody: {
    status: 400,
    result: 'invalid',
    answer: 'unusable body',
    message: 'webhook refused: its body is not what the topic has; run `connect` to repair the subscriptions',
  },
  unavailable: {
    status: 503,
    result: 'unavailable',
    answer: 'try again',
    message: 'webhook could not be written, Shopify will send it again; check the disk of the database',
  },
} as const satisfies Record<string, Refusal>;

export interface RefusalCause {
  /** Code of the error that caused it. */
  code?: string;
  /** No part of the request. */
  reason?: string;
}

const QUIET_MS = 60_000;
const SHOP = /^[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com$/;

export type LogRefusal = (refusal: Refusal, topic: string, shop: string, cause: RefusalCause) => void;

/** Logs the first refusal of each kind at once, then one line a minute with the number of those in between: nobody can fill the log from outside. */
export function createRefusalLog({ clock, logger }: { clock: Clock; logger: Logger }): LogRefusal {
  const kinds = new Map<Refusal, { quietUntil: number; unsaid: number }>();
  return (refusal, topic, shop, cause) => {
    const now = clock.now();
    const kind = kinds.get(refusal);
    if (kind && now < kind.quietUntil) {
      kind.unsaid += 1;
      return;
    }
    kinds.set(refusal, { quietUntil: now + QUIET_MS, unsaid: 0 });
    const fields = {
      topic: topicLabel(topic),
      shop: SHOP.test(shop) ? shop : 'not a shop domain',
      ...cause,
      alsoRefused: kind?.unsaid ?? 0,
    };
    logger.warn(fields, refusal.message);
  };
}
