/** The Placed Order event, and the parts it shares with the refunds of the same order. */
import type { ConvergeEvent, PropertyValue } from '../core/event.ts';
import { toNumber } from '../core/money.ts';
import type { Order } from '../core/order.ts';
import { isoSeconds, parseTime } from '../core/time.ts';
import { contactProperties, type Contact } from './contact.ts';
import { item, type Bought } from './lines.ts';
import { filled } from './text.ts';

/** What every event of an order says alike. */
export interface Common {
  order: Order;
  /** Minor-unit digits of the order's currency. */
  digits: number;
  /** ISO 4217; null when Shopify gave none. */
  currency: string | null;
  contact: Contact;
  aliases: string[];
  /** Mapped channel type. */
  channel: string;
  /** For a time nothing else is known of, ms. */
  now: number;
}

export function placedOrder(common: Common, bought: Bought, isNewCustomer: boolean | null, historical: boolean): ConvergeEvent {
  const { order, digits } = common;
  const properties: Record<string, PropertyValue> = {
    ...orderProperties(common),
    total_price: toNumber(bought.total, digits),
    total_tax: toNumber(bought.tax, digits),
    total_shipping: toNumber(bought.shipping, digits),
    total_discount: toNumber(bought.discount, digits),
  };
  const coupons = distinct(order.discountCodes);
  if (coupons.length > 0) properties.coupon = coupons.length === 1 ? (coupons[0] as string) : coupons;
  if (common.currency !== null) properties.currency = common.currency;
  if (bought.lines.length > 0) properties.items = bought.lines.map((line) => item(line, common.currency, digits));
  Object.assign(properties, contactProperties(common.contact));
  if (isNewCustomer !== null) properties.$is_new_customer = isNewCustomer;
  Object.assign(properties, originProperties(common));
  const tags = distinct(order.tags);
  if (tags.length > 0) properties.tags = tags;
  properties.historical = historical;
  return {
    event_name: 'Placed Order',
    event_id: String(order.id),
    timestamp: timestamp([order.processedAt, order.createdAt, order.updatedAt], common.now),
    properties,
    profile_properties: contactProperties(common.contact),
    aliases: common.aliases,
  };
}

export function orderProperties({ order }: Common): Record<string, PropertyValue> {
  const name = filled(order.name);
  return { id: String(order.id), ...(name !== null && { order_name: name }) };
}

/** Where the order came from. `source_name` is Shopify's own value: people filter on it. */
export function originProperties({ order, channel }: Common): Record<string, PropertyValue> {
  return { $sales_channel_type: channel, ...(filled(order.sourceName) !== null && { source_name: order.sourceName as string }) };
}

/** The first time that is ISO 8601 with an offset, as Shopify wrote it; `now` when there is none. */
export function timestamp(times: (string | null)[], now: number): string {
  return times.find((time) => parseTime(time) !== null) ?? isoSeconds(now);
}

function distinct(texts: string[] | null): string[] {
  const found = new Set<string>();
  for (const text of texts ?? []) {
    const value = filled(text);
    if (value !== null) found.add(value);
  }
  return [...found];
}
