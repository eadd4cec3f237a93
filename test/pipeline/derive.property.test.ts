/** Properties of a derivation over made-up lives of orders. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConvergeEvent } from '../../src/core/event.ts';
import { toDecimal, toMinor } from '../../src/core/money.ts';
import type { Order } from '../../src/core/order.ts';
import { derive } from '../../src/pipeline/index.ts';
import { baseFacts, baseOrder, baseSettings, minorOf } from './cases.ts';
import { live, read, recorded } from './live.ts';
import { story, type Story } from './stories.ts';

function last(made: Story): Story['states'][number] {
  return made.states.at(-1) as Story['states'][number];
}

function placed(events: ConvergeEvent[]): ConvergeEvent | undefined {
  return events.find(({ event_name }) => event_name === 'Placed Order');
}

describe('a derivation', () => {
  it('reports what was bought, to the minor unit, however discounts are stated', () => {
    fc.assert(
      fc.property(story, (made) => {
        const { events, warnings, sentLines, decision } = read(last(made), null);
        const { truth, digits } = made;
        const order = placed(events);
        if (decision === 'nothing_to_send') {
          expect([truth.total, truth.units]).toEqual([0n, {}]);
          return;
        }
        const amount = (key: string) => minorOf(order?.properties[key], digits);
        expect(amount('total_price')).toBe(truth.total);
        expect(amount('total_tax')).toBe(truth.tax);
        expect(amount('total_shipping')).toBe(truth.shipping);
        expect(amount('total_discount')).toBe(truth.discount);
        expect(sentLines).toEqual(truth.units);
        expect(warnings).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('keeps the identity in the event itself', () => {
    fc.assert(
      fc.property(story, (made) => {
        const { order } = last(made);
        const event = placed(read(last(made), null).events);
        if (!event) return;
        const amount = (value: unknown) => (typeof value === 'string' ? toMinor(value, made.digits) : minorOf(value, made.digits));
        const { properties } = event;
        let sum = amount(properties.total_shipping) - amount(properties.total_discount);
        if (!order.taxesIncluded) sum += amount(properties.total_tax);
        for (const extra of [order.totals.tip, order.totals.duties, order.totals.fees]) sum += amount(extra);
        for (const item of (properties.items ?? []) as { price: number; quantity: number }[])
          sum += amount(item.price) * BigInt(item.quantity);
        expect(toDecimal(sum, made.digits)).toBe(toDecimal(amount(properties.total_price), made.digits));
      }),
    );
  });

  it('writes no number with more digits than the currency has', () => {
    fc.assert(
      fc.property(story, (made) => {
        for (const number of JSON.stringify(read(last(made), null).events).matchAll(/":(-?\d[\d.e+-]*)/g)) {
          expect(number[1]).toMatch(made.digits === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+(\\.\\d{1,${made.digits}})?$`));
        }
      }),
    );
  });

  it('reports every refund whose money moved, except of what edits had removed', () => {
    fc.assert(
      fc.property(story, (made) => {
        const { events, refunds, decision } = read(last(made), null);
        if (decision !== 'sent') return;
        const sent = Object.fromEntries(
          events
            .filter(({ event_name }) => event_name === 'Received Refund')
            .map(({ properties }) => [properties.refund_id, minorOf(properties.total_price, made.digits)]),
        );
        expect(sent).toEqual(made.refunded);
        expect(refunds.map(({ id }) => id).toSorted()).toEqual(
          last(made)
            .order.refunds.map(({ id }) => id)
            .toSorted(),
        );
      }),
      { numRuns: 400 },
    );
  });

  it('adds nothing when it is repeated', () => {
    fc.assert(
      fc.property(story, (made) => {
        const first = read(last(made), null);
        const again = read(last(made), recorded(null, first));
        expect(again.events).toEqual([]);
        expect(again.refunds).toEqual(first.refunds);
        expect(again.warnings).toEqual([]);
      }),
    );
  });

  it('comes to the same events whichever moments of an order were seen, and in whatever order', () => {
    fc.assert(
      fc.property(story, fc.array(fc.nat(20), { maxLength: 8 }), (made, seen) => {
        const once = live([last(made)]);
        const many = live([...seen.map((index) => made.states[index % made.states.length] as Story['states'][number]), last(made)]);
        expect(many.conflicts).toBe(0);
        expect(Object.fromEntries(many.events)).toEqual(Object.fromEntries(once.events));
      }),
      { numRuns: 400 },
    );
  });

  it('puts the Placed Order before its refunds and refunds in the order of their ids', () => {
    fc.assert(
      fc.property(story, (made) => {
        const ids = read(last(made), null).events.map(({ event_id }) => (event_id.startsWith('refund-') ? Number(event_id.slice(7)) : 0));
        expect(ids).toEqual(ids.toSorted((a, b) => a - b));
      }),
    );
  });
});

describe('an order with holes', () => {
  const full = (): Order => {
    const sales = [
      {
        lineType: 'PRODUCT',
        lineId: '9001',
        quantity: 1,
        total: '40.0',
        tax: '0.0',
        discountBeforeTaxes: '0.0',
        discountAfterTaxes: '0.0',
      },
    ];
    return baseOrder({
      edited: true,
      phone: '+16135550127',
      attributes: [{ key: '__cvg_uid', value: 'abc' }],
      agreements: [
        { reason: 'ORDER', happenedAt: '2026-11-02T10:00:00Z', sales },
        { reason: 'ORDER_EDIT', happenedAt: '2026-11-02T10:01:00Z', sales },
      ],
      refunds: [
        {
          id: '301',
          createdAt: '2026-11-02T10:10:00Z',
          processedAt: '2026-11-02T10:10:00Z',
          transactions: [{ kind: 'REFUND', status: 'SUCCESS', amount: '3.0' }],
          lines: [{ lineId: '9001', quantity: 1, tax: '0.0' }],
          shipping: [{ amount: '1.0', tax: '0.0' }],
        },
      ],
    });
  };
  /** Every property of every object in the order, as a path. */
  function paths(value: unknown, here: (string | number)[] = []): (string | number)[][] {
    if (Array.isArray(value)) return value.flatMap((inner, index) => paths(inner, [...here, index]));
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => [[...here, key], ...paths(inner, [...here, key])]);
  }
  function put(order: unknown, path: (string | number)[], value: unknown): void {
    let at = order as Record<string | number, unknown>;
    for (const key of path.slice(0, -1)) {
      if (typeof at[key] !== 'object' || at[key] === null) return;
      at = at[key] as Record<string | number, unknown>;
    }
    at[path.at(-1) as string | number] = value;
  }
  // Orders and refunds are found by their ids: those are never missing.
  const everyPath = paths(full()).filter((path) => !['id', 'refunds,0,id'].includes(path.join()));
  const texts = new Set(
    everyPath
      .filter((path) => typeof path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], full()) === 'string')
      .map(String),
  );
  const settings = baseSettings({
    exclude: { channels: ['x'], tags: ['x'], customerTags: ['x'], paymentGateways: ['x'], testOrders: true },
    upsellDelay: { enabled: true, minutes: 1 },
    salesChannels: { x: 'pos' },
    aliases: { attributes: { a: 'user_id', b: 'email' }, relayDomains: ['x.example'] },
  });
  const hole = fc.tuple(fc.constantFrom(...everyPath), fc.constantFrom(null, '', ' ', 'x', 'ZZ', '-1'));

  it('never stops a derivation, and what comes out is an event', () => {
    fc.assert(
      fc.property(fc.array(hole, { maxLength: 30 }), fc.constantFrom(settings, baseSettings()), (holes, rules) => {
        const order = full();
        // Only values that may be missing in Shopify's answers are made odd; lists stay lists unless they are missing.
        for (const [path, value] of holes) put(order, path, texts.has(path.join()) ? value : null);
        for (const event of derive(order, rules, baseFacts()).events) {
          expect(event.timestamp).toMatch(/^\d{4}-\d\d-\d\dT/);
          expect(event.aliases.length).toBeGreaterThanOrEqual(1);
          expect(event.aliases.length).toBeLessThanOrEqual(10);
          expect(JSON.stringify(event)).not.toMatch(/:null|:""|:\{\},"alia|NaN|undefined/);
          for (const key of ['total_price', 'total_tax', 'total_shipping']) expect(Number.isFinite(event.properties[key])).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

it('a currency that is none is left out', () => {
  for (const currency of ['EUROS', '$USD', 'usd', '']) {
    const [event] = derive(baseOrder({ currency }), baseSettings(), baseFacts()).events;
    expect(JSON.stringify(event), currency).not.toContain('currency');
  }
});

describe('aliases', () => {
  it('are bounded, distinct and written alike, whatever the order holds', () => {
    const odd = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.constantFrom('', 'null', ' a@B.example ', 'tok?key=1', '0', 'x y'),
      fc.emailAddress(),
    );
    fc.assert(
      fc.property(odd, odd, odd, fc.array(odd, { maxLength: 15 }), (email, cart, checkout, values) => {
        const order = baseOrder({
          email,
          cartToken: cart,
          checkoutToken: checkout,
          customer: null,
          attributes: values.map((value, index) => ({ key: index % 2 === 0 ? '__cvg_uid' : 'mail', value })),
        });
        const { events } = derive(order, baseSettings({ aliases: { attributes: { mail: 'email' } } }), {
          ...baseFacts(),
          waitedForJourney: true,
        });
        const aliases = events[0]?.aliases ?? [];
        expect(aliases.length).toBeGreaterThanOrEqual(1);
        expect(aliases.length).toBeLessThanOrEqual(10);
        expect(new Set(aliases).size).toBe(aliases.length);
        for (const alias of aliases) {
          expect(alias).toMatch(/^urn:[a-z_]+:\S/);
          if (alias.startsWith('urn:email:')) expect(alias).toBe(alias.toLowerCase());
          if (alias.includes('_token:')) expect(alias).not.toContain('?');
        }
      }),
    );
  });
});
