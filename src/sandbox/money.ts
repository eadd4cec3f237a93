/** Money in the sandbox: whole minor units, and Shopify's two ways to write an amount. */
import { ConnectorError } from '../core/errors.ts';
import { minorDigits, toDecimal, toMinor } from '../core/money.ts';

/** An amount as a test writes it: 12.5 or '12.50'. */
export type AmountInput = string | number;

const PPM = 1_000_000;

/** Minor units of an amount in `currency`; throws SANDBOX_INPUT for what is no amount or has more digits than the currency. */
export function minorUnits(amount: AmountInput, currency: string): number {
  const text = String(amount);
  const digits = minorDigits(currency);
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new ConnectorError('SANDBOX_INPUT', `"${text}" is no amount; write it like 12.50.`);
  const minor = Number(toMinor(text, digits));
  if (Number(text) !== minor / 10 ** digits) {
    throw new ConnectorError('SANDBOX_INPUT', `${text} has more digits than ${currency} has; write at most ${digits} after the point.`);
  }
  return minor;
}

/** As REST and webhook bodies write it: every digit of the currency ("15.00"; "1500" for JPY). */
export function restAmount(minor: number, currency: string): string {
  return toDecimal(BigInt(minor), minorDigits(currency));
}

/** As GraphQL's Decimal writes it (observed): no trailing zeros but at least one digit after the point ("15.0", "13.75", "1500.0"). */
export function graphqlAmount(minor: number, currency: string): string {
  const [whole = '0', fraction = ''] = restAmount(minor, currency).split('.');
  return `${whole}.${fraction.replace(/0+$/, '') || '0'}`;
}

/** `part` of `whole` parts of an amount, rounded half away from zero. All of it when `part` equals `whole`. */
export function share(amount: number, part: number, whole: number): number {
  if (whole === 0) return 0;
  const exact = (amount * part) / whole;
  return Math.sign(exact) * Math.round(Math.abs(exact));
}

/**
 * Splits an amount by weights. What does not divide evenly is handed out one minor unit at a time, from the first on (Shopify documents
 * this for discounts and taxes); the parts always add up to the amount. No weight at all: everything to the first.
 */
export function allocate(amount: number, weights: readonly number[]): number[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  if (whole === 0) return weights.map((_, index) => (index === 0 ? amount : 0));
  const parts = weights.map((weight) => Math.floor((amount * weight) / whole));
  let left = amount - parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part, index) => {
    if (left === 0 || weights[index] === 0) return part;
    left -= 1;
    return part + 1;
  });
}

/** Tax on `base`: on top of it, or the part of it when prices include taxes. `rate` is a fraction (0.2 is 20 %). */
export function taxOn(base: number, rate: number, included: boolean): number {
  const ppm = Math.round(rate * PPM);
  return included ? share(base, ppm, PPM + ppm) : share(base, ppm, PPM);
}

/** The same amount in the buyer's currency; `rate` is units of `to` for one unit of `from`. */
export function convert(minor: number, from: string, to: string, rate: number): number {
  const scaled = minor * rate * 10 ** (minorDigits(to) - minorDigits(from));
  return Math.sign(scaled) * Math.round(Math.abs(scaled));
}
