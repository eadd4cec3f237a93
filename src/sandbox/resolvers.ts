/** The roots of the Admin API: what each query and mutation answers. */
import { GraphQLError } from 'graphql';
import { isoSeconds } from '../core/time.ts';
import { gid, parseGid } from './ids.ts';
import type { Bulk } from './bulk.ts';
import { bulkRoots } from './bulk-roots.ts';
import type { OrderSource } from './order-source.ts';
import { page, pageOf, type PageArguments } from './paging.ts';
import { searchWarnings, type SearchWarning } from './search.ts';
import type { Subscription } from './state.ts';
import type { SubscriptionInput, Subscriptions } from './subscriptions.ts';
import { refundView } from './views-history.ts';
import { customerView, requireScope, type ViewContext } from './views.ts';

interface OrdersArguments extends PageArguments {
  query?: string | null;
  sortKey: string;
}

/** Collected while an operation runs; part of the answer's extensions. */
export interface Remarks {
  search: { path: string[]; query: string; warnings: SearchWarning[] }[];
}

export interface ResolverOptions {
  views: ViewContext;
  orders: OrderSource;
  bulk: Bulk;
  subscriptions: Subscriptions;
  /** Payload version of webhooks. */
  webhookVersion: string;
}

const INPUT_LIMIT = 250;

function subscriptionView(subscription: Subscription, version: string): object {
  const { topic, uri, format, filter, includeFields, metafieldNamespaces, name, id } = subscription;
  return {
    __typename: 'WebhookSubscription',
    ...{ topic, uri, format, filter, includeFields, metafieldNamespaces, name },
    id: gid('WebhookSubscription', id),
    legacyResourceId: id,
    createdAt: isoSeconds(subscription.createdAt),
    updatedAt: isoSeconds(subscription.updatedAt),
    apiVersion: { handle: version, displayName: version, supported: true },
  };
}

export function createResolvers({ views, orders, bulk, subscriptions, webhookVersion }: ResolverOptions): (remarks: Remarks) => object {
  const { store, viewOrder } = views;

  function warn(query: string | null | undefined, remarks: Remarks, field: string): void {
    const warnings = searchWarnings(query);
    if (warnings.length > 0) remarks.search.push({ path: [field], query: query ?? '', warnings });
  }

  function listOrders(args: OrdersArguments, remarks: Remarks): object {
    requireScope(store, 'read_orders', 'orders');
    warn(args.query, remarks, 'orders');
    const { nodes, edges, pageInfo } = page(orders.sorted(args), ({ key }) => key, args);
    return {
      nodes: nodes.map(({ order }) => viewOrder(order())),
      edges: () => edges().map(({ cursor, node }) => ({ cursor, node: viewOrder(node.order()) })),
      pageInfo,
    };
  }

  function node(globalId: string, field: string): object | null {
    const parsed = parseGid(globalId);
    if (!parsed) throw new GraphQLError(`Invalid global id '${globalId}'`, { extensions: { code: 'argumentLiteralsIncompatible' } });
    const { type, id } = parsed;
    if (type === 'Order' || type === 'Refund') {
      requireScope(store, 'read_orders', field);
      const found = type === 'Refund' ? orders.refund(id) : null;
      if (found) return refundView(views, found.order, found.refund);
      const order = type === 'Order' ? orders.get(id) : null;
      return order && viewOrder(order);
    }
    if (type === 'Customer') {
      requireScope(store, 'read_customers', field);
      const customer = store.customers.get(id);
      return customer ? customerView(customer) : null;
    }
    if (type === 'BulkOperation') {
      const operation = bulk.find(id);
      return operation ? bulk.view(operation) : null;
    }
    const subscription = type === 'WebhookSubscription' ? store.subscriptions.get(id) : undefined;
    return subscription ? subscriptionView(subscription, webhookVersion) : null;
  }

  /** A root field of one type: an id of another type finds nothing. */
  const typed = (type: string, globalId: string, field: string): object | null =>
    parseGid(globalId)?.type === type || !parseGid(globalId) ? node(globalId, field) : null;

  function nodes(ids: string[]): (object | null)[] {
    if (ids.length > INPUT_LIMIT) {
      const message = `The input array size of ${ids.length} is greater than the maximum allowed of ${INPUT_LIMIT}.`;
      throw new GraphQLError(message, { extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED' } });
    }
    return ids.map((id) => node(id, 'nodes'));
  }

  function listSubscriptions(args: PageArguments & { topics?: string[] | null; uri?: string | null; format?: string | null }): object {
    const found = [...store.subscriptions.values()].filter(
      ({ topic, uri, format }) =>
        (!args.topics || args.topics.includes(topic)) &&
        (args.uri == null || uri === args.uri) &&
        (args.format == null || format === args.format),
    );
    return pageOf(
      found.map((subscription) => subscriptionView(subscription, webhookVersion)),
      args,
    );
  }

  const count = (total: number, limit: number | null): object =>
    limit !== null && total > limit ? { count: limit, precision: 'AT_LEAST' } : { count: total, precision: 'EXACT' };

  const payload = ({ subscription, userErrors }: ReturnType<Subscriptions['create']>): object => ({
    webhookSubscription: subscription && subscriptionView(subscription, webhookVersion),
    userErrors,
  });

  return (remarks) => ({
    orders: (args: OrdersArguments) => listOrders(args, remarks),
    ordersCount: ({ query, limit }: { query?: string | null; limit: number | null }) => {
      requireScope(store, 'read_orders', 'ordersCount');
      warn(query, remarks, 'ordersCount');
      return count(orders.count(query), limit);
    },
    order: ({ id }: { id: string }) => typed('Order', id, 'order'),
    refund: ({ id }: { id: string }) => typed('Refund', id, 'refund'),
    node: ({ id }: { id: string }) => node(id, 'node'),
    nodes: ({ ids }: { ids: string[] }) => nodes(ids),
    shop: () => {
      const { name, email, currency, timeZone, taxesIncluded, domain } = store;
      const shop = { name, email, taxesIncluded, currencyCode: currency, ianaTimezone: timeZone, myshopifyDomain: domain };
      return { id: gid('Shop', '92891250994'), ...shop };
    },
    currentAppInstallation: () => ({
      id: gid('AppInstallation', '880000000001'),
      app: { id: gid('App', '347082227713'), title: 'Sandbox app', handle: 'sandbox-app' },
      accessScopes: store.scopes.map((handle) => ({ handle, description: handle })),
    }),
    ...bulkRoots(bulk, (id, field) => typed('BulkOperation', id, field)),
    webhookSubscription: ({ id }: { id: string }) => typed('WebhookSubscription', id, 'webhookSubscription'),
    webhookSubscriptions: listSubscriptions,
    webhookSubscriptionsCount: ({ limit }: { limit: number | null }) => count(store.subscriptions.size, limit),
    webhookSubscriptionCreate: ({ topic, webhookSubscription }: { topic: string; webhookSubscription: SubscriptionInput }) =>
      payload(subscriptions.create(topic, webhookSubscription)),
    webhookSubscriptionUpdate: ({ id, webhookSubscription }: { id: string; webhookSubscription: SubscriptionInput }) =>
      payload(subscriptions.update(id, webhookSubscription)),
    webhookSubscriptionDelete: ({ id }: { id: string }) => {
      const { deletedId, userErrors } = subscriptions.remove(id);
      return { deletedWebhookSubscriptionId: deletedId, userErrors };
    },
  });
}
