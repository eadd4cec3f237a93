import { afterEach, describe, expect, test } from 'vitest';
import { TOPICS } from '../../src/shopify/topics.ts';
import { connectTo, passing, startShop, type Connected, type Received, type Reply, type Shop } from './shop.ts';

const URI = 'https://connector.example.com/webhooks/shopify';
const ELSEWHERE = 'https://other.example.com/hooks';

interface Subscription {
  id: string;
  topic: string;
  uri: string;
  format: string;
  filter: string | null;
  includeFields: string[];
}

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

type Ready = Connected & { shop: Shop; held: Subscription[]; add(topic: string, more?: Partial<Subscription>): Subscription };

/** A shop that keeps subscriptions as Shopify does; `before` may answer instead of it. */
async function setUp(before: (received: Received, held: Subscription[]) => Reply | null = () => null): Promise<Ready> {
  const held: Subscription[] = [];
  let ids = 1;
  const userErrors = (message: string) => [{ field: ['webhookSubscription', 'callbackUrl'], message }];
  const add: Ready['add'] = (topic, more) => {
    const subscription = {
      id: `gid://shopify/WebhookSubscription/${(ids += 1)}`,
      topic,
      uri: URI,
      format: 'JSON',
      filter: null,
      includeFields: [...(TOPICS.get(topic as never) ?? [])],
      ...more,
    };
    held.push(subscription);
    return subscription;
  };
  const shop = await startShop({
    graphql: (received) => {
      const instead = before(received, held);
      if (instead) return instead;
      const { operation, variables } = received;
      const input = variables['subscription'] as Partial<Subscription>;
      const known = held.find(({ id }) => id === variables['id']);
      switch (operation) {
        case 'Subscriptions': {
          const start = Number(variables['after'] ?? 0);
          const end = start + 3;
          return {
            json: {
              data: {
                webhookSubscriptions: {
                  pageInfo: { hasNextPage: end < held.length, endCursor: String(end) },
                  nodes: held.slice(start, end),
                },
              },
            },
          };
        }
        case 'SubscriptionCreate': {
          const taken = held.some(({ topic, uri }) => topic === variables['topic'] && uri === input.uri);
          const payload = taken
            ? { webhookSubscription: null, userErrors: userErrors('Address for this topic has already been taken') }
            : { webhookSubscription: { id: add(variables['topic'] as string, input).id }, userErrors: [] };
          return { json: { data: { webhookSubscriptionCreate: payload } } };
        }
        case 'SubscriptionUpdate':
          if (known) Object.assign(known, input);
          return {
            json: {
              data: {
                webhookSubscriptionUpdate: {
                  webhookSubscription: known ?? null,
                  userErrors: known ? [] : userErrors('Webhook subscription does not exist'),
                },
              },
            },
          };
        case 'SubscriptionDelete':
          if (known) held.splice(held.indexOf(known), 1);
          return {
            json: {
              data: {
                webhookSubscriptionDelete: {
                  deletedWebhookSubscriptionId: known?.id ?? null,
                  userErrors: known ? [] : userErrors('Webhook subscription does not exist'),
                },
              },
            },
          };
        default:
          return { status: 599 };
      }
    },
  });
  const connected = connectTo(shop);
  open.push(shop, connected.shopify);
  return { shop, held, add, ...connected };
}

const ensure = async ({ shopify, clock }: Ready) => (await passing(clock, shopify.ensureSubscriptions(URI))).value;
const EMPTY = { created: [], updated: [], unchanged: [], removed: [], failed: [] };
const ALL = [...TOPICS.keys()];

describe('ensureSubscriptions', () => {
  test('creates the ten topics with their fields, and repeating it changes nothing', async () => {
    const ready = await setUp();
    expect(await ensure(ready)).toEqual({ ...EMPTY, created: ALL });
    expect(ALL).toHaveLength(10);
    for (const { topic, uri, format, filter, includeFields } of ready.held) {
      expect({ uri, format, filter, includeFields }).toEqual({
        uri: URI,
        format: 'JSON',
        filter: '',
        includeFields: TOPICS.get(topic as never),
      });
    }
    const before = structuredClone(ready.held);
    const queries = ready.shop.queries().length;
    expect(await ensure(ready)).toEqual({ ...EMPTY, unchanged: ALL });
    expect(ready.held).toEqual(before);
    // Four pages of a list, nothing else.
    expect(
      ready.shop
        .queries()
        .slice(queries)
        .map(({ operation }) => operation),
    ).toEqual(Array(4).fill('Subscriptions'));
  });

  test('repairs what is wrong, takes away what is too much, and leaves others alone', async () => {
    const ready = await setUp();
    const theirs = [
      ready.add('ORDERS_CREATE', { uri: ELSEWHERE, filter: 'x' }),
      ready.add('PRODUCTS_UPDATE', { uri: ELSEWHERE }),
      ready.add('ORDERS_PAID', { uri: `${URI}/v2` }),
    ];
    const before = structuredClone(theirs);
    const wrong = [
      ready.add('ORDERS_CREATE', { includeFields: [] }),
      ready.add('ORDERS_UPDATED', { filter: 'total_price:>100' }),
      ready.add('ORDERS_EDITED', { format: 'XML' }),
    ];
    const twice = [ready.add('REFUNDS_CREATE', { includeFields: ['id'] }), ready.add('REFUNDS_CREATE')];
    ready.add('ORDERS_FULFILLED');
    ready.add('ORDERS_CANCELLED', { includeFields: [...(TOPICS.get('ORDERS_CANCELLED') ?? [])].reverse() });

    const report = await ensure(ready);
    expect(report.updated).toEqual(['ORDERS_CREATE', 'ORDERS_UPDATED', 'ORDERS_EDITED']);
    expect(report.removed).toEqual(['REFUNDS_CREATE', 'ORDERS_FULFILLED']);
    expect(report.unchanged).toEqual(['ORDERS_CANCELLED', 'REFUNDS_CREATE']);
    expect(report.failed).toEqual([]);
    expect(ready.held.filter(({ uri }) => uri !== URI)).toEqual(before);
    expect(ready.held.map(({ id }) => id)).toEqual(expect.arrayContaining([...wrong.map(({ id }) => id), twice[1]?.id]));
    expect(await ensure(ready)).toEqual({ ...EMPTY, unchanged: ALL });
  });

  test('one that another worker made meanwhile is there', async () => {
    const ready = await setUp(({ operation, variables }) =>
      operation === 'SubscriptionCreate' && variables['topic'] === 'ORDERS_CREATE'
        ? {
            json: {
              data: {
                webhookSubscriptionCreate: {
                  webhookSubscription: null,
                  userErrors: [{ field: null, message: 'Address for this topic has already been taken' }],
                },
              },
            },
          }
        : null,
    );
    const report = await ensure(ready);
    expect(report.unchanged).toEqual(['ORDERS_CREATE']);
    expect(report.failed).toEqual([]);
  });

  test('one that vanished before its repair is made', async () => {
    const ready = await setUp(({ operation }, held) => {
      if (operation === 'SubscriptionUpdate') held.splice(0);
      return null;
    });
    ready.add('ORDERS_CREATE', { includeFields: [] });
    const report = await ensure(ready);
    expect(report).toEqual({ ...EMPTY, created: ALL });
  });

  test("a topic that is refused is reported in Shopify's words, the others go on", async () => {
    const words = 'Address cannot be a Shopify or an internal domain';
    const denied = {
      message: 'Access denied for webhookSubscriptionCreate field.',
      path: ['webhookSubscriptionCreate'],
      extensions: { code: 'ACCESS_DENIED', requiredAccess: '`read_orders`' },
    };
    const ready = await setUp(({ operation, variables }) => {
      if (operation !== 'SubscriptionCreate') return null;
      if (variables['topic'] === 'ORDERS_EDITED')
        return {
          json: { data: { webhookSubscriptionCreate: { webhookSubscription: null, userErrors: [{ field: null, message: words }] } } },
        };
      if (variables['topic'] === 'REFUNDS_CREATE') return { json: { data: { webhookSubscriptionCreate: null }, errors: [denied] } };
      return null;
    });
    const report = await ensure(ready);
    expect(report.created).toHaveLength(8);
    expect(report.failed).toEqual([
      { topic: 'ORDERS_EDITED', message: words },
      { topic: 'REFUNDS_CREATE', message: expect.stringContaining('read_orders') as string },
    ]);
  });

  test('what concerns the connection is thrown', async () => {
    const ready = await setUp(({ operation }) => (operation === 'SubscriptionCreate' ? { status: 402, json: {} } : null));
    await expect(ensure(ready)).rejects.toMatchObject({ code: 'SHOPIFY_SHOP_FROZEN' });
  });
});

test('listSubscriptions names the topics at our address, page after page', async () => {
  const { shopify, add } = await setUp();
  for (const topic of ['ORDERS_CREATE', 'ORDERS_UPDATED', 'APP_UNINSTALLED', 'ORDERS_CREATE']) add(topic);
  add('ORDERS_PAID', { uri: ELSEWHERE });
  expect(await shopify.listSubscriptions(URI)).toEqual(['ORDERS_CREATE', 'ORDERS_UPDATED', 'APP_UNINSTALLED']);
  expect(await shopify.listSubscriptions(`${URI}/`)).toEqual([]);
});

test('removeSubscriptions takes away ours only, and may be repeated', async () => {
  const ready = await setUp(({ operation, variables }, held) => {
    // One is gone by itself in between.
    if (operation === 'SubscriptionDelete')
      held.splice(0, held.length, ...held.filter(({ id, topic }) => id !== variables['id'] || topic !== 'ORDERS_UPDATED'));
    return null;
  });
  const theirs = ready.add('ORDERS_CREATE', { uri: ELSEWHERE });
  for (const topic of ALL) ready.add(topic);
  expect(await ready.shopify.removeSubscriptions(URI)).toEqual(ALL);
  expect(ready.held).toEqual([theirs]);
  expect(await ready.shopify.removeSubscriptions(URI)).toEqual([]);
});
