/** Turns what people type as a phone number into E.164. */
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min';
import { filled } from './text.ts';

/**
 * The number in E.164, or null when it is none. A national number is read by the rules of `country` (ISO 3166-1 alpha-2); without a
 * country only an international one can be read. Judged by length, not by assigned ranges: those change faster than any table of them.
 */
export function e164(phone: string | null, country: string | null): string | null {
  const text = filled(phone);
  if (text === null) return null;
  const number = parsePhoneNumberFromString(text, (country ?? undefined) as CountryCode | undefined);
  return number?.isPossible() ? number.number : null;
}
