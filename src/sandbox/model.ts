/** What the sandbox store remembers. Amounts are minor units of the shop's currency, times ms since the epoch, ids numeric strings. */

export interface Address {
  id: string;
  firstName: string | null;
  lastName: string | null;
  company: string | null;
  address1: string | null;
  address2: string | null;
  city: string | null;
  province: string | null;
  provinceCode: string | null;
  country: string | null;
  countryCode: string | null;
  zip: string | null;
  phone: string | null;
}

export interface Customer {
  id: string;
  createdAt: number;
  updatedAt: number;
  firstName: string | null;
  lastName: string | null;
  email: string | null;
  phone: string | null;
  tags: string[];
  defaultAddress: Address | null;
  numberOfOrders: number;
  /** Orders that have a place in the customer's journey: all but test orders. */
  counted: number;
}

/** A number of units with their discount and tax. */
export interface Units {
  quantity: number;
  discount: number;
  tax: number;
}

export interface Line {
  id: string;
  productId: string | null;
  variantId: string | null;
  title: string;
  variantTitle: string | null;
  sku: string | null;
  vendor: string | null;
  url: string | null;
  imageUrl: string | null;
  giftCard: boolean;
  sellingPlanId: string | null;
  unitPrice: number;
  /** Fraction. */
  taxRate: number;
  attributes: Attribute[];
  /** Everything that was ever ordered: an edit that removes units leaves it alone. */
  ordered: Units;
  /** What is left after removals and refunds. */
  current: Units;
}

export interface Attribute {
  key: string;
  value: string;
}

export interface ShippingLine {
  id: string;
  title: string;
  code: string | null;
  price: number;
  discount: number;
  taxRate: number;
  tax: number;
  /** Of the discounted price (taxes included if the order's prices are) and of the tax. */
  refunded: { amount: number; tax: number };
}

export type TransactionKind = 'AUTHORIZATION' | 'CAPTURE' | 'REFUND' | 'SALE' | 'VOID';
export type TransactionStatus = 'ERROR' | 'FAILURE' | 'PENDING' | 'SUCCESS';

export interface Transaction {
  id: string;
  kind: TransactionKind;
  status: TransactionStatus;
  amount: number;
  gateway: string;
  createdAt: number;
  processedAt: number;
  parentId: string | null;
  refundId: string | null;
  test: boolean;
}

export interface RefundLine {
  id: string;
  lineId: string;
  restockType: 'CANCEL' | 'NO_RESTOCK' | 'RETURN';
  units: Units;
  /** After discounts, taxes included if the order's prices are. */
  subtotal: number;
}

export interface Refund {
  id: string;
  createdAt: number;
  updatedAt: number;
  note: string | null;
  lines: RefundLine[];
  shipping: { id: string; shippingLineId: string; amount: number; tax: number }[];
  /** The difference between what was due and what was given back; negative in the customer's favour. */
  adjustments: { id: string; amount: number; reason: 'REFUND_DISCREPANCY' }[];
}

export type SaleLineType = 'ADDITIONAL_FEE' | 'ADJUSTMENT' | 'DUTY' | 'GIFT_CARD' | 'PRODUCT' | 'SHIPPING' | 'TIP';

export interface Sale {
  id: string;
  lineType: SaleLineType;
  action: 'ORDER' | 'RETURN' | 'UPDATE';
  lineId: string | null;
  quantity: number | null;
  /** After discounts and taxes. */
  total: number;
  tax: number;
  discount: number;
}

export interface Agreement {
  id: string;
  reason: 'ORDER' | 'ORDER_EDIT' | 'REFUND';
  happenedAt: number;
  refundId: string | null;
  sales: Sale[];
}

/** What the search index knows of an order; it may lag behind. */
export interface Indexed {
  createdAt: number;
  updatedAt: number;
  processedAt: number;
  tags: string[];
}

export interface Order {
  id: string;
  number: number;
  name: string;
  createdAt: number;
  processedAt: number;
  updatedAt: number;
  cancelledAt: number | null;
  cancelReason: 'CUSTOMER' | 'DECLINED' | 'FRAUD' | 'INVENTORY' | 'OTHER' | 'STAFF' | null;
  edited: boolean;
  test: boolean;
  sourceName: string | null;
  sourceIdentifier: string | null;
  app: { id: string; name: string } | null;
  tags: string[];
  token: string;
  cartToken: string | null;
  checkoutToken: string | null;
  clientIp: string | null;
  email: string | null;
  phone: string | null;
  note: string | null;
  locale: string | null;
  attributes: Attribute[];
  discountCodes: string[];
  gateways: string[];
  currency: string;
  /** The buyer's currency and units of it for one unit of the shop's. */
  presentment: { currency: string; rate: number };
  taxesIncluded: boolean;
  customer: Customer | null;
  /** Position among the customer's orders, test orders left out; null when there is none. */
  customerOrderIndex: number | null;
  billingAddress: Address | null;
  shippingAddress: Address | null;
  lines: Line[];
  shippingLines: ShippingLine[];
  tip: number;
  duties: number;
  fees: number;
  /** Cash rounding of the payment; part of no other total. */
  rounding: number;
  /** Total price when it was created; no edit changes it. */
  originalTotal: number;
  transactions: Transaction[];
  refunds: Refund[];
  agreements: Agreement[];
  /** Index entries by the time from which search sees them, oldest first. */
  index: { visibleAt: number; entry: Indexed }[];
}
