/** What was bought by an order that was edited: the sum of its sales agreements, returns left out. */
import { toMinor } from '../core/money.ts';
import type { Order, Sale } from '../core/order.ts';
import { boughtLine, listPrice, wholeNumber, type Bought, type BoughtLine } from './lines.ts';

/** A discount as a sale states it: its value before taxes, its value after taxes. */
interface Discount {
  before: bigint;
  after: bigint;
}

/** Sums over sales, minor units; `net` is without tax unless prices include it. */
interface Sums {
  total: bigint;
  tax: bigint;
  goods: { net: bigint; total: bigint; tax: bigint; discount: Discount; sales: bigint };
  shipping: { net: bigint; discount: Discount; sales: number; edited: boolean };
  /** Tips, duties and fees. */
  extras: bigint;
  /** Line id -> units bought, edits included. */
  units: Map<string, number>;
}

/** Null when the order has no agreements to sum (its totals are all there is then). */
export function boughtByEdits(order: Order, digits: number): Bought | null {
  const sums = sumAgreements(order, digits);
  if (sums === null) return null;
  const lines: BoughtLine[] = [];
  for (const line of order.lines ?? []) {
    // The line of a tip has no units: its money is among the extras.
    const bought = boughtLine(line, sums.units.get(line.id) ?? 0, digits);
    if (bought) lines.push(bought);
  }
  const list = listPrice(lines);
  const { goods, shipping } = sums;
  const stated = statedDiscount(sums, list - goods.net, order.taxesIncluded);
  const fullShipping = shippingBeforeDiscounts(sums, stated.shipping, toMinor(order.totals?.shipping, digits));
  const discount = stated.goods + fullShipping - shipping.net;
  const expected = list + fullShipping + (order.taxesIncluded ? 0n : sums.tax) + sums.extras - discount;
  return { total: sums.total, tax: sums.tax, shipping: fullShipping, discount, lines, difference: sums.total - expected };
}

function sumAgreements(order: Order, digits: number): Sums | null {
  const agreements = (order.agreements ?? []).filter(({ reason }) => reason === 'ORDER' || reason === 'ORDER_EDIT');
  if (agreements.length === 0) return null;
  const sums: Sums = {
    total: 0n,
    tax: 0n,
    goods: { net: 0n, total: 0n, tax: 0n, discount: { before: 0n, after: 0n }, sales: 0n },
    shipping: { net: 0n, discount: { before: 0n, after: 0n }, sales: 0, edited: false },
    extras: 0n,
    units: new Map(),
  };
  for (const { reason, sales } of agreements) {
    for (const sale of sales ?? []) addSale(sums, sale, reason === 'ORDER_EDIT', order.taxesIncluded, digits);
  }
  return sums;
}

function addSale(sums: Sums, sale: Sale, byEdit: boolean, taxesIncluded: boolean, digits: number): void {
  const total = toMinor(sale.total, digits);
  const tax = toMinor(sale.tax, digits);
  const net = taxesIncluded ? total : total - tax;
  sums.total += total;
  sums.tax += tax;
  switch (sale.lineType) {
    case 'PRODUCT':
    case 'GIFT_CARD': {
      const units = unitsOf(sale, total);
      if (sale.lineId !== null) sums.units.set(sale.lineId, (sums.units.get(sale.lineId) ?? 0) + units);
      // A sale without units changes a price: what it takes off the total is discount.
      addDiscount(sums.goods.discount, sale, units === 0 ? -total : BigInt(units), digits);
      sums.goods.net += net;
      sums.goods.total += total;
      sums.goods.tax += tax;
      sums.goods.sales += 1n;
      break;
    }
    case 'SHIPPING':
      addDiscount(sums.shipping.discount, sale, total === 0n && !byEdit ? 1n : total, digits);
      sums.shipping.net += net;
      sums.shipping.sales += 1;
      sums.shipping.edited ||= byEdit;
      break;
    case 'TIP':
    case 'ADDITIONAL_FEE':
    case 'DUTY':
    case 'FEE':
      sums.extras += net;
      break;
    case 'ADJUSTMENT':
    case 'UNKNOWN':
      // Part of no field of the event but the total: shows up as a difference.
      break;
  }
}

/**
 * Units of a sale: a change of price moves none. Documented as negative where something is taken away; stated without the sign such a sale says so by its
 * action, or by a negative amount.
 */
export function unitsOf(sale: Sale, total: bigint): number {
  if (sale.action === 'UPDATE') return 0;
  const units = wholeNumber(sale.quantity);
  if (sale.action === 'RETURN') return -Math.abs(units);
  return units > 0 && total < 0n ? -units : units;
}

/** Adds the discount of a sale with the sign of `direction`: Shopify documents no sign, and both have been seen. 0: as stated. */
function addDiscount(sum: Discount, sale: Sale, direction: bigint, digits: number): void {
  const signed = (amount: string) => {
    const value = toMinor(amount, digits);
    if (direction === 0n) return value;
    return value < 0n === direction < 0n ? value : -value;
  };
  sum.before += signed(sale.discountBeforeTaxes);
  sum.after += signed(sale.discountAfterTaxes);
}

/**
 * The discounts the sales state. Shopify does not document whether its two figures are parts of one discount or one discount valued
 * with and without tax, so the reading is taken under which list prices less discount are what was charged (`charged`: that
 * difference), to one minor unit. With prices that include tax the figure before taxes may also lack the tax.
 */
function statedDiscount(sums: Sums, charged: bigint, taxesIncluded: boolean): { goods: bigint; shipping: (discount: Discount) => bigint } {
  const readings: ((discount: Discount) => bigint)[] = [
    ({ before, after }) => before + after,
    ({ before }) => before,
    ({ after }) => after,
  ];
  const { goods } = sums;
  const fitting =
    readings.find((reading) => reading(goods.discount) === charged) ??
    readings.find((reading) => near(reading(goods.discount), charged, 1n));
  if (fitting) return { goods: fitting(goods.discount), shipping: fitting };
  const withoutTax = goods.total - goods.tax;
  if (
    taxesIncluded &&
    withoutTax > 0n &&
    goods.discount.before > 0n &&
    near(charged * withoutTax, goods.discount.before * goods.total, goods.total * goods.sales)
  ) {
    return { goods: charged, shipping: ({ before, after }) => before + after };
  }
  const both = ({ before, after }: Discount) => before + after;
  return { goods: both(goods.discount), shipping: both };
}

/** Where shipping was sold and no edit touched it the order's own figure stands (documented: before discounts and returns), unless it is below what was charged. */
function shippingBeforeDiscounts(sums: Sums, reading: (discount: Discount) => bigint, ofOrder: bigint): bigint {
  const { net, discount, sales, edited } = sums.shipping;
  return sales > 0 && !edited && ofOrder >= net ? ofOrder : net + reading(discount);
}

function near(a: bigint, b: bigint, tolerance: bigint): boolean {
  const distance = a < b ? b - a : a - b;
  return distance <= tolerance;
}
