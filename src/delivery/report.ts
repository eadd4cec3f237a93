/** Tells the log and the counters what became of an event. */
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { OutboxEvent, Settlement } from '../store/types.ts';

export type DeliveryMetrics = Pick<Metrics, 'deliveries' | 'deliverySeconds'>;

/** Only ids, numbers and our own words: never a body, never what the other side wrote. */
export function createReport(logger: Logger, metrics: DeliveryMetrics | undefined): (event: OutboxEvent, settlement: Settlement) => void {
  return (event, settlement) => {
    const { store, destination, eventId, orderId } = event;
    const { at, latencyMs, status } = settlement.attempt;
    const fields = { store, destination, eventId, orderId, attempt: event.attempts + 1, ms: latencyMs };
    metrics?.deliveries.inc({ store, destination, result: settlement.state });
    metrics?.deliverySeconds.observe({ destination }, latencyMs / 1000);
    switch (settlement.state) {
      case 'delivered':
        return logger.info(fields, 'event delivered');
      case 'retry':
        return logger.warn(
          { ...fields, status, outcome: settlement.outcome, retryInMs: Math.max(0, settlement.nextAt - at - latencyMs) },
          'event not delivered, will be tried again',
        );
      case 'dead':
        return logger.error({ ...fields, status, outcome: settlement.outcome }, 'event cannot be delivered, put aside as a dead letter');
    }
  };
}
