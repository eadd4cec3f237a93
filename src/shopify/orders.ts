/** Orders by id, whole: the cheap way first, what search does not return yet the sure way. */
import PQueue from 'p-queue';
import { ConnectorError } from '../core/errors.ts';
import type { Order, Refund } from '../core/order.ts';
import { readAgreements } from './agreements.ts';
import { positionIn, readInBatches, sortOut, type Batch } from './batch.ts';
import type { Query } from './client.ts';
import { OrderLines, OrderNodes, OrdersByIds, type OrderFieldsFragment } from './generated.ts';
import { numericId } from './lossless.ts';
import { allNodes, whole } from './pages.ts';
import { readRefunds } from './refunds.ts';
import { idOf, toOrder } from './to-order.ts';
import type { ReadOrders } from './types.ts';

/** By the cost formula 254 points a full page, 5 an order; more orders a page would be cheaper still, but slower and larger. */
const ORDERS = 50;
/** 36 points each. */
const NODES = 10;
/** Line items that come with an order: few orders have more, and 50 would cost a quarter more for all. */
const LINES = 20;
const MORE_LINES = 250;
/** Orders completed at once; the cost budget sets the pace. */
const AT_ONCE = 4;

type OrderBatch = Batch<OrderFieldsFragment>;

/** See Shopify.orders. What is no order id at all is an order Shopify does not have. */
export async function readOrders(query: Query, ids: string[]): Promise<ReadOrders> {
  const wanted = [...new Set(ids)].filter((id) => numericId(id) === id);
  const { found, failed } = await readFields(query, wanted);
  const refunds = await readRefundsOf(query, [...found.values()]);

  const orders = new Map<string, Order>();
  const queue = new PQueue({ concurrency: AT_ONCE });
  const tasks = [...found].map(([id, fields]) => async () => {
    try {
      orders.set(id, await complete(query, fields, refunds));
    } catch (error) {
      failed.set(id, error instanceof ConnectorError ? error : unreadable(error));
    }
  });
  await queue.addAll(tasks);
  return { orders, failed };
}

/** One order in a shape nobody expected must not hold up the others. */
function unreadable(cause: unknown): ConnectorError {
  return new ConnectorError(
    'SHOPIFY_UNREADABLE',
    'The order has a shape that is not understood; it is tried again by itself. Please report it.',
    { retryable: true, cause },
  );
}

/** Search costs a seventh of `nodes` for a page, nothing less for a single order, and lags behind. */
async function readFields(query: Query, ids: string[]): Promise<OrderBatch> {
  const search: OrderBatch = { found: new Map(), failed: new Map() };
  const bySearch = ids.length > 1 ? await readInBatches(ids, ORDERS, (part, attempts) => searchOrders(query, part, attempts)) : search;
  const unseen = ids.filter((id) => !bySearch.found.has(id) && !bySearch.failed.has(id));
  try {
    const byNode = await readInBatches(unseen, NODES, (part, attempts) => readNodes(query, part, attempts));
    return { found: new Map([...bySearch.found, ...byNode.found]), failed: new Map([...bySearch.failed, ...byNode.failed]) };
  } catch (error) {
    if (bySearch.found.size === 0 || !(error instanceof ConnectorError)) throw error;
    for (const id of unseen) bySearch.failed.set(id, error);
    return bySearch;
  }
}

async function searchOrders(query: Query, ids: string[], attempts?: number): Promise<OrderBatch> {
  const variables = { query: ids.map((id) => `id:${id}`).join(' OR '), first: ids.length, lines: LINES };
  const { data, faults } = await query(OrdersByIds, variables, attempts);
  const { nodes } = data.orders;
  return sortOut(nodes, faults, (path) => {
    const node = nodes[positionIn(['orders', 'nodes'], path) ?? -1];
    return node && idOf(node.id);
  });
}

async function readNodes(query: Query, ids: string[], attempts?: number): Promise<OrderBatch> {
  const variables = { ids: ids.map((id) => `gid://shopify/Order/${id}`), lines: LINES };
  const { data, faults } = await query(OrderNodes, variables, attempts);
  const nodes = data.nodes.filter((node) => node?.__typename === 'Order');
  return sortOut(nodes, faults, (path) => ids[positionIn(['nodes'], path) ?? -1]);
}

/** All refunds of these orders; what cannot be read at all fails the orders that have refunds, not the others. */
async function readRefundsOf(query: Query, orders: OrderFieldsFragment[]): Promise<Batch<Refund>> {
  const ids = orders.flatMap(({ refunds }) => refunds.map(({ id }) => idOf(id)));
  try {
    return await readRefunds(query, ids);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return { found: new Map(), failed: new Map(ids.map((id) => [id, error])) };
  }
}

async function complete(query: Query, order: OrderFieldsFragment, refunds: Batch<Refund>): Promise<Order> {
  const own = order.refunds.map(({ id }) => {
    const refund = refunds.found.get(idOf(id));
    if (refund) return refund;
    throw (
      refunds.failed.get(idOf(id)) ??
      new ConnectorError('SHOPIFY_GONE', 'A refund is gone from Shopify; the order is read again by itself.', { retryable: true })
    );
  });
  const lines = await allNodes(
    order.lineItems,
    async (after) => whole(await query(OrderLines, { id: order.id, first: MORE_LINES, after })).order?.lineItems,
  );
  return toOrder(order, { lines, refunds: own, agreements: order.edited ? await readAgreements(query, idOf(order.id)) : [] });
}
