import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { readAnswer } from '../../src/shopify/answer.ts';
import type { OrderFieldsFragment } from '../../src/shopify/generated.ts';
import { toOrder } from '../../src/shopify/to-order.ts';
import { connection, modelShop, order, refund as plainRefund, type Fields } from './model.ts';
import { connectTo, startShop, type Reply } from './shop.ts';

const evidence = process.env['EVIDENCE_DIR'];
if (!evidence) console.warn('SKIPPED: recorded answers of a live store are not read, EVIDENCE_DIR is not set');
const folder = join(evidence ?? '', 'samples/graphql-live');
const files = evidence ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];
const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every object in a recording that `wanted` takes. */
function* find(value: unknown, wanted: (fields: Fields) => boolean): Generator<Fields> {
  if (isFields(value) && wanted(value)) yield value;
  else if (typeof value === 'object' && value !== null) for (const below of Object.values(value)) yield* find(below, wanted);
}

const isAnswer = (fields: Fields) => isFields(fields['extensions']) && 'cost' in fields['extensions'];

describe.skipIf(!evidence)('recorded answers of a live store', () => {
  test.each(files)('%s: every answer is understood, with its cost', (file) => {
    for (const body of find(read(file), isAnswer)) {
      const { cost, outcome } = readAnswer('live.myshopify.com', { status: 200, headers: new Headers(), text: JSON.stringify(body) });
      expect(cost?.status).toMatchObject({ maximum: 2000, restoreRate: 100 });
      expect(cost?.requested).toBeGreaterThanOrEqual(0);
      // A list of errors may stand beside the data; without data it is the outcome.
      expect(outcome.kind).toBe(isFields(body['data']) ? 'data' : 'failed');
    }
  });

  test('orders keep their money to the letter', () => {
    let seen = 0;
    for (const file of files.filter((name) => name.includes('__orders__'))) {
      for (const live of find(
        read(file),
        (fields) => 'totalPriceSet' in fields && isFields(fields['lineItems']) && String(fields['id']).startsWith('gid://shopify/Order/'),
      )) {
        const nodes = (live['lineItems'] as { nodes: Fields[] }).nodes;
        const fields = { ...order('1'), ...live } as unknown as OrderFieldsFragment;
        const ours = toOrder(fields, { lines: nodes as unknown as OrderFieldsFragment['lineItems']['nodes'], refunds: [], agreements: [] });
        const amount = (key: string) => (live[key] as { shopMoney: { amount: string } } | undefined)?.shopMoney.amount;
        expect(live['id']).toBe(`gid://shopify/Order/${ours.id}`);
        expect(ours.totals.price).toBe(amount('totalPriceSet'));
        if ('totalTaxSet' in live) expect(ours.totals.tax).toBe(amount('totalTaxSet'));
        if ('totalDiscountsSet' in live) expect(ours.totals.discounts).toBe(amount('totalDiscountsSet'));
        if ('totalShippingPriceSet' in live) expect(ours.totals.shipping).toBe(amount('totalShippingPriceSet'));
        for (const [index, { id }] of nodes.entries())
          if (id !== undefined) expect(`gid://shopify/LineItem/${ours.lines[index]?.id}`).toBe(id);
        seen += 1;
      }
    }
    expect(seen).toBeGreaterThan(10);
  });

  test('the money of a refund is that of its successful transactions', async () => {
    const recorded = files.flatMap((file) => [
      ...find(read(file), (fields) => isFields(fields['transactions']) && String(fields['id']).startsWith('gid://shopify/Refund/')),
    ]);
    expect(recorded.length).toBeGreaterThan(1);
    const refunds = [...new Map(recorded.map((live) => [live['id'], live])).values()].map((live) => {
      const nodes = (key: string) =>
        ((live[key] as { nodes?: Fields[] } | undefined)?.nodes ?? []).map((node) => ({
          totalTaxSet: { shopMoney: { amount: '0.0' } },
          ...node,
        }));
      return {
        ...plainRefund(1, { lines: 0, shipping: 0, transactions: 0 }),
        ...live,
        refundLineItems: connection('l', nodes('refundLineItems')),
        transactions: connection('t', nodes('transactions')),
      };
    });
    const shop = await startShop({ graphql: modelShop({ orders: [order('1', { refunds })] }).answer });
    const { shopify } = connectTo(shop);
    open.push(shop, shopify);
    const ours = (await shopify.orders(['1'])).orders.get('1')?.refunds ?? [];
    expect(ours).toHaveLength(refunds.length);
    for (const [index, live] of refunds.entries()) {
      const moved = ours[index]?.transactions
        .filter(({ kind, status }) => kind === 'REFUND' && status === 'SUCCESS')
        .reduce((sum, { amount }) => sum + Number(amount), 0);
      expect(moved).toBe(
        Number((live as unknown as { totalRefundedSet: { shopMoney: { amount: string } } }).totalRefundedSet.shopMoney.amount),
      );
    }
  });

  describe('webhook subscriptions', () => {
    const uri = 'https://example.com/hooks';
    const EMPTY: Reply = { json: { data: { webhookSubscriptions: { pageInfo: { hasNextPage: false, endCursor: null }, nodes: [] } } } };

    /** What ensureSubscriptions makes of a recorded answer to a create. */
    async function ensureWith(payload: unknown) {
      const shop = await startShop({ graphql: ({ operation }) => (operation === 'Subscriptions' ? EMPTY : { json: payload }) });
      const { shopify } = connectTo(shop);
      open.push(shop, shopify);
      return await shopify.ensureSubscriptions(uri);
    }

    const creates = files.flatMap((file) => [
      ...find(evidence ? read(file) : null, (fields) => isFields(fields['data']) && 'webhookSubscriptionCreate' in fields['data']),
    ]);
    const errorsOf = (payload: Fields) =>
      (
        (payload['data'] as { webhookSubscriptionCreate: { userErrors: { message: string }[] } | null }).webhookSubscriptionCreate
          ?.userErrors ?? []
      ).map(({ message }) => message);

    test.each(creates.map((payload) => [errorsOf(payload).join('; ') || 'no error', payload] as const))('%s', async (words, payload) => {
      const report = await ensureWith(payload);
      if (words === 'no error') expect(report.created).toHaveLength(10);
      else if (words === 'Address for this topic has already been taken') expect(report.unchanged).toHaveLength(10);
      else expect(report.failed.map(({ message }) => message)).toEqual(Array(10).fill(words));
    });

    test('there were some of each', () => {
      const words = creates.map((payload) => errorsOf(payload).join('; '));
      expect(words).toContain('');
      expect(words).toContain('Address for this topic has already been taken');
      expect(new Set(words).size).toBeGreaterThan(4);
    });
  });
});
