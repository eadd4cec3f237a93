/** An order as Shopify's GraphQL API answers, for the benchmarks of deriving and delivery. */
import type { OrderFieldsFragment } from '../../src/shopify/generated.ts';

const address = {
  firstName: 'Ana',
  lastName: 'Pereira da Silva',
  phone: '+44 20 7946 0958',
  city: 'London',
  province: 'England',
  provinceCode: 'ENG',
  countryCodeV2: 'GB',
  zip: 'SW1A 1AA',
};

function money(amount: string) {
  return { shopMoney: { amount } };
}

function line(index: number): OrderFieldsFragment['lineItems']['nodes'][number] {
  return {
    id: `gid://shopify/LineItem/${14_000_000_000_000 + index}`,
    title: `Long-sleeved cotton shirt, pattern ${index}`,
    variantTitle: 'Green / M',
    sku: `SHIRT-${index}-GR-M`,
    vendor: 'Acme',
    quantity: 1,
    originalUnitPriceSet: money('19.95'),
    product: { id: `gid://shopify/Product/${8_000_000_000_000 + index}`, onlineStoreUrl: `https://shop.example/products/shirt-${index}` },
    variant: { id: `gid://shopify/ProductVariant/${44_000_000_000_000 + index}` },
    image: { url: `https://cdn.shop.example/s/files/1/0000/0001/files/shirt-${index}.jpg` },
    sellingPlan: null,
  };
}

/** One order of a page, as JSON text; 12 KB with 21 lines. */
export function orderAnswer(lines = 21): string {
  const order: OrderFieldsFragment = {
    id: 'gid://shopify/Order/6123456789012',
    name: '#1001',
    createdAt: '2026-11-20T12:00:00Z',
    processedAt: '2026-11-20T12:00:00Z',
    updatedAt: '2026-11-20T12:05:00Z',
    cancelledAt: null,
    edited: false,
    test: false,
    sourceName: 'web',
    tags: ['returning', 'newsletter'],
    cartToken: 'hWN2a7c1d9e0b3f4a5c6d7e8f9',
    checkoutToken: '0f4b9a1c7d3e4e2a9c55a1b2c3d4e5f6',
    email: 'ana.pereira@example.com',
    phone: null,
    currencyCode: 'GBP',
    taxesIncluded: true,
    discountCodes: ['WELCOME10'],
    paymentGatewayNames: ['shopify_payments'],
    app: { name: 'Online Store' },
    customAttributes: [{ key: '__cvg_uid', value: 'a1b2c3d4-e5f6-7890-abcd-ef0123456789' }],
    totalPriceSet: money('380.01'),
    totalTaxSet: money('63.34'),
    totalShippingPriceSet: money('4.95'),
    totalDiscountsSet: money('43.89'),
    totalTipReceivedSet: money('0.0'),
    originalTotalDutiesSet: null,
    originalTotalAdditionalFeesSet: null,
    totalCashRoundingAdjustment: { paymentSet: money('0.0') },
    customer: {
      id: 'gid://shopify/Customer/7123456789012',
      numberOfOrders: '3',
      firstName: 'Ana',
      lastName: 'Pereira da Silva',
      tags: ['vip'],
      defaultEmailAddress: { emailAddress: 'ana.pereira@example.com' },
      defaultPhoneNumber: { phoneNumber: '+442079460958' },
      defaultAddress: address,
    },
    billingAddress: address,
    shippingAddress: address,
    customerJourneySummary: { ready: true, customerOrderIndex: 2 },
    refunds: [],
    lineItems: { pageInfo: { hasNextPage: false, endCursor: null }, nodes: Array.from({ length: lines }, (_, index) => line(index)) },
  };
  return JSON.stringify(order);
}
