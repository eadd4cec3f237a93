/** Turns what people type as a phone number into E.164. */
import { Metadata, getCountries, getCountryCallingCode, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min';
import { filled } from './text.ts';

/** Calling code -> lengths a number may have in every country of that code, without the code; built at first use. */
const lengths = new Map<string, number[]>();

/**
 * The number in E.164, or null when it is none. A national number is read by the rules of `country` (ISO 3166-1 alpha-2); without a
 * country only an international one can be read. Judged by length, not by assigned ranges: those change faster than any table of them.
 */
export function e164(phone: string | null, country: string | null): string | null {
  const text = filled(phone);
  if (text === null) return null;
  const plain = text.replaceAll(BETWEEN, '');
  if (isE164(plain)) return plain;
  const number = parsePhoneNumberFromString(text, (country ?? undefined) as CountryCode | undefined);
  return number?.isPossible() ? number.number : null;
}

/** Calling codes whose numbers may begin with a carrier code or a prefix other than 0, which only parsing takes away. */
const PARSED_ALWAYS = new Set(['55', '86', '352', '375']);

/** What people put between digits. */
const BETWEEN = /[ .()-]/g;

/** Most numbers are E.164 already, or are once that is taken away; telling so by a table is thirty times faster than parsing. False: not sure. */
function isE164(text: string): boolean {
  if (!/^\+[1-9]\d{6,14}$/.test(text)) return false;
  if (lengths.size === 0) readLengths();
  for (let digits = 1; digits <= 3; digits += 1) {
    const known = lengths.get(text.slice(1, 1 + digits));
    // A zero after the calling code is mostly a national prefix that does not belong there.
    if (known) return known.includes(text.length - 1 - digits) && text[1 + digits] !== '0';
  }
  return false;
}

function readLengths(): void {
  const metadata = new Metadata();
  for (const country of getCountries()) {
    metadata.selectNumberingPlan(country);
    const code = getCountryCallingCode(country);
    if (PARSED_ALWAYS.has(code)) continue;
    const possible = metadata.numberingPlan?.possibleLengths() ?? [];
    lengths.set(code, lengths.get(code)?.filter((length) => possible.includes(length)) ?? possible);
  }
}
