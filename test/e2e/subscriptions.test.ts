/** Orders of subscriptions through the whole program, and what `status` says of an order that changed after it was sent. */
import { expect, it } from 'vitest';
import { place, until } from './running.ts';

it('a renewal, a start and a tag that comes late each bring one event behind their order', async () => {
  const at = await place({ store: '    subscriptions: { events: true }\n' });
  await at.start();
  const { shop, converge } = at.sandbox;
  const renewal = shop.createOrder({ sourceName: 'subscription_contract_checkout_one', lines: [{ variant: 'TM-1', sellingPlan: true }] });
  const start = shop.createOrder({ lines: [{ variant: 'TM-1', sellingPlan: true }, { variant: 'MS-M' }] });
  const late = shop.createOrder({ sourceName: '294517', lines: [{ variant: 'TM-1' }] });
  await until(() => converge.counts().events === 5);
  shop.addTags(late.id, ['Subscription', 'Subscription First Order']);
  await until(() => converge.counts().events === 6);
  shop.refund(late.id, { lines: [{ lineId: late.lines[0]!.id, quantity: 1 }] });
  shop.addTags(start.id, ['Subscription Recurring Order']);
  shop.editOrder(start.id, { add: [{ variant: 'MS-M' }], pay: true });
  await until(() => converge.counts().byName['Received Refund'] === 1);

  const told = (id: string) =>
    converge
      .events()
      .filter(({ properties }) => properties.id === id)
      .map(({ event_name: name, event_id: eventId, properties }) => [name, eventId, properties.$sales_channel_type]);
  expect(told(renewal.id)).toEqual([
    ['Placed Order', renewal.id, 'subscription_contract'],
    ['Placed Recurring Subscription Order', `subscription-order-${renewal.id}`, 'subscription_contract'],
  ]);
  expect(told(start.id)).toEqual([
    ['Placed Order', start.id, 'web'],
    ['Started Subscription', `subscription-start-${start.id}`, 'web'],
  ]);
  expect(told(late.id).map(([name]) => name)).toEqual(['Placed Order', 'Started Subscription', 'Received Refund']);
  expect(converge.counts()).toMatchObject({ refused: 0, outOfOrder: 0, changedRepeats: 0 });

  const added = Number(shop.order(start.id).lines.at(-1)!.unitPrice) / 100;
  await until(async () => (await at.run('status')).stdout.includes('changed'));
  const { stdout } = await at.run('status');
  expect(stdout).toContain(`changed     1 order after sending, +`);
  expect(Number(/#\d+ \+(\d+\.\d\d)/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(added);
  expect(stdout).toMatch(/unmapped {4}1 order from "294517"(?: \([^)]+\))? sent as web: map it under salesChannels/);
  const metrics = await (await fetch(`${at.admin}/metrics`)).text();
  expect(metrics).toContain('shopify_converge_changed_after_sending_orders{store="main"} 1');
});
