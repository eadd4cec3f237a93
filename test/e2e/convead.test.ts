/** Two destinations as their users run them: each is told its own way, and one that is down never holds the other. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FaultRates } from '../../src/sandbox/faults.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { place, until, type Place, type PlaceOptions } from './running.ts';

const CONCURRENCY = 2;
const CONFIG = (sandbox: Sandbox) =>
  `    convead: { appKey: "\${CONVEAD_APP_KEY}", refundEventKey: refund, domain: shop.example, origin: ${sandbox.origin} }\n`;

/** With Convead beside Converge from the start; `store`: more YAML lines of the store. */
async function placeWithBoth(options: PlaceOptions = {}): Promise<Place> {
  const at = await place({ ...options, sandbox: { conveadAppKey: 'key', ...options.sandbox } });
  addConvead(at);
  return at;
}

function addConvead(at: Place): void {
  appendFileSync(join(at.folder, 'connector.yaml'), CONFIG(at.sandbox));
  appendFileSync(join(at.folder, '.env'), 'CONVEAD_APP_KEY=key\n');
}

describe('a store with both', () => {
  it('tells each its own way', async () => {
    const at = await placeWithBoth();
    await at.start();
    const { shop, converge, convead } = at.sandbox;
    const order = shop.createOrder({
      lines: [{ variant: 'WR-42-GR', quantity: 2 }],
      shipping: { price: '4.90' },
      customer: { email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace' },
      billingAddress: { countryCode: 'DE' },
      phone: '+4930901820',
    });
    await until(() => converge.counts().events === 1 && convead.counts().events === 1);
    const refund = shop.refund(order.id, { amount: '10.00' });
    await until(() => converge.counts().events === 2 && convead.counts().events === 2);

    const [purchase, refunded] = convead.events();
    const [line] = order.lines;
    const address = { app_key: 'key', domain: 'shop.example', host: 'shop.example', url: 'https://shop.example/', attributes: {} };
    const visitor_info = { first_name: 'Ada', last_name: 'Lovelace', email: 'ada@example.com', phone: '+4930901820' };
    expect(purchase).toEqual({
      ...address,
      type: 'purchase',
      visitor_uid: order.customer?.id,
      guest_uid: order.checkoutToken,
      properties: {
        order_id: order.id,
        revenue: 200.9,
        items: [expect.objectContaining({ product_id: line?.productId, qnt: 2, price: 98, product_name: 'Wool Runner' })],
      },
      visitor_info,
    });
    expect(refunded).toEqual({
      ...address,
      type: 'custom',
      visitor_uid: order.customer?.id,
      guest_uid: '',
      properties: { key: 'refund', order_id: order.id, refund_id: refund.id, amount: 10 },
      visitor_info,
    });
    expect(convead.counts()).toMatchObject({ requests: 2, refused: 0, outOfOrder: 0 });
    expect(converge.events().map(({ event_name }) => event_name)).toEqual(['Placed Order', 'Received Refund']);
  });

  const DOWN: [what: string, faults: FaultRates][] = [
    ['does not answer', { timeout: 1 }],
    ['fails', { error500: 1 }],
    ['refuses the credentials', { unauthorized401: 1 }],
  ];
  const cases = DOWN.flatMap(([what, faults]) => [
    [`Convead ${what}, Converge`, 'convead', 'converge', faults] as const,
    [`Converge ${what}, Convead`, 'converge', 'convead', faults] as const,
  ]);
  it.each(cases)('while %s gets everything, and the other follows when it is back', async (_what, down, up, faults) => {
    const at = await placeWithBoth({ store: `    delivery: { timeoutSeconds: 8, concurrency: ${CONCURRENCY} }\n` });
    const [broken, well] = [at.sandbox[down], at.sandbox[up]];
    broken.setFaults(faults);
    await at.start();
    const orders = at.sandbox.randomOrders(12).map(({ id }) => id);
    const paid = at.sandbox.shop.createOrder({ lines: [{ variant: 'WR-42-GR' }] });
    at.sandbox.shop.refund(paid.id, { amount: '10.00' });
    // The broken one is still being tried when the other is done.
    await until(() => well.counts().events >= orders.length + 2 && broken.counts().requests > 0);
    expect(broken.counts().events).toBe(0);
    // Its requests are still waiting for their first answer, and took none of the other's connections.
    if ('timeout' in faults) expect(broken.counts().requests).toBeLessThanOrEqual(CONCURRENCY);
    expect(well.counts()).toMatchObject({ repeats: 0, outOfOrder: 0, refused: 0, requests: well.counts().events });

    broken.setFaults(null);
    await until(() => broken.counts().events === well.counts().events);
    expect(broken.counts()).toMatchObject({ changedRepeats: 0, outOfOrder: 0, refused: 0 });
    expect(well.counts()).toMatchObject({ repeats: 0, requests: well.counts().events });
    const ids = (which: 'purchases' | 'placed') =>
      which === 'placed'
        ? at.sandbox.converge.events().flatMap(({ event_name, event_id }) => (event_name === 'Placed Order' ? event_id : []))
        : at.sandbox.convead.events().flatMap(({ type, properties }) => (type === 'purchase' ? String(properties.order_id) : []));
    expect(ids('purchases').toSorted()).toEqual(ids('placed').toSorted());
    expect(ids('placed')).toEqual(expect.arrayContaining([...orders, paid.id]));
  });
});

describe('a store to which Convead is added later', () => {
  it('sends it nothing of what was sent before, and from then on everything, events handed in included', async () => {
    const at = await place();
    const { shop, converge, convead } = at.sandbox;
    const daemon = await at.start();
    const before = shop.createOrder();
    await until(() => converge.counts().events === 1);
    daemon.process.kill('SIGTERM');
    await daemon.ended;

    addConvead(at);
    await at.start();
    shop.addTags(before.id, ['seen again']);
    const after = shop.createOrder();
    await until(() => converge.counts().events === 2 && convead.counts().events === 1);
    expect(convead.events().map(({ properties }) => properties.order_id)).toEqual([after.id]);
    shop.refund(before.id, { amount: '1.00' });
    await until(() => convead.counts().events === 2);
    expect(convead.events()[1]).toMatchObject({ type: 'custom', properties: { order_id: before.id } });

    const file = join(at.folder, 'events.jsonl');
    const cart = {
      event_id: 'cart-1',
      type: 'update_cart',
      guest_uid: 'g1',
      properties: { items: [{ product_id: '7', qnt: 1, price: 5 }] },
    };
    writeFileSync(file, `${JSON.stringify(cart)}\n${JSON.stringify({ ...cart, event_id: 'cart-2', properties: {} })}\n`);
    const sent = await at.run('send', 'events.jsonl', '--destination', 'convead');
    expect(sent.code).toBe(3);
    expect(sent.stdout + sent.stderr).toContain('properties.items: is missing');
    await until(() => convead.counts().events === 3);
    expect(convead.events()[2]).toMatchObject({ type: 'update_cart', guest_uid: 'g1', visitor_uid: '', properties: cart.properties });

    writeFileSync(file, JSON.stringify(cart));
    const again = await at.run('send', 'events.jsonl', '--destination', 'convead', '--json');
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({
      destination: 'convead',
      events: [{ eventId: 'cart-1', outcome: 'already_there', state: 'delivered' }],
    });
    expect(converge.counts().refused + convead.counts().refused + convead.counts().repeats).toBe(0);
  });
});

describe('a store with Convead alone', () => {
  it('needs no Converge, and accounts for refunds that nothing takes', async () => {
    const at = await placeWithBoth();
    const config = join(at.folder, 'connector.yaml');
    writeFileSync(
      config,
      readFileSync(config, 'utf8')
        .replace(/ {4}converge:\n.*\n/, '')
        .replace('refundEventKey: refund, ', ''),
    );
    await at.start();
    const { shop, converge, convead } = at.sandbox;
    const order = shop.createOrder({ lines: [{ variant: 'WR-42-GR' }] });
    const refund = shop.refund(order.id, { amount: '5.00' });
    await until(() => convead.counts().events === 1);
    const preview = await at.run('preview', order.name);
    expect(preview.stdout).toMatch(new RegExp(`refund +${refund.id} .*excluded: no_destination`));
    expect(convead.events()).toMatchObject([{ type: 'purchase', properties: { order_id: order.id } }]);
    expect(converge.counts().requests).toBe(0);
  });
});
