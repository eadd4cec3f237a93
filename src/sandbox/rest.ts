/** The REST way of writing things, which webhook bodies use: ids as numbers, times with the shop's offset, amounts with all digits. */
import { gid } from './ids.ts';
import { convert, restAmount } from './money.ts';
import type { Address, Order } from './model.ts';

/** Writes the text as it is into the JSON: ids beyond 2^53 keep their digits. The language has it, its type library not yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

export function restId(id: string): unknown {
  return rawJSON(id);
}

export function ids(type: string, id: string): { id: unknown; admin_graphql_api_id: string } {
  return { id: restId(id), admin_graphql_api_id: gid(type, id) };
}

/** Writes times as `2026-11-20T07:00:00-05:00` in the shop's zone. */
export function createRestTime(timeZone: string): (ms: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' });
  return (ms) => {
    const local = format.format(ms).replace(' ', 'T');
    const minutes = Math.round((Date.parse(`${local}Z`) - Math.floor(ms / 1000) * 1000) / 60_000);
    const offset = Math.abs(minutes);
    const pad = (value: number): string => String(value).padStart(2, '0');
    return `${local}${minutes < 0 ? '-' : '+'}${pad(Math.floor(offset / 60))}:${pad(offset % 60)}`;
  };
}

export function moneySet(order: Order, minor: number): object {
  const { currency, presentment } = order;
  const converted = convert(minor, currency, presentment.currency, presentment.rate);
  return {
    shop_money: { amount: restAmount(minor, currency), currency_code: currency },
    presentment_money: { amount: restAmount(converted, presentment.currency), currency_code: presentment.currency },
  };
}

/** `{ name, name_set }`: most amounts come twice. */
export function amounts(order: Order, values: Record<string, number>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, minor]) => [
      [name, restAmount(minor, order.currency)],
      [`${name}_set`, moneySet(order, minor)],
    ]),
  );
}

export function restAddress(address: Address | null): object | null {
  if (!address) return null;
  const name = [address.firstName, address.lastName].filter(Boolean).join(' ');
  return {
    first_name: address.firstName,
    address1: address.address1,
    phone: address.phone,
    city: address.city,
    zip: address.zip,
    province: address.province,
    country: address.country,
    last_name: address.lastName,
    address2: address.address2,
    company: address.company,
    latitude: null,
    longitude: null,
    name: name || null,
    country_code: address.countryCode,
    province_code: address.provinceCode,
  };
}
