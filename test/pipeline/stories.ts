/** Makes up the lives of orders: bought, edited within the upsell delay, refunded afterwards, and what is true of them. */
import fc from 'fast-check';
import type { Agreement, Order, OrderLine, Refund, Sale } from '../../src/core/order.ts';
import { minorDigits, toDecimal } from '../../src/core/money.ts';
import { baseOrder } from './cases.ts';

const CREATED = Date.parse('2026-11-02T10:00:00Z');

export interface Story {
  /** What Shopify shows at each moment, oldest first. */
  states: { at: number; order: Order }[];
  digits: number;
  /** What was bought once the delay is over, minor units. */
  truth: { total: bigint; tax: bigint; shipping: bigint; discount: bigint; units: Record<string, number> };
  /** Refund id -> money that moved, of those that must be reported in the end. */
  refunded: Record<string, bigint>;
}

interface Plan {
  currency: string;
  taxesIncluded: boolean;
  rate: number;
  lines: { price: number; quantity: number; off: number }[];
  shipping: { price: number; off: number };
  tip: number;
  duty: number;
  fee: number;
  style: 'before' | 'after' | 'split' | 'twice';
  sign: 'mirrored' | 'unsigned' | 'negated';
  edits: { kind: 'add' | 'remove' | 'discount'; line: number; units: number; price: number; refund: 'none' | 'money' | 'empty' }[];
  refunds: { line: number; units: number; money: number; pendingFirst: boolean; moves: boolean }[];
}

const plan: fc.Arbitrary<Plan> = fc.record({
  currency: fc.constantFrom('USD', 'JPY', 'KWD'),
  taxesIncluded: fc.boolean(),
  rate: fc.constantFrom(0, 5, 7, 19, 25),
  lines: fc.array(fc.record({ price: fc.nat(99_999), quantity: fc.integer({ min: 1, max: 5 }), off: fc.nat(100) }), {
    minLength: 1,
    maxLength: 4,
  }),
  shipping: fc.record({ price: fc.nat(2_000), off: fc.nat(100) }),
  tip: fc.nat(500),
  duty: fc.nat(500),
  fee: fc.nat(500),
  style: fc.constantFrom('before' as const, 'after' as const, 'split' as const, 'twice' as const),
  sign: fc.constantFrom('mirrored' as const, 'unsigned' as const, 'negated' as const),
  edits: fc.array(
    fc.record({
      kind: fc.constantFrom('add' as const, 'remove' as const, 'discount' as const),
      line: fc.nat(10),
      units: fc.integer({ min: 1, max: 3 }),
      price: fc.nat(50_000),
      refund: fc.constantFrom('none' as const, 'money' as const, 'empty' as const),
    }),
    { maxLength: 4 },
  ),
  refunds: fc.array(
    fc.record({
      line: fc.nat(10),
      units: fc.integer({ min: 1, max: 2 }),
      money: fc.nat(30_000),
      pendingFirst: fc.boolean(),
      moves: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
});

export const story: fc.Arbitrary<Story> = plan.map(tell);

interface Holding {
  id: string;
  price: bigint;
  /** Ordered in all; edits that take away leave it. */
  ordered: number;
  units: number;
  discount: bigint;
  tax: bigint;
}

function tell(made: Plan): Story {
  const digits = minorDigits(made.currency);
  const money = (minor: bigint) => toDecimal(minor, digits);
  const taxOf = (net: bigint) =>
    made.taxesIncluded ? (net * BigInt(made.rate)) / BigInt(100 + made.rate) : (net * BigInt(made.rate)) / 100n;
  const holdings: Holding[] = [];
  const agreements: Agreement[] = [];
  const refunds: Refund[] = [];
  const states: Story['states'] = [];
  const refunded: Record<string, bigint> = {};
  let sales: Sale[] = [];

  function sale(
    lineType: Sale['lineType'],
    lineId: string | null,
    quantity: number | null,
    net: bigint,
    tax: bigint,
    discount: bigint,
  ): void {
    const away = net < 0n || (quantity ?? 0) < 0;
    const size = discount < 0n ? -discount : discount;
    const stated = made.sign === 'unsigned' ? size : made.sign === 'negated' ? -size : away ? -size : size;
    const half = stated / 2n;
    const [before, after] = { before: [stated, 0n], after: [0n, stated], split: [half, stated - half], twice: [stated, stated] }[
      made.style
    ] as [bigint, bigint];
    sales.push({
      // The signs have to do: what an action says is shown by golden cases.
      action: 'UNKNOWN',
      lineType,
      lineId,
      quantity,
      total: money(made.taxesIncluded ? net : net + tax),
      tax: money(tax),
      discountBeforeTaxes: money(before),
      discountAfterTaxes: money(after),
    });
  }

  function agree(reason: Agreement['reason'], at: number): void {
    agreements.push({ reason, happenedAt: new Date(at).toISOString(), sales });
    sales = [];
  }

  function buy(price: bigint, units: number, discount: bigint): void {
    const id = String(9001 + holdings.length);
    const net = price * BigInt(units) - discount;
    holdings.push({ id, price, ordered: units, units, discount, tax: taxOf(net) });
    sale('PRODUCT', id, units, net, taxOf(net), discount);
  }

  const shippingOff = (BigInt(made.shipping.price) * BigInt(made.shipping.off)) / 100n;
  const shippingNet = BigInt(made.shipping.price) - shippingOff;
  const shippingTax = taxOf(shippingNet);
  const extras = BigInt(made.tip + made.duty + made.fee);

  function totals() {
    let list = 0n;
    let discount = shippingOff;
    let tax = shippingTax;
    for (const held of holdings) {
      list += held.price * BigInt(held.units);
      discount += held.discount;
      tax += held.tax;
    }
    const shipping = BigInt(made.shipping.price);
    const total = list + shipping + extras - discount + (made.taxesIncluded ? 0n : tax);
    return { total, tax, shipping, discount };
  }

  /** `keeps`: what edits removed, which the totals of an edited order keep. */
  function show(at: number): void {
    const now = totals();
    const lines: OrderLine[] = holdings.map((held) => ({
      ...(baseOrder().lines[0] as OrderLine),
      id: held.id,
      unitPrice: money(held.price),
      quantity: held.ordered,
    }));
    const edited = agreements.some(({ reason }) => reason === 'ORDER_EDIT');
    const stale = edited ? now.total + 12_345n : now.total;
    const order = baseOrder({
      currency: made.currency,
      taxesIncluded: made.taxesIncluded,
      edited,
      updatedAt: new Date(at).toISOString(),
      lines,
      totals: {
        price: money(stale),
        tax: money(now.tax),
        shipping: money(now.shipping),
        discounts: money(now.discount),
        tip: money(BigInt(made.tip)),
        duties: money(BigInt(made.duty)),
        fees: money(BigInt(made.fee)),
      },
      refunds,
      agreements: edited ? agreements : [],
    });
    states.push({ at, order });
  }

  function giveBack(lineId: string, units: number, amount: bigint, status: 'PENDING' | 'SUCCESS' | null, at: number): Refund {
    const refund: Refund = {
      id: String(98 + refunds.length * 7),
      createdAt: new Date(at).toISOString(),
      processedAt: new Date(at).toISOString(),
      transactions: status === null ? [] : [{ kind: 'REFUND', status, amount: money(amount) }],
      lines: [{ lineId, quantity: units, tax: '0.0' }],
      shipping: [],
    };
    refunds.push(refund);
    return refund;
  }

  for (const { price, quantity, off } of made.lines) buy(BigInt(price), quantity, (BigInt(price * quantity) * BigInt(off)) / 100n);
  sale('SHIPPING', null, 1, shippingNet, shippingTax, shippingOff);
  if (made.tip > 0) sale('TIP', 'tip', 1, BigInt(made.tip), 0n, 0n);
  if (made.duty > 0) sale('DUTY', null, 1, BigInt(made.duty), 0n, 0n);
  if (made.fee > 0) sale('ADDITIONAL_FEE', null, 1, BigInt(made.fee), 0n, 0n);
  agree('ORDER', CREATED);
  show(CREATED);

  for (const [index, edit] of made.edits.entries()) {
    const at = CREATED + (index + 1) * 60_000;
    const held = holdings[edit.line % holdings.length] as Holding;
    if (edit.kind === 'add') buy(BigInt(edit.price), edit.units, 0n);
    else if (edit.kind === 'remove') {
      const units = Math.min(edit.units, held.units);
      if (units === 0) continue;
      const discount = (held.discount * BigInt(units)) / BigInt(held.units);
      const tax = (held.tax * BigInt(units)) / BigInt(held.units);
      sale('PRODUCT', held.id, -units, discount - held.price * BigInt(units), -tax, discount);
      held.units -= units;
      held.discount -= discount;
      held.tax -= tax;
      if (edit.refund !== 'none') giveBack(held.id, units, held.price * BigInt(units), edit.refund === 'money' ? 'SUCCESS' : null, at);
    } else {
      if (held.units === 0) continue;
      const gross = held.price * BigInt(held.units);
      const discount = held.discount + (gross - held.discount) / 3n;
      const tax = taxOf(gross - discount);
      sale('PRODUCT', held.id, -held.units, held.discount - gross, -held.tax, held.discount);
      sale('PRODUCT', held.id, held.units, gross - discount, tax, discount);
      held.discount = discount;
      held.tax = tax;
    }
    agree('ORDER_EDIT', at);
    show(at);
  }

  const truth = { ...totals(), units: Object.fromEntries(holdings.filter(({ units }) => units > 0).map(({ id, units }) => [id, units])) };
  show(CREATED + 11 * 60_000);

  const left = new Map(holdings.map(({ id, units }) => [id, units]));
  for (const [index, back] of made.refunds.entries()) {
    const at = CREATED + (index + 1) * 3_600_000;
    const held = holdings[back.line % holdings.length] as Holding;
    const units = Math.min(back.units, left.get(held.id) ?? 0);
    if (units === 0) continue;
    left.set(held.id, (left.get(held.id) ?? 0) - units);
    sale('PRODUCT', held.id, -units, -held.price * BigInt(units), 0n, 0n);
    agree('REFUND', at);
    const status = back.pendingFirst ? 'PENDING' : back.moves ? 'SUCCESS' : null;
    const refund = giveBack(held.id, units, BigInt(back.money), status, at);
    show(at);
    if (status === 'PENDING') {
      refund.transactions = [{ kind: 'REFUND', status: back.moves ? 'SUCCESS' : 'FAILURE', amount: money(BigInt(back.money)) }];
      show(at + 600_000);
    }
    if (back.moves && back.money > 0) refunded[refund.id] = BigInt(back.money);
  }
  return { states, digits, truth, refunded };
}
