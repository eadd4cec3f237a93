import { afterEach, describe, expect, test } from 'vitest';
import { createLogger } from '../../src/platform/logger.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { createShopify, isConnectionRefused, type ShopifyOptions } from '../../src/shopify/index.ts';
import { TOPICS } from '../../src/shopify/topics.ts';
import type { ChangedOrder, Shopify } from '../../src/shopify/types.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

async function setUp(options: SandboxOptions = {}, more: Partial<ShopifyOptions> = {}): Promise<{ sandbox: Sandbox; shopify: Shopify }> {
  const sandbox = await startSandbox(options);
  const shopify = createShopify({
    domain: sandbox.shopDomain,
    origin: sandbox.origin,
    credentials: { clientId: sandbox.clientId, clientSecret: sandbox.clientSecret },
    clock: systemClock,
    random: () => 0.1,
    logger: createLogger({ level: 'silent', fd: 1, pretty: false, colour: false }),
    ...more,
  });
  open.push(sandbox, shopify);
  return { sandbox, shopify };
}

describe('against the sandbox', () => {
  test('every order of a varied history is read whole', async () => {
    const { sandbox, shopify } = await setUp({ orders: 230, seed: 7, bucket: { maximum: 2000, restoreRate: 20_000 } });
    const made = sandbox.shop.orders();
    const { orders, failed } = await shopify.orders(made.map(({ id }) => id));
    expect([...failed.values()]).toEqual([]);
    expect(orders.size).toBe(made.length);
    expect(made.some(({ refunds }) => refunds.length > 0)).toBe(true);
    let edited = 0;
    for (const theirs of made) {
      const ours = orders.get(theirs.id);
      expect(ours?.name).toBe(theirs.name);
      expect(ours?.lines.map(({ id, quantity }) => [id, quantity])).toEqual(theirs.lines.map(({ id, ordered }) => [id, ordered.quantity]));
      expect(ours?.refunds.map(({ id, lines }) => [id, lines.length])).toEqual(theirs.refunds.map(({ id, lines }) => [id, lines.length]));
      expect(ours?.customer?.id ?? null).toBe(theirs.customer?.id ?? null);
      if (!ours?.edited) continue;
      edited += 1;
      expect(ours.agreements.length).toBeGreaterThan(1);
      expect(ours.agreements[0]?.reason).toBe('ORDER');
    }
    expect(edited).toBeGreaterThan(0);
  });

  test('changes are listed oldest first; search may lag, orders by id do not', async () => {
    const { sandbox, shopify } = await setUp({ orders: 5 });
    const before = new Date().toISOString();
    sandbox.shopify.setSearchLag(60_000);
    const fresh = sandbox.shop.createOrder();
    const old = sandbox.shop.orders()[0];
    const { orders } = await shopify.orders([fresh.id, old?.id ?? '', '123456789012345']);
    expect([...orders.keys()].sort()).toEqual([fresh.id, old?.id].sort());
    const pages: ChangedOrder[] = [];
    for await (const page of shopify.ordersChangedSince(null)) pages.push(...page);
    expect(pages).toHaveLength(5);
    expect(pages.map(({ updatedAt }) => updatedAt)).toEqual(pages.map(({ updatedAt }) => updatedAt).toSorted());
    for await (const page of shopify.ordersChangedSince(before)) expect(page).toEqual([]);
    expect(await shopify.findOrder(old?.name ?? '')).toBe(old?.id);
  });

  test('subscriptions, then an uninstall that Shopify confirms', async () => {
    const { sandbox, shopify } = await setUp();
    const uri = 'https://connector.example.com/webhooks/shopify';
    expect((await shopify.ensureSubscriptions(uri)).created).toEqual([...TOPICS.keys()]);
    expect((await shopify.ensureSubscriptions(uri)).unchanged).toEqual([...TOPICS.keys()]);
    expect(await shopify.listSubscriptions(uri)).toHaveLength(10);
    sandbox.shopify.expireTokens();
    expect((await shopify.installation()).domain).toBe(sandbox.shopDomain);
    expect(sandbox.shopify.requests().grants).toBe(2);
    sandbox.shop.uninstall();
    const error: unknown = await shopify.installation().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'TOKEN_APP_NOT_INSTALLED' });
    expect(isConnectionRefused(error)).toBe(true);
  });

  test('a small budget slows the read down and breaks nothing', async () => {
    let throttles = 0;
    const { sandbox, shopify } = await setUp(
      { orders: 150, bucket: { maximum: 400, restoreRate: 2_000 } },
      { onThrottle: () => (throttles += 1) },
    );
    const { orders, failed } = await shopify.orders(sandbox.shop.orders().map(({ id }) => id));
    expect([orders.size, failed.size]).toEqual([150, 0]);
    // Only what was not known yet: the first costs of each operation.
    expect(throttles).toBeLessThan(5);
  });
});
