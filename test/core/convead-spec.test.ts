/** Convead events that are handed in: what is taken, what is refused and why, and what becomes of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isConveadEvent, readConveadEvent } from '../../src/core/convead-spec.ts';
import { createConvead } from '../../src/destinations/convead/convead.ts';

const convead = createConvead({ appKey: 'key', domain: 'shop.example', refundEventKey: null, origin: 'http://127.0.0.1:1' });
const item = { product_id: 7, qnt: 2, price: 9.5 };
const base = { event_id: 'e1', visitor_uid: '42' };

const VALID: [type: string, given: object, properties: object][] = [
  ['add_to_cart', { properties: { ...item, product_name: 'Shirt' } }, { product_id: '7', qnt: 2, price: 9.5, product_name: 'Shirt' }],
  ['remove_from_cart', { properties: { product_id: '7', qnt: 1 } }, { product_id: '7', qnt: 1 }],
  ['update_cart', { properties: { items: [item] } }, { items: [{ product_id: '7', qnt: 2, price: 9.5 }] }],
  ['update_cart', { properties: { items: [] } }, { items: [] }],
  ['view_product', { properties: { product_id: '7', category_id: 3 } }, { product_id: '7', category_id: 3 }],
  ['link', { url: 'https://shop.example/a', title: 'A' }, {}],
  ['file', { properties: { file_url: 'https://shop.example/a.pdf' } }, { file_url: 'https://shop.example/a.pdf' }],
  ['mailto', { properties: { email: 'a@b.example' } }, { email: 'a@b.example' }],
  ['update_info', { visitor_info: { first_name: 'Ada' } }, {}],
  ['custom', { properties: { key: 'signed_up', plan: 'gold' } }, { key: 'signed_up', plan: 'gold' }],
];

describe('an event', () => {
  it.each(VALID)('%s is taken and sent', (type, given, properties) => {
    const read = readConveadEvent({ ...base, type, ...given });
    if (!('event' in read)) throw new Error(JSON.stringify(read.problems));
    expect(read.event).toMatchObject({ event_name: type, event_id: 'e1', visitor_uid: '42', guest_uid: '', properties });
    expect(isConveadEvent(read.event)).toBe(true);
    const request = convead.encode(JSON.stringify(read.event));
    if ('kind' in request) throw new Error(request.reason);
    expect(request.url).toBe('http://127.0.0.1:1/watch/event');
    const form = new URLSearchParams(request.body);
    expect([form.get('app_key'), form.get('visitor_uid'), form.get('guest_uid')]).toEqual(['key', '42', '']);
    expect(JSON.parse(form.get('data') ?? '')).toMatchObject({
      type,
      app_key: 'key',
      visitor_uid: '42',
      domain: 'shop.example',
      properties,
    });
  });

  it('tells of the page it happened on', () => {
    const page = (more: object) => {
      const read = readConveadEvent({ event_id: 'e1', guest_uid: 'g', type: 'link', ...more });
      const request = 'event' in read && convead.encode(JSON.stringify(read.event));
      const data = JSON.parse((request && 'body' in request && new URLSearchParams(request.body).get('data')) || '{}') as Record<
        string,
        unknown
      >;
      return [data.url, data.path, data.title, data.referrer];
    };
    expect(page({})).toEqual(['https://shop.example/', undefined, undefined, undefined]);
    expect(page({ path: '/a', title: 'A' })).toEqual(['https://shop.example/a', '/a', 'A', undefined]);
    expect(page({ url: 'https://b.example/x', path: '/x', referrer: 'https://c.example' })).toEqual([
      'https://b.example/x',
      '/x',
      undefined,
      'https://c.example',
    ]);
  });

  it.each([
    ['no object', 'x', '', /must be a JSON object/],
    ['no type', base, 'type', /is missing: it must be one of add_to_cart, /],
    ['a purchase, which is made from orders', { ...base, type: 'purchase' }, 'type', /must be one of /],
    ['no id', { type: 'link', visitor_uid: '1' }, 'event_id', /is missing: it must be an id/],
    ['nobody', { event_id: 'e', type: 'link' }, 'visitor_uid', /so is guest_uid/],
    ['nobody, written out', { event_id: 'e', type: 'link', visitor_uid: '', guest_uid: '' }, 'visitor_uid', /one of them/],
    ['a blank uid', { event_id: 'e', type: 'link', guest_uid: ' ' }, 'guest_uid', /must be an id/],
    ['a misspelt field', { ...base, type: 'link', referer: 'x' }, 'referer', /is no field.*referrer/],
    ['a path that is none', { ...base, type: 'link', path: 'a' }, 'path', /begins with \//],
    ['no properties', { ...base, type: 'mailto' }, 'properties', /is missing: it must be an object/],
    ['no product', { ...base, type: 'view_product', properties: {} }, 'properties.product_id', /is missing/],
    ['no quantity', { ...base, type: 'add_to_cart', properties: { product_id: '7' } }, 'properties.qnt', /is missing: .*number above 0/],
    ['quantity 0', { ...base, type: 'remove_from_cart', properties: { product_id: '7', qnt: 0 } }, 'properties.qnt', /above 0/],
    [
      'a price as text',
      { ...base, type: 'update_cart', properties: { items: [{ ...item, price: '9' }] } },
      'properties.items.0.price',
      /without quotes/,
    ],
    [
      'items without a price',
      { ...base, type: 'update_cart', properties: { items: [{ product_id: '7', qnt: 1 }] } },
      'properties.items.0.price',
      /missing/,
    ],
    ['no file', { ...base, type: 'file', properties: {} }, 'properties.file_url', /missing/],
    ['a key with a blank', { ...base, type: 'custom', properties: { key: 'a b' } }, 'properties.key', /letters, digits and _/],
    ['nothing to update', { ...base, type: 'update_info' }, 'visitor_info', /update_info/],
    ['an empty value', { ...base, type: 'link', visitor_info: { email: '' } }, 'visitor_info.email', /leave out what is not known/],
    [
      'an id that JSON rounds',
      { ...base, type: 'view_product', properties: { product_id: 2 ** 60 } },
      'properties.product_id',
      /too large/,
    ],
  ])('with %s is refused', (_what, given, path, words) => {
    const read = readConveadEvent(given);
    const problem = 'problems' in read ? read.problems.find((one) => one.path === path) : undefined;
    expect(problem?.message, JSON.stringify(read)).toMatch(words);
  });

  it('is told everything at once, and once a place', () => {
    const read = readConveadEvent({ type: 'add_to_cart', oops: 1, properties: { qnt: -1 } });
    expect('problems' in read && read.problems.map(({ path }) => path).toSorted()).toEqual([
      'event_id',
      'oops',
      'properties.product_id',
      'properties.qnt',
    ]);
  });

  it('of any JSON is read or refused, and what is read can be sent', () => {
    const like = fc.record(
      {
        event_id: fc.string(),
        type: fc.constantFrom(...VALID.map(([type]) => type)),
        visitor_uid: fc.oneof(fc.string(), fc.nat()),
        properties: fc.oneof(fc.constantFrom(...VALID.map(([, given]) => ('properties' in given ? given.properties : {}))), fc.jsonValue()),
        visitor_info: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.double(), fc.boolean())),
      },
      { requiredKeys: ['type'] },
    );
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), like), (given) => {
        const read = readConveadEvent(given);
        if ('problems' in read) {
          expect(read.problems.length).toBeGreaterThan(0);
          return;
        }
        taken += 1;
        expect(convead.encode(JSON.stringify(read.event))).toHaveProperty('body');
      }),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(0);
  });
});
