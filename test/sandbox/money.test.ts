/** The money of orders: what holds whatever happens to them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EditInput } from '../../src/sandbox/edits.ts';
import type { Order, Sale } from '../../src/sandbox/model.ts';
import { allocate, convert, graphqlAmount, minorUnits, restAmount, share, taxOn } from '../../src/sandbox/money.ts';
import type { OrderInput } from '../../src/sandbox/orders.ts';
import type { Shop } from '../../src/sandbox/shop.ts';
import { currentTotals, financialStatus, payments, totals } from '../../src/sandbox/totals.ts';
import { bareShop } from './bench.ts';

describe('amounts', () => {
  it('are written as GraphQL and REST write them', () => {
    expect([1500, 1375, 1, 0, -290].map((minor) => graphqlAmount(minor, 'USD'))).toEqual(['15.0', '13.75', '0.01', '0.0', '-2.9']);
    expect([1500, 1, -290].map((minor) => restAmount(minor, 'USD'))).toEqual(['15.00', '0.01', '-2.90']);
    expect([graphqlAmount(1500, 'JPY'), restAmount(1500, 'JPY'), graphqlAmount(1500, 'KWD')]).toEqual(['1500.0', '1500', '1.5']);
  });

  it('are read exactly or refused', () => {
    expect([minorUnits('19.99', 'USD'), minorUnits(0.3, 'USD'), minorUnits('12', 'JPY')]).toEqual([1999, 30, 12]);
    for (const [amount, currency] of [
      ['1.999', 'USD'],
      ['0.5', 'JPY'],
      ['abc', 'USD'],
      ['', 'USD'],
    ] as const) {
      expect(() => minorUnits(amount, currency)).toThrow();
    }
  });

  it('are split without loss, one unit at a time from the first on', () => {
    expect(allocate(100, [1, 1, 1])).toEqual([34, 33, 33]);
    expect(allocate(5, [0, 0])).toEqual([5, 0]);
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.array(fc.nat(100_000), { minLength: 1, maxLength: 20 }), (amount, weights) => {
        const parts = allocate(amount, weights);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(amount);
        expect(parts.every((part) => part >= 0)).toBe(true);
      }),
    );
  });

  it('round half away from zero', () => {
    expect([share(5, 1, 2), share(-5, 1, 2), share(7, 7, 7), share(7, 1, 0)]).toEqual([3, -3, 7, 0]);
    expect([taxOn(1000, 0.2, false), taxOn(1200, 0.2, true), taxOn(1, 0.0825, false)]).toEqual([200, 200, 0]);
    expect([convert(1000, 'CAD', 'USD', 0.7), convert(1000, 'USD', 'JPY', 150)]).toEqual([700, 1500]);
  });
});

const amount = fc.integer({ min: 0, max: 30_000 }).map((minor) => (minor / 100).toFixed(2));
const rate = fc.constantFrom(0, 0.05, 0.0825, 0.19, 0.2, 0.25);
const line = fc.record({
  title: fc.constant('Thing'),
  price: amount,
  quantity: fc.integer({ min: 1, max: 5 }),
  discount: fc.oneof(fc.constant('0'), amount),
  giftCard: fc.boolean(),
});
const orderInput: fc.Arbitrary<OrderInput> = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 4 }),
  shipping: fc.array(fc.record({ price: amount, discount: fc.oneof(fc.constant('0'), amount) }), { maxLength: 2 }),
  discount: fc.oneof(
    fc.constant({}),
    fc.record({ percent: fc.integer({ min: 1, max: 100 }) }),
    fc.record({ amount, code: fc.constant('CODE') }),
  ),
  taxesIncluded: fc.boolean(),
  taxRate: rate,
  tip: fc.oneof(fc.constant('0'), amount),
  duties: fc.oneof(fc.constant('0'), amount),
  fees: fc.oneof(fc.constant('0'), amount),
  payment: fc.constantFrom('paid', 'authorized', 'pending', 'none'),
});

/** Something that may be asked of an order; whether it can be done is part of the test. */
const action = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), line, pay: fc.boolean(), taxRate: rate }),
  fc.record({
    kind: fc.constantFrom('raise' as const, 'remove' as const),
    pick: fc.nat(9),
    quantity: fc.integer({ min: 1, max: 4 }),
    money: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('discount' as const), pick: fc.nat(9), amount }),
  fc.record({
    kind: fc.constant('refund' as const),
    picks: fc.array(fc.record({ pick: fc.nat(9), quantity: fc.integer({ min: 1, max: 3 }) }), { maxLength: 2 }),
    shipping: fc.option(fc.oneof(fc.constant('full' as const), amount), { nil: undefined }),
    amount: fc.option(amount, { nil: undefined }),
    pending: fc.boolean(),
  }),
  fc.record({ kind: fc.constantFrom('pay' as const, 'settle' as const, 'fail' as const) }),
  fc.record({ kind: fc.constant('cancel' as const), refund: fc.boolean() }),
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

function edit(order: Order, asked: Action): EditInput | null {
  const lineId = 'pick' in asked ? (order.lines[asked.pick % order.lines.length]?.id ?? '') : '';
  switch (asked.kind) {
    case 'add':
      return { add: [asked.line], pay: asked.pay, taxRate: asked.taxRate };
    case 'raise':
      return { raise: [{ lineId, quantity: asked.quantity }], pay: asked.money };
    case 'remove':
      return { remove: [{ lineId, quantity: asked.quantity }], refundRemoved: asked.money };
    case 'discount':
      return { discount: [{ lineId, amount: asked.amount }] };
    default:
      return null;
  }
}

function perform(shop: Shop, order: Order, asked: Action): void {
  const change = edit(order, asked);
  if (change) shop.editOrder(order.id, change);
  else if (asked.kind === 'refund') {
    const lines = asked.picks.map(({ pick, quantity }) => ({ lineId: order.lines[pick % order.lines.length]?.id ?? '', quantity }));
    shop.refund(order.id, {
      lines,
      pending: asked.pending,
      ...(asked.shipping === undefined ? {} : { shipping: asked.shipping }),
      ...(asked.amount === undefined ? {} : { amount: asked.amount }),
    });
  } else if (asked.kind === 'cancel') shop.cancel(order.id, { refund: asked.refund });
  else if (asked.kind === 'pay') shop.pay(order.id);
  else {
    const pending = order.transactions.find((entry) => entry.kind === 'REFUND' && entry.status === 'PENDING');
    shop.settleRefund(order.id, pending?.refundId ?? '0', asked.kind === 'settle' ? 'SUCCESS' : 'FAILURE');
  }
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
const salesOf = (order: Order, reasons: string[]): Sale[] =>
  order.agreements.flatMap((agreement) => (reasons.includes(agreement.reason) ? agreement.sales : []));

function checkIdentities(order: Order): void {
  const all = totals(order);
  const current = currentTotals(order);
  const paid = payments(order);
  const extra = order.tip + order.duties + order.fees;
  const every = salesOf(order, ['ORDER', 'ORDER_EDIT', 'REFUND']);

  // The identity confirmed on real orders.
  const lines = sum(order.lines.map(({ unitPrice, ordered }) => unitPrice * ordered.quantity));
  expect(all.price).toBe(lines + all.shipping + (order.taxesIncluded ? 0 : all.tax) + extra - all.discounts);
  // The books add up: everything to the current total, the first agreement to the original one.
  expect(sum(every.map((sale) => sale.total))).toBe(current.price);
  expect(sum(every.map((sale) => sale.tax))).toBe(current.tax);
  expect(sum(salesOf(order, ['ORDER']).map((sale) => sale.total))).toBe(order.originalTotal);
  for (const { id, unitPrice, ordered, current: left } of order.lines) {
    const sales = every.filter((sale) => sale.lineId === id);
    expect(sum(sales.map((sale) => sale.quantity ?? 0))).toBe(left.quantity);
    expect(sum(sales.map((sale) => sale.discount))).toBe(left.discount);
    const returned = order.refunds.flatMap((refund) => refund.lines.filter((entry) => entry.lineId === id));
    expect(ordered.quantity - left.quantity).toBe(sum(returned.map((entry) => entry.units.quantity)));
    expect(Math.min(left.quantity, left.discount, left.tax, unitPrice * left.quantity - left.discount)).toBeGreaterThanOrEqual(0);
    if (left.quantity === 0) expect(left).toEqual({ quantity: 0, discount: 0, tax: 0 });
  }
  // Money: never more back than came in, and what is open is what is left to pay.
  expect(paid.refunded + paid.pendingRefunds).toBeLessThanOrEqual(paid.received);
  expect(paid.outstanding).toBe(current.price - paid.net - paid.capturable);
}

it('adds up after any sequence of edits, refunds, payments and cancellations', () => {
  fc.assert(
    fc.property(orderInput, fc.array(action, { maxLength: 8 }), (input, actions) => {
      const { shop } = bareShop();
      const order = shop.createOrder(input);
      const { originalTotal } = order;
      expect(originalTotal).toBe(totals(order).price);
      checkIdentities(order);
      for (const asked of actions) {
        const before = structuredClone(order);
        try {
          perform(shop, order, asked);
        } catch {
          // Refused: nothing of it may have happened.
          expect(order).toEqual(before);
          continue;
        }
        checkIdentities(order);
        expect(order.originalTotal).toBe(originalTotal);
        // Returns and removals leave the total before returns alone.
        if (!['add', 'raise', 'discount'].includes(asked.kind)) expect(totals(order)).toEqual(totals(before));
        if (asked.kind === 'cancel') expect(currentTotals(order).price).toBe(0);
      }
    }),
    { numRuns: 300 },
  );
});

it('stays balanced when money is refunded from a paid order, whatever the amount', () => {
  fc.assert(
    fc.property(orderInput, fc.array(action, { maxLength: 5 }), (input, actions) => {
      const { shop } = bareShop();
      const order = shop.createOrder({ ...input, payment: 'paid' });
      for (const asked of actions) {
        if (asked.kind !== 'refund') continue;
        try {
          perform(shop, order, { ...asked, pending: false });
        } catch {
          continue;
        }
        expect(payments(order).outstanding).toBe(0);
      }
    }),
  );
});

describe('what edits and refunds do (observed)', () => {
  const line10 = { title: 'Line', price: '10.00' };

  it('an added line raises both totals and leaves 5 outstanding until it is paid', () => {
    const { shop } = bareShop();
    const order = shop.createOrder({ lines: [line10] });
    shop.editOrder(order.id, { add: [{ title: 'More', price: 5 }] });
    expect([totals(order).price, currentTotals(order).price, payments(order).outstanding, order.originalTotal]).toEqual([
      1500, 1500, 500, 1000,
    ]);
    expect([financialStatus(order), order.edited]).toEqual(['PARTIALLY_PAID', true]);
    shop.pay(order.id);
    expect([payments(order).outstanding, financialStatus(order)]).toEqual([0, 'PAID']);
  });

  it('removed units leave the total and the quantity, and make a refund without money', () => {
    const { shop } = bareShop();
    const order = shop.createOrder({ lines: [{ ...line10, quantity: 3 }] });
    const lineId = order.lines[0]?.id ?? '';
    shop.editOrder(order.id, { remove: [{ lineId, quantity: 2 }] });
    expect([totals(order).price, currentTotals(order).price]).toEqual([3000, 1000]);
    expect([order.lines[0]?.ordered.quantity, order.lines[0]?.current.quantity]).toEqual([3, 1]);
    expect(order.refunds).toHaveLength(1);
    expect(order.transactions.filter((entry) => entry.kind === 'REFUND')).toEqual([]);
    const given = shop.refund(order.id, { amount: 20 });
    expect(given.adjustments).toEqual([]);
    expect(payments(order)).toMatchObject({ received: 3000, refunded: 2000, net: 1000, outstanding: 0 });
  });

  it('a discount by edit lowers both totals', () => {
    const { shop } = bareShop();
    const order = shop.createOrder({ lines: [{ title: 'Line', price: 100 }] });
    shop.editOrder(order.id, { discount: [{ lineId: order.lines[0]?.id ?? '', amount: 20 }] });
    expect([totals(order).price, currentTotals(order).price, totals(order).discounts]).toEqual([8000, 8000, 2000]);
  });

  it('a cancelled order keeps its total, its current total is 0 and the money is back', () => {
    const { shop } = bareShop();
    const order = shop.createOrder({ lines: [{ title: 'Line', price: 20 }] });
    shop.cancel(order.id);
    expect([totals(order).price, currentTotals(order).price]).toEqual([2000, 0]);
    expect(payments(order)).toMatchObject({ received: 2000, refunded: 2000, net: 0, outstanding: 0 });
    expect(financialStatus(order)).toBe('REFUNDED');
  });

  it('cancelling an unpaid order makes a refund without money, an authorization is voided', () => {
    const { shop } = bareShop();
    const unpaid = shop.createOrder({ payment: 'pending' });
    shop.cancel(unpaid.id);
    expect([unpaid.refunds.length, payments(unpaid).refunded, financialStatus(unpaid)]).toEqual([1, 0, 'VOIDED']);
    const authorized = shop.createOrder({ payment: 'authorized' });
    expect(financialStatus(authorized)).toBe('AUTHORIZED');
    shop.cancel(authorized.id);
    expect(payments(authorized)).toMatchObject({ capturable: 0, outstanding: 0 });
  });

  it('a pending refund moves its money later, or never', () => {
    const { shop } = bareShop();
    const order = shop.createOrder({ lines: [line10] });
    const refund = shop.refund(order.id, { amount: 4, pending: true });
    expect([payments(order).refunded, financialStatus(order)]).toEqual([0, 'PAID']);
    shop.settleRefund(order.id, refund.id);
    expect([payments(order).refunded, financialStatus(order)]).toEqual([400, 'PARTIALLY_REFUNDED']);
    expect(() => shop.settleRefund(order.id, refund.id)).toThrow('no pending transaction');
  });

  it('refuses in Shopify’s words', () => {
    const { shop } = bareShop();
    const order = shop.createOrder({ lines: [{ ...line10, quantity: 2 }] });
    expect(() => shop.refund(order.id, { amount: 25 })).toThrow('Refund amount $25.00 is greater than net payment received $20.00');
    const lines = [{ lineId: order.lines[0]?.id ?? '', quantity: 3 }];
    expect(() => shop.refund(order.id, { lines })).toThrow('Quantity cannot refund more items than were purchased');
    expect(() => shop.editOrder(order.id, {})).toThrow('There must be at least one change to be made.');
    expect(() => shop.refund('999', {})).toThrow('Order does not exist');
  });
});

describe('customers', () => {
  it('are found again by e-mail and counted, test orders not in the journey', () => {
    const { shop } = bareShop();
    const by = (input: OrderInput = {}) => shop.createOrder({ customer: { email: 'ada@example.com' }, ...input });
    const orders = [by(), by({ test: true }), by()];
    expect(orders.map((order) => order.customerOrderIndex)).toEqual([1, null, 2]);
    expect(orders[0]?.customer?.numberOfOrders).toBe(3);
    expect(shop.createOrder().customer).toBeNull();
    expect(shop.createOrder({ customer: orders[0]?.customer?.id ?? '' }).customerOrderIndex).toBe(3);
  });
});
