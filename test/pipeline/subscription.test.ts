/** Which tags of subscription apps make an order the first of a subscription or a renewal. */
import { describe, expect, it } from 'vitest';
import { derive } from '../../src/pipeline/index.ts';
import { baseFacts, baseOrder, baseSettings } from './cases.ts';

const on = baseSettings({ subscriptions: { events: true } });

function roleOf(tags: (string | null)[] | null): string | null {
  return derive(baseOrder({ tags }), on, baseFacts()).subscription;
}

describe('the role of an order', () => {
  it.each([
    'Subscription First Order',
    'subscription first order',
    ' Subscription First Order ',
    'Subscription Order: 1',
    'Subscription Order:1',
    'SUBSCRIPTION ORDER: 1',
    'appstle_subscription_first_order',
    'Appstle_Subscription_First_Order_5001',
    'First Subscription',
  ])('is first by the tag %j', (tag) => {
    expect(roleOf([tag])).toBe('first');
    expect(roleOf(['vip', tag, 'other'])).toBe('first');
  });

  it.each([
    'Subscription Recurring Order',
    'subscription RECURRING order',
    'Subscription Order: 2',
    'Subscription Order:9',
    'Subscription Order: 10',
    'subscription order: 104',
    'appstle_subscription_recurring_order',
    'APPSTLE_subscription_recurring_order_5001',
  ])('is recurring by the tag %j', (tag) => {
    expect(roleOf([tag])).toBe('recurring');
    expect(roleOf(['Subscription First Order', tag])).toBe('recurring');
  });

  it.each([
    'Subscription',
    'Active Subscriber',
    'No Subscription First Order',
    'Subscription First Orders',
    'No Subscription Recurring Order',
    'Subscription Recurring Orders',
    'My First Subscription',
    'First Subscription?',
    'Subscription Order: 0',
    'Subscription Order: 01',
    'Subscription Order: 1st',
    'Subscription Order: 2nd',
    'Subscription Order: ',
    'Subscription Order:  2',
    'x Subscription Order: 1',
    'x Subscription Order: 2',
    'x_appstle_subscription_first_order',
    'appstle_subscription_first_orders',
    'x_appstle_subscription_recurring_order',
    'appstle_subscription_recurring_orders',
  ])('is none by the tag %j', (tag) => {
    expect(roleOf([tag])).toBe('none');
  });

  it('is none for what a prepaid subscription ships, and for nothing but that tag', () => {
    for (const tag of ['Subscription First Order', 'Subscription Recurring Order']) {
      expect(roleOf([tag, 'Prepaid'])).toBe('none');
      expect(roleOf([' PREPAID', tag])).toBe('none');
      for (const other of ['not prepaid', 'prepaid card']) expect(roleOf([tag, other])).not.toBe('none');
    }
  });

  it('is none without tags', () => {
    for (const tags of [null, [], [null], ['', ' ']]) expect(roleOf(tags)).toBe('none');
  });
});
