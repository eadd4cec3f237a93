/** Texts and types of operations.graphql. Written by `npm run codegen`; edits are lost. */
import type { Document as DocumentNode } from './document.ts';
import { gql } from './document.ts';

type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
export type CountPrecision = 'AT_LEAST' | 'EXACT';

export type OrderActionType = 'ORDER' | 'ORDER_EDIT' | 'REFUND' | 'RETURN' | 'UNKNOWN';

export type SaleActionType = 'ORDER' | 'RETURN' | 'UNKNOWN' | 'UPDATE';

export type SaleLineType = 'ADDITIONAL_FEE' | 'ADJUSTMENT' | 'DUTY' | 'FEE' | 'GIFT_CARD' | 'PRODUCT' | 'SHIPPING' | 'TIP' | 'UNKNOWN';

export type OrderTransactionKind =
  'AUTHORIZATION' | 'CAPTURE' | 'CHANGE' | 'EMV_AUTHORIZATION' | 'REFUND' | 'SALE' | 'SUGGESTED_REFUND' | 'VOID';

export type OrderTransactionStatus = 'AWAITING_RESPONSE' | 'ERROR' | 'FAILURE' | 'PENDING' | 'SUCCESS' | 'UNKNOWN';

export type WebhookSubscriptionFormat = 'JSON' | 'XML';

export type WebhookSubscriptionTopic =
  | 'APP_SCOPES_UPDATE'
  | 'APP_UNINSTALLED'
  | 'BULK_OPERATIONS_FINISH'
  | 'CHECKOUTS_CREATE'
  | 'CHECKOUTS_DELETE'
  | 'CHECKOUTS_UPDATE'
  | 'CUSTOMERS_CREATE'
  | 'CUSTOMERS_DELETE'
  | 'CUSTOMERS_UPDATE'
  | 'DRAFT_ORDERS_CREATE'
  | 'DRAFT_ORDERS_DELETE'
  | 'DRAFT_ORDERS_UPDATE'
  | 'FULFILLMENTS_CREATE'
  | 'FULFILLMENTS_UPDATE'
  | 'ORDERS_CANCELLED'
  | 'ORDERS_CREATE'
  | 'ORDERS_DELETE'
  | 'ORDERS_EDITED'
  | 'ORDERS_FULFILLED'
  | 'ORDERS_PAID'
  | 'ORDERS_PARTIALLY_FULFILLED'
  | 'ORDERS_UPDATED'
  | 'ORDER_TRANSACTIONS_CREATE'
  | 'PRODUCTS_CREATE'
  | 'PRODUCTS_DELETE'
  | 'PRODUCTS_UPDATE'
  | 'REFUNDS_CREATE'
  | 'RETURNS_APPROVE'
  | 'RETURNS_CANCEL'
  | 'RETURNS_CLOSE'
  | 'RETURNS_REQUEST'
  | 'SHOP_UPDATE'
  | 'SUBSCRIPTION_CONTRACTS_CREATE'
  | 'SUBSCRIPTION_CONTRACTS_UPDATE';

export type BulkOperationErrorCode = 'ACCESS_DENIED' | 'INTERNAL_SERVER_ERROR' | 'TIMEOUT';

export type BulkOperationStatus = 'CANCELED' | 'CANCELING' | 'COMPLETED' | 'CREATED' | 'EXPIRED' | 'FAILED' | 'RUNNING';

export type BulkOperationUserErrorCode = 'INVALID' | 'LIMIT_REACHED' | 'OPERATION_IN_PROGRESS';

export type WebhookSubscriptionInput = {
  filter?: string | null | undefined;
  format?: WebhookSubscriptionFormat | null | undefined;
  includeFields?: Array<string> | null | undefined;
  metafieldNamespaces?: Array<string> | null | undefined;
  name?: string | null | undefined;
  uri?: string | null | undefined;
};

export type MoneyFragment = { shopMoney: { amount: string } };

export type AddressFieldsFragment = {
  firstName: string | null;
  lastName: string | null;
  phone: string | null;
  city: string | null;
  province: string | null;
  provinceCode: string | null;
  countryCodeV2: string | null;
  zip: string | null;
};

export type LineFieldsFragment = {
  id: string;
  title: string;
  variantTitle: string | null;
  sku: string | null;
  vendor: string | null;
  quantity: number;
  originalUnitPriceSet: { shopMoney: { amount: string } };
  product: { id: string; onlineStoreUrl: string | null } | null;
  variant: { id: string } | null;
  image: { url: string } | null;
  sellingPlan: { sellingPlanId: string | null } | null;
};

export type OrderRowFragment = {
  id: string;
  name: string;
  createdAt: string;
  processedAt: string;
  updatedAt: string;
  cancelledAt: string | null;
  edited: boolean;
  test: boolean;
  sourceName: string | null;
  tags: Array<string>;
  cartToken: string | null;
  checkoutToken: string | null;
  email: string | null;
  phone: string | null;
  currencyCode: string;
  taxesIncluded: boolean;
  discountCodes: Array<string>;
  paymentGatewayNames: Array<string>;
  app: { name: string } | null;
  customAttributes: Array<{ key: string; value: string | null }>;
  totalPriceSet: { shopMoney: { amount: string } };
  totalTaxSet: { shopMoney: { amount: string } } | null;
  totalShippingPriceSet: { shopMoney: { amount: string } };
  totalDiscountsSet: { shopMoney: { amount: string } } | null;
  totalTipReceivedSet: { shopMoney: { amount: string } };
  originalTotalDutiesSet: { shopMoney: { amount: string } } | null;
  originalTotalAdditionalFeesSet: { shopMoney: { amount: string } } | null;
  totalCashRoundingAdjustment: { paymentSet: { shopMoney: { amount: string } } };
  customer: {
    id: string;
    numberOfOrders: string;
    firstName: string | null;
    lastName: string | null;
    tags: Array<string>;
    defaultEmailAddress: { emailAddress: string } | null;
    defaultPhoneNumber: { phoneNumber: string } | null;
    defaultAddress: {
      firstName: string | null;
      lastName: string | null;
      phone: string | null;
      city: string | null;
      province: string | null;
      provinceCode: string | null;
      countryCodeV2: string | null;
      zip: string | null;
    } | null;
  } | null;
  billingAddress: {
    firstName: string | null;
    lastName: string | null;
    phone: string | null;
    city: string | null;
    province: string | null;
    provinceCode: string | null;
    countryCodeV2: string | null;
    zip: string | null;
  } | null;
  shippingAddress: {
    firstName: string | null;
    lastName: string | null;
    phone: string | null;
    city: string | null;
    province: string | null;
    provinceCode: string | null;
    countryCodeV2: string | null;
    zip: string | null;
  } | null;
  customerJourneySummary: { ready: boolean; customerOrderIndex: number | null } | null;
  refunds: Array<{ id: string }>;
};

export type OrderFieldsFragment = {
  id: string;
  name: string;
  createdAt: string;
  processedAt: string;
  updatedAt: string;
  cancelledAt: string | null;
  edited: boolean;
  test: boolean;
  sourceName: string | null;
  tags: Array<string>;
  cartToken: string | null;
  checkoutToken: string | null;
  email: string | null;
  phone: string | null;
  currencyCode: string;
  taxesIncluded: boolean;
  discountCodes: Array<string>;
  paymentGatewayNames: Array<string>;
  lineItems: {
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
    nodes: Array<{
      id: string;
      title: string;
      variantTitle: string | null;
      sku: string | null;
      vendor: string | null;
      quantity: number;
      originalUnitPriceSet: { shopMoney: { amount: string } };
      product: { id: string; onlineStoreUrl: string | null } | null;
      variant: { id: string } | null;
      image: { url: string } | null;
      sellingPlan: { sellingPlanId: string | null } | null;
    }>;
  };
  app: { name: string } | null;
  customAttributes: Array<{ key: string; value: string | null }>;
  totalPriceSet: { shopMoney: { amount: string } };
  totalTaxSet: { shopMoney: { amount: string } } | null;
  totalShippingPriceSet: { shopMoney: { amount: string } };
  totalDiscountsSet: { shopMoney: { amount: string } } | null;
  totalTipReceivedSet: { shopMoney: { amount: string } };
  originalTotalDutiesSet: { shopMoney: { amount: string } } | null;
  originalTotalAdditionalFeesSet: { shopMoney: { amount: string } } | null;
  totalCashRoundingAdjustment: { paymentSet: { shopMoney: { amount: string } } };
  customer: {
    id: string;
    numberOfOrders: string;
    firstName: string | null;
    lastName: string | null;
    tags: Array<string>;
    defaultEmailAddress: { emailAddress: string } | null;
    defaultPhoneNumber: { phoneNumber: string } | null;
    defaultAddress: {
      firstName: string | null;
      lastName: string | null;
      phone: string | null;
      city: string | null;
      province: string | null;
      provinceCode: string | null;
      countryCodeV2: string | null;
      zip: string | null;
    } | null;
  } | null;
  billingAddress: {
    firstName: string | null;
    lastName: string | null;
    phone: string | null;
    city: string | null;
    province: string | null;
    provinceCode: string | null;
    countryCodeV2: string | null;
    zip: string | null;
  } | null;
  shippingAddress: {
    firstName: string | null;
    lastName: string | null;
    phone: string | null;
    city: string | null;
    province: string | null;
    provinceCode: string | null;
    countryCodeV2: string | null;
    zip: string | null;
  } | null;
  customerJourneySummary: { ready: boolean; customerOrderIndex: number | null } | null;
  refunds: Array<{ id: string }>;
};

export type OrdersByIdsQueryVariables = Exact<{
  query: string;
  first: number;
  lines: number;
}>;

export type OrdersByIdsQuery = {
  orders: {
    nodes: Array<{
      id: string;
      name: string;
      createdAt: string;
      processedAt: string;
      updatedAt: string;
      cancelledAt: string | null;
      edited: boolean;
      test: boolean;
      sourceName: string | null;
      tags: Array<string>;
      cartToken: string | null;
      checkoutToken: string | null;
      email: string | null;
      phone: string | null;
      currencyCode: string;
      taxesIncluded: boolean;
      discountCodes: Array<string>;
      paymentGatewayNames: Array<string>;
      lineItems: {
        pageInfo: { hasNextPage: boolean; endCursor: string | null };
        nodes: Array<{
          id: string;
          title: string;
          variantTitle: string | null;
          sku: string | null;
          vendor: string | null;
          quantity: number;
          originalUnitPriceSet: { shopMoney: { amount: string } };
          product: { id: string; onlineStoreUrl: string | null } | null;
          variant: { id: string } | null;
          image: { url: string } | null;
          sellingPlan: { sellingPlanId: string | null } | null;
        }>;
      };
      app: { name: string } | null;
      customAttributes: Array<{ key: string; value: string | null }>;
      totalPriceSet: { shopMoney: { amount: string } };
      totalTaxSet: { shopMoney: { amount: string } } | null;
      totalShippingPriceSet: { shopMoney: { amount: string } };
      totalDiscountsSet: { shopMoney: { amount: string } } | null;
      totalTipReceivedSet: { shopMoney: { amount: string } };
      originalTotalDutiesSet: { shopMoney: { amount: string } } | null;
      originalTotalAdditionalFeesSet: { shopMoney: { amount: string } } | null;
      totalCashRoundingAdjustment: { paymentSet: { shopMoney: { amount: string } } };
      customer: {
        id: string;
        numberOfOrders: string;
        firstName: string | null;
        lastName: string | null;
        tags: Array<string>;
        defaultEmailAddress: { emailAddress: string } | null;
        defaultPhoneNumber: { phoneNumber: string } | null;
        defaultAddress: {
          firstName: string | null;
          lastName: string | null;
          phone: string | null;
          city: string | null;
          province: string | null;
          provinceCode: string | null;
          countryCodeV2: string | null;
          zip: string | null;
        } | null;
      } | null;
      billingAddress: {
        firstName: string | null;
        lastName: string | null;
        phone: string | null;
        city: string | null;
        province: string | null;
        provinceCode: string | null;
        countryCodeV2: string | null;
        zip: string | null;
      } | null;
      shippingAddress: {
        firstName: string | null;
        lastName: string | null;
        phone: string | null;
        city: string | null;
        province: string | null;
        provinceCode: string | null;
        countryCodeV2: string | null;
        zip: string | null;
      } | null;
      customerJourneySummary: { ready: boolean; customerOrderIndex: number | null } | null;
      refunds: Array<{ id: string }>;
    }>;
  };
};

export type OrderNodesQueryVariables = Exact<{
  ids: Array<string> | string;
  lines: number;
}>;

export type OrderNodesQuery = {
  nodes: Array<
    | {
        __typename:
          | 'MailingAddress'
          | 'App'
          | 'AppInstallation'
          | 'Shop'
          | 'Product'
          | 'ProductVariant'
          | 'Customer'
          | 'LineItem'
          | 'OrderTransaction'
          | 'Refund'
          | 'RefundShippingLine'
          | 'OrderAdjustment'
          | 'BulkOperation'
          | 'WebhookSubscription';
      }
    | ({
        id: string;
        name: string;
        createdAt: string;
        processedAt: string;
        updatedAt: string;
        cancelledAt: string | null;
        edited: boolean;
        test: boolean;
        sourceName: string | null;
        tags: Array<string>;
        cartToken: string | null;
        checkoutToken: string | null;
        email: string | null;
        phone: string | null;
        currencyCode: string;
        taxesIncluded: boolean;
        discountCodes: Array<string>;
        paymentGatewayNames: Array<string>;
        lineItems: {
          pageInfo: { hasNextPage: boolean; endCursor: string | null };
          nodes: Array<{
            id: string;
            title: string;
            variantTitle: string | null;
            sku: string | null;
            vendor: string | null;
            quantity: number;
            originalUnitPriceSet: { shopMoney: { amount: string } };
            product: { id: string; onlineStoreUrl: string | null } | null;
            variant: { id: string } | null;
            image: { url: string } | null;
            sellingPlan: { sellingPlanId: string | null } | null;
          }>;
        };
        app: { name: string } | null;
        customAttributes: Array<{ key: string; value: string | null }>;
        totalPriceSet: { shopMoney: { amount: string } };
        totalTaxSet: { shopMoney: { amount: string } } | null;
        totalShippingPriceSet: { shopMoney: { amount: string } };
        totalDiscountsSet: { shopMoney: { amount: string } } | null;
        totalTipReceivedSet: { shopMoney: { amount: string } };
        originalTotalDutiesSet: { shopMoney: { amount: string } } | null;
        originalTotalAdditionalFeesSet: { shopMoney: { amount: string } } | null;
        totalCashRoundingAdjustment: { paymentSet: { shopMoney: { amount: string } } };
        customer: {
          id: string;
          numberOfOrders: string;
          firstName: string | null;
          lastName: string | null;
          tags: Array<string>;
          defaultEmailAddress: { emailAddress: string } | null;
          defaultPhoneNumber: { phoneNumber: string } | null;
          defaultAddress: {
            firstName: string | null;
            lastName: string | null;
            phone: string | null;
            city: string | null;
            province: string | null;
            provinceCode: string | null;
            countryCodeV2: string | null;
            zip: string | null;
          } | null;
        } | null;
        billingAddress: {
          firstName: string | null;
          lastName: string | null;
          phone: string | null;
          city: string | null;
          province: string | null;
          provinceCode: string | null;
          countryCodeV2: string | null;
          zip: string | null;
        } | null;
        shippingAddress: {
          firstName: string | null;
          lastName: string | null;
          phone: string | null;
          city: string | null;
          province: string | null;
          provinceCode: string | null;
          countryCodeV2: string | null;
          zip: string | null;
        } | null;
        customerJourneySummary: { ready: boolean; customerOrderIndex: number | null } | null;
        refunds: Array<{ id: string }>;
      } & { __typename: 'Order' })
    | null
  >;
};

export type OrderLinesQueryVariables = Exact<{
  id: string;
  first: number;
  after?: string | null | undefined;
}>;

export type OrderLinesQuery = {
  order: {
    lineItems: {
      pageInfo: { hasNextPage: boolean; endCursor: string | null };
      nodes: Array<{
        id: string;
        title: string;
        variantTitle: string | null;
        sku: string | null;
        vendor: string | null;
        quantity: number;
        originalUnitPriceSet: { shopMoney: { amount: string } };
        product: { id: string; onlineStoreUrl: string | null } | null;
        variant: { id: string } | null;
        image: { url: string } | null;
        sellingPlan: { sellingPlanId: string | null } | null;
      }>;
    };
  } | null;
};

type SaleFields_PIzAf5oSUdZfg0uxzXBrAIw21TOnqwed3VmPj3dfxcA_Fragment = {
  actionType: SaleActionType;
  lineType: SaleLineType;
  quantity: number | null;
  totalAmount: { shopMoney: { amount: string } };
  totalTaxAmount: { shopMoney: { amount: string } };
  totalDiscountAmountBeforeTaxes: { shopMoney: { amount: string } };
  totalDiscountAmountAfterTaxes: { shopMoney: { amount: string } };
} & { __typename: 'AdditionalFeeSale' | 'AdjustmentSale' | 'DutySale' | 'FeeSale' | 'UnknownSale' | 'ShippingLineSale' };

type SaleFields_GiftCardSale_ProductSale_TipSale_Fragment = {
  actionType: SaleActionType;
  lineType: SaleLineType;
  quantity: number | null;
  lineItem: { id: string };
  totalAmount: { shopMoney: { amount: string } };
  totalTaxAmount: { shopMoney: { amount: string } };
  totalDiscountAmountBeforeTaxes: { shopMoney: { amount: string } };
  totalDiscountAmountAfterTaxes: { shopMoney: { amount: string } };
} & { __typename: 'GiftCardSale' | 'ProductSale' | 'TipSale' };

export type SaleFieldsFragment =
  SaleFields_PIzAf5oSUdZfg0uxzXBrAIw21TOnqwed3VmPj3dfxcA_Fragment | SaleFields_GiftCardSale_ProductSale_TipSale_Fragment;

export type OrderAgreementsQueryVariables = Exact<{
  id: string;
  first: number;
  after?: string | null | undefined;
  sales: number;
  salesAfter?: string | null | undefined;
}>;

export type OrderAgreementsQuery = {
  order: {
    agreements: {
      pageInfo: { hasNextPage: boolean; endCursor: string | null };
      nodes: Array<{
        id: string;
        reason: OrderActionType;
        happenedAt: string;
        sales: {
          pageInfo: { hasNextPage: boolean; endCursor: string | null };
          nodes: Array<
            | ({
                actionType: SaleActionType;
                lineType: SaleLineType;
                quantity: number | null;
                totalAmount: { shopMoney: { amount: string } };
                totalTaxAmount: { shopMoney: { amount: string } };
                totalDiscountAmountBeforeTaxes: { shopMoney: { amount: string } };
                totalDiscountAmountAfterTaxes: { shopMoney: { amount: string } };
              } & { __typename: 'AdditionalFeeSale' | 'AdjustmentSale' | 'DutySale' | 'FeeSale' | 'UnknownSale' | 'ShippingLineSale' })
            | ({
                actionType: SaleActionType;
                lineType: SaleLineType;
                quantity: number | null;
                lineItem: { id: string };
                totalAmount: { shopMoney: { amount: string } };
                totalTaxAmount: { shopMoney: { amount: string } };
                totalDiscountAmountBeforeTaxes: { shopMoney: { amount: string } };
                totalDiscountAmountAfterTaxes: { shopMoney: { amount: string } };
              } & { __typename: 'GiftCardSale' | 'ProductSale' | 'TipSale' })
          >;
        };
      }>;
    };
  } | null;
};

export type RefundLineFieldsFragment = {
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  nodes: Array<{ quantity: number; totalTaxSet: { shopMoney: { amount: string } }; lineItem: { id: string } }>;
};

export type RefundShippingFieldsFragment = {
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  nodes: Array<{ subtotalAmountSet: { shopMoney: { amount: string } }; taxAmountSet: { shopMoney: { amount: string } } }>;
};

export type RefundTransactionFieldsFragment = {
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  nodes: Array<{ kind: OrderTransactionKind; status: OrderTransactionStatus; amountSet: { shopMoney: { amount: string } } }>;
};

export type RefundFieldsFragment = {
  id: string;
  createdAt: string | null;
  processedAt: string;
  refundLineItems: {
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
    nodes: Array<{ quantity: number; totalTaxSet: { shopMoney: { amount: string } }; lineItem: { id: string } }>;
  };
  refundShippingLines: {
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
    nodes: Array<{ subtotalAmountSet: { shopMoney: { amount: string } }; taxAmountSet: { shopMoney: { amount: string } } }>;
  };
  transactions: {
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
    nodes: Array<{ kind: OrderTransactionKind; status: OrderTransactionStatus; amountSet: { shopMoney: { amount: string } } }>;
  };
};

export type RefundNodesQueryVariables = Exact<{
  ids: Array<string> | string;
  items: number;
}>;

export type RefundNodesQuery = {
  nodes: Array<
    | {
        __typename:
          | 'MailingAddress'
          | 'App'
          | 'AppInstallation'
          | 'Shop'
          | 'Product'
          | 'ProductVariant'
          | 'Customer'
          | 'LineItem'
          | 'OrderTransaction'
          | 'Order'
          | 'RefundShippingLine'
          | 'OrderAdjustment'
          | 'BulkOperation'
          | 'WebhookSubscription';
      }
    | ({
        id: string;
        createdAt: string | null;
        processedAt: string;
        refundLineItems: {
          pageInfo: { hasNextPage: boolean; endCursor: string | null };
          nodes: Array<{ quantity: number; totalTaxSet: { shopMoney: { amount: string } }; lineItem: { id: string } }>;
        };
        refundShippingLines: {
          pageInfo: { hasNextPage: boolean; endCursor: string | null };
          nodes: Array<{ subtotalAmountSet: { shopMoney: { amount: string } }; taxAmountSet: { shopMoney: { amount: string } } }>;
        };
        transactions: {
          pageInfo: { hasNextPage: boolean; endCursor: string | null };
          nodes: Array<{ kind: OrderTransactionKind; status: OrderTransactionStatus; amountSet: { shopMoney: { amount: string } } }>;
        };
      } & { __typename: 'Refund' })
    | null
  >;
};

export type RefundLinesQueryVariables = Exact<{
  id: string;
  first: number;
  after?: string | null | undefined;
}>;

export type RefundLinesQuery = {
  refund: {
    refundLineItems: {
      pageInfo: { hasNextPage: boolean; endCursor: string | null };
      nodes: Array<{ quantity: number; totalTaxSet: { shopMoney: { amount: string } }; lineItem: { id: string } }>;
    };
  } | null;
};

export type RefundShippingQueryVariables = Exact<{
  id: string;
  first: number;
  after?: string | null | undefined;
}>;

export type RefundShippingQuery = {
  refund: {
    refundShippingLines: {
      pageInfo: { hasNextPage: boolean; endCursor: string | null };
      nodes: Array<{ subtotalAmountSet: { shopMoney: { amount: string } }; taxAmountSet: { shopMoney: { amount: string } } }>;
    };
  } | null;
};

export type RefundTransactionsQueryVariables = Exact<{
  id: string;
  first: number;
  after?: string | null | undefined;
}>;

export type RefundTransactionsQuery = {
  refund: {
    transactions: {
      pageInfo: { hasNextPage: boolean; endCursor: string | null };
      nodes: Array<{ kind: OrderTransactionKind; status: OrderTransactionStatus; amountSet: { shopMoney: { amount: string } } }>;
    };
  } | null;
};

export type OrdersChangedQueryVariables = Exact<{
  query?: string | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;

export type OrdersChangedQuery = {
  orders: {
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
    nodes: Array<{ id: string; createdAt: string; updatedAt: string }>;
  };
};

export type OrdersCountQueryVariables = Exact<{
  query?: string | null | undefined;
}>;

export type OrdersCountQuery = { ordersCount: { count: number; precision: CountPrecision } | null };

export type OrdersCreatedQueryVariables = Exact<{
  query?: string | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;

export type OrdersCreatedQuery = {
  orders: {
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
    nodes: Array<{ id: string; name: string; createdAt: string; updatedAt: string }>;
  };
};

export type OrdersByNameQueryVariables = Exact<{
  query: string;
  first: number;
}>;

export type OrdersByNameQuery = { orders: { nodes: Array<{ id: string; name: string }> } };

export type BulkOrdersQueryVariables = Exact<{
  query: string;
}>;

export type BulkOrdersQuery = {
  orders: {
    edges: Array<{
      node: {
        id: string;
        name: string;
        createdAt: string;
        processedAt: string;
        updatedAt: string;
        cancelledAt: string | null;
        edited: boolean;
        test: boolean;
        sourceName: string | null;
        tags: Array<string>;
        cartToken: string | null;
        checkoutToken: string | null;
        email: string | null;
        phone: string | null;
        currencyCode: string;
        taxesIncluded: boolean;
        discountCodes: Array<string>;
        paymentGatewayNames: Array<string>;
        lineItems: {
          edges: Array<{
            node: {
              id: string;
              title: string;
              variantTitle: string | null;
              sku: string | null;
              vendor: string | null;
              quantity: number;
              originalUnitPriceSet: { shopMoney: { amount: string } };
              product: { id: string; onlineStoreUrl: string | null } | null;
              variant: { id: string } | null;
              image: { url: string } | null;
              sellingPlan: { sellingPlanId: string | null } | null;
            };
          }>;
        };
        app: { name: string } | null;
        customAttributes: Array<{ key: string; value: string | null }>;
        totalPriceSet: { shopMoney: { amount: string } };
        totalTaxSet: { shopMoney: { amount: string } } | null;
        totalShippingPriceSet: { shopMoney: { amount: string } };
        totalDiscountsSet: { shopMoney: { amount: string } } | null;
        totalTipReceivedSet: { shopMoney: { amount: string } };
        originalTotalDutiesSet: { shopMoney: { amount: string } } | null;
        originalTotalAdditionalFeesSet: { shopMoney: { amount: string } } | null;
        totalCashRoundingAdjustment: { paymentSet: { shopMoney: { amount: string } } };
        customer: {
          id: string;
          numberOfOrders: string;
          firstName: string | null;
          lastName: string | null;
          tags: Array<string>;
          defaultEmailAddress: { emailAddress: string } | null;
          defaultPhoneNumber: { phoneNumber: string } | null;
          defaultAddress: {
            firstName: string | null;
            lastName: string | null;
            phone: string | null;
            city: string | null;
            province: string | null;
            provinceCode: string | null;
            countryCodeV2: string | null;
            zip: string | null;
          } | null;
        } | null;
        billingAddress: {
          firstName: string | null;
          lastName: string | null;
          phone: string | null;
          city: string | null;
          province: string | null;
          provinceCode: string | null;
          countryCodeV2: string | null;
          zip: string | null;
        } | null;
        shippingAddress: {
          firstName: string | null;
          lastName: string | null;
          phone: string | null;
          city: string | null;
          province: string | null;
          provinceCode: string | null;
          countryCodeV2: string | null;
          zip: string | null;
        } | null;
        customerJourneySummary: { ready: boolean; customerOrderIndex: number | null } | null;
        refunds: Array<{ id: string }>;
      };
    }>;
  };
};

export type BulkFieldsFragment = {
  id: string;
  status: BulkOperationStatus;
  errorCode: BulkOperationErrorCode | null;
  createdAt: string;
  objectCount: string;
  rootObjectCount: string;
  fileSize: string | null;
  url: string | null;
  query: string;
};

export type BulkRunMutationVariables = Exact<{
  query: string;
}>;

export type BulkRunMutation = {
  bulkOperationRunQuery: {
    bulkOperation: {
      id: string;
      status: BulkOperationStatus;
      errorCode: BulkOperationErrorCode | null;
      createdAt: string;
      objectCount: string;
      rootObjectCount: string;
      fileSize: string | null;
      url: string | null;
      query: string;
    } | null;
    userErrors: Array<{ code: BulkOperationUserErrorCode | null; message: string }>;
  } | null;
};

export type BulkLookQueryVariables = Exact<{
  id: string;
}>;

export type BulkLookQuery = {
  bulkOperation: {
    id: string;
    status: BulkOperationStatus;
    errorCode: BulkOperationErrorCode | null;
    createdAt: string;
    objectCount: string;
    rootObjectCount: string;
    fileSize: string | null;
    url: string | null;
    query: string;
  } | null;
};

export type BulkListQueryVariables = Exact<{
  first: number;
  query?: string | null | undefined;
}>;

export type BulkListQuery = {
  bulkOperations: {
    nodes: Array<{
      id: string;
      status: BulkOperationStatus;
      errorCode: BulkOperationErrorCode | null;
      createdAt: string;
      objectCount: string;
      rootObjectCount: string;
      fileSize: string | null;
      url: string | null;
      query: string;
    }>;
  };
};

export type BulkCancelMutationVariables = Exact<{
  id: string;
}>;

export type BulkCancelMutation = { bulkOperationCancel: { userErrors: Array<{ message: string }> } | null };

export type InstallationQueryVariables = Exact<{ [key: string]: never }>;

export type InstallationQuery = {
  currentAppInstallation: { accessScopes: Array<{ handle: string }> };
  shop: { id: string; name: string; myshopifyDomain: string; currencyCode: string; ianaTimezone: string };
};

export type SubscriptionsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;

export type SubscriptionsQuery = {
  webhookSubscriptions: {
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
    nodes: Array<{
      id: string;
      topic: WebhookSubscriptionTopic;
      uri: string;
      format: WebhookSubscriptionFormat;
      filter: string | null;
      includeFields: Array<string>;
      createdAt: string;
    }>;
  };
};

export type SubscriptionCreateMutationVariables = Exact<{
  topic: WebhookSubscriptionTopic;
  subscription: WebhookSubscriptionInput;
}>;

export type SubscriptionCreateMutation = {
  webhookSubscriptionCreate: {
    webhookSubscription: { id: string } | null;
    userErrors: Array<{ field: Array<string> | null; message: string }>;
  } | null;
};

export type SubscriptionUpdateMutationVariables = Exact<{
  id: string;
  subscription: WebhookSubscriptionInput;
}>;

export type SubscriptionUpdateMutation = {
  webhookSubscriptionUpdate: {
    webhookSubscription: { id: string } | null;
    userErrors: Array<{ field: Array<string> | null; message: string }>;
  } | null;
};

export type SubscriptionDeleteMutationVariables = Exact<{
  id: string;
}>;

export type SubscriptionDeleteMutation = {
  webhookSubscriptionDelete: {
    deletedWebhookSubscriptionId: string | null;
    userErrors: Array<{ field: Array<string> | null; message: string }>;
  } | null;
};

export const MoneyFragmentDoc = gql`
  fragment Money on MoneyBag {
    shopMoney {
      amount
    }
  }
` as unknown as DocumentNode<MoneyFragment, unknown>;
export const AddressFieldsFragmentDoc = gql`
  fragment AddressFields on MailingAddress {
    firstName
    lastName
    phone
    city
    province
    provinceCode
    countryCodeV2
    zip
  }
` as unknown as DocumentNode<AddressFieldsFragment, unknown>;
export const OrderRowFragmentDoc = gql`
  fragment OrderRow on Order {
    id
    name
    createdAt
    processedAt
    updatedAt
    cancelledAt
    edited
    test
    sourceName
    tags
    cartToken
    checkoutToken
    email
    phone
    currencyCode
    taxesIncluded
    discountCodes
    paymentGatewayNames
    app {
      name
    }
    customAttributes {
      key
      value
    }
    totalPriceSet {
      ...Money
    }
    totalTaxSet {
      ...Money
    }
    totalShippingPriceSet {
      ...Money
    }
    totalDiscountsSet {
      ...Money
    }
    totalTipReceivedSet {
      ...Money
    }
    originalTotalDutiesSet {
      ...Money
    }
    originalTotalAdditionalFeesSet {
      ...Money
    }
    totalCashRoundingAdjustment {
      paymentSet {
        ...Money
      }
    }
    customer {
      id
      numberOfOrders
      firstName
      lastName
      tags
      defaultEmailAddress {
        emailAddress
      }
      defaultPhoneNumber {
        phoneNumber
      }
      defaultAddress {
        ...AddressFields
      }
    }
    billingAddress {
      ...AddressFields
    }
    shippingAddress {
      ...AddressFields
    }
    customerJourneySummary {
      ready
      customerOrderIndex
    }
    refunds {
      id
    }
  }
` as unknown as DocumentNode<OrderRowFragment, unknown>;
export const LineFieldsFragmentDoc = gql`
  fragment LineFields on LineItem {
    id
    title
    variantTitle
    sku
    vendor
    quantity
    originalUnitPriceSet {
      ...Money
    }
    product {
      id
      onlineStoreUrl
    }
    variant {
      id
    }
    image {
      url
    }
    sellingPlan {
      sellingPlanId
    }
  }
` as unknown as DocumentNode<LineFieldsFragment, unknown>;
export const OrderFieldsFragmentDoc = gql`
  fragment OrderFields on Order {
    ...OrderRow
    lineItems(first: $lines) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        ...LineFields
      }
    }
  }
` as unknown as DocumentNode<OrderFieldsFragment, unknown>;
export const SaleFieldsFragmentDoc = gql`
  fragment SaleFields on Sale {
    __typename
    actionType
    lineType
    quantity
    totalAmount {
      ...Money
    }
    totalTaxAmount {
      ...Money
    }
    totalDiscountAmountBeforeTaxes {
      ...Money
    }
    totalDiscountAmountAfterTaxes {
      ...Money
    }
    ... on ProductSale {
      lineItem {
        id
      }
    }
    ... on GiftCardSale {
      lineItem {
        id
      }
    }
    ... on TipSale {
      lineItem {
        id
      }
    }
  }
` as unknown as DocumentNode<SaleFieldsFragment, unknown>;
export const RefundLineFieldsFragmentDoc = gql`
  fragment RefundLineFields on RefundLineItemConnection {
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      quantity
      totalTaxSet {
        ...Money
      }
      lineItem {
        id
      }
    }
  }
` as unknown as DocumentNode<RefundLineFieldsFragment, unknown>;
export const RefundShippingFieldsFragmentDoc = gql`
  fragment RefundShippingFields on RefundShippingLineConnection {
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      subtotalAmountSet {
        ...Money
      }
      taxAmountSet {
        ...Money
      }
    }
  }
` as unknown as DocumentNode<RefundShippingFieldsFragment, unknown>;
export const RefundTransactionFieldsFragmentDoc = gql`
  fragment RefundTransactionFields on OrderTransactionConnection {
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      kind
      status
      amountSet {
        ...Money
      }
    }
  }
` as unknown as DocumentNode<RefundTransactionFieldsFragment, unknown>;
export const RefundFieldsFragmentDoc = gql`
  fragment RefundFields on Refund {
    id
    createdAt
    processedAt
    refundLineItems(first: $items) {
      ...RefundLineFields
    }
    refundShippingLines(first: $items) {
      ...RefundShippingFields
    }
    transactions(first: $items) {
      ...RefundTransactionFields
    }
  }
` as unknown as DocumentNode<RefundFieldsFragment, unknown>;
export const BulkFieldsFragmentDoc = gql`
  fragment BulkFields on BulkOperation {
    id
    status
    errorCode
    createdAt
    objectCount
    rootObjectCount
    fileSize
    url
    query
  }
` as unknown as DocumentNode<BulkFieldsFragment, unknown>;
export const OrdersByIds = gql`
  query OrdersByIds($query: String!, $first: Int!, $lines: Int!) {
    orders(first: $first, query: $query, sortKey: ID) {
      nodes {
        ...OrderFields
      }
    }
  }
  ${OrderFieldsFragmentDoc}
  ${OrderRowFragmentDoc}
  ${MoneyFragmentDoc}
  ${AddressFieldsFragmentDoc}
  ${LineFieldsFragmentDoc}
` as unknown as DocumentNode<OrdersByIdsQuery, OrdersByIdsQueryVariables>;
export const OrderNodes = gql`
  query OrderNodes($ids: [ID!]!, $lines: Int!) {
    nodes(ids: $ids) {
      __typename
      ... on Order {
        ...OrderFields
      }
    }
  }
  ${OrderFieldsFragmentDoc}
  ${OrderRowFragmentDoc}
  ${MoneyFragmentDoc}
  ${AddressFieldsFragmentDoc}
  ${LineFieldsFragmentDoc}
` as unknown as DocumentNode<OrderNodesQuery, OrderNodesQueryVariables>;
export const OrderLines = gql`
  query OrderLines($id: ID!, $first: Int!, $after: String) {
    order(id: $id) {
      lineItems(first: $first, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          ...LineFields
        }
      }
    }
  }
  ${LineFieldsFragmentDoc}
  ${MoneyFragmentDoc}
` as unknown as DocumentNode<OrderLinesQuery, OrderLinesQueryVariables>;
export const OrderAgreements = gql`
  query OrderAgreements($id: ID!, $first: Int!, $after: String, $sales: Int!, $salesAfter: String) {
    order(id: $id) {
      agreements(first: $first, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          id
          reason
          happenedAt
          sales(first: $sales, after: $salesAfter) {
            pageInfo {
              hasNextPage
              endCursor
            }
            nodes {
              ...SaleFields
            }
          }
        }
      }
    }
  }
  ${SaleFieldsFragmentDoc}
  ${MoneyFragmentDoc}
` as unknown as DocumentNode<OrderAgreementsQuery, OrderAgreementsQueryVariables>;
export const RefundNodes = gql`
  query RefundNodes($ids: [ID!]!, $items: Int!) {
    nodes(ids: $ids) {
      __typename
      ... on Refund {
        ...RefundFields
      }
    }
  }
  ${RefundFieldsFragmentDoc}
  ${RefundLineFieldsFragmentDoc}
  ${MoneyFragmentDoc}
  ${RefundShippingFieldsFragmentDoc}
  ${RefundTransactionFieldsFragmentDoc}
` as unknown as DocumentNode<RefundNodesQuery, RefundNodesQueryVariables>;
export const RefundLines = gql`
  query RefundLines($id: ID!, $first: Int!, $after: String) {
    refund(id: $id) {
      refundLineItems(first: $first, after: $after) {
        ...RefundLineFields
      }
    }
  }
  ${RefundLineFieldsFragmentDoc}
  ${MoneyFragmentDoc}
` as unknown as DocumentNode<RefundLinesQuery, RefundLinesQueryVariables>;
export const RefundShipping = gql`
  query RefundShipping($id: ID!, $first: Int!, $after: String) {
    refund(id: $id) {
      refundShippingLines(first: $first, after: $after) {
        ...RefundShippingFields
      }
    }
  }
  ${RefundShippingFieldsFragmentDoc}
  ${MoneyFragmentDoc}
` as unknown as DocumentNode<RefundShippingQuery, RefundShippingQueryVariables>;
export const RefundTransactions = gql`
  query RefundTransactions($id: ID!, $first: Int!, $after: String) {
    refund(id: $id) {
      transactions(first: $first, after: $after) {
        ...RefundTransactionFields
      }
    }
  }
  ${RefundTransactionFieldsFragmentDoc}
  ${MoneyFragmentDoc}
` as unknown as DocumentNode<RefundTransactionsQuery, RefundTransactionsQueryVariables>;
export const OrdersChanged = gql`
  query OrdersChanged($query: String, $first: Int!, $after: String) {
    orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        createdAt
        updatedAt
      }
    }
  }
` as unknown as DocumentNode<OrdersChangedQuery, OrdersChangedQueryVariables>;
export const OrdersCount = gql`
  query OrdersCount($query: String) {
    ordersCount(query: $query, limit: null) {
      count
      precision
    }
  }
` as unknown as DocumentNode<OrdersCountQuery, OrdersCountQueryVariables>;
export const OrdersCreated = gql`
  query OrdersCreated($query: String, $first: Int!, $after: String) {
    orders(first: $first, after: $after, query: $query, sortKey: CREATED_AT) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        name
        createdAt
        updatedAt
      }
    }
  }
` as unknown as DocumentNode<OrdersCreatedQuery, OrdersCreatedQueryVariables>;
export const OrdersByName = gql`
  query OrdersByName($query: String!, $first: Int!) {
    orders(first: $first, query: $query, sortKey: ID) {
      nodes {
        id
        name
      }
    }
  }
` as unknown as DocumentNode<OrdersByNameQuery, OrdersByNameQueryVariables>;
export const BulkOrders = gql`
  query BulkOrders($query: String!) {
    orders(query: $query, sortKey: CREATED_AT) {
      edges {
        node {
          ...OrderRow
          lineItems {
            edges {
              node {
                ...LineFields
              }
            }
          }
        }
      }
    }
  }
  ${OrderRowFragmentDoc}
  ${MoneyFragmentDoc}
  ${AddressFieldsFragmentDoc}
  ${LineFieldsFragmentDoc}
` as unknown as DocumentNode<BulkOrdersQuery, BulkOrdersQueryVariables>;
export const BulkRun = gql`
  mutation BulkRun($query: String!) {
    bulkOperationRunQuery(query: $query, groupObjects: false) {
      bulkOperation {
        ...BulkFields
      }
      userErrors {
        code
        message
      }
    }
  }
  ${BulkFieldsFragmentDoc}
` as unknown as DocumentNode<BulkRunMutation, BulkRunMutationVariables>;
export const BulkLook = gql`
  query BulkLook($id: ID!) {
    bulkOperation(id: $id) {
      ...BulkFields
    }
  }
  ${BulkFieldsFragmentDoc}
` as unknown as DocumentNode<BulkLookQuery, BulkLookQueryVariables>;
export const BulkList = gql`
  query BulkList($first: Int!, $query: String) {
    bulkOperations(first: $first, query: $query) {
      nodes {
        ...BulkFields
      }
    }
  }
  ${BulkFieldsFragmentDoc}
` as unknown as DocumentNode<BulkListQuery, BulkListQueryVariables>;
export const BulkCancel = gql`
  mutation BulkCancel($id: ID!) {
    bulkOperationCancel(id: $id) {
      userErrors {
        message
      }
    }
  }
` as unknown as DocumentNode<BulkCancelMutation, BulkCancelMutationVariables>;
export const Installation = gql`
  query Installation {
    currentAppInstallation {
      accessScopes {
        handle
      }
    }
    shop {
      id
      name
      myshopifyDomain
      currencyCode
      ianaTimezone
    }
  }
` as unknown as DocumentNode<InstallationQuery, InstallationQueryVariables>;
export const Subscriptions = gql`
  query Subscriptions($first: Int!, $after: String) {
    webhookSubscriptions(first: $first, after: $after) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        topic
        uri
        format
        filter
        includeFields
        createdAt
      }
    }
  }
` as unknown as DocumentNode<SubscriptionsQuery, SubscriptionsQueryVariables>;
export const SubscriptionCreate = gql`
  mutation SubscriptionCreate($topic: WebhookSubscriptionTopic!, $subscription: WebhookSubscriptionInput!) {
    webhookSubscriptionCreate(topic: $topic, webhookSubscription: $subscription) {
      webhookSubscription {
        id
      }
      userErrors {
        field
        message
      }
    }
  }
` as unknown as DocumentNode<SubscriptionCreateMutation, SubscriptionCreateMutationVariables>;
export const SubscriptionUpdate = gql`
  mutation SubscriptionUpdate($id: ID!, $subscription: WebhookSubscriptionInput!) {
    webhookSubscriptionUpdate(id: $id, webhookSubscription: $subscription) {
      webhookSubscription {
        id
      }
      userErrors {
        field
        message
      }
    }
  }
` as unknown as DocumentNode<SubscriptionUpdateMutation, SubscriptionUpdateMutationVariables>;
export const SubscriptionDelete = gql`
  mutation SubscriptionDelete($id: ID!) {
    webhookSubscriptionDelete(id: $id) {
      deletedWebhookSubscriptionId
      userErrors {
        field
        message
      }
    }
  }
` as unknown as DocumentNode<SubscriptionDeleteMutation, SubscriptionDeleteMutationVariables>;
