/** The aliases of an order: what identifies its buyer, most reliable first. */
import { MAX_ALIASES, aliasValue, identifiesPerson } from '../core/alias.ts';
import type { Order } from '../core/order.ts';
import type { RuleSettings } from '../core/settings.ts';
import { validEmail } from './contact.ts';

/** Converge's browser id, where a shop keeps it in the order's attributes. */
const BUILT_IN: readonly [attribute: string, kind: string][] = [['__cvg_uid', 'cookie']];

/**
 * 1 to 10 aliases in this order: e-mail, checkout token, cart token (two kinds), customer id, order attributes.
 * Without any of them the order itself, so that its events still belong together.
 */
export function aliasesOf(order: Order, email: string | null, settings: RuleSettings['aliases']): string[] {
  const aliases = new Set<string>();
  const add = (kind: string, value: string | null) => {
    if (value !== null) aliases.add(`urn:${kind}:${value}`);
  };
  add('email', email !== null && identifiesPerson(email, settings.relayDomains) ? email : null);
  add('checkout_token', token(order.checkoutToken));
  const cart = token(order.cartToken);
  add('cart_token', cart);
  add('shopify:cart_token', cart);
  add('customer_id', aliasValue(order.customer?.id));
  for (const [attribute, kind] of [...BUILT_IN, ...Object.entries(settings.attributes)]) {
    for (const { key, value } of order.attributes ?? []) {
      if (key !== attribute) continue;
      const address = kind === 'email' ? validEmail(value) : null;
      if (kind !== 'email') add(kind, aliasValue(value));
      else if (address !== null && identifiesPerson(address, settings.relayDomains)) add(kind, address);
    }
  }
  if (aliases.size === 0) return [`urn:shopify:order_id:${order.id}`];
  return [...aliases].slice(0, MAX_ALIASES);
}

/** A cart token may carry `?key=…`, which is a secret of the cart and no part of the token the browser knows it by. */
function token(value: string | null): string | null {
  return aliasValue(value?.split('?', 1)[0]);
}
