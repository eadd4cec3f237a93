/** Editing an order: what it adds, removes and discounts, and the money that follows (observed on recorded edits). */
import { ConnectorError } from '../core/errors.ts';
import { buildLines, lineSale, type LineInput, type Making } from './lines.ts';
import { minorUnits, taxOn, type AmountInput } from './money.ts';
import type { Line, Order, Refund, RefundLine, Sale, Transaction, Units } from './model.ts';
import { buildTransaction } from './orders.ts';
import { currentTotals, payments, unitsValue } from './totals.ts';
import { moveUnits, shareOf } from './units.ts';

export interface UnitsInput {
  lineId: string;
  quantity: number;
}

export interface EditInput {
  /** New lines. `pay` with one of them is what accepting a post-purchase offer does. */
  add?: LineInput[];
  /** More units of lines that are there. */
  raise?: UnitsInput[];
  /** Fewer units: the line keeps its quantity, its current quantity falls, and a refund without money appears. */
  remove?: UnitsInput[];
  /** Money off what is left of a line. */
  discount?: { lineId: string; amount: AmountInput }[];
  /** Tax of added lines, fraction; default 0. */
  taxRate?: number;
  /** Collect what is outstanding afterwards. Default false: the order is then partially paid. */
  pay?: boolean;
  /** The money of removed units goes back at once, in the refund the removal makes. Default false. */
  refundRemoved?: boolean;
}

export interface Edit {
  id: string;
  additions: { id: string; delta: number }[];
  removals: { id: string; delta: number }[];
  refund: Refund | null;
  /** Payments and refunds of money that came with it. */
  transactions: Transaction[];
}

export function findLine(order: Order, lineId: string): Line {
  const line = order.lines.find((candidate) => candidate.id === lineId);
  if (!line) throw new ConnectorError('SANDBOX_INPUT', `Order ${order.name} has no line ${lineId}; take an id of its lines.`);
  return line;
}

function add(making: Making, order: Order, input: EditInput): Sale[] {
  const rules = { taxRate: input.taxRate ?? 0, taxesIncluded: order.taxesIncluded };
  const lines = buildLines(making, input.add ?? [], rules);
  order.lines.push(...lines);
  return lines.map((line) => lineSale(making.ids, line, 'ORDER', line.ordered, order.taxesIncluded));
}

/** Changes what is left of a line and what was ever ordered of it; tax follows the new value. */
function change(making: Making, order: Order, line: Line, action: Sale['action'], quantity: number, discount: number): Sale {
  const { current } = line;
  const base = line.unitPrice * (current.quantity + quantity) - current.discount - discount;
  const units: Units = { quantity, discount, tax: taxOn(base, line.taxRate, order.taxesIncluded) - current.tax };
  line.current = moveUnits(line.current, units, 1);
  line.ordered = moveUnits(line.ordered, units, 1);
  return lineSale(making.ids, line, action, units, order.taxesIncluded);
}

function raise(making: Making, order: Order, { lineId, quantity }: UnitsInput): Sale {
  if (!Number.isInteger(quantity) || quantity < 1) throw new ConnectorError('SANDBOX_INPUT', 'Raise a line by a whole number of units.');
  return change(making, order, findLine(order, lineId), 'ORDER', quantity, 0);
}

function discount(making: Making, order: Order, input: { lineId: string; amount: AmountInput }): Sale {
  const line = findLine(order, input.lineId);
  const left = line.unitPrice * line.current.quantity - line.current.discount;
  return change(making, order, line, 'UPDATE', 0, Math.min(minorUnits(input.amount, making.currency), left));
}

function remove(making: Making, order: Order, { lineId, quantity }: UnitsInput): { sale: Sale; removed: RefundLine } {
  const line = findLine(order, lineId);
  const units = shareOf(line.current, quantity);
  line.current = moveUnits(line.current, units, -1);
  const subtotal = line.unitPrice * units.quantity - units.discount;
  return {
    sale: lineSale(making.ids, line, 'RETURN', moveUnits({ quantity: 0, discount: 0, tax: 0 }, units, -1), order.taxesIncluded),
    removed: { id: making.ids.next('RefundLineItem'), lineId, restockType: 'CANCEL', units, subtotal },
  };
}

/** The refund Shopify makes for units an edit takes away; without money unless it goes back at once. */
function refundRemoved(
  making: Making,
  order: Order,
  lines: RefundLine[],
  pay: boolean,
  at: number,
): { refund: Refund; money: Transaction[] } {
  const refund: Refund = { id: making.ids.next('Refund'), createdAt: at, updatedAt: at, note: null, lines, shipping: [], adjustments: [] };
  order.refunds.push(refund);
  const value = lines.reduce((sum, removed) => {
    return sum + unitsValue(findLine(order, removed.lineId).unitPrice, removed.units, order.taxesIncluded);
  }, 0);
  const { net, pendingRefunds } = payments(order);
  const amount = pay ? Math.max(0, Math.min(value, net - pendingRefunds - currentTotals(order).price)) : 0;
  if (amount === 0) return { refund, money: [] };
  return { refund, money: [buildTransaction(making.ids, order, at, { kind: 'REFUND', status: 'SUCCESS', amount, refundId: refund.id })] };
}

/**
 * Applies an edit. Observed: added lines, raised quantities and discounts change both totals, removed units only the current one, and the
 * original total never changes. Throws SANDBOX_INPUT when it changes nothing (Shopify: "There must be at least one change to be made.").
 */
export function applyEdit(making: Making, order: Order, input: EditInput, at: number): Edit {
  const added = add(making, order, input);
  const raised = (input.raise ?? []).map((units) => raise(making, order, units));
  const discounted = (input.discount ?? []).map((entry) => discount(making, order, entry));
  const removed = (input.remove ?? []).map((units) => remove(making, order, units));
  const sales = [...added, ...raised, ...discounted, ...removed.map(({ sale }) => sale)];
  if (sales.length === 0) throw new ConnectorError('SANDBOX_INPUT', 'There must be at least one change to be made.');
  order.edited = true;
  order.agreements.push({ id: making.ids.next('SalesAgreement'), reason: 'ORDER_EDIT', happenedAt: at, refundId: null, sales });
  const back =
    removed.length === 0
      ? null
      : refundRemoved(
          making,
          order,
          removed.map((entry) => entry.removed),
          input.refundRemoved ?? false,
          at,
        );
  const transactions = back?.money ?? [];
  order.transactions.push(...transactions);
  const { outstanding } = payments(order);
  if (input.pay && outstanding > 0) {
    const payment = buildTransaction(making.ids, order, at, { kind: 'SALE', status: 'SUCCESS', amount: outstanding });
    order.transactions.push(payment);
    transactions.push(payment);
  }
  const delta = (sale: Sale): { id: string; delta: number } => ({ id: sale.lineId ?? '', delta: Math.abs(sale.quantity ?? 0) });
  return {
    id: making.ids.next('OrderEdit'),
    additions: [...added, ...raised].map(delta),
    removals: removed.map(({ sale }) => delta(sale)),
    refund: back?.refund ?? null,
    transactions,
  };
}
