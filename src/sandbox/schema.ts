/** The part of Shopify's Admin schema, API version 2026-10, that the sandbox answers: handwritten, and compared with the real one by schema-check. */

const SCALARS_AND_ENUMS = `
  scalar DateTime
  scalar Decimal
  scalar UnsignedInt64
  scalar URL

  enum CountPrecision { AT_LEAST EXACT }
  enum OrderActionType { ORDER ORDER_EDIT REFUND RETURN UNKNOWN }
  enum SaleActionType { ORDER RETURN UNKNOWN UPDATE }
  enum SaleLineType { ADDITIONAL_FEE ADJUSTMENT DUTY FEE GIFT_CARD PRODUCT SHIPPING TIP UNKNOWN }
  enum OrderCancelReason { CUSTOMER DECLINED FRAUD INVENTORY OTHER STAFF }
  enum OrderDisplayFinancialStatus { AUTHORIZED EXPIRED PAID PARTIALLY_PAID PARTIALLY_REFUNDED PENDING REFUNDED VOIDED }
  enum OrderTransactionKind { AUTHORIZATION CAPTURE CHANGE EMV_AUTHORIZATION REFUND SALE SUGGESTED_REFUND VOID }
  enum OrderTransactionStatus { AWAITING_RESPONSE ERROR FAILURE PENDING SUCCESS UNKNOWN }
  enum OrderAdjustmentDiscrepancyReason {
    CUSTOMER DAMAGE FULL_RETURN_BALANCING_ADJUSTMENT PENDING_REFUND_DISCREPANCY REFUND_DISCREPANCY RESTOCK
  }
  enum RefundLineItemRestockType { CANCEL LEGACY_RESTOCK NO_RESTOCK RETURN }
  enum OrderSortKeys {
    CREATED_AT CURRENT_TOTAL_PRICE CUSTOMER_NAME DESTINATION FINANCIAL_STATUS FULFILLMENT_STATUS ID ORDER_NUMBER PO_NUMBER
    PROCESSED_AT RELEVANCE TOTAL_ITEMS_QUANTITY TOTAL_PRICE UPDATED_AT
  }
  enum WebhookSubscriptionFormat { JSON XML }
  enum WebhookSubscriptionSortKeys { CREATED_AT ID }
  enum WebhookSubscriptionTopic {
    APP_SCOPES_UPDATE APP_UNINSTALLED BULK_OPERATIONS_FINISH CHECKOUTS_CREATE CHECKOUTS_DELETE CHECKOUTS_UPDATE
    CUSTOMERS_CREATE CUSTOMERS_DELETE CUSTOMERS_UPDATE DRAFT_ORDERS_CREATE DRAFT_ORDERS_DELETE DRAFT_ORDERS_UPDATE
    FULFILLMENTS_CREATE FULFILLMENTS_UPDATE ORDERS_CANCELLED ORDERS_CREATE ORDERS_DELETE ORDERS_EDITED ORDERS_FULFILLED
    ORDERS_PAID ORDERS_PARTIALLY_FULFILLED ORDERS_UPDATED ORDER_TRANSACTIONS_CREATE PRODUCTS_CREATE PRODUCTS_DELETE
    PRODUCTS_UPDATE REFUNDS_CREATE RETURNS_APPROVE RETURNS_CANCEL RETURNS_CLOSE RETURNS_REQUEST SHOP_UPDATE
    SUBSCRIPTION_CONTRACTS_CREATE SUBSCRIPTION_CONTRACTS_UPDATE
  }
  enum CurrencyCode {
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC
    CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JEP
    JMD JOD JPY KES KGS KHR KID KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL LTL LVL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN
    MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLL SOS SRD SSP
    STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USDC UYU UZS VED VES VND VUV WST XAF XCD XOF XPF XXX YER ZAR ZMW
  }
  enum CountryCode {
    AC AD AE AF AG AI AL AM AN AO AR AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH
    CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FO FR GA GB GD GE GF GG GH GI GL GM GN GP
    GQ GR GS GT GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR
    LS LT LU LV LY MA MC MD ME MF MG MK ML MM MN MO MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG
    PH PK PL PM PN PS PT PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC TD TF TG TH TJ TK
    TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VN VU WF WS XK YE YT ZA ZM ZW ZZ
  }
`;

const SHARED = `
  interface Node { id: ID! }
  interface LegacyInteroperability { legacyResourceId: UnsignedInt64! }
  interface DisplayableError { field: [String!] message: String! }

  type UserError implements DisplayableError { field: [String!] message: String! }
  type PageInfo { endCursor: String hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String }
  type Count { count: Int! precision: CountPrecision! }
  type MoneyV2 { amount: Decimal! currencyCode: CurrencyCode! }
  type MoneyBag { presentmentMoney: MoneyV2! shopMoney: MoneyV2! }
  type Attribute { key: String! value: String }
  type Image { altText: String id: ID url: URL! }
  type TaxLine { priceSet: MoneyBag! rate: Float ratePercentage: Float title: String! }

  type MailingAddress implements Node {
    address1: String address2: String city: String company: String country: String countryCodeV2: CountryCode firstName: String
    id: ID! lastName: String name: String phone: String province: String provinceCode: String zip: String
  }
`;

const SHOP = `
  type AccessScope { description: String! handle: String! }
  type ApiVersion { displayName: String! handle: String! supported: Boolean! }
  type App implements Node { handle: String id: ID! title: String! }
  type AppInstallation implements Node { accessScopes: [AccessScope!]! app: App! id: ID! }
  type Shop implements Node {
    currencyCode: CurrencyCode! email: String! ianaTimezone: String! id: ID! myshopifyDomain: String! name: String! taxesIncluded: Boolean!
  }
  type Product implements LegacyInteroperability & Node {
    id: ID! legacyResourceId: UnsignedInt64! onlineStoreUrl: URL title: String! vendor: String!
  }
  type ProductVariant implements LegacyInteroperability & Node {
    id: ID! legacyResourceId: UnsignedInt64! product: Product! sku: String title: String!
  }

  type CustomerEmailAddress { emailAddress: String! }
  type CustomerPhoneNumber { phoneNumber: String! }
  type Customer implements LegacyInteroperability & Node {
    createdAt: DateTime! defaultAddress: MailingAddress defaultEmailAddress: CustomerEmailAddress defaultPhoneNumber: CustomerPhoneNumber
    displayName: String! firstName: String id: ID! lastName: String legacyResourceId: UnsignedInt64! numberOfOrders: UnsignedInt64!
    tags: [String!]! updatedAt: DateTime!
  }
`;

const ORDER = `
  type OrderApp { id: ID! name: String! }
  type OrderAttribution { displayName: String! handle: String! }
  type CustomerJourneySummary { customerOrderIndex: Int daysToConversion: Int ready: Boolean! }
  type CashRoundingAdjustment { paymentSet: MoneyBag! refundSet: MoneyBag! }
  type LineItemSellingPlan { name: String! sellingPlanId: ID }

  type LineItem implements Node {
    currentQuantity: Int! customAttributes: [Attribute!]! discountedTotalSet(withCodeDiscounts: Boolean = false): MoneyBag!
    discountedUnitPriceAfterAllDiscountsSet: MoneyBag! id: ID! image: Image isGiftCard: Boolean! name: String! originalTotalSet: MoneyBag!
    originalUnitPriceSet: MoneyBag! product: Product quantity: Int! refundableQuantity: Int! sellingPlan: LineItemSellingPlan sku: String
    taxLines(first: Int): [TaxLine!]! title: String! totalDiscountSet: MoneyBag! variant: ProductVariant variantTitle: String vendor: String
  }
  type LineItemEdge { cursor: String! node: LineItem! }
  type LineItemConnection { edges: [LineItemEdge!]! nodes: [LineItem!]! pageInfo: PageInfo! }

  type ShippingLine {
    code: String discountedPriceSet: MoneyBag! id: ID isRemoved: Boolean! originalPriceSet: MoneyBag! taxLines: [TaxLine!]! title: String!
  }
  type ShippingLineEdge { cursor: String! node: ShippingLine! }
  type ShippingLineConnection { edges: [ShippingLineEdge!]! nodes: [ShippingLine!]! pageInfo: PageInfo! }

  type OrderTransaction implements Node {
    amountSet: MoneyBag! createdAt: DateTime! gateway: String id: ID! kind: OrderTransactionKind! order: Order
    parentTransaction: OrderTransaction processedAt: DateTime status: OrderTransactionStatus! test: Boolean!
  }
  type OrderTransactionEdge { cursor: String! node: OrderTransaction! }
  type OrderTransactionConnection { edges: [OrderTransactionEdge!]! nodes: [OrderTransaction!]! pageInfo: PageInfo! }

  type Order implements LegacyInteroperability & Node {
    agreements(after: String, first: Int, query: String, reverse: Boolean = false): SalesAgreementConnection!
    app: OrderApp attribution: OrderAttribution billingAddress: MailingAddress cancelReason: OrderCancelReason cancelledAt: DateTime
    cartToken: String checkoutToken: String clientIp: String confirmed: Boolean! createdAt: DateTime! currencyCode: CurrencyCode!
    currentShippingPriceSet: MoneyBag! currentSubtotalPriceSet: MoneyBag! currentTotalDiscountsSet: MoneyBag!
    currentTotalPriceSet: MoneyBag! currentTotalTaxSet: MoneyBag! customAttributes: [Attribute!]! customer: Customer
    customerJourneySummary: CustomerJourneySummary customerLocale: String discountCodes: [String!]!
    displayFinancialStatus: OrderDisplayFinancialStatus edited: Boolean! email: String id: ID! legacyResourceId: UnsignedInt64!
    lineItems(after: String, first: Int, reverse: Boolean = false): LineItemConnection!
    name: String! netPaymentSet: MoneyBag! note: String number: Int! originalTotalAdditionalFeesSet: MoneyBag
    originalTotalDutiesSet: MoneyBag originalTotalPriceSet: MoneyBag! paymentGatewayNames: [String!]! phone: String
    presentmentCurrencyCode: CurrencyCode! processedAt: DateTime! refunds(first: Int): [Refund!]! shippingAddress: MailingAddress
    shippingLines(after: String, first: Int, includeRemovals: Boolean = false, reverse: Boolean = false): ShippingLineConnection!
    sourceIdentifier: String sourceName: String subtotalPriceSet: MoneyBag tags: [String!]! taxesIncluded: Boolean! test: Boolean!
    totalCapturableSet: MoneyBag! totalCashRoundingAdjustment: CashRoundingAdjustment! totalDiscountsSet: MoneyBag totalOutstandingSet: MoneyBag! totalPriceSet: MoneyBag!
    totalReceivedSet: MoneyBag! totalRefundedSet: MoneyBag! totalRefundedShippingSet: MoneyBag! totalShippingPriceSet: MoneyBag!
    totalTaxSet: MoneyBag totalTipReceivedSet: MoneyBag! transactions(first: Int): [OrderTransaction!]! updatedAt: DateTime!
  }
  type OrderEdge { cursor: String! node: Order! }
  type OrderConnection { edges: [OrderEdge!]! nodes: [Order!]! pageInfo: PageInfo! }
`;

const SALES_AND_REFUNDS = `
  interface SalesAgreement {
    app: App happenedAt: DateTime! id: ID! reason: OrderActionType!
    sales(after: String, first: Int, reverse: Boolean = false): SaleConnection!
  }
  type OrderAgreement implements SalesAgreement {
    app: App happenedAt: DateTime! id: ID! order: Order! reason: OrderActionType!
    sales(after: String, first: Int, reverse: Boolean = false): SaleConnection!
  }
  type OrderEditAgreement implements SalesAgreement {
    app: App happenedAt: DateTime! id: ID! reason: OrderActionType!
    sales(after: String, first: Int, reverse: Boolean = false): SaleConnection!
  }
  type RefundAgreement implements SalesAgreement {
    app: App happenedAt: DateTime! id: ID! reason: OrderActionType! refund: Refund!
    sales(after: String, first: Int, reverse: Boolean = false): SaleConnection!
  }
  type SalesAgreementEdge { cursor: String! node: SalesAgreement! }
  type SalesAgreementConnection { edges: [SalesAgreementEdge!]! nodes: [SalesAgreement!]! pageInfo: PageInfo! }

  interface Sale {
    actionType: SaleActionType! id: ID! lineType: SaleLineType! quantity: Int totalAmount: MoneyBag! totalDiscountAmountAfterTaxes: MoneyBag!
    totalDiscountAmountBeforeTaxes: MoneyBag! totalTaxAmount: MoneyBag!
  }
${['AdditionalFeeSale', 'AdjustmentSale', 'DutySale', 'FeeSale', 'UnknownSale'].map((name) => saleType(name, '')).join('\n')}
${['GiftCardSale', 'ProductSale', 'TipSale'].map((name) => saleType(name, 'lineItem: LineItem!')).join('\n')}
${saleType('ShippingLineSale', 'shippingLine: ShippingLine')}
  type SaleEdge { cursor: String! node: Sale! }
  type SaleConnection { edges: [SaleEdge!]! nodes: [Sale!]! pageInfo: PageInfo! }

  type Refund implements LegacyInteroperability & Node {
    createdAt: DateTime id: ID! legacyResourceId: UnsignedInt64! note: String order: Order!
    orderAdjustments(after: String, first: Int, reverse: Boolean = false): OrderAdjustmentConnection!
    processedAt: DateTime!
    refundLineItems(after: String, first: Int, reverse: Boolean = false): RefundLineItemConnection!
    refundShippingLines(after: String, first: Int, reverse: Boolean = false): RefundShippingLineConnection!
    totalRefundedSet: MoneyBag!
    transactions(after: String, first: Int, reverse: Boolean = false): OrderTransactionConnection!
    updatedAt: DateTime!
  }
  type RefundLineItem {
    id: ID lineItem: LineItem! priceSet: MoneyBag! quantity: Int! restockType: RefundLineItemRestockType! restocked: Boolean!
    subtotalSet: MoneyBag! totalTaxSet: MoneyBag!
  }
  type RefundLineItemEdge { cursor: String! node: RefundLineItem! }
  type RefundLineItemConnection { edges: [RefundLineItemEdge!]! nodes: [RefundLineItem!]! pageInfo: PageInfo! }
  type RefundShippingLine implements Node { id: ID! shippingLine: ShippingLine! subtotalAmountSet: MoneyBag! taxAmountSet: MoneyBag! }
  type RefundShippingLineEdge { cursor: String! node: RefundShippingLine! }
  type RefundShippingLineConnection { edges: [RefundShippingLineEdge!]! nodes: [RefundShippingLine!]! pageInfo: PageInfo! }
  type OrderAdjustment implements Node { amountSet: MoneyBag! id: ID! reason: OrderAdjustmentDiscrepancyReason taxAmountSet: MoneyBag! }
  type OrderAdjustmentEdge { cursor: String! node: OrderAdjustment! }
  type OrderAdjustmentConnection { edges: [OrderAdjustmentEdge!]! nodes: [OrderAdjustment!]! pageInfo: PageInfo! }
`;

const BULK = `
  enum BulkOperationErrorCode { ACCESS_DENIED INTERNAL_SERVER_ERROR TIMEOUT }
  enum BulkOperationStatus { CANCELED CANCELING COMPLETED CREATED EXPIRED FAILED RUNNING }
  enum BulkOperationType { MUTATION QUERY }
  enum BulkOperationUserErrorCode { INVALID LIMIT_REACHED OPERATION_IN_PROGRESS }
  enum BulkOperationsSortKeys { COMPLETED_AT CREATED_AT }
  type BulkOperation implements Node {
    completedAt: DateTime createdAt: DateTime! errorCode: BulkOperationErrorCode fileSize: UnsignedInt64 id: ID! objectCount: UnsignedInt64!
    partialDataUrl: URL query: String! rootObjectCount: UnsignedInt64! status: BulkOperationStatus! type: BulkOperationType! url: URL
  }
  type BulkOperationEdge { cursor: String! node: BulkOperation! }
  type BulkOperationConnection { edges: [BulkOperationEdge!]! nodes: [BulkOperation!]! pageInfo: PageInfo! }
  type BulkOperationUserError implements DisplayableError { code: BulkOperationUserErrorCode field: [String!] message: String! }
  type BulkOperationRunQueryPayload { bulkOperation: BulkOperation userErrors: [BulkOperationUserError!]! }
  type BulkOperationCancelPayload { bulkOperation: BulkOperation userErrors: [UserError!]! }
`;

const WEBHOOKS_AND_ROOTS = `
  type WebhookSubscription implements LegacyInteroperability & Node {
    apiVersion: ApiVersion! createdAt: DateTime! filter: String format: WebhookSubscriptionFormat! id: ID! includeFields: [String!]!
    legacyResourceId: UnsignedInt64! metafieldNamespaces: [String!]! name: String topic: WebhookSubscriptionTopic! updatedAt: DateTime! uri: String!
  }
  type WebhookSubscriptionEdge { cursor: String! node: WebhookSubscription! }
  type WebhookSubscriptionConnection { edges: [WebhookSubscriptionEdge!]! nodes: [WebhookSubscription!]! pageInfo: PageInfo! }
  input WebhookSubscriptionInput {
    filter: String format: WebhookSubscriptionFormat includeFields: [String!] metafieldNamespaces: [String!] name: String uri: String
  }
  type WebhookSubscriptionCreatePayload { userErrors: [UserError!]! webhookSubscription: WebhookSubscription }
  type WebhookSubscriptionUpdatePayload { userErrors: [UserError!]! webhookSubscription: WebhookSubscription }
  type WebhookSubscriptionDeletePayload { deletedWebhookSubscriptionId: ID userErrors: [UserError!]! }

  type QueryRoot {
    bulkOperation(id: ID!): BulkOperation
    bulkOperations(
      after: String, first: Int, query: String, reverse: Boolean = false, sortKey: BulkOperationsSortKeys = CREATED_AT
    ): BulkOperationConnection!
    currentAppInstallation: AppInstallation!
    node(id: ID!): Node
    nodes(ids: [ID!]!): [Node]!
    order(id: ID!): Order
    orders(after: String, first: Int, query: String, reverse: Boolean = false, sortKey: OrderSortKeys = PROCESSED_AT): OrderConnection!
    ordersCount(limit: Int = 10000, query: String): Count
    refund(id: ID!): Refund
    shop: Shop!
    webhookSubscription(id: ID!): WebhookSubscription
    webhookSubscriptions(
      after: String, first: Int, format: WebhookSubscriptionFormat, query: String, reverse: Boolean = false,
      sortKey: WebhookSubscriptionSortKeys = CREATED_AT, topics: [WebhookSubscriptionTopic!], uri: String
    ): WebhookSubscriptionConnection!
    webhookSubscriptionsCount(limit: Int = 10000, query: String): Count
  }
  type Mutation {
    bulkOperationCancel(id: ID!): BulkOperationCancelPayload
    bulkOperationRunQuery(groupObjects: Boolean! = false, query: String!): BulkOperationRunQueryPayload
    webhookSubscriptionCreate(topic: WebhookSubscriptionTopic!, webhookSubscription: WebhookSubscriptionInput!): WebhookSubscriptionCreatePayload
    webhookSubscriptionDelete(id: ID!): WebhookSubscriptionDeletePayload
    webhookSubscriptionUpdate(id: ID!, webhookSubscription: WebhookSubscriptionInput!): WebhookSubscriptionUpdatePayload
  }
  schema { query: QueryRoot mutation: Mutation }
`;

/** Every sale repeats the interface's fields; only the thing sold differs. */
function saleType(name: string, sold: string): string {
  return `  type ${name} implements Sale {
    actionType: SaleActionType! id: ID! ${sold} lineType: SaleLineType! quantity: Int totalAmount: MoneyBag!
    totalDiscountAmountAfterTaxes: MoneyBag! totalDiscountAmountBeforeTaxes: MoneyBag! totalTaxAmount: MoneyBag!
  }`;
}

/** SDL; build it with graphql-js `buildSchema`. Nothing deprecated is in it. */
export const adminSchema: string = [SCALARS_AND_ENUMS, SHARED, SHOP, ORDER, SALES_AND_REFUNDS, BULK, WEBHOOKS_AND_ROOTS].join('\n');
