/** The generator: the same seed, the same store; and everything a real store has. */
import { describe, expect, it } from 'vitest';
import { generateOrders } from '../../src/sandbox/generator.ts';
import type { Order } from '../../src/sandbox/model.ts';
import { financialStatus } from '../../src/sandbox/totals.ts';
import { bareShop } from './bench.ts';

const TO = Date.parse('2026-11-20T12:00:00Z');
const FROM = TO - 90 * 86_400_000;

function make(count: number, seed: number): Order[] {
  const { shop, told } = bareShop();
  const orders = generateOrders(shop, count, seed, FROM, TO);
  expect(told).toEqual([]);
  return orders;
}

describe('generateOrders', () => {
  it('gives the same orders for the same seed', () => {
    const plain = (orders: Order[]): string => JSON.stringify(orders);
    expect(plain(make(60, 1))).toBe(plain(make(60, 1)));
    expect(plain(make(60, 1))).not.toBe(plain(make(60, 2)));
  });

  it('gives orders in order of time, within the window', () => {
    const times = make(200, 3).map((order) => order.createdAt);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(Math.min(...times)).toBeGreaterThanOrEqual(FROM);
    expect(Math.max(...make(200, 3).map((order) => order.updatedAt))).toBeLessThanOrEqual(TO);
  });

  it('is as varied as a real store', () => {
    const orders = make(1_000, 4);
    const some = (name: string, test: (order: Order) => boolean): void => expect(orders.filter(test).length, name).toBeGreaterThan(0);
    for (const source of ['web', 'pos', '3890849', 'subscription_contract_checkout_one', 'shopify_draft_order', 'amazon', null]) {
      some(String(source), (order) => order.sourceName === source);
    }
    some('edited', (order) => order.edited);
    some('refunded', (order) => order.transactions.some((entry) => entry.kind === 'REFUND'));
    some('refund without money', (order) => order.refunds.length > 0 && !order.transactions.some((entry) => entry.kind === 'REFUND'));
    some('cancelled', (order) => order.cancelledAt !== null);
    some('guest', (order) => order.customer === null && order.email !== null);
    some('nobody', (order) => order.customer === null && order.email === null);
    some('returning', (order) => (order.customerOrderIndex ?? 0) > 1);
    some('test', (order) => order.test);
    some('tip', (order) => order.tip > 0);
    some('taxes included', (order) => order.taxesIncluded && order.lines.some((line) => line.ordered.tax > 0));
    some('taxes on top', (order) => !order.taxesIncluded && order.lines.some((line) => line.ordered.tax > 0));
    some('discount code', (order) => order.discountCodes.length > 0);
    some('shipping discount', (order) => order.shippingLines.some((line) => line.discount > 0));
    some('custom line', (order) => order.lines.some((line) => line.productId === null));
    some('gift card', (order) => order.lines.some((line) => line.giftCard));
    some('selling plan', (order) => order.lines.some((line) => line.sellingPlanId !== null));
    some('other currency', (order) => order.presentment.currency !== order.currency);
    some('unpaid', (order) => financialStatus(order) === null);
    some('authorized', (order) => financialStatus(order) === 'AUTHORIZED');
    expect(new Set(orders.map((order) => order.shippingAddress?.countryCode)).size).toBeGreaterThan(5);
    // Real orders from outside the shop's own checkout have no cart token.
    expect(orders.filter((order) => order.sourceName !== 'web' && order.cartToken !== null)).toEqual([]);
    expect(orders.filter((order) => order.sourceName === 'shopify_draft_order' && order.checkoutToken === null)).toEqual([]);
  });
});
