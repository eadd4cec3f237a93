/** What happened to an order as the Admin API shows it: transactions, refunds, sales agreements. */
import { isoSeconds } from '../core/time.ts';
import { gid } from './ids.ts';
import type { Agreement, Line, Order, Refund, Sale, SaleLineType, Transaction } from './model.ts';
import { pageOf, type PageArguments } from './paging.ts';
import { bag, lineView, shippingView, type ViewContext } from './views.ts';

export function transactionView(context: ViewContext, order: Order, transaction: Transaction): object {
  const parent = order.transactions.find((entry) => entry.id === transaction.parentId);
  return {
    __typename: 'OrderTransaction',
    id: gid('OrderTransaction', transaction.id),
    kind: transaction.kind,
    status: transaction.status,
    gateway: transaction.gateway,
    test: transaction.test,
    createdAt: isoSeconds(transaction.createdAt),
    processedAt: isoSeconds(transaction.processedAt),
    amountSet: () => bag(order, transaction.amount),
    parentTransaction: () => (parent ? transactionView(context, order, parent) : null),
    order: () => context.viewOrder(order),
  };
}

export function refundView(context: ViewContext, order: Order, refund: Refund) {
  const transactions = order.transactions.filter((entry) => entry.refundId === refund.id);
  const line = (id: string): Line | undefined => order.lines.find((candidate) => candidate.id === id);
  return {
    __typename: 'Refund',
    id: gid('Refund', refund.id),
    legacyResourceId: refund.id,
    createdAt: isoSeconds(refund.createdAt),
    processedAt: isoSeconds(refund.createdAt),
    updatedAt: isoSeconds(refund.updatedAt),
    note: refund.note,
    order: () => context.viewOrder(order),
    // "Total across all transactions": money that has not moved yet included.
    totalRefundedSet: () =>
      bag(
        order,
        transactions.reduce((sum, entry) => sum + (entry.status === 'SUCCESS' || entry.status === 'PENDING' ? entry.amount : 0), 0),
      ),
    transactions: (args: PageArguments) =>
      pageOf(
        transactions.map((entry) => transactionView(context, order, entry)),
        args,
      ),
    refundLineItems: (args: PageArguments) =>
      pageOf(
        refund.lines.flatMap((returned) => {
          const sold = line(returned.lineId);
          if (!sold) return [];
          return {
            id: gid('RefundLineItem', returned.id),
            quantity: returned.units.quantity,
            restockType: returned.restockType,
            restocked: returned.restockType !== 'NO_RESTOCK',
            lineItem: lineView(context, order, sold),
            priceSet: () => bag(order, sold.unitPrice),
            subtotalSet: () => bag(order, returned.subtotal),
            totalTaxSet: () => bag(order, returned.units.tax),
          };
        }),
        args,
      ),
    refundShippingLines: (args: PageArguments) =>
      pageOf(
        refund.shipping.flatMap((returned) => {
          const sold = order.shippingLines.find((candidate) => candidate.id === returned.shippingLineId);
          return {
            id: gid('RefundShippingLine', returned.id),
            shippingLine: sold && shippingView(order, sold),
            subtotalAmountSet: () => bag(order, returned.amount),
            taxAmountSet: () => bag(order, returned.tax),
          };
        }),
        args,
      ),
    orderAdjustments: (args: PageArguments) =>
      pageOf(
        refund.adjustments.map((adjustment) => ({
          id: gid('OrderAdjustment', adjustment.id),
          reason: adjustment.reason,
          amountSet: () => bag(order, adjustment.amount),
          taxAmountSet: () => bag(order, 0),
        })),
        args,
      ),
  };
}

const SALE_TYPES: Record<SaleLineType, string> = {
  ADDITIONAL_FEE: 'AdditionalFeeSale',
  ADJUSTMENT: 'AdjustmentSale',
  DUTY: 'DutySale',
  GIFT_CARD: 'GiftCardSale',
  PRODUCT: 'ProductSale',
  SHIPPING: 'ShippingLineSale',
  TIP: 'TipSale',
};

/** A tip has a line item of its own that is not among the order's. */
function tipLine(order: Order): Line {
  const units = { quantity: 1, discount: 0, tax: 0 };
  const unknown = { productId: null, variantId: null, variantTitle: null, sku: null, vendor: null, url: null, imageUrl: null };
  const plain = { giftCard: false, sellingPlanId: null, taxRate: 0, attributes: [] };
  return { id: order.id, title: 'Tip', ...unknown, ...plain, unitPrice: order.tip, ordered: units, current: units };
}

function saleView(context: ViewContext, order: Order, sale: Sale): object {
  const sold = sale.lineType === 'TIP' ? tipLine(order) : order.lines.find((line) => line.id === sale.lineId);
  const shipping = order.shippingLines[0];
  return {
    __typename: SALE_TYPES[sale.lineType],
    id: gid('Sale', sale.id),
    actionType: sale.action,
    lineType: sale.lineType,
    quantity: sale.quantity,
    totalAmount: () => bag(order, sale.total),
    totalTaxAmount: () => bag(order, sale.tax),
    totalDiscountAmountBeforeTaxes: () => bag(order, sale.discount),
    totalDiscountAmountAfterTaxes: () => bag(order, 0),
    lineItem: () => sold && lineView(context, order, sold),
    shippingLine: () => (shipping ? shippingView(order, shipping) : null),
  };
}

const AGREEMENT_TYPES = { ORDER: 'OrderAgreement', ORDER_EDIT: 'OrderEditAgreement', REFUND: 'RefundAgreement' } as const;

export function agreementView(context: ViewContext, order: Order, agreement: Agreement): object {
  const refund = order.refunds.find((candidate) => candidate.id === agreement.refundId);
  return {
    __typename: AGREEMENT_TYPES[agreement.reason],
    id: gid('SalesAgreement', agreement.id),
    reason: agreement.reason,
    happenedAt: isoSeconds(agreement.happenedAt),
    app: null,
    order: () => context.viewOrder(order),
    refund: () => refund && refundView(context, order, refund),
    sales: (args: PageArguments) =>
      pageOf(
        agreement.sales.map((sale) => saleView(context, order, sale)),
        args,
      ),
  };
}
