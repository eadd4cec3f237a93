/** Lines of an order: what a test asks for becomes products with discounts and taxes. */
import { ConnectorError } from '../core/errors.ts';
import { CATALOG, type Variant } from './catalog.ts';
import type { Ids } from './ids.ts';
import { allocate, minorUnits, share, taxOn, type AmountInput } from './money.ts';
import type { Attribute, Line, Sale, ShippingLine, Units } from './model.ts';
import type { Random } from './random.ts';
import { unitsValue } from './totals.ts';

export interface LineInput {
  /** A SKU or variant id of the catalogue; without it a custom line with `title` and `price`. */
  variant?: string;
  title?: string;
  price?: AmountInput;
  /** Default 1. */
  quantity?: number;
  /** Off the whole line. */
  discount?: AmountInput;
  /** Fraction; default: the order's. */
  taxRate?: number;
  sku?: string | null;
  vendor?: string | null;
  giftCard?: boolean;
  /** Sold with a selling plan (a subscription). */
  sellingPlan?: boolean;
  attributes?: Attribute[];
}

export interface ShippingInput {
  title?: string;
  code?: string | null;
  price: AmountInput;
  discount?: AmountInput;
  taxRate?: number;
}

/** What holds for all lines of an order. */
export interface OrderRules {
  /** On the whole order, spread over its lines: an amount or a percentage, with or without a code. */
  discount?: { code?: string; amount?: AmountInput; percent?: number };
  taxesIncluded?: boolean;
  /** Fraction, for lines and shipping; default 0. */
  taxRate?: number;
}

export interface Making {
  ids: Ids;
  random: Random;
  currency: string;
  shopDomain: string;
}

function findVariant(wanted: string): Variant {
  const found = CATALOG.find((variant) => variant.sku === wanted || variant.variantId === wanted);
  if (!found) throw new ConnectorError('SANDBOX_INPUT', `The sandbox does not sell "${wanted}"; use a SKU of src/sandbox/catalog.ts.`);
  return found;
}

/** A line on which nothing is discounted or taxed yet. */
function bareLine(making: Making, input: LineInput, defaultTaxRate: number): Line {
  const variant = input.variant === undefined ? null : findVariant(input.variant);
  const price = input.price ?? variant?.price;
  const title = input.title ?? variant?.title;
  const quantity = input.quantity ?? 1;
  if (price === undefined || title === undefined)
    throw new ConnectorError('SANDBOX_INPUT', 'A line needs a variant, or a title and a price.');
  if (!Number.isInteger(quantity) || quantity < 1)
    throw new ConnectorError('SANDBOX_INPUT', 'The quantity of a line is a whole number from 1 on.');
  const giftCard = input.giftCard ?? variant?.giftCard ?? false;
  return {
    id: making.ids.next('LineItem'),
    productId: variant?.productId ?? null,
    variantId: variant?.variantId ?? null,
    title,
    variantTitle: variant?.variantTitle ?? null,
    sku: input.sku ?? variant?.sku ?? null,
    vendor: input.vendor ?? variant?.vendor ?? null,
    url: variant ? `https://${making.shopDomain}/products/${variant.handle}` : null,
    imageUrl: variant?.image ? `https://cdn.shopify.com/s/files/1/0001/0001/products/${variant.handle}.jpg` : null,
    giftCard,
    sellingPlanId: input.sellingPlan ? '688900112' : null,
    unitPrice: minorUnits(price, making.currency),
    // Shopify taxes no gift cards.
    taxRate: giftCard ? 0 : (input.taxRate ?? defaultTaxRate),
    attributes: input.attributes ?? [],
    ordered: { quantity, discount: minorUnits(input.discount ?? 0, making.currency), tax: 0 },
    current: { quantity, discount: 0, tax: 0 },
  };
}

/** Fixes discount and tax of a line once all its discounts are known. */
function settleLine(line: Line, extraDiscount: number, taxesIncluded: boolean): void {
  const { quantity } = line.ordered;
  const discount = Math.min(line.ordered.discount + extraDiscount, line.unitPrice * quantity);
  const tax = taxOn(line.unitPrice * quantity - discount, line.taxRate, taxesIncluded);
  line.ordered = { quantity, discount, tax };
  line.current = { ...line.ordered };
}

export function buildLines(making: Making, inputs: readonly LineInput[], order: OrderRules): Line[] {
  const lines = inputs.map((input) => bareLine(making, input, order.taxRate ?? 0));
  const worth = lines.map((line) => line.unitPrice * line.ordered.quantity - line.ordered.discount);
  const whole = worth.reduce((sum, value) => sum + value, 0);
  const { amount, percent } = order.discount ?? {};
  const wanted = amount === undefined ? share(whole, percent ?? 0, 100) : minorUnits(amount, making.currency);
  const parts = allocate(Math.min(wanted, whole), worth);
  lines.forEach((line, index) => settleLine(line, parts[index] ?? 0, order.taxesIncluded ?? false));
  return lines;
}

export function buildShipping(making: Making, input: ShippingInput, order: OrderRules): ShippingLine {
  const price = minorUnits(input.price, making.currency);
  const discount = Math.min(minorUnits(input.discount ?? 0, making.currency), price);
  const taxRate = input.taxRate ?? order.taxRate ?? 0;
  const tax = taxOn(price - discount, taxRate, order.taxesIncluded ?? false);
  const { title = 'Standard', code = 'STANDARD' } = input;
  return { id: making.ids.next('ShippingLine'), title, code, price, discount, taxRate, tax, refunded: { amount: 0, tax: 0 } };
}

/** The sale of units of a line; negative quantities take them back. */
export function lineSale(ids: Ids, line: Line, action: Sale['action'], units: Units, taxesIncluded: boolean): Sale {
  const total = unitsValue(line.unitPrice, units, taxesIncluded);
  const lineType = line.giftCard ? 'GIFT_CARD' : 'PRODUCT';
  return {
    id: ids.next('Sale'),
    lineType,
    action,
    lineId: line.id,
    quantity: units.quantity,
    total,
    tax: units.tax,
    discount: units.discount,
  };
}
