/** Counting and listing what was created in a span: the ends, the pages, the precision. */
import { afterEach, expect, test } from 'vitest';
import { createLogger } from '../../src/platform/logger.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { createShopify } from '../../src/shopify/index.ts';
import type { CreatedOrder, CreationSpan, Shopify } from '../../src/shopify/types.ts';
import { connectTo, startShop } from './shop.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

const DAY = 86_400_000;
const T0 = Date.parse('2026-11-20T00:00:00Z');

async function pagesOf(shopify: Shopify, span: CreationSpan): Promise<CreatedOrder[][]> {
  const pages: CreatedOrder[][] = [];
  for await (const page of shopify.ordersCreated(span)) pages.push(page);
  return pages;
}

test('the first second of a span is inside, the last is not, and the pages hold as many as are counted', async () => {
  const sandbox = await startSandbox({ bucket: { maximum: 2000, restoreRate: 20_000 } });
  const { shopDomain: domain, origin, clientId, clientSecret } = sandbox;
  const logger = createLogger({ level: 'silent', fd: 1, pretty: false, colour: false });
  const shopify = createShopify({ domain, origin, credentials: { clientId, clientSecret }, clock: systemClock, random: () => 0.1, logger });
  open.push(sandbox, shopify);
  for (const at of [T0 - 1_000, T0, T0 + DAY - 1_000, T0 + DAY]) sandbox.shop.createOrder({}, { at });
  sandbox.generateOrders(300, 3, T0 + 2 * DAY, T0 + 3 * DAY);

  const day = { since: T0, until: T0 + DAY };
  expect(await shopify.ordersCount(day)).toBe(2);
  const [page] = await pagesOf(shopify, day);
  expect(page?.map(({ createdAt }) => Date.parse(createdAt))).toEqual([T0, T0 + DAY - 1_000]);
  expect(page?.[0]).toMatchObject({ orderId: expect.stringMatching(/^\d+$/), name: expect.stringMatching(/^#/) });

  expect(await shopify.ordersCount({ since: null, until: T0 + DAY })).toBe(3);
  const busy = { since: T0 + 2 * DAY, until: T0 + 4 * DAY };
  expect(await shopify.ordersCount(busy)).toBe(300);
  expect((await pagesOf(shopify, busy)).map(({ length }) => length)).toEqual([250, 50]);
});

test('a count that is not exact is no count', async () => {
  const shop = await startShop({ graphql: () => ({ json: { data: { ordersCount: { count: 10_000, precision: 'AT_LEAST' } } } }) });
  const { shopify } = connectTo(shop);
  open.push(shop, shopify);
  await expect(shopify.ordersCount({ since: T0, until: T0 + DAY })).rejects.toMatchObject({ code: 'SHOPIFY_COUNT', retryable: true });
  expect(shop.queries()[0]?.query).toContain('limit: null');
});
