/** Signed webhooks for the benchmarks: `orders/create` as Shopify sends it, made beforehand so that sending costs little. */
import { createHmac } from 'node:crypto';

export const SHOP = 'convergestore.myshopify.com';
export const SECRET = 'shpss_of_a_benchmark';
export const PATH = '/webhooks/shopify';
const BODY_BYTES = 8 * 1024;

export interface Webhook {
  /** ASCII. */
  body: string;
  hmac: string;
}

/** What is sent: 8 KB of a whole order, 8 KB of an order with few fields and a long note, or what our own subscriptions ask for. */
export type BodyKind = 'order' | 'note' | 'own';

/** `count` bodies of different orders. */
export function makeWebhooks(kind: BodyKind, count: number): Webhook[] {
  const make = { order: orderBody, note: noteBody, own: ownBody }[kind];
  return Array.from({ length: count }, (_, index) => {
    const body = make(5_000_000_000 + index);
    return { body, hmac: createHmac('sha256', SECRET).update(body).digest('base64') };
  });
}

function orderBody(id: number): string {
  const line = (number: number) => ({
    id: id * 100 + number,
    admin_graphql_api_id: `gid://shopify/LineItem/${id * 100 + number}`,
    title: 'Cotton shirt, long sleeves',
    quantity: 1,
    price: '19.95',
    sku: `SHIRT-${number}`,
    tax_lines: [{ title: 'VAT', rate: 0.2, price: '3.33' }],
  });
  return filled({
    ...ownFields(id),
    name: `#${id}`,
    line_items: Array.from({ length: 28 }, (_, number) => line(number)),
  });
}

function noteBody(id: number): string {
  return filled({ ...ownFields(id), name: `#${id}` });
}

function ownBody(id: number): string {
  return JSON.stringify(ownFields(id));
}

/** `includeFields` of our subscriptions. */
function ownFields(id: number) {
  return {
    id,
    admin_graphql_api_id: `gid://shopify/Order/${id}`,
    created_at: '2026-11-20T12:00:00+00:00',
    updated_at: '2026-11-20T12:00:01+00:00',
  };
}

/** The order with a note that makes it 8 KB. */
function filled(order: object): string {
  const room = BODY_BYTES - JSON.stringify({ ...order, note: '' }).length;
  if (room < 0) throw new Error(`the order is ${-room} bytes too long`);
  return JSON.stringify({ ...order, note: 'x'.repeat(room) });
}

/** The request as bytes on the wire (ASCII), with a delivery id of its own. */
export function requestText({ body, hmac }: Webhook, deliveryId: string): string {
  return (
    `POST ${PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n` +
    `X-Shopify-Topic: orders/create\r\nX-Shopify-Shop-Domain: ${SHOP}\r\nX-Shopify-API-Version: 2026-10\r\nX-Shopify-Hmac-Sha256: ${hmac}\r\n` +
    `X-Shopify-Webhook-Id: ${deliveryId}\r\nX-Shopify-Event-Id: ${deliveryId}\r\nX-Shopify-Triggered-At: 2026-11-20T12:00:01.000Z\r\n\r\n${body}`
  );
}
