/** What of an event goes into Convead's data object: who it was, what happened, what is known of the visitor. Pure. */
import type { ConveadEvent } from '../../core/convead-spec.ts';
import type { ConvergeEvent, PropertyValue } from '../../core/event.ts';

/** Its part that comes from the event; the rest is the same for every event of a store. */
export interface ConveadData {
  type: string;
  /** The customer; empty: none is known. */
  visitor_uid: string;
  /** The checkout or the cart, else the order itself; empty: the customer says enough. */
  guest_uid: string;
  properties: Record<string, unknown>;
  visitor_info: Record<string, unknown>;
  /** Of the page; events made from orders have none. */
  page: { url?: string | undefined; path?: string | undefined; title?: string | undefined; referrer?: string | undefined };
}

/** `revenue` is the whole amount, shipping and discounts included, as Convead documents it. */
export function purchase(event: ConvergeEvent): ConveadData {
  const { items, total_price: revenue } = event.properties;
  return ofOrder(event, 'purchase', { order_id: orderId(event), revenue, items: Array.isArray(items) ? items.map(item) : [] });
}

/** Convead has no refund of its own: it becomes an event of the user's, known by its key. */
export function refund(event: ConvergeEvent, key: string): ConveadData {
  const { refund_id, total_price: amount } = event.properties;
  return ofOrder(event, 'custom', { key, order_id: orderId(event), refund_id, amount });
}

export function handedIn(event: ConveadEvent): ConveadData {
  const { event_name: type, visitor_uid, guest_uid, properties, visitor_info, url, path, title, referrer } = event;
  return { type, visitor_uid, guest_uid, properties, visitor_info, page: { url, path, title, referrer } };
}

function ofOrder(event: ConvergeEvent, type: string, properties: Record<string, unknown>): ConveadData {
  return { type, ...uids(event), properties, visitor_info: visitorInfo(event), page: {} };
}

/** Convead documents: both at once mean that the guest became this visitor. That is so with a customer's first order. */
function uids(event: ConvergeEvent): { visitor_uid: string; guest_uid: string } {
  const visitor = aliasOf(event, 'customer_id') ?? '';
  const guest = aliasOf(event, 'checkout_token') ?? aliasOf(event, 'cart_token');
  if (visitor === '') return { visitor_uid: '', guest_uid: guest ?? `order-${orderId(event)}` };
  return { visitor_uid: visitor, guest_uid: event.properties.$is_new_customer === true ? (guest ?? '') : '' };
}

function aliasOf({ aliases }: ConvergeEvent, kind: string): string | undefined {
  const prefix = `urn:${kind}:`;
  return aliases.find((alias) => alias.startsWith(prefix))?.slice(prefix.length);
}

function orderId({ properties, event_id }: ConvergeEvent): string {
  return typeof properties.id === 'string' ? properties.id : event_id;
}

/** Unknown values are left out: Convead documents that an empty one erases what it knows. */
function visitorInfo({ properties, profile_properties: profile }: ConvergeEvent): Record<string, PropertyValue | undefined> {
  const known = (key: string) => profile[key] ?? properties[key];
  return { first_name: known('$first_name'), last_name: known('$last_name'), email: known('$email'), phone: known('$phone_number') };
}

function item(bought: string | Record<string, string | number>): Record<string, string | number | undefined> {
  if (typeof bought === 'string') return { product_id: bought };
  const { product_id, quantity: qnt, price, name: product_name, url: product_url, image_url: product_image_url } = bought;
  return { product_id, qnt, price, product_name, product_url, product_image_url };
}
