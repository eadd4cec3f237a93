/** The shape of a Converge event: what is taken, what is refused, and in which words. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { orderOf, readConvergeEvent } from '../../src/core/converge-spec.ts';

type Part = Record<string, unknown>;

const BASE = {
  event_name: 'Cancelled Subscription',
  event_id: 'cancel-77',
  timestamp: '2026-11-20T12:00:00Z',
  properties: { id: '77', total_price: 12.5, total_tax: 2, total_shipping: 0, currency: 'EUR' },
  profile_properties: { $email: 'ada@example.com' },
  aliases: ['urn:email:ada@example.com'],
};
const ITEM = { product_id: '7', name: 'Wool Runner', price: 98, currency: 'EUR', quantity: 1 };

const top = (more: Part) => ({ ...BASE, ...more });
const inside = (more: Part) => ({ ...BASE, properties: { ...BASE.properties, ...more } });
const generic = (properties: unknown) => ({ ...BASE, event_name: 'Viewed Page', properties });

/** Path -> message. */
function problemsOf(value: unknown): Record<string, string> {
  const read = readConvergeEvent(value);
  if (!('problems' in read)) return {};
  expect(new Set(read.problems.map(({ path }) => path)).size).toBe(read.problems.length);
  return Object.fromEntries(read.problems.map(({ path, message }) => [path, message]));
}

describe('an event of the spec', () => {
  it.each<[string, unknown]>([
    ['as documented', BASE],
    ['Started Subscription', top({ event_name: 'Started Subscription' })],
    ['Placed Recurring Subscription Order', top({ event_name: 'Placed Recurring Subscription Order' })],
    ['an order with everything', inside({ total_discount: 1, coupon: ['A', 'B'], $email: 'a', $is_new_customer: false, items: [ITEM] })],
    ['one coupon', inside({ coupon: 'A' })],
    ['own properties, nested ones too', inside({ own: { deep: [1, null, 'x'] }, $custom: true })],
    ['unix seconds', top({ timestamp: 1_763_640_000 })],
    ['a time with an offset and fractions', top({ timestamp: '2026-11-20T12:00:00.123+05:30' })],
    ['no time', top({ timestamp: undefined })],
    ['another event, with nothing of an order', generic({})],
    ['a refund, outside the spec', top({ event_name: 'Received Refund', properties: { id: '77', total_price: 1 } })],
    ['ten aliases', top({ aliases: Array.from({ length: 10 }, (_, index) => `urn:user_id:u${index}`) })],
    ['aliases in two parts', top({ aliases: ['urn:shopify:cart_token:abc', 'urn:shopify:order_id:5001'] })],
    ['numbers at their limit', generic({ a: Number.MAX_SAFE_INTEGER, b: 0.1, c: -0.5 })],
    ['other letters in its id', top({ event_id: 'подписка-77 🐎' })],
    ['a key that is no key in JavaScript', JSON.parse(JSON.stringify(BASE).replace('"total_tax"', '"__proto__":{"a":1},"total_tax"'))],
  ])('%s', (_, value) => {
    const read = readConvergeEvent(value);
    expect(read).toEqual({ event: value });
    // The very same value: nothing is lost on the way.
    expect('event' in read && read.event).toBe(value);
  });

  it('is what the pipeline makes of every golden case', () => {
    const folder = join(import.meta.dirname, '../../fixtures');
    let events = 0;
    const visit = (value: unknown, name: string): void => {
      if (typeof value !== 'object' || value === null) return;
      if (!('event_name' in value)) return Object.values(value).forEach((part) => visit(part, name));
      events += 1;
      expect([name, problemsOf(value)]).toEqual([name, {}]);
    };
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.json')))
      visit(JSON.parse(readFileSync(join(folder, name), 'utf8')), name);
    expect(events).toBeGreaterThan(100);
  });
});

describe('is refused', () => {
  it.each<[string, unknown, string, RegExp]>([
    ['a list', [], '', /JSON object/],
    ['a text', 'x', '', /JSON object/],
    ['null', null, '', /JSON object/],
    ['no name', top({ event_name: undefined }), 'event_name', /is missing.*name/],
    ['a blank name', top({ event_name: ' ' }), 'event_name', /name/],
    ['a number as id', top({ event_id: 77 }), 'event_id', /as text/],
    ['an empty id', top({ event_id: '' }), 'event_id', /as text/],
    ['an id too long', top({ event_id: 'x'.repeat(257) }), 'event_id', /256/],
    ['an id with a line break', top({ event_id: 'a\nb' }), 'event_id', /256/],
    ['an id with half a character', top({ event_id: 'a\ud800' }), 'event_id', /256/],
    ['a time without a zone', top({ timestamp: '2026-11-20T12:00:00' }), 'timestamp', /with its zone/],
    ['a day', top({ timestamp: '2026-11-20' }), 'timestamp', /with its zone/],
    ['a day the calendar lacks', top({ timestamp: '2026-02-30T12:00:00Z' }), 'timestamp', /with its zone/],
    ['ms', top({ timestamp: 1_763_640_000_000 }), 'timestamp', /seconds/],
    ['seconds as text', top({ timestamp: '1763640000' }), 'timestamp', /as a number/],
    ['null as time', top({ timestamp: null }), 'timestamp', /left out, it is now/],
    ['no properties', top({ properties: undefined }), 'properties', /is missing/],
    ['properties as a list', generic([]), 'properties', /an object/],
    ['null as properties', top({ properties: null }), 'properties', /an object/],
    ['no profile', top({ profile_properties: undefined }), 'profile_properties', /\{\}/],
    ['an empty e-mail', top({ profile_properties: { $email: '' } }), 'profile_properties.$email', /leave out/],
    ['a number as zip code', top({ profile_properties: { $zip_code: 10115 } }), 'profile_properties.$zip_code', /text/],
    ['no aliases', top({ aliases: undefined }), 'aliases', /is missing.*1 to 10/],
    ['an empty list of aliases', top({ aliases: [] }), 'aliases', /1 to 10/],
    ['eleven aliases', top({ aliases: Array.from({ length: 11 }, (_, index) => `urn:x:a${index}`) }), 'aliases', /1 to 10/],
    ['an address for an alias', top({ aliases: ['ada@example.com'] }), 'aliases.0', /urn:<kind>:<value>/],
    ['an alias without value', top({ aliases: ['urn:email:'] }), 'aliases.0', /one person/],
    ['an alias of nobody', top({ aliases: ['urn:x:a', 'urn:cookie:undefined'] }), 'aliases.1', /one person/],
    ['an alias in two parts without value', top({ aliases: ['urn:shopify:cart_token:'] }), 'aliases.0', /one person/],
    ['an address in capitals', top({ aliases: ['urn:email:Ada@example.com'] }), 'aliases.0', /lower case/],
    ['a misspelt field', top({ time: 1 }), 'time', /no field of an event.*timestamp/],
    ['no order id', inside({ id: undefined }), 'properties.id', /is missing.*as text/],
    ['a number as order id', inside({ id: 77 }), 'properties.id', /as text/],
    ['no total', inside({ total_price: undefined }), 'properties.total_price', /is missing.*number/],
    ['an amount as text', inside({ total_tax: '2.00' }), 'properties.total_tax', /without quotes/],
    ['no shipping', inside({ total_shipping: null }), 'properties.total_shipping', /number/],
    ['a discount below zero', inside({ total_discount: -1 }), 'properties.total_discount', /not negative/],
    ['a currency in small letters', inside({ currency: 'eur' }), 'properties.currency', /capitals/],
    ['yes for true', inside({ $is_new_customer: 'yes' }), 'properties.$is_new_customer', /true or false/],
    ['an empty coupon', inside({ coupon: '' }), 'properties.coupon', /code/],
    ['one item for a list', inside({ items: ITEM }), 'properties.items', /list/],
    ['half an item', inside({ items: [ITEM, { ...ITEM, quantity: 0.5 }] }), 'properties.items.1.quantity', /whole number/],
    ['an item without price', inside({ items: [{ ...ITEM, price: undefined }] }), 'properties.items.0.price', /is missing/],
    ['a number that is rounded', generic({ n: JSON.parse('12345678901234567890') }), 'properties.n', /in quotes/],
    ['a number that is none', generic({ list: [JSON.parse('1e999')] }), 'properties.list.0', /in quotes/],
  ])('%s', (_, value, path, words) => {
    expect(problemsOf(value)).toEqual({ [path]: expect.stringMatching(words) });
  });

  it('with everything that is wrong at once, one problem per place', () => {
    const value = { event_name: 'Placed Order', properties: { id: 5, total_price: '1', currency: 'EUR' }, aliases: ['x'], extra: 1 };
    expect(Object.keys(problemsOf(value)).sort()).toEqual([
      'aliases.0',
      'event_id',
      'extra',
      'profile_properties',
      'properties.id',
      'properties.total_price',
      'properties.total_shipping',
      'properties.total_tax',
    ]);
  });

  it('when it is deeper than anybody follows', () => {
    const deep = JSON.parse(`${'['.repeat(500_000)}${']'.repeat(500_000)}`) as unknown;
    expect(Object.values(problemsOf(generic({ deep })))).toEqual([expect.stringMatching(/32 levels/)]);
  });

  it('without showing a value of it', () => {
    const canary = 'canary@example.com';
    const wrong = {
      event_name: [canary],
      event_id: { canary },
      timestamp: canary,
      properties: [canary],
      profile_properties: { $email: [canary] },
      aliases: [canary, `urn:email:${canary.toUpperCase()}`],
    };
    expect(JSON.stringify(readConvergeEvent(wrong))).not.toMatch(/canary@/i);
    const order = Object.fromEntries(Object.keys({ ...BASE.properties, $email: 1, items: 1, coupon: 1 }).map((key) => [key, { canary }]));
    expect(JSON.stringify(readConvergeEvent(top({ properties: order })))).not.toMatch(/canary@/i);
  });
});

describe('the order of an event', () => {
  it.each<[string, Part, string | null]>([
    ['Placed Order', { id: '5001' }, '5001'],
    ['Received Refund', { id: '5001' }, '5001'],
    ['Started Subscription', { id: '5001' }, '5001'],
    ['Cancelled Subscription', { id: '5001' }, '5001'],
    ['Placed Recurring Subscription Order', { id: '5001' }, '5001'],
    ['Received Refund', {}, null],
    ['Received Refund', { id: 5001 }, null],
    ['Viewed Page', { id: '5001' }, null],
  ])('%s %j: %s', (event_name, properties, wanted) => {
    expect(orderOf({ event_name, properties })).toBe(wanted);
  });
});
