/** Who bought: e-mail, phone, name and place, each from the most trustworthy part of the order that has it. */
import type { Address, Order } from '../core/order.ts';
import { e164 } from './phone.ts';
import { named } from './text.ts';

/** Valid values only; what is missing or invalid is null. */
export interface Contact {
  email: string | null;
  phone: string | null;
  firstName: string | null;
  lastName: string | null;
  city: string | null;
  state: string | null;
  zip: string | null;
  /** ISO 3166-1 alpha-2. */
  country: string | null;
}

type Place = Pick<Contact, 'city' | 'state' | 'zip' | 'country'>;

const PLACE_KEYS = ['country', 'city', 'state', 'zip'] as const;

/** What browsers accept as an address (HTML standard), with a domain that has at least one dot. */
const EMAIL = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;

/**
 * E-mail: customer, order. Names: customer, billing, shipping. Phone: order, customer, billing, shipping, a national one read by its
 * address's country. Place: billing, shipping, the customer's default address.
 */
export function contactOf(order: Order): Contact {
  const { customer, billingAddress: billing, shippingAddress: shipping } = order;
  const place = placeOf([billing, shipping, customer?.defaultAddress ?? null]);
  const people = [customer, billing, shipping];
  return {
    email: validEmail(customer?.email) ?? validEmail(order.email),
    phone:
      e164(order.phone, place.country) ??
      e164(customer?.phone ?? null, place.country) ??
      e164(billing?.phone ?? null, place.country) ??
      e164(shipping?.phone ?? null, countryOf(shipping) ?? place.country),
    firstName: firstNamed(people.map((person) => person?.firstName)),
    lastName: firstNamed(people.map((person) => person?.lastName)),
    ...place,
  };
}

/** The contact as Converge's properties; unknown ones are left out. */
export function contactProperties(contact: Contact): Record<string, string> {
  const properties: Record<string, string> = {};
  if (contact.email !== null) properties.$email = contact.email;
  if (contact.phone !== null) properties.$phone_number = contact.phone;
  if (contact.firstName !== null) properties.$first_name = contact.firstName;
  if (contact.lastName !== null) properties.$last_name = contact.lastName;
  if (contact.city !== null) properties.$city = contact.city;
  if (contact.state !== null) properties.$state = contact.state;
  if (contact.zip !== null) properties.$zip_code = contact.zip;
  if (contact.country !== null) properties.$country_code = contact.country;
  return properties;
}

/** Trimmed and lower case; null when it is no e-mail address. */
export function validEmail(email: string | null | undefined): string | null {
  if (typeof email !== 'string') return null;
  const address = email.trim().toLowerCase();
  return address.length <= 254 && EMAIL.test(address) ? address : null;
}

/** Alpha-2 in upper case; null for anything else, Shopify's "unknown region" ZZ included. */
export function countryOf(address: Address | null): string | null {
  const code = address?.countryCode?.trim().toUpperCase() ?? '';
  return /^[A-Z]{2}$/.test(code) && code !== 'ZZ' ? code : null;
}

function firstNamed(names: (string | null | undefined)[]): string | null {
  for (const name of names) {
    const value = named(name);
    if (value !== null) return value;
  }
  return null;
}

/** The first address; a later one fills its gaps only where it contradicts nothing, for half of one address and half of another is no place. */
function placeOf(addresses: (Address | null)[]): Place {
  const place: Place = { city: null, state: null, zip: null, country: null };
  for (const address of addresses) {
    if (!address) continue;
    const next: Place = {
      city: named(address.city),
      state: named(address.province) ?? named(address.provinceCode),
      zip: named(address.zip),
      country: countryOf(address),
    };
    if (PLACE_KEYS.some((key) => place[key] !== null && next[key] !== null && place[key].toLowerCase() !== next[key].toLowerCase()))
      continue;
    for (const key of PLACE_KEYS) place[key] ??= next[key];
  }
  return place;
}
