/** The main job as its users run it: connect, receive, wait, read, deliver; killed and stopped on the way. */
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { place, until, type Place } from './running.ts';

const TOPICS = 10;
const otherUri = 'https://other.example.com/hooks';

const subscriptions = ({ sandbox }: Place) => (sandbox.state() as { subscriptions: { uri: string; topic: string }[] }).subscriptions;

/** Changes the config or the `.env` beside it. */
function rewrite({ folder }: Place, what: RegExp, to: string): void {
  for (const name of ['connector.yaml', '.env']) {
    const path = join(folder, name);
    writeFileSync(path, readFileSync(path, 'utf8').replace(what, to));
  }
}

async function otherSubscription({ sandbox }: Place): Promise<void> {
  const grant = (await (
    await fetch(`${sandbox.origin}/admin/oauth/access_token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: sandbox.clientId, client_secret: sandbox.clientSecret }),
    })
  ).json()) as { access_token: string };
  const query = `mutation { webhookSubscriptionCreate(topic: ORDERS_CREATE, webhookSubscription: { uri: "${otherUri}" }) { userErrors { message } } }`;
  await fetch(`${sandbox.origin}/admin/api/2026-10/graphql.json`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-shopify-access-token': grant.access_token },
    body: JSON.stringify({ query }),
  });
}

describe('connect and disconnect', () => {
  it('install, change nothing the second time, and touch only what is ours', async () => {
    const at = await place();
    await otherSubscription(at);
    const first = await at.run('connect');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const made = subscriptions(at);
    expect(made.filter(({ uri }) => uri === `${at.receiver}/webhooks/shopify`)).toHaveLength(TOPICS);

    expect((await at.run('connect')).code).toBe(0);
    expect(subscriptions(at)).toEqual(made);

    expect((await at.run('disconnect')).code).toBe(0);
    expect(subscriptions(at).map(({ uri }) => uri)).toEqual([otherUri]);
    expect((await at.run('disconnect')).code).toBe(0);
  });

  it.each([
    ['shop_not_permitted', /organi[sz]ation/, (at: Place) => at.sandbox.shopify.setOauthTrouble('shop_not_permitted')],
    ['application_cannot_be_found', /client id/i, (at: Place) => rewrite(at, /clientId: .*/, 'clientId: wrong')],
    ['invalid_request', /client secret/i, (at: Place) => rewrite(at, /SECRET=.*/, 'SECRET=wrong')],
    ['app_not_installed', /install/i, (at: Place) => at.sandbox.shop.uninstall()],
    ['no such shop', /shop domain|no shop|stores\.shop|`shop`/i, (at: Place) => at.sandbox.shopify.setOauthTrouble('shop_not_found')],
  ] as const)('say what %s means and what to do, in a sentence', async (_trouble, words, cause) => {
    const at = await place();
    cause(at);
    const { code, stdout, stderr } = await at.run('connect');
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(words);
    expect(stdout + stderr).not.toMatch(/SyntaxError|\n\s+at /);
  });
});

describe('a live order', () => {
  it('becomes exactly the event the contract describes, after the wait, with its upsell, then its refund', async () => {
    const at = await place({ delaySeconds: 2, store: '    exclude: { channels: [pos] }\n' });
    const daemon = await at.start();
    const { shop, converge } = at.sandbox;
    shop.createOrder({ lines: [{ variant: 'TM-1' }], sourceName: 'pos' });
    const order = shop.createOrder({
      lines: [{ variant: 'WR-42-GR', quantity: 2 }],
      shipping: { price: '4.90' },
      customer: { email: ' Ada@Example.com ', firstName: 'Ada', lastName: 'Lovelace' },
      phone: '030 901820',
      billingAddress: { city: 'Berlin', province: 'Berlin', provinceCode: 'BE', countryCode: 'DE', zip: '10115' },
      tags: ['vip'],
    });
    shop.editOrder(order.id, { add: [{ variant: 'MS-M' }], pay: true });
    await until(() => converge.counts().events === 1);
    const sock = shop.order(order.id).lines.at(-1)!;
    const refund = shop.refund(order.id, { lines: [{ lineId: sock.id, quantity: 1 }] });
    await until(() => converge.counts().events === 2);

    const [placed, refunded] = converge.events();
    const [runner] = shop.order(order.id).lines;
    const item = (line: typeof sock, quantity: number, more: object) => ({
      product_id: line.productId,
      variant_id: line.variantId,
      currency: 'USD',
      quantity,
      ...more,
    });
    const contact = {
      $email: 'ada@example.com',
      $phone_number: '+4930901820',
      $first_name: 'Ada',
      $last_name: 'Lovelace',
      $city: 'Berlin',
      $state: 'Berlin',
      $zip_code: '10115',
      $country_code: 'DE',
    };
    const aliases = [
      'urn:email:ada@example.com',
      `urn:checkout_token:${order.checkoutToken}`,
      `urn:cart_token:${order.cartToken}`,
      `urn:shopify:cart_token:${order.cartToken}`,
      `urn:customer_id:${order.customer?.id}`,
    ];
    expect(placed).toEqual({
      event_name: 'Placed Order',
      event_id: order.id,
      timestamp: new Date(Math.floor(order.processedAt / 1000) * 1000).toISOString().replace('.000Z', 'Z'),
      properties: {
        id: order.id,
        order_name: order.name,
        total_price: 215.85,
        total_tax: 0,
        total_shipping: 4.9,
        total_discount: 0,
        currency: 'USD',
        items: [
          expect.objectContaining(
            item(runner!, 2, { sku: 'WR-42-GR', name: 'Wool Runner', variant_name: '42 / Grey', price: 98, vendor: 'Northfield' }),
          ),
          expect.objectContaining(
            item(sock, 1, { sku: 'MS-M', name: 'Merino Sock', variant_name: 'M', price: 14.95, vendor: 'Northfield' }),
          ),
        ],
        ...contact,
        $is_new_customer: true,
        $sales_channel_type: 'web',
        source_name: 'web',
        tags: ['vip'],
        historical: false,
      },
      profile_properties: contact,
      aliases,
    });
    expect(refunded).toMatchObject({
      event_name: 'Received Refund',
      event_id: `refund-${refund.id}`,
      properties: { id: order.id, order_name: order.name, refund_id: refund.id, total_price: 14.95, historical: false },
      profile_properties: contact,
      aliases,
    });
    await until(async () => (await at.status()).stores[0]?.counts.orders.excluded === 1);
    expect(converge.counts()).toMatchObject({ events: 2, repeats: 0, outOfOrder: 0, refused: 0 });

    const said =
      daemon.output() +
      (await at.run('status')).stdout +
      (await at.run('events', 'list')).stdout +
      (await (await fetch(`${at.admin}/`)).text());
    expect(said).toContain(order.id);
    for (const secret of ['ada@example.com', 'Lovelace', '901820', '10115', at.sandbox.clientSecret])
      expect(said.toLowerCase()).not.toContain(secret.toLowerCase());
  });
});

describe('the daemon', () => {
  it('killed again and again under load delivers every acknowledged order, in order, repeats byte for byte', async () => {
    const at = await place({ delaySeconds: 1 });
    const { shop, converge } = at.sandbox;
    converge.setFaults({ error500: 0.2, reset: 0.05, lostAnswer: 0.1 });
    const expected = new Set<string>();
    let daemon = await at.start();
    for (let round = 0; round < 4; round += 1) {
      for (const order of at.sandbox.randomOrders(15)) expected.add(order.id);
      const paid = shop.createOrder({ lines: [{ variant: 'WR-42-GR' }] });
      expected.add(paid.id).add(`refund-${shop.refund(paid.id, { amount: '10.00' }).id}`);
      // In the middle of whatever it is doing: receiving, holding, reading or delivering.
      await until(async () => converge.counts().requests >= round * 10 && (await delivered(at)));
      daemon.process.kill('SIGKILL');
      await daemon.ended;
      daemon = await at.start();
    }
    converge.setFaults(null);
    await until(() => [...expected].every((id) => converge.events().some(({ event_id }) => event_id === id)));
    expect(converge.counts()).toMatchObject({ changedRepeats: 0, outOfOrder: 0, refused: 0 });
    expect(new Set(converge.events().map(({ event_id }) => event_id)).size).toBe(converge.counts().events);
  }, 120_000);

  it('told to stop finishes what is in flight and exits 0', async () => {
    const at = await place();
    const { converge } = at.sandbox;
    const daemon = await at.start();
    at.sandbox.randomOrders(30);
    await until(() => converge.counts().events > 0);
    daemon.process.kill('SIGTERM');
    expect((await daemon.ended).code).toBe(0);
    const before = converge.counts();
    const { stores } = await at.status();
    // What was answered was recorded: no event that Converge has is still to be sent.
    expect(stores[0]?.counts.events.delivered).toBe(before.events);
    await at.start();
    await until(() => converge.counts().events >= 30);
    expect(converge.counts()).toMatchObject({ repeats: 0, outOfOrder: 0 });
  });

  it('refuses to run twice on one database and names the one that does', async () => {
    const at = await place();
    const daemon = await at.start();
    const second = await at.run('start');
    expect(second.code).toBe(1);
    expect(second.stdout + second.stderr).toContain(`process ${daemon.process.pid}`);
  });

  it('without a public address finds orders by asking', async () => {
    const at = await place({ publicUrl: false, store: '    reconcile: { everyMinutes: 0.01 }\n' });
    await at.start();
    const order = at.sandbox.shop.createOrder();
    await until(() => at.sandbox.converge.events().some(({ event_id }) => event_id === order.id));
    expect(subscriptions(at)).toEqual([]);
  });

  it('believes an uninstall only when Shopify refuses the token, then rests and shows it, and comes back', async () => {
    const at = await place();
    await at.start();
    await forged(at, 'app/uninstalled');
    const order = at.sandbox.shop.createOrder();
    await until(() => at.sandbox.converge.events().some(({ event_id }) => event_id === order.id));

    at.sandbox.shop.uninstall();
    await until(async () => (await at.status()).stores[0]?.row?.state === 'disconnected');
    at.sandbox.shop.install();
    expect((await at.run('connect')).code).toBe(0);
    const later = at.sandbox.shop.createOrder();
    await until(() => at.sandbox.converge.events().some(({ event_id }) => event_id === later.id));
  });

  it('carries out a redaction of the shop on what is stored', async () => {
    const at = await place({ sandbox: { orders: 5 } });
    await at.start();
    await until(async () => ((await at.status()).stores[0]?.counts.orders.sent ?? 0) > 0 && (await delivered(at)));
    const body = JSON.stringify({ shop_id: 1, shop_domain: at.sandbox.shopDomain });
    expect(await webhook(at, 'shop/redact', body)).toBe(200);
    const { stores } = await at.status();
    expect(stores[0]?.counts.orders).toEqual({});
  });
});

const delivered = async (at: Place) => ((await at.status()).stores[0]?.counts.events.delivered ?? 0) > 0;

let deliveries = 0;
async function webhook(at: Place, topic: string, body: string): Promise<number> {
  const { status } = await fetch(`${at.receiver}/webhooks/shopify`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': topic,
      'x-shopify-shop-domain': at.sandbox.shopDomain,
      'x-shopify-webhook-id': `test-${(deliveries += 1)}`,
      'x-shopify-hmac-sha256': createHmac('sha256', at.sandbox.clientSecret).update(body).digest('base64'),
    },
    body,
  });
  return status;
}

/** A body that was once signed for another topic: the topic header is not. */
async function forged(at: Place, topic: string): Promise<void> {
  expect(await webhook(at, topic, JSON.stringify({ id: 1 }))).toBe(200);
}
