/** What may identify a person, and what never does. */
import { describe, expect, it } from 'vitest';
import { aliasValue, identifiesPerson } from '../../src/core/alias.ts';

describe('identifiesPerson', () => {
  it.each([
    'x@marketplace.amazon.com',
    'x@marketplace.amazon.co.uk',
    'x@m.marketplace.amazon.de',
    'x@members.ebay.com',
    'x@members.ebay.de',
    'x@scs.tiktokw.us',
    'x@scs3.tiktok.com',
    'x@chat-seller-us.tiktok.com',
    'x@relay.walmart.com',
    'x@my-shop.myshopify.com',
    'noreply@mail.example',
    'no-reply@mail.example',
    'do_not_reply@mail.example',
    'walk-in@mail.example',
    'noemail@mail.example',
    'pos@mail.example',
  ])('refuses %s', (email) => {
    expect(identifiesPerson(email, [])).toBe(false);
  });

  it.each([
    'ada@mail.example',
    'ada@amazon.com',
    'ada@notmarketplace.amazon.com.example',
    'ada@tiktok.com',
    'ada@ebay.com',
    'posy@mail.example',
    'noreplying@mail.example',
    'x@privaterelay.appleid.com',
  ])('accepts %s', (email) => {
    expect(identifiesPerson(email, [])).toBe(true);
  });

  it('refuses the domains of the config and what is under them', () => {
    expect(identifiesPerson('x@relay.example', ['Relay.example'])).toBe(false);
    expect(identifiesPerson('x@a.relay.example', ['@relay.example'])).toBe(false);
    expect(identifiesPerson('x@myrelay.example', ['relay.example', ' '])).toBe(true);
  });
});

describe('aliasValue', () => {
  it('trims', () => expect(aliasValue('  abc ')).toBe('abc'));

  it.each([
    null,
    undefined,
    '',
    '  ',
    'null',
    'NULL',
    'undefined',
    '0',
    '000',
    'n/a',
    '--',
    'true',
    '[object Object]',
    'two words',
    'x'.repeat(257),
  ])('refuses %j', (value) => {
    expect(aliasValue(value)).toBeNull();
  });
});
