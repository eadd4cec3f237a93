/** The order as the rest of the program knows it: Shopify's state, reduced to what events are derived from. Pure types. */

/** A decimal string in the shop's currency, as Shopify writes it ("15.0"). Never a float. */
export type Amount = string;

export interface Address {
  firstName: string | null;
  lastName: string | null;
  phone: string | null;
  city: string | null;
  /** The name of the state or province; `provinceCode` when the name is missing. */
  province: string | null;
  provinceCode: string | null;
  /** ISO 3166-1 alpha-2. */
  countryCode: string | null;
  zip: string | null;
}

export interface Customer {
  /** Numeric id as a string. */
  id: string;
  numberOfOrders: number | null;
  firstName: string | null;
  lastName: string | null;
  email: string | null;
  phone: string | null;
  tags: string[];
  defaultAddress: Address | null;
}

export interface OrderLine {
  /** Numeric line item id as a string. */
  id: string;
  /** Null for a custom line. Numeric id as a string. */
  productId: string | null;
  variantId: string | null;
  title: string;
  variantTitle: string | null;
  sku: string | null;
  vendor: string | null;
  /** Unit price before discounts. */
  unitPrice: Amount;
  /** What was ordered; an edit that removes units leaves it as it was. */
  quantity: number;
  url: string | null;
  imageUrl: string | null;
  /** The line was sold with a selling plan (a subscription). */
  sellingPlan: boolean;
}

export type TransactionStatus = 'AWAITING_RESPONSE' | 'ERROR' | 'FAILURE' | 'PENDING' | 'SUCCESS' | 'UNKNOWN';

export interface RefundTransaction {
  kind: string;
  status: TransactionStatus;
  amount: Amount;
}

export interface RefundLine {
  lineId: string;
  quantity: number;
  /** Tax of the refunded units. */
  tax: Amount;
}

export interface Refund {
  /** Numeric id as a string. */
  id: string;
  /** ISO 8601. Null for refunds Shopify has no creation time of. */
  createdAt: string | null;
  processedAt: string | null;
  transactions: RefundTransaction[];
  lines: RefundLine[];
  /** Shipping refunded, tax apart. */
  shipping: { amount: Amount; tax: Amount }[];
}

export type SaleLineType = 'ADDITIONAL_FEE' | 'ADJUSTMENT' | 'DUTY' | 'FEE' | 'GIFT_CARD' | 'PRODUCT' | 'SHIPPING' | 'TIP' | 'UNKNOWN';

/** Documented: a purchase; a removal or return; a change of price, tax or discount of an earlier purchase. */
export type SaleAction = 'ORDER' | 'RETURN' | 'UPDATE' | 'UNKNOWN';

/** One sale of an agreement: what was added (positive) or taken away (negative). */
export interface Sale {
  action: SaleAction;
  lineType: SaleLineType;
  /** The line item sold, for products, gift cards and tips. */
  lineId: string | null;
  quantity: number | null;
  /** After discounts and taxes. */
  total: Amount;
  tax: Amount;
  discountBeforeTaxes: Amount;
  discountAfterTaxes: Amount;
}

/** One entry of the order's sales history. Reasons ORDER and ORDER_EDIT make up what was bought. */
export interface Agreement {
  reason: 'ORDER' | 'ORDER_EDIT' | 'REFUND' | 'RETURN' | 'UNKNOWN';
  /** ISO 8601. */
  happenedAt: string;
  sales: Sale[];
}

export interface Order {
  /** Numeric id as a string: ids may exceed 2^53. */
  id: string;
  /** Human name such as `#1001`. */
  name: string;
  /** ISO 8601 times as Shopify gives them. */
  createdAt: string;
  processedAt: string;
  updatedAt: string;
  cancelledAt: string | null;
  edited: boolean;
  test: boolean;
  sourceName: string | null;
  /** The app that made the order; names an unmapped channel for people. */
  appName: string | null;
  tags: string[];
  cartToken: string | null;
  checkoutToken: string | null;
  email: string | null;
  phone: string | null;
  /** The shop's currency (ISO 4217); every amount here is in it. */
  currency: string;
  taxesIncluded: boolean;
  discountCodes: string[];
  /** Order attributes (note attributes). */
  attributes: { key: string; value: string }[];
  paymentGateways: string[];
  totals: {
    /** Before returns; keeps what an edit removed. */
    price: Amount;
    tax: Amount;
    /** Before shipping discounts. */
    shipping: Amount;
    discounts: Amount;
    tip: Amount;
    duties: Amount;
    fees: Amount;
    /** Cash rounding of the payment; part of no other total. */
    rounding: Amount;
  };
  customer: Customer | null;
  billingAddress: Address | null;
  shippingAddress: Address | null;
  /** Null when Shopify has none; `ready: false` means ask again later. */
  journey: { ready: boolean; customerOrderIndex: number | null } | null;
  lines: OrderLine[];
  refunds: Refund[];
  /** Read for edited orders only; empty otherwise. */
  agreements: Agreement[];
}
