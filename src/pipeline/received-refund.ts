/** The Received Refund event. */
import type { ConvergeEvent, PropertyValue } from '../core/event.ts';
import { toMinor, toNumber } from '../core/money.ts';
import { contactProperties } from './contact.ts';
import { boughtLine, item } from './lines.ts';
import { orderProperties, originProperties, timestamp, type Common } from './placed-order.ts';
import type { NewRefund } from './refunds.ts';

export function receivedRefund(common: Common, { refund, amount, units }: NewRefund, historical: boolean): ConvergeEvent {
  const { order, digits, currency } = common;
  let tax = 0n;
  let shipping = 0n;
  for (const line of refund.lines ?? []) tax += toMinor(line.tax, digits);
  for (const part of refund.shipping ?? []) {
    shipping += toMinor(part.amount, digits);
    tax += toMinor(part.tax, digits);
  }
  const properties: Record<string, PropertyValue> = {
    ...orderProperties(common),
    refund_id: String(refund.id),
    total_price: toNumber(amount, digits),
    total_tax: toNumber(tax, digits),
    total_shipping: toNumber(shipping, digits),
  };
  if (currency !== null) properties.currency = currency;
  const items: Record<string, string | number>[] = [];
  for (const line of order.lines ?? []) {
    const refunded = boughtLine(line, units.get(line.id) ?? 0, digits);
    if (refunded) items.push(item(refunded, currency, digits));
  }
  if (items.length > 0) properties.items = items;
  Object.assign(properties, contactProperties(common.contact), originProperties(common));
  properties.historical = historical;
  return {
    event_name: 'Received Refund',
    event_id: `refund-${refund.id}`,
    timestamp: timestamp([refund.processedAt, refund.createdAt, order.updatedAt], common.now),
    properties,
    profile_properties: contactProperties(common.contact),
    aliases: common.aliases,
  };
}
