/** What may identify a person, and what never does. */
import { describe, expect, it } from 'vitest';
import { aliasValue, identifiesPerson } from '../../src/core/alias.ts';

describe('identifiesPerson', () => {
  it.each([
    'x@marketplace.amazon.com',
    'x@marketplace.amazon.co.uk',
    'x@m.marketplace.amazon.de',
    'x@mail-1.m.marketplace.amazon.de',
    'x@members.ebay.com',
    'x@members.ebay.de',
    'x@scs.tiktokw.us',
    'x@scs3.tiktok.com',
    'x@chat-seller-us.tiktok.com',
    'x@relay.walmart.com',
    'x@my-shop.myshopify.com',
    'noreply@mail.example',
    'no-reply@mail.example',
    'no_reply@mail.example',
    'do_not_reply@mail.example',
    'do-not-reply@mail.example',
    'donotreply@mail.example',
    'walk-in@mail.example',
    'walk_in@mail.example',
    'walkin@mail.example',
    'noemail@mail.example',
    'nomail@mail.example',
    'no-email@mail.example',
    'no_email@mail.example',
    'in-store@mail.example',
    'in_store@mail.example',
    'instore@mail.example',
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
    'casanova.none@mail.example',
    'x@my.relay.walmart.com',
    'x@relay.walmart.com.example',
    'x@privaterelay.appleid.com',
  ])('accepts %s', (email) => {
    expect(identifiesPerson(email, [])).toBe(true);
  });

  it('refuses the domains of the config and what is under them', () => {
    expect(identifiesPerson('x@relay.example', ['Relay.example'])).toBe(false);
    expect(identifiesPerson('x@a.relay.example', ['@relay.example'])).toBe(false);
    expect(identifiesPerson('x@relay.example', [' relay.example '])).toBe(false);
    expect(identifiesPerson('x@y.example', ['x@y.example'])).toBe(true);
    expect(identifiesPerson('x@myrelay.example', ['relay.example', ' '])).toBe(true);
  });
});

describe('aliasValue', () => {
  it('trims', () => expect(aliasValue('  abc ')).toBe('abc'));

  it.each(['nullable', 'not-null', 'nancy', 'banana', '00ab', 'ab00', 'true-7', '-a', 'x'.repeat(256)])('accepts %j', (value) => {
    expect(aliasValue(value)).toBe(value);
  });

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
