/** The lines of what was bought, and the items they become in an event. */
import { toMinor, toNumber } from '../core/money.ts';
import type { OrderLine } from '../core/order.ts';
import { filled } from './text.ts';

export interface BoughtLine {
  line: OrderLine;
  /** Above 0. */
  quantity: number;
  /** Unit price before discounts, minor units. */
  price: bigint;
}

/** Amounts in minor units of the shop's currency. */
export interface Bought {
  total: bigint;
  tax: bigint;
  /** Before shipping discounts. */
  shipping: bigint;
  discount: bigint;
  lines: BoughtLine[];
  /**
   * `total` minus Σ price·quantity + shipping + tax (0 when included in prices) + tip + duties and fees − discount: 0, or Shopify's
   * figures do not add up.
   */
  difference: bigint;
}

/** The line with its unit price; null when nothing of it was bought. */
export function boughtLine(line: OrderLine, quantity: number, digits: number): BoughtLine | null {
  return quantity > 0 ? { line, quantity, price: toMinor(line.unitPrice, digits) } : null;
}

/** Σ price·quantity, minor units. */
export function listPrice(lines: readonly BoughtLine[]): bigint {
  let sum = 0n;
  for (const { price, quantity } of lines) sum += price * BigInt(quantity);
  return sum;
}

/** A quantity as Shopify sends it; 0 for what is none. */
export function wholeNumber(value: number | null | undefined): number {
  return Number.isSafeInteger(value) ? (value as number) : 0;
}

/** One item of an event; unknown values are left out. `currency`: ISO 4217, or null. */
export function item(bought: BoughtLine, currency: string | null, digits: number): Record<string, string | number> {
  const { line, quantity, price } = bought;
  const properties: Record<string, string | number> = {};
  const put = (key: string, value: string | null) => {
    if (value !== null) properties[key] = value;
  };
  const variant = filled(line.variantTitle);
  put('product_id', filled(line.productId) ?? `custom-${line.id}`);
  put('variant_id', filled(line.variantId));
  put('sku', filled(line.sku));
  put('name', filled(line.title));
  put('variant_name', variant === 'Default Title' ? null : variant);
  properties.price = toNumber(price, digits);
  put('currency', currency);
  properties.quantity = quantity;
  put('vendor', filled(line.vendor));
  put('url', filled(line.url));
  put('image_url', filled(line.imageUrl));
  return properties;
}
