/** The log lines of webhooks that were taken in: compliance requests always, the others for who looks closely. */
import type { Logger } from '../platform/logger.ts';
import type { WebhookReading } from '../shopify/webhook.ts';
import type { Signal, SignalResult } from '../store/types.ts';

/** How many order ids a line names. */
const NAMED = 50;

/** Call after the commit. Names ids and counts, nothing of the person. */
export function logAccepted(logger: Logger, signal: Signal, reading: WebhookReading, { duplicate, redacted }: SignalResult): void {
  const { store, topic, orderId } = signal;
  if (duplicate) {
    logger.debug({ store, topic, orderId }, 'webhook known, nothing changed');
  } else if (redacted !== null) {
    logger.info({ store, topic, removed: redacted }, 'personal data removed, as Shopify asked');
  } else if (reading.dataRequest !== null) {
    const { orderIds } = reading.dataRequest;
    logger.warn(
      { store, topic, orders: orderIds.length, orderIds: orderIds.slice(0, NAMED) },
      'data request received: list what is stored with `events list --order ID` for each of these orders and pass it to the shop within 30 days',
    );
  } else {
    logger.debug({ store, topic, orderId }, 'webhook accepted');
  }
}
