/** What a verified webhook says, topic by topic: which order to read, what to check, what to forget. Its facts are read from Shopify again. */
import { numericId, parseLossless } from './lossless.ts';

export { verifyHmac } from './hmac.ts';

type Json = Record<string, unknown>;

export interface WebhookReading {
  ok: true;
  /** Numeric id of the order it names; null for topics without one. */
  orderId: string | null;
  /** ms since the epoch; null where the body gives none. */
  orderCreatedAt: number | null;
  /** `orders/delete`. */
  deletes: boolean;
  /** `app/uninstalled`, `app/scopes_update`: look at the connection. */
  checksConnection: boolean;
  redact: { kind: 'customer'; customerId: string | null; orderIds: string[] } | { kind: 'shop' } | null;
  /** `customers/data_request`: what the customer's data may be found by. */
  dataRequest: { customerId: string | null; orderIds: string[] } | null;
}

const NOTHING: WebhookReading = {
  ok: true,
  orderId: null,
  orderCreatedAt: null,
  deletes: false,
  checksConnection: false,
  redact: null,
  dataRequest: null,
};

/** `reason` is for the log: no part of the body. */
export type WebhookResult = WebhookReading | { ok: false; reason: string };

/** A body of these is an order, or what is left of one. */
const ORDER_TOPICS = new Set([
  'orders/create',
  'orders/updated',
  'orders/cancelled',
  'orders/paid',
  'orders/fulfilled',
  'orders/partially_fulfilled',
  'orders/delete',
]);

const COMPLIANCE_TOPICS = new Set(['customers/redact', 'customers/data_request', 'shop/redact']);

/**
 * Reads a body whose signature was verified. `topic` is the header (`orders/create`), `shop` the store's canonical domain. Never throws.
 * The topic header is not signed, so whatever a body may cause must be harmless or proven by its shape: a compliance request is believed only in its own
 * shape and when it names this shop. A topic we do not use is fine and names no order.
 */
export function readWebhook(topic: string, raw: Buffer, shop: string): WebhookResult {
  const text = raw.toString('utf8');
  if (!COMPLIANCE_TOPICS.has(topic)) {
    // Keeping the digits of ids beyond 2^53 costs five times the parse; such an id is never taken for another one, it only is not found.
    const reading = readText(topic, text, shop, JSON.parse);
    if (reading.ok) return reading;
  }
  return readText(topic, text, shop, parseLossless);
}

function readText(topic: string, text: string, shop: string, parse: (text: string) => unknown): WebhookResult {
  let body: unknown;
  try {
    body = parse(text);
  } catch {
    return { ok: false, reason: 'the body is no JSON' };
  }
  if (!isObject(body)) return { ok: false, reason: 'the body is no JSON object' };

  if (ORDER_TOPICS.has(topic)) return readOrder(topic, body);
  switch (topic) {
    case 'orders/edited': {
      const edit = get(body, 'order_edit');
      return named(isObject(edit) ? numericId(get(edit, 'order_id')) : null);
    }
    case 'refunds/create':
    case 'order_transactions/create':
      return named(numericId(get(body, 'order_id')));
    case 'app/uninstalled':
    case 'app/scopes_update':
      return { ...NOTHING, checksConnection: true };
    case 'customers/redact':
    case 'customers/data_request':
    case 'shop/redact':
      return readCompliance(topic, body, shop);
    default:
      return NOTHING;
  }
}

function readOrder(topic: string, body: Json): WebhookResult {
  const gid = get(body, 'admin_graphql_api_id');
  const ofOrder = typeof gid === 'string' && gid.startsWith('gid://shopify/Order/') ? numericId(gid) : null;
  const createdAt = get(body, 'created_at');
  const at = typeof createdAt === 'string' ? Date.parse(createdAt) : NaN;
  return named(ofOrder ?? numericId(get(body, 'id')), { orderCreatedAt: Number.isNaN(at) ? null : at, deletes: topic === 'orders/delete' });
}

function named(orderId: string | null, more: Partial<WebhookReading> = {}): WebhookResult {
  return orderId === null ? { ok: false, reason: 'the body names no order' } : { ...NOTHING, ...more, orderId };
}

/** Shopify documents the three shapes; one must not pass for another, or a captured data request could erase a shop. */
function readCompliance(topic: 'customers/redact' | 'customers/data_request' | 'shop/redact', body: Json, shop: string): WebhookResult {
  const domain = get(body, 'shop_domain');
  if (typeof domain !== 'string' || domain.toLowerCase() !== shop.toLowerCase())
    return { ok: false, reason: 'the request names another shop' };
  const customer = get(body, 'customer');
  const toRedact = get(body, 'orders_to_redact');
  const requested = get(body, 'orders_requested');

  if (topic === 'shop/redact') {
    const own = numericId(get(body, 'shop_id')) !== null && customer === undefined && toRedact === undefined && requested === undefined;
    return own ? { ...NOTHING, redact: { kind: 'shop' } } : { ok: false, reason: 'not the shape of a shop/redact request' };
  }
  const [orders, other] = topic === 'customers/redact' ? [toRedact, requested] : [requested, toRedact];
  if (!isObject(customer) || !Array.isArray(orders) || other !== undefined)
    return { ok: false, reason: `not the shape of a ${topic} request` };
  const found = { customerId: numericId(get(customer, 'id')), orderIds: orders.map(numericId).filter((id) => id !== null) };
  return topic === 'customers/redact' ? { ...NOTHING, redact: { kind: 'customer', ...found } } : { ...NOTHING, dataRequest: found };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own properties only: a body cannot reach into a prototype. */
function get(body: Json, key: string): unknown {
  return Object.hasOwn(body, key) ? body[key] : undefined;
}
