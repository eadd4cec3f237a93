/** Orders as the Admin API shows them. */
import { isoSeconds } from '../core/time.ts';
import { gid } from './ids.ts';
import type { Order } from './model.ts';
import { pageOf, type PageArguments } from './paging.ts';
import type { Store } from './state.ts';
import { currentTotals, financialStatus, payments, totals } from './totals.ts';
import { agreementView, refundView, transactionView } from './views-history.ts';
import { addressView, bag, customerView, lineView, requireScope, shippingView, type ViewContext } from './views.ts';

export function createViews(store: Store, now: () => number, journeyReadyAfterMs: number): ViewContext {
  const context: ViewContext = { store, now, journeyReadyAfterMs, viewOrder: (order) => orderView(context, order) };
  return context;
}

function journeyView(context: ViewContext, order: Order) {
  if (!order.customer) return null;
  const ready = context.now() >= order.createdAt + context.journeyReadyAfterMs;
  return { ready, customerOrderIndex: ready ? order.customerOrderIndex : null, daysToConversion: ready ? 0 : null };
}

function orderView(context: ViewContext, order: Order) {
  const { store } = context;
  const all = totals(order);
  const current = currentTotals(order);
  const money = payments(order);
  const set = (minor: number) => () => bag(order, minor);
  const shippingDiscounts = order.shippingLines.reduce((sum, line) => sum + line.discount, 0);
  const refundedShipping = order.shippingLines.reduce((sum, line) => sum + line.refunded.amount, 0);
  const { id, name, number, test, edited, sourceName, sourceIdentifier, tags, cartToken, checkoutToken, clientIp, email, phone, note } =
    order;
  return {
    __typename: 'Order',
    ...{ name, number, test, edited, sourceName, sourceIdentifier, tags, cartToken, checkoutToken, clientIp, email, phone, note },
    id: gid('Order', id),
    legacyResourceId: id,
    createdAt: isoSeconds(order.createdAt),
    processedAt: isoSeconds(order.processedAt),
    updatedAt: isoSeconds(order.updatedAt),
    cancelledAt: order.cancelledAt === null ? null : isoSeconds(order.cancelledAt),
    cancelReason: order.cancelReason,
    confirmed: true,
    customerLocale: order.locale,
    currencyCode: order.currency,
    presentmentCurrencyCode: order.presentment.currency,
    taxesIncluded: order.taxesIncluded,
    discountCodes: order.discountCodes,
    paymentGatewayNames: order.gateways,
    customAttributes: order.attributes,
    app: order.app && { id: gid('App', order.app.id), name: order.app.name },
    attribution: order.app && { handle: sourceName ?? order.app.id, displayName: order.app.name },
    displayFinancialStatus: () => financialStatus(order),
    customer: () => {
      requireScope(store, 'read_customers', 'customer');
      return order.customer && customerView(order.customer);
    },
    billingAddress: addressView(order.billingAddress),
    shippingAddress: addressView(order.shippingAddress),
    customerJourneySummary: journeyView(context, order),
    totalPriceSet: set(all.price),
    originalTotalPriceSet: set(order.originalTotal),
    currentTotalPriceSet: set(current.price),
    subtotalPriceSet: set(all.subtotal),
    currentSubtotalPriceSet: set(current.subtotal),
    totalTaxSet: set(all.tax),
    currentTotalTaxSet: set(current.tax),
    totalDiscountsSet: set(all.discounts),
    currentTotalDiscountsSet: set(current.discounts + shippingDiscounts),
    totalShippingPriceSet: set(all.shipping),
    currentShippingPriceSet: set(current.shipping),
    totalRefundedShippingSet: set(refundedShipping),
    totalTipReceivedSet: set(order.tip),
    originalTotalDutiesSet: order.duties === 0 ? null : set(order.duties),
    originalTotalAdditionalFeesSet: order.fees === 0 ? null : set(order.fees),
    totalCashRoundingAdjustment: () => ({ paymentSet: bag(order, order.rounding), refundSet: bag(order, 0) }),
    totalCapturableSet: set(money.capturable),
    totalReceivedSet: set(money.received),
    totalRefundedSet: set(money.refunded),
    netPaymentSet: set(money.net),
    totalOutstandingSet: set(money.outstanding),
    lineItems: (args: PageArguments) =>
      pageOf(
        order.lines.map((line) => lineView(context, order, line)),
        args,
      ),
    shippingLines: (args: PageArguments) =>
      pageOf(
        order.shippingLines.map((line) => shippingView(order, line)),
        args,
      ),
    transactions: ({ first }: PageArguments) =>
      order.transactions.slice(0, first ?? undefined).map((entry) => transactionView(context, order, entry)),
    refunds: ({ first }: PageArguments) => order.refunds.slice(0, first ?? undefined).map((refund) => refundView(context, order, refund)),
    agreements: (args: PageArguments) =>
      pageOf(
        order.agreements.map((agreement) => agreementView(context, order, agreement)),
        args,
      ),
  };
}
