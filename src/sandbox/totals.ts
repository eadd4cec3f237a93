/** Every total of an order, worked out from its lines, refunds and transactions. Pure. */
import type { Order, Units } from './model.ts';

export interface Totals {
  /** Unit price times quantity, before discounts. */
  lines: number;
  /** On lines and shipping. */
  discounts: number;
  /** Lines after their discounts, before shipping and taxes not included in prices. */
  subtotal: number;
  /** Before shipping discounts. */
  shipping: number;
  tax: number;
  price: number;
}

const sum = <T>(items: readonly T[], amount: (item: T) => number): number => items.reduce((total, item) => total + amount(item), 0);

/** Value of units after discount, with tax on top unless it is included. */
export function unitsValue(unitPrice: number, units: Units, taxesIncluded: boolean): number {
  return unitPrice * units.quantity - units.discount + (taxesIncluded ? 0 : units.tax);
}

/** Before returns: what an edit removed is still in it (observed), what an edit added or discounted too. */
export function totals(order: Order): Totals {
  const lines = sum(order.lines, (line) => line.unitPrice * line.ordered.quantity);
  const lineDiscounts = sum(order.lines, (line) => line.ordered.discount);
  const shipping = sum(order.shippingLines, (line) => line.price);
  const discounts = lineDiscounts + sum(order.shippingLines, (line) => line.discount);
  const tax = sum(order.lines, (line) => line.ordered.tax) + sum(order.shippingLines, (line) => line.tax);
  const extra = order.tip + order.duties + order.fees;
  const price = lines - discounts + shipping + (order.taxesIncluded ? 0 : tax) + extra;
  return { lines, discounts, subtotal: lines - lineDiscounts, shipping, tax, price };
}

/** After edits, returns and refunds. The price is also what the agreements add up to. */
export function currentTotals(order: Order): Totals {
  const lines = sum(order.lines, (line) => line.unitPrice * line.current.quantity);
  const lineDiscounts = sum(order.lines, (line) => line.current.discount);
  const shipping = sum(order.shippingLines, (line) => line.price - line.discount - line.refunded.amount);
  const tax = sum(order.lines, (line) => line.current.tax) + sum(order.shippingLines, (line) => line.tax - line.refunded.tax);
  const adjustments = sum(order.refunds, (refund) => sum(refund.adjustments, (adjustment) => adjustment.amount));
  const extra = order.tip + order.duties + order.fees + adjustments;
  const price = lines - lineDiscounts + shipping + (order.taxesIncluded ? 0 : tax) + extra;
  return { lines, discounts: lineDiscounts, subtotal: lines - lineDiscounts, shipping, tax, price };
}

export interface Payments {
  received: number;
  refunded: number;
  /** Refunds whose money has not moved yet. */
  pendingRefunds: number;
  capturable: number;
  /** Received minus refunded. */
  net: number;
  /** Positive: the customer owes it; negative: the merchant does. */
  outstanding: number;
}

export function payments(order: Order): Payments {
  const of = (kinds: string[], status = 'SUCCESS'): number =>
    sum(order.transactions, (entry) => (kinds.includes(entry.kind) && entry.status === status ? entry.amount : 0));
  const received = of(['SALE', 'CAPTURE']);
  const refunded = of(['REFUND']);
  const capturable = Math.max(0, of(['AUTHORIZATION']) - of(['CAPTURE', 'VOID']));
  const net = received - refunded;
  const outstanding = currentTotals(order).price - net - capturable;
  return { received, refunded, pendingRefunds: of(['REFUND'], 'PENDING'), capturable, net, outstanding };
}

export type FinancialStatus = 'AUTHORIZED' | 'PAID' | 'PARTIALLY_PAID' | 'PARTIALLY_REFUNDED' | 'PENDING' | 'REFUNDED' | 'VOIDED';

/** Shopify's display status; null for an order nobody has tried to pay (observed). */
export function financialStatus(order: Order): FinancialStatus | null {
  const { received, refunded, capturable, outstanding } = payments(order);
  if (refunded > 0) return refunded >= received ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
  if (received > 0) return outstanding > 0 ? 'PARTIALLY_PAID' : 'PAID';
  if (order.cancelledAt !== null) return 'VOIDED';
  if (capturable > 0) return 'AUTHORIZED';
  if (order.originalTotal === 0) return 'PAID';
  return order.transactions.some((entry) => entry.status === 'PENDING') ? 'PENDING' : null;
}
