/** From Shopify's shapes to the order as the rest of the program knows it. Pure; whatever may be missing may be null. */
import type { Address, Agreement, Amount, Customer, Order, OrderLine, Refund } from '../core/order.ts';
import { numericId } from './lossless.ts';
import type { AddressFieldsFragment, LineFieldsFragment, MoneyFragment, OrderRowFragment } from './generated.ts';

/** What of an order needs queries of its own. */
export interface OrderParts {
  lines: LineFieldsFragment[];
  refunds: Refund[];
  agreements: Agreement[];
}

export function toOrder(order: OrderRowFragment, parts: OrderParts): Order {
  return {
    id: idOf(order.id),
    name: order.name,
    createdAt: order.createdAt,
    processedAt: order.processedAt,
    updatedAt: order.updatedAt,
    cancelledAt: order.cancelledAt,
    edited: order.edited,
    test: order.test,
    sourceName: order.sourceName,
    appName: order.app?.name ?? null,
    tags: order.tags,
    cartToken: order.cartToken,
    checkoutToken: order.checkoutToken,
    email: order.email,
    phone: order.phone,
    currency: order.currencyCode,
    taxesIncluded: order.taxesIncluded,
    discountCodes: order.discountCodes,
    attributes: order.customAttributes.map(({ key, value }) => ({ key, value: value ?? '' })),
    paymentGateways: order.paymentGatewayNames,
    totals: {
      price: amountOf(order.totalPriceSet),
      tax: amountOf(order.totalTaxSet),
      shipping: amountOf(order.totalShippingPriceSet),
      discounts: amountOf(order.totalDiscountsSet),
      tip: amountOf(order.totalTipReceivedSet),
      duties: amountOf(order.originalTotalDutiesSet),
      fees: amountOf(order.originalTotalAdditionalFeesSet),
      rounding: amountOf(order.totalCashRoundingAdjustment?.paymentSet),
    },
    customer: order.customer ? toCustomer(order.customer) : null,
    billingAddress: toAddress(order.billingAddress),
    shippingAddress: toAddress(order.shippingAddress),
    journey: order.customerJourneySummary
      ? { ready: order.customerJourneySummary.ready, customerOrderIndex: order.customerJourneySummary.customerOrderIndex }
      : null,
    lines: parts.lines.map(toLine),
    refunds: parts.refunds,
    agreements: parts.agreements,
  };
}

function toCustomer(customer: NonNullable<OrderRowFragment['customer']>): Customer {
  const orders = Number(customer.numberOfOrders);
  return {
    id: idOf(customer.id),
    // 64-bit numbers travel as strings.
    numberOfOrders: customer.numberOfOrders != null && Number.isSafeInteger(orders) ? orders : null,
    firstName: customer.firstName,
    lastName: customer.lastName,
    email: customer.defaultEmailAddress?.emailAddress ?? null,
    phone: customer.defaultPhoneNumber?.phoneNumber ?? null,
    tags: customer.tags,
    defaultAddress: toAddress(customer.defaultAddress),
  };
}

function toAddress(address: AddressFieldsFragment | null): Address | null {
  if (!address) return null;
  const { firstName, lastName, phone, city, provinceCode, zip } = address;
  return {
    firstName,
    lastName,
    phone,
    city,
    province: address.province ?? provinceCode,
    provinceCode,
    countryCode: address.countryCodeV2,
    zip,
  };
}

function toLine(line: LineFieldsFragment): OrderLine {
  return {
    id: idOf(line.id),
    productId: numericId(line.product?.id),
    variantId: numericId(line.variant?.id),
    title: line.title,
    variantTitle: line.variantTitle,
    sku: line.sku,
    vendor: line.vendor,
    unitPrice: amountOf(line.originalUnitPriceSet),
    quantity: line.quantity,
    url: line.product?.onlineStoreUrl ?? null,
    imageUrl: line.image?.url ?? null,
    sellingPlan: line.sellingPlan != null,
  };
}

/** The digits of a gid Shopify sent; a gid without digits is left whole, so that nothing is mistaken for something else. */
export function idOf(gid: string): string {
  return numericId(gid) ?? gid;
}

/** Shop money as Shopify writes it; nothing is nothing. */
export function amountOf(money: MoneyFragment | null | undefined): Amount {
  return money?.shopMoney?.amount ?? '0';
}
