/** What is sent to Convead, byte for byte, and what its answers mean. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConvergeEvent } from '../../src/core/event.ts';
import { createConvead, type ConveadOptions } from '../../src/destinations/convead/convead.ts';
import { derive } from '../../src/pipeline/index.ts';
import { baseFacts, baseSettings, goldenCases } from '../pipeline/cases.ts';
import { story } from '../pipeline/stories.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const OPTIONS: ConveadOptions = { appKey: 'k&y=1', domain: 'shop.example', refundEventKey: 'refund', origin: null };
const convead = createConvead(OPTIONS);

interface Sent {
  form: Record<string, string>;
  data: Record<string, unknown>;
}

function sent(event: object, options: Partial<ConveadOptions> = {}): Sent {
  const request = createConvead({ ...OPTIONS, ...options }).encode(JSON.stringify(event));
  if ('kind' in request) throw new Error(request.reason);
  const { data, ...form } = Object.fromEntries(new URLSearchParams(request.body));
  return { form, data: JSON.parse(data ?? '') as Record<string, unknown> };
}

function eventOf(golden: string, name: string): ConvergeEvent {
  const found = goldenCases().find((one) => one.name === golden);
  const event = found?.expected.events.find(({ event_name }) => event_name === name);
  if (!event) throw new Error(`${golden} has no ${name}`);
  return event;
}

const order = (more: Partial<ConvergeEvent> = {}): ConvergeEvent => ({ ...eventOf('plain-order', 'Placed Order'), ...more });

describe('a Placed Order', () => {
  it('is a purchase', () => {
    const event = eventOf('refund-with-its-order', 'Placed Order');
    const uids = { app_key: 'k&y=1', visitor_uid: '6001', guest_uid: 'c7d2f0a1b2c3' };
    expect(sent(event)).toEqual({
      form: uids,
      data: {
        ...uids,
        type: 'purchase',
        domain: 'shop.example',
        host: 'shop.example',
        url: 'https://shop.example/',
        properties: {
          order_id: '5001',
          revenue: 82,
          items: [
            {
              product_id: '7001',
              qnt: 2,
              price: 40,
              product_name: 'Linen Shirt',
              product_url: 'https://shop.example/products/linen-shirt',
              product_image_url: 'https://cdn.example/linen-shirt.jpg',
            },
          ],
        },
        visitor_info: { first_name: 'Ada', last_name: 'Fields', email: 'ada.fields@mail.example', phone: '+16135550127' },
        attributes: {},
      },
    });
  });

  it('has these bytes', () => {
    const event = order({
      aliases: ['urn:shopify:order_id:5001'],
      properties: { id: '5001', total_price: 30.3, items: [{ product_id: '7', quantity: 3, price: 10.1, name: 'Café & Co' }] },
      profile_properties: {},
    });
    expect(convead.encode(JSON.stringify(event))).toEqual({
      url: 'https://tracker.convead.io/watch/event',
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', 'user-agent': 'shopify-converge' },
      body:
        'app_key=k%26y%3D1&visitor_uid=&guest_uid=order-5001&data=%7B%22app_key%22%3A%22k%26y%3D1%22%2C%22visitor_uid%22%3A%22%22%2C' +
        '%22guest_uid%22%3A%22order-5001%22%2C%22type%22%3A%22purchase%22%2C%22domain%22%3A%22shop.example%22%2C%22host%22%3A%22shop.example%22%2C' +
        '%22url%22%3A%22https%3A%2F%2Fshop.example%2F%22%2C%22properties%22%3A%7B%22order_id%22%3A%225001%22%2C%22revenue%22%3A30.3%2C' +
        '%22items%22%3A%5B%7B%22product_id%22%3A%227%22%2C%22qnt%22%3A3%2C%22price%22%3A10.1%2C%22product_name%22%3A%22Caf%C3%A9+%26+Co%22%7D%5D%7D%2C' +
        '%22visitor_info%22%3A%7B%7D%2C%22attributes%22%3A%7B%7D%7D',
    });
  });

  const TOKENS = ['urn:checkout_token:check', 'urn:cart_token:cart', 'urn:shopify:cart_token:cart'];
  it.each([
    ['a customer', ['urn:email:a@b.example', ...TOKENS, 'urn:customer_id:77'], false, '77', ''],
    ['a customer of whom it is not known whether they are new', [...TOKENS, 'urn:customer_id:77'], null, '77', ''],
    ['a guest who became a customer with it', [...TOKENS, 'urn:customer_id:77'], true, '77', 'check'],
    ['a new customer without cart or checkout', ['urn:customer_id:77'], true, '77', ''],
    ['a guest with a checkout', TOKENS, null, '', 'check'],
    ['a guest with a cart alone', TOKENS.slice(1), null, '', 'cart'],
    ['nobody but an address', ['urn:email:a@b.example'], null, '', 'order-5001'],
    ['nobody', ['urn:shopify:order_id:5001'], null, '', 'order-5001'],
  ])('of %s says so', (_who, aliases, isNew, visitor, guest) => {
    const { $is_new_customer: _, ...properties } = order().properties;
    const { form, data } = sent(order({ aliases, properties: { ...properties, ...(isNew !== null && { $is_new_customer: isNew }) } }));
    expect([form.visitor_uid, form.guest_uid]).toEqual([visitor, guest]);
    expect([data.visitor_uid, data.guest_uid]).toEqual([visitor, guest]);
  });

  it('says nothing of what is not known: an empty value would erase what Convead knows', () => {
    const { data } = sent(order({ properties: { id: '5001', total_price: 1 }, profile_properties: { $email: 'a@b.example' } }));
    expect(data.visitor_info).toEqual({ email: 'a@b.example' });
    expect(data.properties).toEqual({ order_id: '5001', revenue: 1, items: [] });
    const custom = sent(
      order({ properties: { id: '5001', items: [{ product_id: 'custom-9', price: 5, quantity: 1, name: 'Engraving' }] } }),
    );
    expect(custom.data.properties).toEqual({
      order_id: '5001',
      items: [{ product_id: 'custom-9', qnt: 1, price: 5, product_name: 'Engraving' }],
    });
  });
});

describe('a Received Refund', () => {
  const refund = eventOf('refund-part', 'Received Refund');

  it('is the custom event of the config', () => {
    const { form, data } = sent(refund, { refundEventKey: 'money_back' });
    expect(form).toEqual({ app_key: 'k&y=1', visitor_uid: '6001', guest_uid: '' });
    expect(data).toMatchObject({
      type: 'custom',
      properties: { key: 'money_back', order_id: '5001', refund_id: refund.properties.refund_id, amount: refund.properties.total_price },
      visitor_info: { email: 'ada.fields@mail.example' },
    });
  });

  it('is taken with a key only, and refused when the key went away', () => {
    const without = createConvead({ ...OPTIONS, refundEventKey: null });
    expect(convead.eventNames).toEqual(['Placed Order', 'Received Refund']);
    expect(without.eventNames).toEqual(['Placed Order']);
    expect(without.encode(JSON.stringify(refund))).toEqual({
      kind: 'reject',
      reason: expect.stringContaining('convead.refundEventKey') as string,
    });
    expect(convead.encode(JSON.stringify(order({ event_name: 'Started Subscription' })))).toMatchObject({ kind: 'reject' });
  });
});

describe('any event made from an order', () => {
  const check = (events: ConvergeEvent[]) => {
    for (const event of events.filter(({ event_name }) => convead.eventNames?.includes(event_name))) {
      const body = JSON.stringify(event);
      const request = convead.encode(body);
      expect(createConvead({ ...OPTIONS }).encode(body)).toEqual(request);
      const { form, data } = sent(event);
      expect(form.visitor_uid! + form.guest_uid!).not.toBe('');
      expect(Object.keys(form)).toEqual(['app_key', 'visitor_uid', 'guest_uid']);
      expect(data.properties).toMatchObject({ order_id: event.properties.id });
      expect(Object.values(data.visitor_info as object)).not.toContain('');
    }
  };

  it('of the golden cases has one request', () => {
    const events = goldenCases().flatMap(({ expected }) => expected.events);
    expect(events.length).toBeGreaterThan(60);
    check(events);
  });

  it('of any life of an order has one request', () => {
    fc.assert(
      fc.property(story, ({ states }) => {
        for (const { order: read, at } of states) check(derive(read, baseSettings(), { ...baseFacts(), now: at }).events);
      }),
    );
  });

  it('of any texts and amounts has one request', () => {
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.boolean());
    const text = fc.string({ unit: 'binary', minLength: 1 });
    const made = fc.record({
      event_name: fc.constantFrom('Placed Order', 'Received Refund'),
      event_id: text,
      properties: fc.record(
        { id: text, total_price: fc.double(), items: fc.array(fc.dictionary(text, value)), refund_id: text, $email: text },
        { requiredKeys: ['id'] },
      ),
      profile_properties: fc.dictionary(text, text),
      aliases: fc.array(
        fc.oneof(
          text,
          text.map((token) => `urn:cart_token:${token}`),
          text.map((id) => `urn:customer_id:${id}`),
        ),
      ),
    });
    fc.assert(
      fc.property(made, (event) => {
        const request = convead.encode(JSON.stringify(event));
        expect(request).toEqual(convead.encode(JSON.stringify(event)));
        expect('body' in request && request.body).toMatch(/^[A-Za-z0-9*._+%=&-]+$/);
      }),
    );
  });
});

describe('an answer', () => {
  const classify = (status: number) => convead.classify({ status, headers: { 'retry-after': '7' } }, NOW);

  it('of 200 means accepted', () => {
    expect(classify(200)).toEqual({ kind: 'delivered' });
  });

  it.each([408, 425, 429, 500, 503, 600])('of %i means later', (status) => {
    expect(classify(status)).toEqual({ kind: 'retry', reason: `Convead answered ${status}`, afterMs: 7_000 });
  });

  it.each([401, 403, 404, 410])('of %i means that nothing will be accepted, and names the setting', (status) => {
    const outcome = classify(status);
    expect(outcome).toEqual({ kind: 'pause', reason: expect.stringContaining('check convead.appKey') as string });
    expect(outcome.kind === 'pause' && outcome.reason).toContain(String(status));
  });

  it.each([400, 422])('of %i means that this event never will', (status) => {
    expect(classify(status)).toEqual({ kind: 'reject', reason: expect.stringContaining(String(status)) as string });
  });

  it('that is missing means later, except when the request could not be made', () => {
    expect(convead.classify({ status: null, kind: 'timeout', message: 'no answer' }, NOW)).toMatchObject({ kind: 'retry' });
    expect(convead.classify({ status: null, kind: 'invalid', message: 'the address is not a URL' }, NOW)).toEqual({
      kind: 'pause',
      reason: 'the address is not a URL: check convead.appKey and convead.origin',
    });
  });
});
