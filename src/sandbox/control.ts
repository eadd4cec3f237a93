/**
 * The control API: what `Sandbox` offers, for people and other processes. JSON in and out, POST for whatever changes something:
 *
 * - `GET /_sandbox/state`: the shop, its credentials, counts, subscriptions
 * - `GET /_sandbox/orders?limit=50`, `GET /_sandbox/orders/<order>`: newest first; an order is an id, a global id or a name (`%231001`)
 * - `POST /_sandbox/orders`: an order (`OrderInput`); `POST /_sandbox/orders/random {"count": 3}`: varied ones
 * - `POST /_sandbox/orders/<order>/edit` (`EditInput`), `/refund` (`RefundInput`), `/settle-refund {"refundId", "status"}`, `/pay`,
 *   `/cancel` (`CancelInput`), `/delete`, `/tags {"add": [], "remove": []}`
 * - `POST /_sandbox/uninstall`, `/_sandbox/install`, `/_sandbox/scopes {"scopes": []}`
 * - `POST /_sandbox/faults {"converge", "convead", "shopify", "webhooks", "oauth", "bucket", "searchLagMs", "bulk", "download", "bulkPace"}`: each as `Sandbox` takes it; null: none
 * - `GET /_sandbox/received?limit=50`, `POST /_sandbox/received/clear`: Converge; `GET /_sandbox/convead?limit=50`, `POST /_sandbox/convead/clear`
 * - `GET /_sandbox/deliveries?limit=50`, `GET /_sandbox/bulk?limit=50`: bulk operations, newest first
 *
 * Only for loopback: a request for another host, or a POST that is no JSON (which a foreign web page could send), is refused.
 */
import { ConnectorError } from '../core/errors.ts';
import type { BucketLimits } from './bucket.ts';
import type { BulkFaults, DownloadFaults } from './bulk-faults.ts';
import type { BulkPace } from './bulk.ts';
import type { DeliveryFaults } from './deliveries.ts';
import type { EditInput } from './edits.ts';
import type { FaultRates } from './faults.ts';
import type { Answer, Asked } from './http.ts';
import { gid } from './ids.ts';
import type { Order } from './model.ts';
import { restAmount } from './money.ts';
import type { OauthTrouble } from './oauth.ts';
import type { OrderInput } from './orders.ts';
import type { CancelInput, RefundInput } from './refunds.ts';
import type { Sandbox } from './sandbox.ts';
import { currentTotals, financialStatus, payments, totals } from './totals.ts';

type Body = Record<string, unknown>;

const PREFIX = '/_sandbox/';

/** The bucket of query cost, the token endpoint and the search index, besides what `FaultRates` say. */
export interface FaultsInput {
  converge?: FaultRates | null;
  convead?: FaultRates | null;
  shopify?: FaultRates | null;
  webhooks?: Partial<DeliveryFaults>;
  oauth?: OauthTrouble;
  bucket?: Partial<BucketLimits>;
  searchLagMs?: number;
  bulk?: BulkFaults | null;
  download?: DownloadFaults | null;
  bulkPace?: Partial<BulkPace>;
}

/** An order for people: ids to act on, and where its money stands. */
function orderSummary(order: Order): object {
  const { id, name, currency, edited, cancelledAt, sourceName, tags } = order;
  const amount = (minor: number): string => restAmount(minor, currency);
  const { received, refunded, outstanding } = payments(order);
  return {
    ...{ id, gid: gid('Order', id), name, currency, sourceName, tags, edited, cancelled: cancelledAt !== null },
    createdAt: new Date(order.createdAt).toISOString(),
    updatedAt: new Date(order.updatedAt).toISOString(),
    financialStatus: financialStatus(order),
    total: amount(totals(order).price),
    currentTotal: amount(currentTotals(order).price),
    ...{ received: amount(received), refunded: amount(refunded), outstanding: amount(outstanding) },
    lines: order.lines.map((line) => {
      const { quantity } = line.ordered;
      return { id: line.id, title: line.title, quantity, currentQuantity: line.current.quantity, price: amount(line.unitPrice) };
    }),
    refunds: order.refunds.map((refund) => ({
      id: refund.id,
      transactions: order.transactions
        .filter((entry) => entry.refundId === refund.id)
        .map((entry) => ({ status: entry.status, amount: amount(entry.amount) })),
    })),
  };
}

function onOrder({ shop }: Sandbox, order: string, action: string, body: Body): unknown {
  switch (action) {
    case 'edit':
      return orderSummary(shop.editOrder(order, body as EditInput));
    case 'refund':
      shop.refund(order, body as RefundInput);
      return orderSummary(shop.order(order));
    case 'settle-refund':
      shop.settleRefund(order, String(body['refundId']), body['status'] === 'FAILURE' ? 'FAILURE' : 'SUCCESS');
      return orderSummary(shop.order(order));
    case 'pay':
      return orderSummary(shop.pay(order));
    case 'cancel':
      return orderSummary(shop.cancel(order, body as CancelInput));
    case 'delete':
      shop.deleteOrder(order);
      return { deleted: true };
    case 'tags':
      if (Array.isArray(body['add'])) shop.addTags(order, body['add'].map(String));
      if (Array.isArray(body['remove'])) shop.removeTags(order, body['remove'].map(String));
      return orderSummary(shop.order(order));
    default:
      return undefined;
  }
}

function setFaults(sandbox: Sandbox, input: FaultsInput): object {
  if (input.converge !== undefined) sandbox.converge.setFaults(input.converge);
  if (input.convead !== undefined) sandbox.convead.setFaults(input.convead);
  if (input.shopify !== undefined) sandbox.shopify.setFaults(input.shopify);
  if (input.webhooks !== undefined) sandbox.webhooks.setFaults(input.webhooks);
  if (input.oauth !== undefined) sandbox.shopify.setOauthTrouble(input.oauth);
  if (input.bucket !== undefined) sandbox.shopify.setBucket(input.bucket);
  if (input.searchLagMs !== undefined) sandbox.shopify.setSearchLag(input.searchLagMs);
  if (input.bulk !== undefined) sandbox.shopify.bulk.setFaults(input.bulk);
  if (input.download !== undefined) sandbox.shopify.bulk.setDownloadFaults(input.download);
  if (input.bulkPace !== undefined) sandbox.shopify.bulk.setPace(input.bulkPace);
  return { set: Object.keys(input) };
}

function change(sandbox: Sandbox, path: string[], body: Body): unknown {
  const [area, order, action] = path;
  if (area === 'orders' && order === 'random') return sandbox.randomOrders(Number(body['count'] ?? 1)).map(orderSummary);
  if (area === 'orders' && order !== undefined && action !== undefined) return onOrder(sandbox, order, action, body);
  if ((area === 'received' || area === 'convead') && order === 'clear') {
    (area === 'received' ? sandbox.converge : sandbox.convead).clear();
    return { cleared: true };
  }
  if (path.length !== 1) return undefined;
  switch (area) {
    case 'orders':
      return orderSummary(sandbox.shop.createOrder(body as OrderInput));
    case 'uninstall':
      sandbox.shop.uninstall();
      return { installed: false };
    case 'install':
      sandbox.shop.install();
      return { installed: true };
    case 'scopes': {
      const scopes = Array.isArray(body['scopes']) ? body['scopes'].map(String) : [];
      sandbox.shop.setScopes(scopes);
      return { scopes };
    }
    case 'faults':
      return setFaults(sandbox, body as FaultsInput);
    default:
      return undefined;
  }
}

function look(sandbox: Sandbox, path: string[], limit: number): unknown {
  const [area, order] = path;
  if (area === 'orders' && order !== undefined) return orderSummary(sandbox.shop.order(order));
  if (path.length !== 1) return undefined;
  switch (area) {
    case 'state':
      return sandbox.state();
    case 'orders':
      return sandbox.shop.orders().slice(-limit).reverse().map(orderSummary);
    case 'received':
      return { counts: sandbox.converge.counts(), received: sandbox.converge.received().slice(-limit).reverse() };
    case 'convead':
      return { counts: sandbox.convead.counts(), received: sandbox.convead.received().slice(-limit).reverse() };
    case 'bulk':
      return sandbox.shopify.bulk.operations().slice(-limit).reverse();
    case 'deliveries':
      return sandbox.webhooks.list().slice(-limit).reverse();
    default:
      return undefined;
  }
}

function readBody(text: string): Body {
  if (text.trim() === '') return {};
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
}

/** Null: not a path of the control API. */
export function control(sandbox: Sandbox, asked: Asked): Answer | null {
  if (!asked.path.startsWith(PREFIX)) return null;
  const answer = (status: number, body: unknown): Answer => ({ status, body: JSON.stringify(body) });
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(asked.headers.host ?? '')) return answer(403, { error: 'Only for loopback.' });
  if (asked.method === 'POST' && !asked.headers['content-type']?.startsWith('application/json')) {
    return answer(415, { error: 'Send application/json.' });
  }
  try {
    const path = asked.path.slice(PREFIX.length).split('/').map(decodeURIComponent);
    const limit = Number(asked.search.get('limit') ?? 50);
    const found = asked.method === 'POST' ? change(sandbox, path, readBody(asked.body)) : look(sandbox, path, limit);
    return found === undefined ? answer(404, { error: 'No such path; src/sandbox/control.ts lists them.' }) : answer(200, found);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const missing = error instanceof ConnectorError && error.code === 'SANDBOX_NOT_FOUND';
    return answer(missing ? 404 : 400, { error: message });
  }
}
