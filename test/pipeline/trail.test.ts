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

describe('the trail', () => {
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
    ['a renewal', { sourceName: 'subscription_contract' }, on, {}, 'Subscription: a renewal, by the source name.'],
    [
      'a start',
      { lines: [{ ...baseOrder().lines[0], sellingPlan: true }] },
      on,
      {},
      'Subscription: starts with this order, which has a selling plan.',
    ],
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
