/** Orders as varied as a real store's: channels, customers who return or stay unknown, taxes, discounts, tips, edits, refunds, cancellations. */
import { CATALOG } from './catalog.ts';
import type { Order } from './model.ts';
import type { LineInput } from './lines.ts';
import type { OrderInput } from './orders.ts';
import { person } from './people.ts';
import { createRandom, type Random } from './random.ts';
import type { Shop } from './shop.ts';

const HOUR_MS = 3_600_000;
const SELLABLE = CATALOG.map((variant) => variant.variantId) as [string, ...string[]];

/** A variant id of the catalogue. */
export const randomVariant = (random: Random): string => random.pick(SELLABLE);

/** How often real stores see a source, roughly. */
const SOURCES = [
  [62, 'web'],
  [9, 'pos'],
  [7, '3890849'],
  [6, 'subscription_contract_checkout_one'],
  [5, 'shopify_draft_order'],
  [4, 'amazon'],
  [4, '2329312'],
  [2, '1778889'],
  [1, null],
] as const;

type Taxes = Pick<OrderInput, 'taxesIncluded' | 'taxRate'>;

const TAXES: readonly (readonly [number, Taxes])[] = [
  [40, { taxesIncluded: false, taxRate: 0.0825 }],
  [30, { taxesIncluded: true, taxRate: 0.2 }],
  [15, { taxesIncluded: true, taxRate: 0.19 }],
  [15, { taxesIncluded: false, taxRate: 0 }],
];

const DISCOUNTS: [OrderInput['discount'], ...OrderInput['discount'][]] = [
  { code: 'WELCOME10', percent: 10 },
  { code: 'FIVE', amount: 5 },
  { percent: 15 },
];

function lines(random: Random, subscription: boolean): LineInput[] {
  const count = random.weighted([[55, 1], [25, 2], [13, 3], [7, 5]] as const); // prettier-ignore
  const variants = new Set(Array.from({ length: count }, () => randomVariant(random)));
  const chosen: LineInput[] = [...variants].map((variant) => ({
    variant,
    quantity: random.weighted([[75, 1], [17, 2], [8, 3]] as const), // prettier-ignore
    sellingPlan: subscription,
    ...(random.chance(0.08) ? { discount: '2.50' } : {}),
  }));
  if (random.chance(0.05)) chosen.push({ title: 'Gift wrap', price: '3.50', taxRate: 0 });
  return chosen;
}

function discount(random: Random): OrderInput['discount'] {
  if (random.chance(0.72)) return {};
  return random.pick(DISCOUNTS);
}

/** Marketplaces hide the buyer behind a relay address, the till often knows nobody. */
function buyer(random: Random, sourceName: string | null, who: () => number): Pick<OrderInput, 'customer' | 'email' | 'phone'> {
  if (sourceName === 'amazon') {
    const email = `${random.hex(14)}@marketplace.amazon.com`;
    return { customer: { email, firstName: 'Amazon', lastName: 'Buyer' }, email };
  }
  if (sourceName === 'pos' && random.chance(0.6)) return { customer: null, email: null };
  const number = who();
  const customer = person(createRandom(number), number);
  // A guest leaves an address but no account.
  if (random.chance(0.06)) return { customer: null, email: customer.email ?? null, phone: customer.phone ?? null };
  return { customer };
}

/**
 * What one buyer orders. `people` is how many different ones there are, the fewer, the more of them return; or it names the person, if it
 * comes to that.
 */
export function randomOrder(random: Random, people: number | (() => number)): OrderInput {
  const sourceName = random.weighted(SOURCES);
  const online = sourceName !== 'pos';
  const who = buyer(random, sourceName, typeof people === 'function' ? people : () => random.between(1, people));
  const address = (typeof who.customer === 'object' ? who.customer?.defaultAddress : null) ?? person(random, 0).defaultAddress;
  const renewal = sourceName?.startsWith('subscription_contract') ?? false;
  const subscription = renewal || (sourceName === 'web' && random.chance(0.06));
  const tags = [
    ...(renewal ? ['Subscription', 'Subscription Recurring Order'] : []),
    ...(subscription && !renewal ? ['Subscription', 'Subscription First Order'] : []),
    ...(random.chance(0.05) ? ['Wholesale'] : []),
    ...(random.chance(0.03) ? ['Exclude'] : []),
  ];
  const payments = [[86, 'paid'], [6, 'authorized'], [5, 'pending'], [3, 'none']] as const; // prettier-ignore
  return {
    ...who,
    sourceName,
    lines: lines(random, subscription),
    ...random.weighted(TAXES),
    ...(online && random.chance(0.75)
      ? { shipping: { price: random.pick(['4.90', '7.50', '0']), ...(random.chance(0.1) ? { discount: '2' } : {}) } }
      : {}),
    discount: discount(random),
    ...(random.chance(0.05) ? { tip: '3.00' } : {}),
    billingAddress: online || random.chance(0.3) ? address : null,
    shippingAddress: online ? address : null,
    tags,
    test: random.chance(0.01),
    gateway: online ? random.pick(['shopify_payments', 'paypal', 'manual']) : 'cash',
    payment: online ? random.weighted(payments) : 'paid',
    ...(random.chance(0.08) ? { presentment: { currency: 'EUR', rate: 0.92 } } : {}),
    ...(random.chance(0.1) ? { attributes: [{ key: '__cvg_uid', value: random.hex(24) }] } : {}),
  };
}

/** How many people order, for a number of orders. */
export const peopleFor = (orders: number): number => Math.max(1, Math.ceil(orders * 0.6));

/** The longest time after which something still happens to an order. */
export const LONGEST_AFTERMATH_MS = 240 * HOUR_MS;

/** What may happen to an order afterwards; times lie between its creation and `until`. */
export function randomAftermath(shop: Pick<Shop, 'editOrder' | 'cancel' | 'refund'>, random: Random, order: Order, until: number): void {
  const later = (hours: number): { at: number; silent: true } => ({
    at: Math.min(until, order.createdAt + Math.floor(random.next() * hours * HOUR_MS)),
    silent: true,
  });
  const [line] = order.lines;
  if (!line) return;
  const refundable = order.transactions.some((entry) => entry.kind === 'SALE' && entry.status === 'SUCCESS');
  const happening = random.weighted([[78, 'nothing'], [6, 'upsell'], [3, 'removal'], [2, 'discount'], [8, 'refund'], [3, 'cancel']] as const); // prettier-ignore
  if (happening === 'upsell') shop.editOrder(order.id, { add: [{ variant: 'MS-M' }], pay: refundable }, later(1));
  if (happening === 'removal')
    shop.editOrder(order.id, { remove: [{ lineId: line.id, quantity: 1 }], refundRemoved: random.chance(0.5) }, later(24));
  if (happening === 'discount') shop.editOrder(order.id, { discount: [{ lineId: line.id, amount: '1.50' }] }, later(24));
  if (happening === 'cancel') shop.cancel(order.id, {}, later(72));
  if (happening === 'refund' && refundable) {
    const whole = random.chance(0.4);
    const units = whole
      ? order.lines.map(({ id, current }) => ({ lineId: id, quantity: current.quantity }))
      : [{ lineId: line.id, quantity: 1 }];
    shop.refund(
      order.id,
      { lines: units, ...(whole && order.shippingLines.length > 0 ? { shipping: 'full' as const } : {}) },
      later(LONGEST_AFTERMATH_MS / HOUR_MS),
    );
  }
}

/** `count` orders spread evenly, with some disorder, from `from` to `to` (ms since the epoch); no webhooks tell of them. */
export function generateOrders(shop: Shop, count: number, seed: number, from: number, to: number): Order[] {
  const random = createRandom(seed);
  const people = peopleFor(count);
  const step = (to - from) / Math.max(count, 1);
  return Array.from({ length: count }, (_, index) => {
    const at = Math.floor(from + step * (index + random.next()));
    const order = shop.createOrder(randomOrder(random, people), { at, silent: true });
    randomAftermath(shop, random, order, to);
    return order;
  });
}
