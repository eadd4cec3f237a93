/** Properties of the events of subscriptions over made-up lives of orders, whose tags may come late. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConvergeEvent } from '../../src/core/event.ts';
import { baseSettings } from './cases.ts';
import { live, read, recorded } from './live.ts';
import { story, type Story } from './stories.ts';

type States = Story['states'];

const rules = (events: boolean) => baseSettings({ upsellDelay: { enabled: true, minutes: 10 }, subscriptions: { events } });
const on = rules(true);

const ROLES: [tag: string, name: string | null][] = [
  ['Subscription First Order', 'Started Subscription'],
  ['Subscription Recurring Order', 'Placed Recurring Subscription Order'],
  ['Subscription Order: 3', 'Placed Recurring Subscription Order'],
  ['vip', null],
];

interface Subscribed {
  states: States;
  /** The subscription event it must have in the end; null: none. */
  name: string | null;
}

/** A story with a source, perhaps a selling plan on every line, and a tag from one of its moments on. */
const subscribed: fc.Arbitrary<Subscribed> = fc
  .record({
    made: story,
    source: fc.constantFrom('web', '294517', 'subscription_contract', 'subscription_contract_checkout_one'),
    sellingPlan: fc.boolean(),
    role: fc.constantFrom(...ROLES),
    from: fc.nat(12),
  })
  .map(({ made, source, sellingPlan, role: [tag, byTag], from }) => {
    const lastIndex = made.states.length - 1;
    const states = made.states.map(({ at, order }, index) => ({
      at,
      order: {
        ...order,
        sourceName: source,
        tags: index >= Math.min(from, lastIndex) ? ['other', tag] : ['other'],
        lines: order.lines.map((line) => ({ ...line, sellingPlan })),
      },
    }));
    const bought = Object.keys(made.truth.units).length > 0;
    const byOrder = source.startsWith('subscription_contract')
      ? 'Placed Recurring Subscription Order'
      : sellingPlan && bought
        ? 'Started Subscription'
        : byTag;
    const placed = read(states[lastIndex] as States[number], null, on).decision === 'sent';
    return { states, name: placed ? byOrder : null };
  });

const isSubscription = ({ event_id }: ConvergeEvent) => event_id.startsWith('subscription-');
const idsOf = (events: ConvergeEvent[]) => new Set(events.map(({ event_id }) => event_id));

/** All moments in any order and number, the last one at the end. */
function someOf({ states }: Subscribed, seen: number[]): States {
  return [...seen.map((index) => states[index % states.length] as States[number]), states.at(-1) as States[number]];
}

const seen = fc.array(fc.nat(20), { maxLength: 8 });

describe('the event of a subscription', () => {
  it('comes once, whichever moments of an order were seen, and in whatever order', () => {
    fc.assert(
      fc.property(subscribed, seen, (made, indexes) => {
        const { written } = live(someOf(made, indexes), on);
        expect(written.filter(isSubscription).map(({ event_name }) => event_name)).toEqual(made.name === null ? [] : [made.name]);
        expect(idsOf(written)).toEqual(idsOf(live(someOf(made, []), on).written));
      }),
      { numRuns: 400 },
    );
  });

  it('comes after the Placed Order, and before the refunds it is derived with', () => {
    fc.assert(
      fc.property(subscribed, seen, (made, indexes) => {
        const { written } = live(someOf(made, indexes), on);
        const names = written.map(({ event_name }) => event_name);
        if (names.length > 0) expect(names[0]).toBe('Placed Order');
        const together = read(made.states.at(-1) as States[number], null, on).events;
        if (made.name !== null) expect(together.findIndex(isSubscription)).toBe(1);
      }),
    );
  });

  it('says what the Placed Order says, but its name, its id and the channel of a renewal', () => {
    fc.assert(
      fc.property(subscribed, ({ states }) => {
        const [placed, event] = read(states.at(-1) as States[number], null, on).events;
        if (!placed || !event || !isSubscription(event)) return;
        const channel = event.event_name === 'Started Subscription' ? placed.properties.$sales_channel_type : 'subscription_contract';
        const { event_name: _name, event_id: id, ...rest } = event;
        const { event_name: _other, event_id: orderId, ...order } = placed;
        expect(rest).toEqual({ ...order, properties: { ...order.properties, $sales_channel_type: channel } });
        expect(id).toMatch(new RegExp(`^subscription-(start|order)-${orderId}$`));
      }),
    );
  });

  it('changes nothing of the other events, and is all that the option adds', () => {
    fc.assert(
      fc.property(subscribed, seen, (made, indexes) => {
        const states = someOf(made, indexes);
        const others = live(states, on).written.filter((event) => !isSubscription(event));
        expect(others).toEqual(live(states, rules(false)).written);
      }),
    );
  });

  it('is not added to what was sent while the option was off', () => {
    fc.assert(
      fc.property(subscribed, (made) => {
        const state = made.states.at(-1) as States[number];
        const before = recorded(null, read(state, null, rules(false)));
        expect(read(state, before, on).events.filter(isSubscription)).toEqual([]);
      }),
    );
  });
});
