/** Parts of orders as the Admin API shows them: money, addresses, customers, lines. Values are worked out when they are asked for. */
import { GraphQLError } from 'graphql';
import { isoSeconds } from '../core/time.ts';
import { gid } from './ids.ts';
import { convert, graphqlAmount, taxOn } from './money.ts';
import type { Address, Customer, Line, Order, ShippingLine } from './model.ts';
import { hasScope, type Store } from './state.ts';

export interface ViewContext {
  store: Store;
  now(): number;
  /** How long after its creation an order's journey is ready. */
  journeyReadyAfterMs: number;
  /** For what points back at its order. */
  viewOrder(order: Order): object;
}

export interface MoneyView {
  shopMoney: { amount: string; currencyCode: string };
  presentmentMoney: { amount: string; currencyCode: string };
}

/** Refuses a field in Shopify's words when the scope was not granted. */
export function requireScope(store: Store, scope: string, field: string): void {
  if (hasScope(store, scope)) return;
  const requiredAccess = `\`${scope}\` access scope.`;
  throw new GraphQLError(`Access denied for ${field} field. Required access: ${requiredAccess}`, {
    extensions: { code: 'ACCESS_DENIED', documentation: 'https://shopify.dev/api/usage/access-scopes', requiredAccess },
  });
}

export function bag(order: Order, minor: number): MoneyView {
  const { currency, presentment } = order;
  const converted = convert(minor, currency, presentment.currency, presentment.rate);
  return {
    shopMoney: { amount: graphqlAmount(minor, currency), currencyCode: currency },
    presentmentMoney: { amount: graphqlAmount(converted, presentment.currency), currencyCode: presentment.currency },
  };
}

export function addressView(address: Address | null) {
  if (!address) return null;
  const { id, countryCode, ...fields } = address;
  const name = [address.firstName, address.lastName].filter(Boolean).join(' ');
  return { __typename: 'MailingAddress', ...fields, id: gid('MailingAddress', id), countryCodeV2: countryCode, name: name || null };
}

export function customerView(customer: Customer) {
  return {
    __typename: 'Customer',
    id: gid('Customer', customer.id),
    legacyResourceId: customer.id,
    createdAt: isoSeconds(customer.createdAt),
    updatedAt: isoSeconds(customer.updatedAt),
    displayName: [customer.firstName, customer.lastName].filter(Boolean).join(' ') || customer.email || customer.phone || '',
    firstName: customer.firstName,
    lastName: customer.lastName,
    tags: customer.tags,
    numberOfOrders: String(customer.numberOfOrders),
    defaultAddress: addressView(customer.defaultAddress),
    defaultEmailAddress: customer.email === null ? null : { emailAddress: customer.email },
    defaultPhoneNumber: customer.phone === null ? null : { phoneNumber: customer.phone },
  };
}

const taxLines = (order: Order, rate: number, tax: number) =>
  rate === 0 ? [] : [{ title: 'Tax', rate, ratePercentage: rate * 100, priceSet: bag(order, tax) }];

export function lineView(context: ViewContext, order: Order, line: Line) {
  const { store } = context;
  const discounted = line.unitPrice * line.ordered.quantity - line.ordered.discount;
  const product = () => {
    requireScope(store, 'read_products', 'product');
    if (line.productId === null) return null;
    const id = gid('Product', line.productId);
    return {
      __typename: 'Product',
      id,
      legacyResourceId: line.productId,
      onlineStoreUrl: line.url,
      title: line.title,
      vendor: line.vendor ?? '',
    };
  };
  return {
    __typename: 'LineItem',
    id: gid('LineItem', line.id),
    name: line.variantTitle && line.variantTitle !== 'Default Title' ? `${line.title} - ${line.variantTitle}` : line.title,
    title: line.title,
    variantTitle: line.variantTitle,
    sku: line.sku,
    vendor: line.vendor,
    quantity: line.ordered.quantity,
    currentQuantity: line.current.quantity,
    refundableQuantity: line.current.quantity,
    isGiftCard: line.giftCard,
    customAttributes: line.attributes,
    image: line.imageUrl === null ? null : { url: line.imageUrl, id: null, altText: null },
    sellingPlan: line.sellingPlanId === null ? null : { name: 'Every month', sellingPlanId: gid('SellingPlan', line.sellingPlanId) },
    originalUnitPriceSet: () => bag(order, line.unitPrice),
    originalTotalSet: () => bag(order, line.unitPrice * line.ordered.quantity),
    discountedTotalSet: () => bag(order, discounted),
    discountedUnitPriceAfterAllDiscountsSet: () => bag(order, Math.round(discounted / line.ordered.quantity)),
    totalDiscountSet: () => bag(order, line.ordered.discount),
    taxLines: () => taxLines(order, line.taxRate, line.ordered.tax),
    product,
    variant: () => {
      requireScope(store, 'read_products', 'variant');
      if (line.variantId === null) return null;
      const { variantId: id, sku } = line;
      return {
        __typename: 'ProductVariant',
        id: gid('ProductVariant', id),
        legacyResourceId: id,
        sku,
        title: line.variantTitle ?? '',
        product,
      };
    },
  };
}

export function shippingView(order: Order, line: ShippingLine) {
  return {
    id: gid('ShippingLine', line.id),
    title: line.title,
    code: line.code,
    isRemoved: false,
    originalPriceSet: () => bag(order, line.price),
    discountedPriceSet: () => bag(order, line.price - line.discount),
    taxLines: () => taxLines(order, line.taxRate, taxOn(line.price - line.discount, line.taxRate, order.taxesIncluded)),
  };
}
