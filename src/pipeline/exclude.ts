/** The rules of the config that leave an order out. */
import type { Order } from '../core/order.ts';
import type { RuleSettings } from '../core/settings.ts';
import { countryOf } from './contact.ts';
import type { SalesChannel } from './sales-channel.ts';
import { matching } from './text.ts';

/**
 * The reason an order is excluded, `<rule>:<value>` (`channel:pos`, `tag:exclude`, `customer_tag:…`, `payment_gateway:…`, `market:FR`)
 * or `test`; null when every rule lets it pass. Each rule that is set leaves a line in `trail`. Tags match whole and in any case,
 * channels by raw source name or mapped type, a gateway when any of the order's payments used it.
 */
export function exclusion(order: Order, settings: RuleSettings, channel: SalesChannel, trail: string[]): string | null {
  const { exclude, markets } = settings;
  const lists: [rule: string, words: string, wanted: readonly string[], values: readonly (string | null)[]][] = [
    ['channel', 'sales channel', exclude.channels, [order.sourceName, channel.type]],
    ['tag', 'order tag', exclude.tags, order.tags ?? []],
    ['customer_tag', 'customer tag', exclude.customerTags, order.customer?.tags ?? []],
    ['payment_gateway', 'payment gateway', exclude.paymentGateways, order.paymentGateways ?? []],
  ];
  for (const [rule, words, wanted, values] of lists) {
    if (wanted.length === 0) continue;
    const found = matching(wanted, values);
    trail.push(found === null ? `Excluded ${words}s: none matches.` : `Excluded ${words}s: "${found}" matches.`);
    if (found !== null) return `${rule}:${found}`;
  }
  if (exclude.testOrders) {
    trail.push(order.test ? 'Test orders are excluded: this is one.' : 'Test orders are excluded: this is none.');
    if (order.test) return 'test';
  }
  if (markets) {
    const country = marketOf(order);
    const inside = country !== null && matching(markets.shippingCountries, [country]) !== null;
    trail.push(
      `Market: the order goes to ${country ?? 'an unknown country'}, ${inside ? 'which is' : 'which is not'} one of the countries wanted.`,
    );
    if (!inside) return `market:${country ?? 'unknown'}`;
  }
  return null;
}

/**
 * The country an order belongs to: where it is shipped. An order that ships nothing (downloads, services) belongs where its bill goes;
 * one with neither address, such as a sale in a shop, to none.
 */
function marketOf(order: Order): string | null {
  return countryOf(order.shippingAddress) ?? countryOf(order.billingAddress);
}
