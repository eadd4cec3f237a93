/** An order as sync writes it, without a shop: one Placed Order. */
import type { ConvergeEvent } from '../../src/core/event.ts';
import type { DueOrder, OrderWrite } from '../../src/store/types.ts';

const AT = '2026-11-20T12:00:00Z';

export function written(claim: DueOrder): OrderWrite {
  const { orderId, lane } = claim;
  const event: ConvergeEvent = {
    event_name: 'Placed Order',
    event_id: orderId,
    timestamp: AT,
    properties: { id: orderId, total_price: 10, total_tax: 0, total_shipping: 0, currency: 'EUR' },
    profile_properties: {},
    aliases: [`urn:shopify:order_id:${orderId}`],
  };
  return {
    claim,
    row: {
      name: `#${orderId}`,
      customerId: null,
      createdAt: Date.parse(AT),
      placedAt: AT,
      updatedAt: AT,
      sourceName: 'web',
      appName: null,
      currency: 'EUR',
    },
    derivation: {
      decision: 'sent',
      reason: null,
      events: [event],
      refunds: [],
      dueAgainAt: null,
      dueAgainReason: null,
      historical: lane === 'historical',
      channel: 'web',
      channelMapped: true,
      total: '10.00',
      sentLines: {},
      subscription: null,
      warnings: [],
      trail: [],
    },
    destinations: [{ name: 'converge', eventNames: null }],
  };
}
