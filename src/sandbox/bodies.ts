/** The webhook bodies of what happens to orders, besides the order itself: edits, refunds, transactions, deletion, uninstall. */
import { lineBody, orderBody } from './body-order.ts';
import type { Edit } from './edits.ts';
import type { Order, Refund, Transaction } from './model.ts';
import { restAmount } from './money.ts';
import { amounts, createRestTime, ids, moneySet, restId } from './rest.ts';
import type { Store } from './state.ts';

export interface Bodies {
  order(order: Order): object;
  edit(order: Order, edit: Edit, at: number): object;
  refund(order: Order, refund: Refund): object;
  transaction(order: Order, transaction: Transaction): object;
  deleted(orderId: string): object;
  shop(): object;
}

export function createBodies(store: Store): Bodies {
  const time = createRestTime(store.timeZone);

  function transaction(order: Order, entry: Transaction): object {
    const amount = restAmount(entry.amount, order.currency);
    return {
      ...ids('OrderTransaction', entry.id),
      order_id: restId(order.id),
      kind: entry.kind.toLowerCase(),
      gateway: entry.gateway,
      status: entry.status.toLowerCase(),
      message: null,
      created_at: time(entry.createdAt),
      test: entry.test,
      authorization: null,
      location_id: null,
      user_id: null,
      parent_id: entry.parentId === null ? null : restId(entry.parentId),
      processed_at: time(entry.processedAt),
      device_id: null,
      error_code: null,
      source_name: order.sourceName,
      receipt: {},
      amount,
      currency: order.currency,
      payment_id: `${order.name}.${order.transactions.indexOf(entry) + 1}`,
      manual_payment_gateway: entry.gateway === 'manual',
    };
  }

  function refund(order: Order, given: Refund): object {
    return {
      ...ids('Refund', given.id),
      order_id: restId(order.id),
      created_at: time(given.createdAt),
      note: given.note,
      user_id: null,
      processed_at: time(given.createdAt),
      duties: [],
      total_duties_set: moneySet(order, 0),
      return: null,
      restock: given.lines.some((line) => line.restockType !== 'NO_RESTOCK'),
      refund_shipping_lines: given.shipping.map((line) => ({
        ...ids('RefundShippingLine', line.id),
        subtotal_amount_set: moneySet(order, line.amount),
        tax_amount_set: moneySet(order, line.tax),
      })),
      order_adjustments: given.adjustments.map((adjustment) => ({
        ...ids('OrderAdjustment', adjustment.id),
        order_id: restId(order.id),
        refund_id: restId(given.id),
        kind: 'refund_discrepancy',
        reason: 'Refund discrepancy',
        ...amounts(order, { amount: adjustment.amount, tax_amount: 0 }),
      })),
      refund_line_items: given.lines.flatMap((line) => {
        const sold = order.lines.find((candidate) => candidate.id === line.lineId);
        if (!sold) return [];
        return {
          id: restId(line.id),
          quantity: line.units.quantity,
          line_item_id: restId(line.lineId),
          location_id: null,
          restock_type: line.restockType.toLowerCase(),
          ...amounts(order, { subtotal: line.subtotal, total_tax: line.units.tax }),
          line_item: lineBody(order, sold),
        };
      }),
      transactions: order.transactions.filter((entry) => entry.refundId === given.id).map((entry) => transaction(order, entry)),
    };
  }

  return {
    order: (order) =>
      orderBody(
        order,
        store.domain,
        time,
        order.refunds.map((entry) => refund(order, entry)),
      ),
    edit: (order, edit, at) => ({
      order_edit: {
        id: restId(edit.id),
        app_id: null,
        created_at: time(at),
        committed_at: time(at),
        notify_customer: false,
        order_id: restId(order.id),
        staff_note: '',
        user_id: null,
        line_items: {
          additions: edit.additions.map(({ id, delta }) => ({ id: restId(id), delta })),
          removals: edit.removals.map(({ id, delta }) => ({ id: restId(id), delta })),
        },
        discounts: { line_item: { additions: [], removals: [] } },
        shipping_lines: { additions: [], removals: [] },
      },
    }),
    refund,
    transaction,
    deleted: (orderId) => ({ id: restId(orderId) }),
    shop: () => ({
      id: restId('92891250994'),
      name: store.name,
      email: store.email,
      domain: store.domain,
      myshopify_domain: store.domain,
      currency: store.currency,
      iana_timezone: store.timeZone,
      plan_name: 'basic',
    }),
  };
}
