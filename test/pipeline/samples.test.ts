/** Orders nobody here wrote: Shopify's own REST samples, turned into core orders and derived. Needs EVIDENCE_DIR. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toMinor } from '../../src/core/money.ts';
import type { Address, Order, Refund, RefundTransaction } from '../../src/core/order.ts';
import { derive } from '../../src/pipeline/index.ts';
import { baseFacts, baseSettings, minorOf } from './cases.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- bodies of many shapes, read field by field
type Rest = Record<string, any>;

const evidence = process.env.EVIDENCE_DIR;
const folders = evidence
  ? ['rest-sdk-2026-07', 'webhooks-docs-2026-07'].map((name) => join(evidence, 'samples', name)).filter((path) => existsSync(path))
  : [];
if (folders.length === 0) console.warn('SKIPPED: Shopify samples (set EVIDENCE_DIR to the folder that holds samples/).');

/** Ids beyond 2^53 would lose their end in JSON.parse: the gid beside them keeps it. */
function id(value: Rest | null | undefined): string {
  return String(value?.admin_graphql_api_id ?? value?.id).replace(/^gid:.*\//, '');
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : typeof value === 'number' ? value.toString() : null;
}

function address(from: Rest | null | undefined): Address | null {
  if (!from) return null;
  return {
    firstName: text(from.first_name),
    lastName: text(from.last_name),
    phone: text(from.phone),
    city: text(from.city),
    province: text(from.province),
    provinceCode: text(from.province_code),
    countryCode: text(from.country_code),
    zip: text(from.zip),
  };
}

function refund(from: Rest): Refund {
  return {
    id: id(from),
    createdAt: text(from.created_at),
    processedAt: text(from.processed_at),
    transactions: (from.transactions ?? []).map((one: Rest): RefundTransaction => ({
      kind: String(one.kind).toUpperCase(),
      status: String(one.status ?? 'unknown').toUpperCase() as RefundTransaction['status'],
      amount: String(one.amount),
    })),
    lines: (from.refund_line_items ?? []).map((one: Rest) => ({
      lineId: String(one.line_item_id),
      quantity: one.quantity,
      tax: String(one.total_tax),
    })),
    shipping: [],
  };
}

function order(from: Rest): Order {
  return {
    id: id(from),
    name: String(from.name),
    createdAt: String(from.created_at),
    processedAt: String(from.processed_at),
    updatedAt: String(from.updated_at),
    cancelledAt: text(from.cancelled_at),
    edited: false,
    test: Boolean(from.test),
    sourceName: text(from.source_name),
    appName: null,
    tags: String(from.tags ?? '').split(','),
    cartToken: text(from.cart_token),
    checkoutToken: text(from.checkout_token),
    email: text(from.email),
    phone: text(from.phone),
    currency: String(from.currency),
    taxesIncluded: Boolean(from.taxes_included),
    discountCodes: (from.discount_codes ?? []).map((one: Rest) => one.code),
    attributes: (from.note_attributes ?? []).map((one: Rest) => ({ key: one.name, value: one.value })),
    paymentGateways: from.payment_gateway_names ?? [],
    totals: {
      price: String(from.total_price),
      tax: String(from.total_tax),
      shipping: String(from.total_shipping_price_set?.shop_money?.amount),
      discounts: String(from.total_discounts),
      tip: String(from.total_tip_received),
      duties: '0',
      fees: '0',
      rounding: '0',
    },
    customer: from.customer
      ? {
          id: id(from.customer),
          numberOfOrders: null,
          firstName: text(from.customer.first_name),
          lastName: text(from.customer.last_name),
          email: text(from.customer.email),
          phone: text(from.customer.phone),
          tags: [],
          defaultAddress: address(from.customer.default_address),
        }
      : null,
    billingAddress: address(from.billing_address),
    shippingAddress: address(from.shipping_address),
    journey: { ready: true, customerOrderIndex: null },
    lines: (from.line_items ?? []).map((one: Rest) => ({
      id: String(one.id),
      productId: text(one.product_id),
      variantId: text(one.variant_id),
      title: String(one.title),
      variantTitle: text(one.variant_title),
      sku: text(one.sku),
      vendor: text(one.vendor),
      unitPrice: String(one.price),
      quantity: one.quantity,
      url: null,
      imageUrl: null,
      sellingPlan: false,
    })),
    refunds: (from.refunds ?? []).map(refund),
    agreements: [],
  };
}

function bodies(): { name: string; body: Rest }[] {
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => /^(?:orders?__?|order_|refunds?__?|refund_)/.test(file) && file.endsWith('.json'))
      .map((file) => ({ name: file, body: JSON.parse(readFileSync(join(folder, file), 'utf8')) as Rest })),
  );
}

function orders(): { name: string; body: Rest }[] {
  return bodies()
    .flatMap(({ name, body }) => (body.orders ?? [body.order ?? body]).map((one: Rest) => ({ name, body: one })))
    .filter(({ body }) => Array.isArray(body.line_items) && body.total_price !== undefined);
}

function refunds(): { name: string; body: Rest }[] {
  return bodies()
    .flatMap(({ name, body }) => (body.refunds ?? [body.refund ?? body]).map((one: Rest) => ({ name, body: one })))
    .filter(({ body }) => Array.isArray(body.refund_line_items));
}

describe.skipIf(folders.length === 0)("Shopify's REST samples", () => {
  it('are there', () => {
    expect(orders().length).toBeGreaterThanOrEqual(10);
    expect(refunds().length).toBeGreaterThanOrEqual(5);
  });

  it('give Placed Orders with their totals', () => {
    for (const { name, body } of orders()) {
      const { events, warnings, decision } = derive(order(body), baseSettings(), baseFacts());
      expect(decision, name).toBe('sent');
      const [placed] = events;
      const amount = (value: string) => toMinor(value, 2);
      const said = (key: string) => minorOf(placed?.properties[key], 2);
      expect(said('total_price'), name).toBe(amount(body.total_price));
      if (body.currency === undefined) continue; // One sample shows a few fields only; its totals cannot add up.
      expect(said('total_tax'), name).toBe(amount(body.total_tax));
      expect(said('total_discount'), name).toBe(amount(body.total_discounts));
      expect(said('total_shipping'), name).toBe(amount(body.total_shipping_price_set.shop_money.amount));
      expect((placed?.properties.items as unknown[] | undefined)?.length, name).toBe(body.line_items.length);
      expect(
        warnings.filter(({ code }) => code === 'IDENTITY_DIFFERENCE'),
        name,
      ).toEqual([]);
    }
  });

  it('give Received Refunds with what moved', () => {
    for (const { name, body } of refunds()) {
      const host = order(orders()[0]?.body ?? {});
      const successful = body.transactions.filter((one: Rest) => one.kind === 'refund' && one.status === 'success');
      const moved = successful.reduce((sum: bigint, one: Rest) => sum + toMinor(String(one.amount), 2), 0n);
      const { events } = derive({ ...host, refunds: [refund(body)] }, baseSettings(), baseFacts());
      const sent = events.find(({ event_name }) => event_name === 'Received Refund');
      expect(sent === undefined ? 0n : minorOf(sent.properties.total_price, 2), name).toBe(moved);
    }
  });
});
