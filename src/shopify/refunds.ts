/** Refunds with all their lines, shipping and transactions, read for many orders at once. */
import { ConnectorError } from '../core/errors.ts';
import type { Refund } from '../core/order.ts';
import { positionIn, readInBatches, sortOut, type Batch } from './batch.ts';
import type { Query } from './client.ts';
import { RefundLines, RefundNodes, RefundShipping, RefundTransactions, type RefundFieldsFragment } from './generated.ts';
import { allNodes, whole } from './pages.ts';
import { amountOf, idOf } from './to-order.ts';

/** About 27 points a refund. */
const REFUNDS = 20;
const ITEMS = 20;
const MORE_ITEMS = 250;

/** By numeric id; a refund that cannot be read whole, or is gone, is in `failed`. Throws like readInBatches. */
export async function readRefunds(query: Query, ids: string[]): Promise<Batch<Refund>> {
  const { found, failed } = await readInBatches(ids, REFUNDS, (part, attempts) => readNodes(query, part, attempts));
  const refunds = new Map<string, Refund>();
  for (const id of ids) {
    const fields = found.get(id);
    if (fields) {
      try {
        refunds.set(id, await complete(query, fields));
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        failed.set(id, error);
      }
    } else if (!failed.has(id)) {
      failed.set(
        id,
        new ConnectorError('SHOPIFY_GONE', `Refund ${id} was not returned by Shopify; it is read again by itself.`, { retryable: true }),
      );
    }
  }
  return { found: refunds, failed };
}

async function readNodes(query: Query, ids: string[], attempts?: number): Promise<Batch<RefundFieldsFragment>> {
  const variables = { ids: ids.map((id) => `gid://shopify/Refund/${id}`), items: ITEMS };
  const { data, faults } = await query(RefundNodes, variables, attempts);
  const nodes = data.nodes.filter((node) => node?.__typename === 'Refund');
  return sortOut(nodes, faults, (path) => ids[positionIn(['nodes'], path) ?? -1]);
}

async function complete(query: Query, refund: RefundFieldsFragment): Promise<Refund> {
  const { id } = refund;
  const more = (after: string) => ({ id, first: MORE_ITEMS, after });
  const lines = await allNodes(
    refund.refundLineItems,
    async (after) => whole(await query(RefundLines, more(after))).refund?.refundLineItems,
  );
  const shipping = await allNodes(
    refund.refundShippingLines,
    async (after) => whole(await query(RefundShipping, more(after))).refund?.refundShippingLines,
  );
  const transactions = await allNodes(
    refund.transactions,
    async (after) => whole(await query(RefundTransactions, more(after))).refund?.transactions,
  );
  return {
    id: idOf(id),
    createdAt: refund.createdAt,
    processedAt: refund.processedAt,
    transactions: transactions.map(({ kind, status, amountSet }) => ({ kind, status, amount: amountOf(amountSet) })),
    lines: lines.map((line) => ({ lineId: idOf(line.lineItem.id), quantity: line.quantity, tax: amountOf(line.totalTaxSet) })),
    shipping: shipping.map((line) => ({ amount: amountOf(line.subtotalAmountSet), tax: amountOf(line.taxAmountSet) })),
  };
}
