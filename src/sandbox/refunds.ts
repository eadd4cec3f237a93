/** Refunds and cancellations: which units and how much money go back, and what the books say about the difference. */
import { ConnectorError } from '../core/errors.ts';
import { findLine } from './edits.ts';
import type { Ids } from './ids.ts';
import { lineSale } from './lines.ts';
import { minorUnits, restAmount, share, type AmountInput } from './money.ts';
import type { Order, Refund, RefundLine, Sale, Transaction } from './model.ts';
import { buildTransaction } from './orders.ts';
import { currentTotals, payments, unitsValue } from './totals.ts';
import { moveUnits, shareOf } from './units.ts';

export interface RefundInput {
  lines?: { lineId: string; quantity: number; restockType?: RefundLine['restockType'] }[];
  /** Of what shipping cost after discounts; `full`: all that is left of it. Tax on top follows. */
  shipping?: AmountInput | 'full';
  /** Money given back; default: what lines and shipping are worth. More or less than that becomes an adjustment. */
  amount?: AmountInput;
  /** The money moves later: see `settleRefund`. */
  pending?: boolean;
  note?: string | null;
}

export interface CancelInput {
  reason?: NonNullable<Order['cancelReason']>;
  /** Give the money back. Default true; an unpaid order gets a refund without money. */
  refund?: boolean;
}

export interface Refunded {
  refund: Refund;
  transactions: Transaction[];
}

const nothing = { quantity: 0, discount: 0, tax: 0 };

interface Returned {
  lines: RefundLine[];
  shipping: Refund['shipping'];
  sales: Sale[];
  value: number;
}

function returnLines(ids: Ids, order: Order, input: RefundInput['lines']): Returned {
  const returned: Returned = { lines: [], shipping: [], sales: [], value: 0 };
  for (const { lineId, quantity, restockType = 'RETURN' } of input ?? []) {
    const line = findLine(order, lineId);
    const units = shareOf(line.current, quantity);
    line.current = moveUnits(line.current, units, -1);
    const subtotal = line.unitPrice * units.quantity - units.discount;
    returned.lines.push({ id: ids.next('RefundLineItem'), lineId, restockType, units, subtotal });
    returned.sales.push(lineSale(ids, line, 'RETURN', moveUnits(nothing, units, -1), order.taxesIncluded));
    returned.value += unitsValue(line.unitPrice, units, order.taxesIncluded);
  }
  return returned;
}

function returnShipping(ids: Ids, order: Order, input: RefundInput['shipping'], returned: Returned): void {
  let wanted = input === undefined || input === 'full' ? Infinity : minorUnits(input, order.currency);
  if (input === undefined) return;
  for (const line of order.shippingLines) {
    const left = line.price - line.discount - line.refunded.amount;
    const amount = Math.min(left, wanted);
    if (amount <= 0) continue;
    wanted -= amount;
    const tax = share(line.tax - line.refunded.tax, amount, left);
    line.refunded = { amount: line.refunded.amount + amount, tax: line.refunded.tax + tax };
    const total = amount + (order.taxesIncluded ? 0 : tax);
    returned.value += total;
    returned.shipping.push({ id: ids.next('RefundShippingLine'), shippingLineId: line.id, amount, tax });
    const sale = { lineType: 'SHIPPING', action: 'RETURN', lineId: null, quantity: null, discount: 0 } as const;
    returned.sales.push({ id: ids.next('Sale'), ...sale, total: -total, tax: -tax });
  }
  if (Number.isFinite(wanted) && wanted > 0) {
    throw new ConnectorError('SANDBOX_INPUT', `Order ${order.name} has less shipping left to refund; lower the amount.`);
  }
}

/** Books the difference between what was due and what is given back, so that the current total follows the money (inferred). */
function adjust(ids: Ids, refund: Refund, returned: Returned, amount: number): void {
  if (amount === 0) return;
  refund.adjustments.push({ id: ids.next('OrderAdjustment'), amount, reason: 'REFUND_DISCREPANCY' });
  const sale = { lineType: 'ADJUSTMENT', action: 'RETURN', lineId: null, quantity: null, tax: 0, discount: 0 } as const;
  returned.sales.push({ id: ids.next('Sale'), ...sale, total: amount });
}

function record(ids: Ids, order: Order, at: number, note: string | null, returned: Returned): Refund {
  const { lines, shipping } = returned;
  const refund: Refund = { id: ids.next('Refund'), createdAt: at, updatedAt: at, note, lines, shipping, adjustments: [] };
  order.refunds.push(refund);
  return refund;
}

function agree(ids: Ids, order: Order, at: number, refund: Refund, sales: Sale[]): void {
  if (sales.length === 0) return;
  order.agreements.push({ id: ids.next('SalesAgreement'), reason: 'REFUND', happenedAt: at, refundId: refund.id, sales });
}

function giveBack(ids: Ids, order: Order, at: number, refund: Refund, amount: number, pending: boolean): Transaction[] {
  if (amount === 0) return [];
  const parent = order.transactions.find((entry) => (entry.kind === 'SALE' || entry.kind === 'CAPTURE') && entry.status === 'SUCCESS');
  const transaction = buildTransaction(ids, order, at, {
    kind: 'REFUND',
    status: pending ? 'PENDING' : 'SUCCESS',
    amount,
    parentId: parent?.id ?? null,
    refundId: refund.id,
  });
  order.transactions.push(transaction);
  return [transaction];
}

/**
 * Refunds lines, shipping and money. The default amount is what brings the order into balance. Throws SANDBOX_INPUT in Shopify's words for
 * more units than were bought or more money than was received.
 */
export function applyRefund(ids: Ids, order: Order, input: RefundInput, at: number): Refunded {
  const { net, pendingRefunds } = payments(order);
  const available = net - pendingRefunds;
  const asked = input.amount === undefined ? null : minorUnits(input.amount, order.currency);
  if (asked !== null && asked > available) {
    const money = (minor: number): string => `$${restAmount(minor, order.currency)}`;
    throw new ConnectorError('SANDBOX_INPUT', `Refund amount ${money(asked)} is greater than net payment received ${money(available)}`);
  }
  const returned = returnLines(ids, order, input.lines);
  returnShipping(ids, order, input.shipping, returned);
  const due = Math.max(0, available - currentTotals(order).price);
  const amount = asked ?? due;
  const refund = record(ids, order, at, input.note ?? null, returned);
  adjust(ids, refund, returned, due - amount);
  agree(ids, order, at, refund, returned.sales);
  return { refund, transactions: giveBack(ids, order, at, refund, amount, input.pending ?? false) };
}

/** The pending money of a refund moves, or does not. Returns the transactions that changed. */
export function settleRefund(order: Order, refundId: string, status: 'SUCCESS' | 'FAILURE', at: number): Transaction[] {
  const pending = order.transactions.filter((entry) => entry.refundId === refundId && entry.status === 'PENDING');
  if (pending.length === 0)
    throw new ConnectorError('SANDBOX_INPUT', `Refund ${refundId} has no pending transaction; make one with pending: true.`);
  for (const transaction of pending) {
    transaction.status = status;
    transaction.processedAt = at;
  }
  for (const refund of order.refunds) if (refund.id === refundId) refund.updatedAt = at;
  return pending;
}

/**
 * Cancels an order: everything that is left is taken back and the current total becomes 0 (observed). A payment is refunded unless told
 * otherwise, an authorization is voided, an unpaid order gets a refund without money.
 */
export function applyCancel(ids: Ids, order: Order, input: CancelInput, at: number): { refunded: Refunded | null; voided: Transaction[] } {
  if (order.cancelledAt !== null) throw new ConnectorError('SANDBOX_INPUT', `Order ${order.name} is cancelled already.`);
  order.cancelledAt = at;
  order.cancelReason = input.reason ?? 'CUSTOMER';
  const { net, pendingRefunds, capturable } = payments(order);
  const amount = input.refund === false ? 0 : net - pendingRefunds;
  const left = order.lines.filter((line) => line.current.quantity > 0);
  const lines = left.map((line) => ({ lineId: line.id, quantity: line.current.quantity, restockType: 'CANCEL' as const }));
  const returned = returnLines(ids, order, lines);
  returnShipping(ids, order, 'full', returned);
  const voided = capturable === 0 ? [] : [buildTransaction(ids, order, at, { kind: 'VOID', status: 'SUCCESS', amount: capturable })];
  order.transactions.push(...voided);
  if (returned.sales.length === 0 && amount === 0 && currentTotals(order).price === 0) return { refunded: null, voided };
  const refund = record(ids, order, at, null, returned);
  adjust(ids, refund, returned, -currentTotals(order).price);
  agree(ids, order, at, refund, returned.sales);
  return { refunded: { refund, transactions: giveBack(ids, order, at, refund, amount, false) }, voided };
}
