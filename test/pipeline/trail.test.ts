/** The trail: every rule that was looked at, in words a shop owner reads in `preview`. */
import { describe, expect, it } from 'vitest';
import { derive } from '../../src/pipeline/index.ts';
import { baseFacts, baseOrder, baseSettings } from './cases.ts';

function trail(order: object = {}, settings: object = {}, facts: object = {}): string[] {
  return derive(baseOrder(order), baseSettings(settings), baseFacts(facts)).trail;
}

const refund = {
  id: '301',
  createdAt: '2026-11-03T09:00:00Z',
  processedAt: null,
  transactions: [{ kind: 'REFUND', status: 'PENDING', amount: '5.0' }],
  lines: [],
  shipping: [],
};

const on = { subscriptions: { events: true } };
const sent = { decision: 'sent', reason: null, refunds: [], sentTotal: '82.00', sentLines: {} };

const moved = { ...refund, transactions: [{ kind: 'REFUND', status: 'SUCCESS', amount: '5.0' }] };
const line = baseOrder().lines[0];
const sale = (quantity: number, total: string) => ({
  lineType: 'PRODUCT',
  lineId: '9001',
  quantity,
  total,
  tax: '0.0',
  discountBeforeTaxes: '0.0',
  discountAfterTaxes: '0.0',
});
/** Two shirts, of which an edit took so many away. */
const edited = (removed: number) => ({
  edited: true,
  agreements: [
    { reason: 'ORDER', happenedAt: '2026-11-02T10:00:01Z', sales: [sale(2, '80.0')] },
    { reason: 'ORDER_EDIT', happenedAt: '2026-11-02T10:01:00Z', sales: [sale(-removed, `-${removed * 40}.0`)] },
  ],
});

describe('the trail', () => {
  it('of an order that was sent says no more than that, and what became of its refunds', () => {
    const refunds = [{ id: '301', state: 'sent', reason: null, amount: '5.00' }];
    const facts = { previous: { ...sent, refunds } };
    expect(trail({ refunds: [moved, { ...moved, id: '302' }] }, {}, facts)).toEqual([
      'Sales channel: web, from the source name "web".',
      'Placed Order: written earlier. That decision stands; tags and channels of today do not change it.',
      'Refund 301: written earlier.',
      'Refund 302: 5.00 moved: Received Refund.',
    ]);
  });

  it('of an order that is not sent says nothing of subscriptions', () => {
    const lines = [{ ...line, sellingPlan: true }];
    for (const [settings, facts] of [
      [{ ...on, exclude: { tags: ['vip'] } }, {}],
      [{ ...on, upsellDelay: { enabled: true } }, { now: '2026-11-02T10:01:00Z' }],
      [on, { windowStart: '2026-11-03T00:00:00Z' }],
    ] as const) {
      expect(trail({ lines }, settings, facts).join()).not.toContain('Subscription');
    }
  });

  it('tells the rules in the order in which they were asked', () => {
    const settings = {
      exclude: { channels: ['pos'], tags: ['Exclude'], testOrders: true },
      upsellDelay: { enabled: true, minutes: 10 },
      markets: { shippingCountries: ['US'] },
    };
    expect(trail({}, settings, { windowStart: '2026-11-01T00:00:00Z' })).toEqual([
      'Sales channel: web, from the source name "web".',
      'Window: opens 2026-11-01T00:00:00Z, the order was created 2026-11-02T10:00:00Z, inside.',
      'Upsell delay: 10 minutes from creation, over since 2026-11-02T10:10:00Z.',
      'Excluded sales channels: none matches.',
      'Excluded order tags: none matches.',
      'Test orders are excluded: this is none.',
      'Market: the order goes to US, which is one of the countries wanted.',
      "New customer: yes, it is the first in Shopify's customer journey.",
      'Placed Order: 82.00 USD, number of lines: 1.',
    ]);
  });

  it.each([
    [
      'waiting',
      {},
      { upsellDelay: { enabled: true } },
      { now: '2026-11-02T10:01:00Z' },
      'Upsell delay: 10 minutes from creation, waiting until 2026-11-02T10:10:00Z.',
    ],
    ['excluded by a tag', { tags: ['EXCLUDE'] }, { exclude: { tags: ['Exclude'] } }, {}, 'Excluded order tags: "exclude" matches.'],
    ['a test order', { test: true }, { exclude: { testOrders: true } }, {}, 'Test orders are excluded: this is one.'],
    [
      'another market',
      {},
      { markets: { shippingCountries: ['GB'] } },
      {},
      'Market: the order goes to US, which is not one of the countries wanted.',
    ],
    [
      'no market',
      { shippingAddress: null, billingAddress: null },
      { markets: { shippingCountries: ['GB'] } },
      {},
      'Market: the order goes to an unknown country, which is not one of the countries wanted.',
    ],
    [
      'before the window',
      {},
      {},
      { windowStart: '2026-11-03T00:00:00Z' },
      'Window: opens 2026-11-03T00:00:00Z, the order was created 2026-11-02T10:00:00Z, before it.',
    ],
    [
      'waiting for the journey',
      { journey: null, customer: { numberOfOrders: 2 } },
      {},
      {},
      'Customer journey: Shopify is still preparing it, waiting once until 2026-11-02T10:32:00Z.',
    ],
    [
      'an unmapped source',
      { sourceName: '77' },
      {},
      {},
      'Sales channel: web, as the source name "77" is not mapped. Add it to salesChannels in the config.',
    ],
    ['no source', { sourceName: null }, {}, {}, 'Sales channel: web, as Shopify names no source.'],
    [
      'a pending refund',
      { refunds: [refund] },
      {},
      { now: '2026-11-03T09:01:00Z' },
      'Refund 301: its money has not moved yet; it will be looked at again 2026-11-03T10:00:00Z.',
    ],
    [
      'a refund given up',
      { refunds: [refund] },
      {},
      { now: '2027-11-03T09:01:00Z' },
      'Refund 301: its money has not moved yet; it is watched no longer.',
    ],
    [
      'a sent order that changed',
      {},
      {},
      { previous: { ...sent, sentTotal: '80.00' } },
      'Changed after sending: 80.00 was sent, it is 82.00 now. No second Placed Order.',
    ],
    ['no window', {}, {}, {}, 'Window: everything visible is inside.'],
    [
      'a refund that was never reported',
      { refunds: [moved] },
      {},
      { previous: { ...sent, refunds: [{ id: '301', state: 'never_reported', reason: 'removed_by_edit', amount: '5.00' }] } },
      'Refund 301: of what an edit had removed, as decided earlier.',
    ],
    ['no delay', {}, {}, {}, 'Upsell delay: off.'],
    ['a customer tag', {}, { exclude: { customerTags: ['Newsletter'] } }, {}, 'Excluded customer tags: "newsletter" matches.'],
    ['another customer tag', {}, { exclude: { customerTags: ['x'] } }, {}, 'Excluded customer tags: none matches.'],
    [
      'a gateway',
      {},
      { exclude: { paymentGateways: [' Shopify_Payments '] } },
      {},
      'Excluded payment gateways: "shopify_payments" matches.',
    ],
    ['another gateway', {}, { exclude: { paymentGateways: ['x'] } }, {}, 'Excluded payment gateways: none matches.'],
    [
      'a customer who returns',
      { journey: { customerOrderIndex: 4 } },
      {},
      {},
      "New customer: no, it is number 4 in Shopify's customer journey.",
    ],
    ['a first order by the count', { journey: null }, {}, {}, 'New customer: yes, the customer has one order.'],
    [
      'an earlier order',
      { journey: null, customer: { numberOfOrders: 2 } },
      {},
      { earlierOrderKnown: true },
      'New customer: no, an earlier order of the customer is known.',
    ],
    ['an unknown customer', { journey: null, customer: { numberOfOrders: 2 } }, {}, {}, 'New customer: unknown, nothing proves it.'],
    ['no customer', { journey: null, customer: null }, {}, {}, 'New customer: unknown, the order has no customer.'],
    ['an order edited to nothing', edited(2), {}, {}, 'What was bought: edits removed everything before the order was sent.'],
    [
      'a refund of removed units',
      { ...edited(1), refunds: [{ ...moved, lines: [{ lineId: '9001', quantity: 1, tax: '0.0' }] }] },
      {},
      {},
      'Refund 301: gives back only what an edit had removed before the order was sent.',
    ],
    [
      'a refund of an excluded order',
      { refunds: [moved] },
      { exclude: { tags: ['vip'] } },
      {},
      'Refund 301: excluded with its order (tag:vip).',
    ],
    [
      'a refund from before the connection',
      { refunds: [{ ...moved, createdAt: '2026-10-03T09:00:00Z' }] },
      {},
      { windowStart: '2026-11-03T00:00:00Z' },
      'Refund 301: its order is before the window, and it was made before the store was connected.',
    ],
    [
      'a refund without money',
      { refunds: [{ ...refund, transactions: [] }] },
      {},
      {},
      'Refund 301: no money moved and none is on its way.',
    ],
    ['a renewal', { sourceName: 'subscription_contract' }, on, {}, 'Subscription: a renewal, by the source name.'],
    ['a start', { lines: [{ ...line, sellingPlan: true }] }, on, {}, 'Subscription: starts with this order, which has a selling plan.'],
    ['a start by its tag', { tags: ['First Subscription'] }, on, {}, 'Subscription: starts with this order, by an order tag.'],
    ['a renewal by its tag', { tags: ['Subscription Recurring Order'] }, on, {}, 'Subscription: a renewal, by an order tag.'],
    ['a prepaid shipment', { tags: ['Prepaid'] }, on, {}, 'Subscription: a shipment that an earlier order paid for, by its tags.'],
    ['no subscription', {}, on, {}, 'Subscription: none that the order shows.'],
    [
      'a start written earlier',
      {},
      on,
      { previous: { ...sent, subscription: 'first' } },
      'Subscription: Started Subscription written earlier.',
    ],
    [
      'a renewal written earlier',
      {},
      {},
      { previous: { ...sent, subscription: 'recurring' } },
      'Subscription: Placed Recurring Subscription Order written earlier.',
    ],
    [
      'an order sent while the option was off',
      {},
      on,
      { previous: sent },
      'Subscription: these events were off when the order was sent, so it has none.',
    ],
  ])('of %s', (_name, order, settings, facts, line) => {
    expect(trail(order, settings, facts)).toContain(line);
  });
});
