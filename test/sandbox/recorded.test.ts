/** Recorded creates, edits and refunds of a real store, done again here: the money must come out the same. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, isObjectType } from 'graphql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type OrderInput, type Sandbox } from '../../src/sandbox/index.ts';
import type { Order } from '../../src/sandbox/model.ts';
import { adminSchema } from '../../src/sandbox/schema.ts';
import { ask, at, token, type Json } from './client.ts';

const folder = process.env.EVIDENCE_DIR ? join(process.env.EVIDENCE_DIR, 'samples', 'graphql-live') : null;
if (!folder || !existsSync(folder)) console.warn('skipped: recorded orders of a real store (EVIDENCE_DIR is not set)');

const recorded = (name: string): Json => JSON.parse(readFileSync(join(folder ?? '', `2025-01__orders__${name}.json`), 'utf8')) as Json;
const list = (json: Json | undefined, path: string): Json[] => {
  const found = at(json, path);
  return Array.isArray(found) ? found : [];
};
const text = (json: Json | undefined, path: string): string => String(at(json, path) ?? '');
const shop = (json: Json | undefined, path: string): string => text(json, `${path}.shopMoney.amount`);

const orderType = buildSchema(adminSchema).getType('Order');
const known = isObjectType(orderType) ? Object.keys(orderType.getFields()) : [];
const MONEY = '{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }';

let sandbox: Sandbox;
let accessToken: string;
beforeEach(async () => {
  sandbox = await startSandbox({ currency: 'CAD' });
  accessToken = await token(sandbox);
});
afterEach(() => sandbox.close());

/** All money of the recorded order that the sandbox has too, read back from it. */
async function compareMoney(order: Order, real: Json | undefined): Promise<number> {
  const fields = Object.keys(typeof real === 'object' && real !== null ? real : {}).filter(
    (name) => name.endsWith('Set') && known.includes(name),
  );
  const plain = ['displayFinancialStatus', 'paymentGatewayNames', 'discountCodes'].filter((name) => at(real, name) !== undefined);
  const query = `{ order(id: "gid://shopify/Order/${order.id}") { ${fields.map((name) => `${name} ${MONEY}`).join(' ')} ${plain.join(' ')} } }`;
  const { body } = await ask(sandbox, accessToken, query);
  for (const name of plain) expect(at(body, `data.order.${name}`), name).toEqual(at(real, name));
  for (const name of fields) {
    const expected = at(real, name);
    // Some recordings left the buyer's money out.
    expect(at(body, `data.order.${name}`), name).toMatchObject(expected as object);
  }
  return fields.length;
}

/** A recorded `orderCreate` input as the sandbox takes it. */
function toInput(order: Json | undefined): OrderInput {
  const rate = (json: Json): number => list(json, 'taxLines').reduce<number>((sum, line) => sum + Number(at(line, 'rate')), 0);
  const lines = list(order, 'lineItems').map((line) => ({
    title: text(line, 'title'),
    quantity: Number(at(line, 'quantity')),
    sku: text(line, 'sku'),
    price: shop(line, 'priceSet'),
    taxRate: rate(line),
  }));
  const shipping = list(order, 'shippingLines').map((line) => ({
    title: text(line, 'title'),
    price: shop(line, 'priceSet'),
    taxRate: rate(line),
  }));
  const code = at(order, 'discountCode.itemFixedDiscountCode');
  const kind = at(order, 'transactions.0.kind');
  const currency = at(order, 'presentmentCurrency');
  const first = at(order, 'lineItems.0.priceSet');
  const presentment = {
    currency: String(currency),
    rate: Number(at(first, 'presentmentMoney.amount')) / Number(at(first, 'shopMoney.amount')),
  };
  return {
    lines,
    shipping,
    email: text(order, 'email'),
    gateway: text(order, 'transactions.0.gateway') || 'manual',
    payment: kind === 'SALE' ? 'paid' : kind === 'AUTHORIZATION' ? 'authorized' : 'none',
    ...(code === undefined ? {} : { discount: { code: text(code, 'code'), amount: shop(code, 'amountSet') } }),
    ...(currency === undefined ? {} : { presentment }),
  };
}

describe.runIf(folder && existsSync(folder))('recorded orders', () => {
  it.each(['pendingNoTax', 'paidTaxShipping', 'fixedDiscount', 'authorization', 'presentmentMoney'])(
    'creates %s with the same money',
    async (name) => {
      const sample = at(recorded('order-create-math-matrix'), `cases.${name}`);
      const order = sandbox.shop.createOrder(toInput(at(sample, 'variables.order')));
      expect(await compareMoney(order, at(sample, 'response.payload.data.orderCreate.order'))).toBeGreaterThan(10);
    },
  );

  it('creates one in two currencies with the same money in both', async () => {
    const sample = recorded('money-bag-presentment-parity');
    const order = sandbox.shop.createOrder(toInput(at(sample, 'orderCreate.variables.order')));
    expect(await compareMoney(order, at(sample, 'orderCreate.response.payload.data.orderCreate.order'))).toBe(5);
  });

  it('edits to the same totals: a custom line, then a discount on it', () => {
    const steps = at(recorded('order-edit-residual-live-capture'), 'steps');
    const result = (step: string, mutation: string, path: string): string =>
      shop(at(steps, `${step}.response.data.${mutation}.calculatedOrder`), path);
    const create = (): Order => sandbox.shop.createOrder({ ...toInput(at(steps, 'createOrder.variables.order')), payment: 'none' });
    const total = (order: Order): string =>
      `${order.agreements.flatMap(({ sales }) => sales).reduce((sum, sale) => sum + sale.total, 0) / 100}.0`;

    const order = create();
    expect(total(order)).toBe(result('begin', 'orderEditBegin', 'totalPriceSet'));
    const price = text(steps, 'addCustomItem.variables.price.amount');
    sandbox.shop.editOrder(order.id, { add: [{ title: 'HAR-369 gift wrap', quantity: 2, price }] });
    expect(total(order)).toBe(result('addCustomItem', 'orderEditAddCustomItem', 'totalPriceSet'));
    const perUnit = Number(text(steps, 'addLineItemDiscount.variables.discount.fixedValue.amount'));
    sandbox.shop.editOrder(order.id, { discount: [{ lineId: order.lines[1]?.id ?? '', amount: perUnit * 2 }] });
    expect(total(order)).toBe(result('addLineItemDiscount', 'orderEditAddLineItemDiscount', 'totalPriceSet'));
  });

  /** The order a refund was recorded on. */
  function before(sample: Json): { order: Order; real: Json | undefined } {
    const real = at(sample, 'upstreamCalls.0.response.body.data.order');
    const lines = list(real, 'lineItems.nodes').map((line) => ({
      title: text(line, 'title'),
      quantity: Number(at(line, 'quantity')),
      price: shop(line, 'originalUnitPriceSet'),
    }));
    const shipping = list(real, 'shippingLines.nodes').map((line) => ({ price: shop(line, 'originalPriceSet') }));
    return { order: sandbox.shop.createOrder({ lines, shipping, gateway: 'manual' }), real };
  }

  /** The recorded `refundCreate` input on the sandbox's order. */
  function refund(order: Order, input: Json | undefined): void {
    const lines = list(input, 'refundLineItems').map((line, index) => ({
      lineId: order.lines[index]?.id ?? '',
      quantity: Number(at(line, 'quantity')),
      restockType: text(line, 'restockType') as 'NO_RESTOCK' | 'RETURN',
    }));
    const shipping = at(input, 'shipping.fullRefund') === true ? 'full' : at(input, 'shipping.amount');
    const amount = at(input, 'transactions.0.amount');
    sandbox.shop.refund(order.id, {
      lines,
      note: text(input, 'note'),
      ...(shipping === undefined ? {} : { shipping: String(shipping) }),
      ...(amount === undefined ? {} : { amount: String(amount) }),
    });
  }

  it.each(['refund-create-full-parity', 'refund-create-partial-shipping-restock-parity'])('refunds as in %s', async (name) => {
    const sample = recorded(name);
    const { order, real } = before(sample);
    await compareMoney(order, real);
    refund(order, at(sample, 'variables.input'));
    const done = at(sample, 'mutation.response.data.refundCreate');
    await compareMoney(order, at(done, 'order'));
    const query = `{ order(id: "gid://shopify/Order/${order.id}") { displayFinancialStatus refunds { note totalRefundedSet ${MONEY} refundLineItems(first: 5) { nodes { quantity restockType restocked lineItem { title } subtotalSet { shopMoney { amount } } } } transactions(first: 5) { nodes { kind status gateway amountSet ${MONEY} } } } } }`;
    const { body } = await ask(sandbox, accessToken, query);
    const mine = at(body, 'data.order.refunds.0');
    for (const path of [
      'note',
      'totalRefundedSet.shopMoney',
      'refundLineItems.nodes.0.quantity',
      'refundLineItems.nodes.0.restockType',
      'refundLineItems.nodes.0.restocked',
      'refundLineItems.nodes.0.lineItem.title',
      'transactions.nodes.0.kind',
      'transactions.nodes.0.status',
      'transactions.nodes.0.gateway',
      'transactions.nodes.0.amountSet.shopMoney',
    ]) {
      expect(at(mine, path), path).toEqual(at(at(done, 'refund'), path));
    }
    // The full one was recorded with a line subtotal of 0.0 for a line of 10.0: nobody should read it.
    if (name.includes('partial'))
      expect(shop(mine, 'refundLineItems.nodes.0.subtotalSet')).toBe(shop(done, 'refund.refundLineItems.nodes.0.subtotalSet'));
  });

  it('stands after a first refund as recorded, and refuses too much in the same words', async () => {
    const sample = recorded('refund-create-user-errors-and-quantities');
    const { order, real } = before(sample);
    const [line] = order.lines;
    sandbox.shop.refund(order.id, { lines: [{ lineId: line?.id ?? '', quantity: 1 }] });
    await compareMoney(order, real);
    expect(order.lines.map((entry) => entry.current.quantity)).toEqual(
      list(real, 'lineItems.nodes').map((entry) => at(entry, 'currentQuantity')),
    );
    const message = (name: string): string => text(at(sample, name), 'response.data.refundCreate.userErrors.0.message');
    const input = (name: string): Json | undefined => at(sample, `${name}.variables.input`);
    expect(() => refund(order, input('overRefundQuantityLineItem'))).toThrow(message('overRefundQuantityLineItem'));
    expect(() => refund(order, input('overRefundAmountNoAllow'))).toThrow(message('overRefundAmountNoAllow'));
    expect(() => sandbox.shop.refund('9999991782169281386', {})).toThrow(message('unknownOrder'));
    const over = recorded('refund-create-over-refund-user-errors');
    const second = before(over).order;
    expect(() => refund(second, at(over, 'variables.input'))).toThrow(
      text(over, 'mutation.response.data.refundCreate.userErrors.0.message'),
    );
  });
});
