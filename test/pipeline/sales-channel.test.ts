/** The sales channel table, name by name. */
import { describe, expect, it } from 'vitest';
import { salesChannel } from '../../src/pipeline/sales-channel.ts';

describe('salesChannel', () => {
  it.each([
    ['web', 'web 580111 12875497473'],
    ['subscription_contract', 'subscription_contract subscription_contract_checkout_one'],
    ['offline', 'shopify_draft_order 1354745'],
    ['pos', 'pos 129785'],
    ['marketplace', '3890849 amazon sell-on-amazon'],
    ['facebook_shop', '2329312'],
    ['tiktok_shop', '4383523 tiktok'],
    ['pinterest_shop', '3009811'],
  ])('is %s for %s, in any case', (type, names) => {
    for (const name of names.split(' ')) {
      for (const written of [name, name.toUpperCase(), ` ${name} `])
        expect(salesChannel(written, {}), written).toEqual({ type, mapped: true });
    }
  });

  it('is offline for manually edited orders', () => {
    expect(salesChannel('Edit Order', {})).toEqual({ type: 'offline', mapped: true });
  });

  it('is web for what nobody mapped, and for an order without a source', () => {
    for (const name of ['1778889', 'websites', 'my_subscription_contract'])
      expect(salesChannel(name, {})).toEqual({ type: 'web', mapped: false });
    for (const name of [null, '', ' ']) expect(salesChannel(name, {})).toEqual({ type: 'web', mapped: true });
  });

  it('asks the config first, in any case and with space around it', () => {
    const overrides = { ' Amazon ': 'web', '77': 'sms', subscription_contract: 'offline' };
    expect(salesChannel('amazon', overrides)).toEqual({ type: 'web', mapped: true });
    expect(salesChannel('77', overrides)).toEqual({ type: 'sms', mapped: true });
    expect(salesChannel('subscription_contract', overrides)).toEqual({ type: 'offline', mapped: true });
    expect(salesChannel('subscription_contract_checkout_one', overrides)).toEqual({ type: 'subscription_contract', mapped: true });
  });
});
