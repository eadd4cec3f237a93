/** From a verified webhook to the signal the store keeps. */
import type { WebhookReading } from '../shopify/webhook.ts';
import type { Signal } from '../store/types.ts';

/** One configured store, as the receiver needs it. */
export interface ReceiverStore {
  /** The name in the config. */
  name: string;
  /** The `*.myshopify.com` domains Shopify may put into X-Shopify-Shop-Domain: the configured one and, once Shopify has told another, the canonical one. */
  domains: string[];
  /** Client secrets that sign its webhooks: the current one, then the previous one. Empty: none is known and every webhook is refused. */
  secrets: string[];
  /** 0: no upsell delay. */
  upsellDelayMs: number;
}

/** A creation time in the future counts as now: a wrong clock at the other side must not hold an order for longer than the delay. */
export function toSignal(
  store: ReceiverStore,
  reading: WebhookReading,
  received: Pick<Signal, 'deliveryId' | 'eventId' | 'topic' | 'triggeredAt' | 'receivedAt'>,
): Signal {
  const { orderId, orderCreatedAt, deletes, checksConnection, redact } = reading;
  const holds = store.upsellDelayMs > 0 && orderCreatedAt !== null;
  return {
    ...received,
    store: store.name,
    orderId,
    orderCreatedAt,
    heldUntil: holds ? Math.min(orderCreatedAt, received.receivedAt) + store.upsellDelayMs : null,
    deletes,
    checksConnection,
    redact,
  };
}

/** Whether anything follows from it besides its receipt. */
export function isUsed({ orderId, checksConnection, redact, dataRequest }: WebhookReading): boolean {
  return orderId !== null || checksConnection || redact !== null || dataRequest !== null;
}
