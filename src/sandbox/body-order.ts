/** The webhook body of an order, shaped like Shopify's (2026-10): what the REST Admin API shows, without its transactions. */
import type { Line, Order, ShippingLine } from './model.ts';
import { amounts, ids, moneySet, restAddress, restId } from './rest.ts';
import { currentTotals, financialStatus, payments, totals } from './totals.ts';
import { restAmount } from './money.ts';

const taxLines = (order: Order, rate: number, tax: number): object[] =>
  rate === 0 ? [] : [{ title: 'Tax', rate, channel_liable: false, ...amounts(order, { price: tax }) }];

const allocations = (order: Order, discount: number): object[] =>
  discount === 0 ? [] : [{ ...amounts(order, { amount: discount }), discount_application_index: 0 }];

export function lineBody(order: Order, line: Line): object {
  const variantTitle = line.variantTitle === 'Default Title' ? null : line.variantTitle;
  return {
    ...ids('LineItem', line.id),
    attributed_staffs: [],
    current_quantity: line.current.quantity,
    fulfillable_quantity: line.current.quantity,
    fulfillment_service: 'manual',
    fulfillment_status: null,
    gift_card: line.giftCard,
    grams: 0,
    name: variantTitle === null ? line.title : `${line.title} - ${variantTitle}`,
    ...amounts(order, { price: line.unitPrice }),
    product_exists: line.productId !== null,
    product_id: line.productId === null ? null : restId(line.productId),
    properties: line.attributes.map(({ key, value }) => ({ name: key, value })),
    quantity: line.ordered.quantity,
    requires_shipping: !line.giftCard,
    sales_line_item_group_id: null,
    selling_plan_id: line.sellingPlanId === null ? null : restId(line.sellingPlanId),
    sku: line.sku,
    taxable: line.taxRate > 0,
    title: line.title,
    // Discounts of the whole order are in the allocations only.
    ...amounts(order, { total_discount: 0 }),
    variant_id: line.variantId === null ? null : restId(line.variantId),
    variant_inventory_management: null,
    variant_title: variantTitle,
    vendor: line.vendor,
    tax_lines: taxLines(order, line.taxRate, line.ordered.tax),
    duties: [],
    discount_allocations: allocations(order, line.ordered.discount),
  };
}

function shippingBody(order: Order, line: ShippingLine): object {
  return {
    id: restId(line.id),
    carrier_identifier: null,
    code: line.code,
    current_discounted_price_set: moneySet(order, line.price - line.discount - line.refunded.amount),
    ...amounts(order, { discounted_price: line.price - line.discount, price: line.price }),
    is_removed: false,
    phone: null,
    requested_fulfillment_service_id: null,
    source: 'shopify',
    title: line.title,
    tax_lines: taxLines(order, line.taxRate, line.tax),
    discount_allocations: allocations(order, line.discount),
  };
}

function customerBody(order: Order, time: (ms: number) => string): object | null {
  const { customer } = order;
  if (!customer) return null;
  const { firstName, lastName, email, phone, defaultAddress } = customer;
  return {
    ...ids('Customer', customer.id),
    created_at: time(customer.createdAt),
    updated_at: time(customer.updatedAt),
    ...{ first_name: firstName, last_name: lastName, email, phone },
    state: 'disabled',
    note: null,
    verified_email: true,
    multipass_identifier: null,
    tax_exempt: false,
    currency: order.currency,
    tax_exemptions: [],
    default_address: defaultAddress && {
      id: restId(defaultAddress.id),
      customer_id: restId(customer.id),
      ...restAddress(defaultAddress),
      default: true,
    },
  };
}

function money(order: Order): object {
  const all = totals(order);
  const current = currentTotals(order);
  const shippingDiscounts = order.shippingLines.reduce((sum, line) => sum + line.discount, 0);
  return {
    ...amounts(order, {
      current_subtotal_price: current.subtotal,
      current_total_discounts: current.discounts + shippingDiscounts,
      current_total_price: current.price,
      current_total_tax: current.tax,
      subtotal_price: all.subtotal,
      total_discounts: all.discounts,
      total_line_items_price: all.lines,
      total_price: all.price,
      total_tax: all.tax,
    }),
    current_shipping_price_set: moneySet(order, current.shipping),
    total_shipping_price_set: moneySet(order, all.shipping),
    total_cash_rounding_payment_adjustment_set: moneySet(order, order.rounding),
    total_cash_rounding_refund_adjustment_set: moneySet(order, 0),
    current_total_additional_fees_set: order.fees === 0 ? null : moneySet(order, order.fees),
    current_total_duties_set: order.duties === 0 ? null : moneySet(order, order.duties),
    original_total_additional_fees_set: order.fees === 0 ? null : moneySet(order, order.fees),
    original_total_duties_set: order.duties === 0 ? null : moneySet(order, order.duties),
    total_outstanding: restAmount(payments(order).outstanding, order.currency),
    total_tip_received: restAmount(order.tip, order.currency),
  };
}

function discountApplications(order: Order): object[] {
  const value = totals(order).discounts;
  if (value === 0) return [];
  const [code] = order.discountCodes;
  const kind = code === undefined ? { type: 'manual', title: 'Discount' } : { type: 'discount_code', code };
  const rule = { target_type: 'line_item', target_selection: 'all', value_type: 'fixed_amount', allocation_method: 'across' };
  return [{ ...kind, ...rule, value: restAmount(value, order.currency) }];
}

/** `refunds` are the bodies of the order's refunds. Ids are written as numbers, also beyond 2^53. */
export function orderBody(order: Order, shopDomain: string, time: (ms: number) => string, refunds: object[]): object {
  const { name, number, test, token, email, phone, note } = order;
  return {
    ...ids('Order', order.id),
    app_id: order.app === null ? null : restId(order.app.id),
    browser_ip: order.clientIp,
    buyer_accepts_marketing: false,
    cancel_reason: order.cancelReason?.toLowerCase() ?? null,
    cancelled_at: order.cancelledAt === null ? null : time(order.cancelledAt),
    cart_token: order.cartToken,
    checkout_token: order.checkoutToken,
    client_details: null,
    closed_at: null,
    company: null,
    confirmation_number: token.slice(0, 9).toUpperCase(),
    confirmed: true,
    contact_email: email,
    created_at: time(order.createdAt),
    currency: order.currency,
    customer_locale: order.locale,
    device_id: null,
    discount_codes: order.discountCodes.map((code) => ({
      code,
      amount: restAmount(totals(order).discounts, order.currency),
      type: 'fixed_amount',
    })),
    duties_included: false,
    ...{ name, number: number - 1000, order_number: number, test, token, email, phone, note },
    estimated_taxes: false,
    financial_status: financialStatus(order)?.toLowerCase() ?? null,
    fulfillment_status: null,
    landing_site: null,
    landing_site_ref: null,
    location_id: null,
    merchant_of_record_app_id: null,
    note_attributes: order.attributes.map(({ key, value }) => ({ name: key, value })),
    order_status_url: `https://${shopDomain}/92891250994/orders/${token}/authenticate`,
    payment_gateway_names: order.gateways,
    payment_terms: null,
    po_number: null,
    presentment_currency: order.presentment.currency,
    processed_at: time(order.processedAt),
    reference: order.sourceIdentifier,
    referring_site: null,
    source_identifier: order.sourceIdentifier,
    source_name: order.sourceName,
    source_url: null,
    tags: order.tags.join(', '),
    tax_exempt: false,
    tax_lines: taxLines(order, order.lines.find((line) => line.taxRate > 0)?.taxRate ?? 0, totals(order).tax),
    taxes_included: order.taxesIncluded,
    total_weight: 0,
    updated_at: time(order.updatedAt),
    user_id: null,
    ...money(order),
    billing_address: restAddress(order.billingAddress),
    customer: customerBody(order, time),
    discount_applications: discountApplications(order),
    fulfillments: [],
    line_item_groups: [],
    line_items: order.lines.map((line) => lineBody(order, line)),
    refunds,
    returns: [],
    shipping_address: restAddress(order.shippingAddress),
    shipping_lines: order.shippingLines.map((line) => shippingBody(order, line)),
  };
}
