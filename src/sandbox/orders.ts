/** Creating an order: what a test asks for becomes lines, discounts, taxes, a payment and the first sales agreement. */
import { appOf } from './catalog.ts';
import type { Ids } from './ids.ts';
import { buildLines, buildShipping, lineSale, type LineInput, type Making, type OrderRules, type ShippingInput } from './lines.ts';
import { minorUnits, type AmountInput } from './money.ts';
import type { Address, Attribute, Customer, Order, Sale, Transaction } from './model.ts';
import { totals } from './totals.ts';

export type AddressInput = Partial<Omit<Address, 'id'>>;

export interface CustomerInput {
  email?: string | null;
  phone?: string | null;
  firstName?: string | null;
  lastName?: string | null;
  tags?: string[];
  defaultAddress?: AddressInput | null;
}

export interface OrderInput extends OrderRules {
  /** Default: one of the catalogue's first variant. */
  lines?: LineInput[];
  shipping?: ShippingInput | ShippingInput[];
  tip?: AmountInput;
  duties?: AmountInput;
  fees?: AmountInput;
  rounding?: AmountInput;
  /** A customer by id, or one found by e-mail or made; null or left out: a guest. */
  customer?: string | CustomerInput | null;
  email?: string | null;
  phone?: string | null;
  billingAddress?: AddressInput | null;
  shippingAddress?: AddressInput | null;
  /** Default `web`. */
  sourceName?: string | null;
  sourceIdentifier?: string | null;
  appName?: string;
  tags?: string[];
  attributes?: Attribute[];
  note?: string | null;
  /** Default: one for `web`, none elsewhere. */
  cartToken?: string | null;
  /** Default: one for everything but `pos`. */
  checkoutToken?: string | null;
  test?: boolean;
  /** Default `shopify_payments`. */
  gateway?: string;
  /** Default `paid`. */
  payment?: 'paid' | 'authorized' | 'pending' | 'none';
  presentment?: { currency: string; rate: number };
  /** ms since the epoch; default: the time of creation. */
  processedAt?: number;
}

const DEFAULT_LINES: LineInput[] = [{ variant: 'WR-41-GR' }];

export function buildAddress(ids: Ids, input: AddressInput | null | undefined): Address | null {
  if (!input) return null;
  const empty = { firstName: null, lastName: null, company: null, address1: null, address2: null, city: null, province: null };
  return {
    id: ids.next('MailingAddress'),
    ...empty,
    provinceCode: null,
    country: null,
    countryCode: null,
    zip: null,
    phone: null,
    ...input,
  };
}

function firstSales(ids: Ids, order: Order): Sale[] {
  const plain = (lineType: Sale['lineType'], total: number, tax = 0, discount = 0): Sale => ({
    id: ids.next('Sale'),
    lineType,
    action: 'ORDER',
    lineId: null,
    quantity: null,
    total,
    tax,
    discount,
  });
  return [
    ...order.lines.map((line) => lineSale(ids, line, 'ORDER', line.ordered, order.taxesIncluded)),
    ...order.shippingLines.map((line) =>
      plain('SHIPPING', line.price - line.discount + (order.taxesIncluded ? 0 : line.tax), line.tax, line.discount),
    ),
    ...(order.tip > 0 ? [plain('TIP', order.tip)] : []),
    ...(order.duties > 0 ? [plain('DUTY', order.duties)] : []),
    ...(order.fees > 0 ? [plain('ADDITIONAL_FEE', order.fees)] : []),
  ];
}

export function buildTransaction(
  ids: Ids,
  order: Order,
  at: number,
  fields: Pick<Transaction, 'kind' | 'status' | 'amount'> & Partial<Transaction>,
): Transaction {
  return {
    id: ids.next('OrderTransaction'),
    gateway: order.gateways[0] ?? 'manual',
    createdAt: at,
    processedAt: at,
    parentId: null,
    refundId: null,
    test: order.test,
    ...fields,
  };
}

function firstTransactions(ids: Ids, order: Order, payment: OrderInput['payment'], at: number): Transaction[] {
  const amount = order.originalTotal;
  if (amount === 0 || payment === 'none') return [];
  if (payment === 'authorized') return [buildTransaction(ids, order, at, { kind: 'AUTHORIZATION', status: 'SUCCESS', amount })];
  return [buildTransaction(ids, order, at, { kind: 'SALE', status: payment === 'pending' ? 'PENDING' : 'SUCCESS', amount })];
}

/**
 * A new order with the money of Shopify's own arithmetic: discounts spread over lines, tax per line after discounts, on top or included.
 * Throws SANDBOX_INPUT for what no order can have.
 */
export function buildOrder(making: Making, input: OrderInput, place: { number: number; at: number; customer: Customer | null }): Order {
  const { ids, random, currency } = making;
  const { number, at, customer } = place;
  const sourceName = input.sourceName === undefined ? 'web' : input.sourceName;
  const shipping = input.shipping === undefined ? [] : [input.shipping].flat();
  const money = (amount: AmountInput | undefined): number => minorUnits(amount ?? 0, currency);
  const app = appOf(sourceName);
  const order: Order = {
    id: ids.next('Order'),
    number,
    name: `#${number}`,
    createdAt: at,
    processedAt: input.processedAt ?? at,
    updatedAt: at,
    cancelledAt: null,
    cancelReason: null,
    edited: false,
    test: input.test ?? false,
    sourceName,
    sourceIdentifier: input.sourceIdentifier ?? null,
    app: input.appName === undefined ? app : { id: app?.id ?? '1', name: input.appName },
    tags: [...(input.tags ?? [])],
    token: random.hex(32),
    cartToken: input.cartToken === undefined ? (sourceName === 'web' ? `hWN${random.hex(21)}` : null) : input.cartToken,
    checkoutToken: input.checkoutToken === undefined ? (sourceName === 'pos' ? null : random.hex(32)) : input.checkoutToken,
    clientIp: sourceName === 'web' ? `203.0.113.${random.between(1, 254)}` : null,
    email: input.email === undefined ? (customer?.email ?? null) : input.email,
    phone: input.phone === undefined ? null : input.phone,
    note: input.note ?? null,
    locale: sourceName === 'web' ? 'en' : null,
    attributes: input.attributes ?? [],
    discountCodes: input.discount?.code === undefined ? [] : [input.discount.code],
    gateways: input.payment === 'none' ? [] : [input.gateway ?? 'shopify_payments'],
    currency,
    presentment: input.presentment ?? { currency, rate: 1 },
    taxesIncluded: input.taxesIncluded ?? false,
    customer,
    customerOrderIndex: null,
    billingAddress: buildAddress(ids, input.billingAddress),
    shippingAddress: buildAddress(ids, input.shippingAddress),
    lines: buildLines(making, input.lines ?? DEFAULT_LINES, input),
    shippingLines: shipping.map((line) => buildShipping(making, line, input)),
    tip: money(input.tip),
    duties: money(input.duties),
    fees: money(input.fees),
    rounding: money(input.rounding),
    originalTotal: 0,
    transactions: [],
    refunds: [],
    agreements: [],
    index: [],
  };
  order.originalTotal = totals(order).price;
  order.transactions = firstTransactions(ids, order, input.payment ?? 'paid', at);
  order.agreements = [{ id: ids.next('SalesAgreement'), reason: 'ORDER', happenedAt: at, refundId: null, sales: firstSales(ids, order) }];
  return order;
}
