/** A shop made of plain objects, its queries executed by graphql-js on the sandbox's schema. Cursors are valid for the list they came from only. */
import { buildSchema, execute, GraphQLError, Kind, parse, validate, type DocumentNode } from 'graphql';
import { queryCost } from '../../src/sandbox/cost.ts';
import { adminSchema } from '../../src/sandbox/schema.ts';
import type { Answer } from './shop.ts';

const schema = buildSchema(adminSchema);
const documents = new Map<string, DocumentNode>();

export type Fields = Record<string, unknown>;
interface Paging {
  first: number;
  after?: string | null;
}

export const money = (amount: string) => ({
  shopMoney: { amount, currencyCode: 'EUR' },
  presentmentMoney: { amount: '999', currencyCode: 'USD' },
});
export const gid = (type: string, id: string | number) => `gid://shopify/${type}/${id}`;

/** A field that resolves to the pages of `items`. */
export function connection(label: string, items: unknown[]): (paging: Paging) => unknown {
  return ({ first, after }) => {
    const start = after ? Number(after.slice(label.length + 1)) : 0;
    if (after && !after.startsWith(`${label} `)) throw new GraphQLError(`a cursor of another list: ${after} in ${label}`);
    const nodes = items.slice(start, start + first);
    const hasNextPage = start + first < items.length;
    return {
      nodes,
      pageInfo: { hasNextPage, hasPreviousPage: start > 0, endCursor: nodes.length > 0 ? `${label} ${start + nodes.length}` : null },
    };
  };
}

/** A field Shopify fails at. */
export function failing(code = 'INTERNAL_SERVER_ERROR', message = 'Internal error', more: object = {}): () => never {
  return () => {
    throw new GraphQLError(message, { extensions: { code, ...more } });
  };
}

export function line(id: number, more: Fields = {}): Fields {
  return {
    id: gid('LineItem', id),
    title: `Shirt ${id}`,
    variantTitle: 'M',
    sku: `sku-${id}`,
    vendor: 'Acme',
    quantity: 2,
    originalUnitPriceSet: money('10.0'),
    product: { id: gid('Product', 77), onlineStoreUrl: 'https://shop.example.com/products/shirt' },
    variant: { id: gid('ProductVariant', 88) },
    image: { url: 'https://cdn.example.com/shirt.png' },
    sellingPlan: null,
    ...more,
  };
}

export function refund(id: number, sizes: { lines: number; shipping: number; transactions: number }, more: Fields = {}): Fields {
  const list = <Item>(length: number, item: (index: number) => Item) => Array.from({ length }, (_, index) => item(index));
  return {
    __typename: 'Refund',
    id: gid('Refund', id),
    createdAt: '2026-11-21T10:00:00Z',
    processedAt: '2026-11-21T10:01:00Z',
    refundLineItems: connection(
      `lines of ${id}`,
      list(sizes.lines, (index) => ({ quantity: index + 1, totalTaxSet: money('1.9'), lineItem: { id: gid('LineItem', index + 1) } })),
    ),
    refundShippingLines: connection(
      `shipping of ${id}`,
      list(sizes.shipping, (index) => ({ subtotalAmountSet: money(`${index}.5`), taxAmountSet: money('0.1') })),
    ),
    transactions: connection(
      `transactions of ${id}`,
      list(sizes.transactions, (index) => ({ kind: 'REFUND', status: index % 2 ? 'PENDING' : 'SUCCESS', amountSet: money(`${index}.0`) })),
    ),
    ...more,
  };
}

export function sale(type: string, lineType: string, more: Fields = {}): Fields {
  return {
    __typename: type,
    actionType: 'ORDER',
    lineType,
    quantity: 1,
    totalAmount: money('11.9'),
    totalTaxAmount: money('1.9'),
    totalDiscountAmountBeforeTaxes: money('2.0'),
    totalDiscountAmountAfterTaxes: money('1.0'),
    ...more,
  };
}

export function agreement(id: number, sales: Fields[], more: Fields = {}): Fields {
  const salesPages = connection(`sales of ${id}`, sales);
  return {
    __typename: 'OrderEditAgreement',
    id: gid('SalesAgreement', id),
    reason: 'ORDER_EDIT',
    happenedAt: '2026-11-20T12:05:00Z',
    sales: salesPages,
    ...more,
  };
}

/** An ordinary order of two lines by a known customer. */
export function order(id: string, more: Fields = {}): Fields {
  const address = {
    firstName: 'Ada',
    lastName: 'Lovelace',
    phone: null,
    city: 'Berlin',
    province: null,
    provinceCode: 'BE',
    countryCodeV2: 'DE',
    zip: '10115',
  };
  return {
    __typename: 'Order',
    id: gid('Order', id),
    name: `#${id}`,
    createdAt: '2026-11-20T12:00:00Z',
    processedAt: '2026-11-20T12:00:01Z',
    updatedAt: '2026-11-20T12:00:02Z',
    cancelledAt: null,
    edited: false,
    test: false,
    sourceName: 'web',
    tags: ['vip'],
    cartToken: 'cart',
    checkoutToken: 'checkout',
    email: 'ada@example.com',
    phone: null,
    currencyCode: 'EUR',
    taxesIncluded: true,
    discountCodes: ['TEN'],
    paymentGatewayNames: ['shopify_payments'],
    app: { name: 'Online Store' },
    customAttributes: [
      { key: '__cvg_uid', value: 'u1' },
      { key: 'empty', value: null },
    ],
    totalPriceSet: money('44.9'),
    totalTaxSet: money('3.8'),
    totalShippingPriceSet: money('4.9'),
    totalDiscountsSet: money('0.0'),
    totalTipReceivedSet: money('0.0'),
    originalTotalDutiesSet: null,
    originalTotalAdditionalFeesSet: null,
    totalCashRoundingAdjustment: { paymentSet: money('0.0') },
    customer: {
      id: gid('Customer', 5),
      numberOfOrders: '3',
      firstName: 'Ada',
      lastName: 'Lovelace',
      tags: ['b2c'],
      defaultEmailAddress: { emailAddress: 'ada@example.com' },
      defaultPhoneNumber: { phoneNumber: '+4930123' },
      defaultAddress: address,
    },
    billingAddress: address,
    shippingAddress: { ...address, province: 'Berlin' },
    customerJourneySummary: { ready: true, customerOrderIndex: 2 },
    refunds: [],
    lineItems: connection(`lines of ${id}`, [line(1), line(2)]),
    agreements: connection(`agreements of ${id}`, []),
    ...more,
  };
}

export interface Model {
  answer: Answer;
  /** Requested and actual cost of every query, in order. */
  costs: { operation: string; requested: number; actual: number }[];
}

export interface ModelOptions {
  orders: Fields[];
  /** Orders search does not return yet, by gid. */
  lagging?: Set<unknown>;
  /** Most a query may cost. */
  maximum?: number;
  /** Takes the requested cost from the bucket, then gives back the rest; null: throttled. */
  pay?: (requested: number, actual: number) => { available: number } | null;
}

export function modelShop({ orders, lagging = new Set(), maximum = 1000, pay = () => ({ available: 2000 }) }: ModelOptions): Model {
  const byId = new Map(orders.map((item) => [item['id'], item]));
  const refunds = new Map(orders.flatMap((item) => (item['refunds'] as Fields[]).map((own) => [own['id'], own])));
  const costs: Model['costs'] = [];

  function search(query: string | null | undefined): Fields[] {
    const all = orders.filter(({ id }) => !lagging.has(id));
    if (!query) return all;
    const ids = new Set([...query.matchAll(/\bid:(\d+)/g)].map(([, id]) => gid('Order', id ?? '')));
    const name = /^name:'(.*)'$/.exec(query)?.[1];
    const since = /^updated_at:>='(.*)'$/.exec(query)?.[1];
    if (name !== undefined) return all.filter((item) => String(item['name']).replace('#', '').startsWith(name.replace('#', '')));
    if (since !== undefined) return all.filter((item) => String(item['updatedAt']) >= since);
    if (query.split(' OR ').length !== ids.size) throw new GraphQLError(`search not understood: ${query}`);
    return all.filter(({ id }) => ids.has(id as string));
  }

  const root = {
    orders: ({ query, ...paging }: Paging & { query?: string | null }) => connection(`orders ${query ?? ''}`, search(query))(paging),
    order: ({ id }: { id: string }) => byId.get(id) ?? null,
    refund: ({ id }: { id: string }) => refunds.get(id) ?? null,
    nodes: ({ ids }: { ids: string[] }) => ids.map((id) => byId.get(id) ?? refunds.get(id) ?? null),
  };

  const answer: Answer = async ({ query, operation, variables }) => {
    const document = documents.get(query) ?? parse(query);
    if (!documents.has(query)) {
      const errors = validate(schema, document);
      if (errors.length > 0) return { json: { errors: errors.map(({ message }) => ({ message })) } };
      documents.set(query, document);
    }
    const definition = document.definitions.find((item) => item.kind === Kind.OPERATION_DEFINITION);
    const fragments = Object.fromEntries(
      document.definitions.flatMap((item) => (item.kind === Kind.FRAGMENT_DEFINITION ? [[item.name.value, item]] : [])),
    );
    if (!definition) return { status: 400 };
    const priced = { schema, operation: definition, fragments, variables };
    const requested = queryCost(priced);
    const tell = (actual: number | null, available: number) => ({
      cost: {
        requestedQueryCost: requested,
        actualQueryCost: actual,
        throttleStatus: { maximumAvailable: 2000, currentlyAvailable: available, restoreRate: 100 },
      },
    });
    if (requested > maximum)
      return {
        json: { errors: [{ message: 'Query cost is too high', extensions: { code: 'MAX_COST_EXCEEDED' } }], extensions: tell(null, 2000) },
      };
    const result = await execute({ schema, document, rootValue: root, variableValues: variables });
    const actual = Math.min(requested, queryCost(priced, result.data ?? undefined));
    const paid = pay(requested, actual);
    if (!paid) return { json: { errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }], extensions: tell(null, 0) } };
    costs.push({ operation, requested, actual });
    return { json: { ...result, extensions: tell(actual, paid.available) } };
  };
  return { answer, costs };
}
