/** Money without floats: decimal strings to whole minor units of a currency, and back. */

/** Minor-unit digits that are not 2 (ISO 4217). */
const DIGITS = new Map<string, number>([
  ...['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'].map(
    (code) => [code, 0] as const,
  ),
  ...['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'].map((code) => [code, 3] as const),
  ...['CLF', 'UYW'].map((code) => [code, 4] as const),
]);

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?$/;

/** How many digits the minor unit of an ISO 4217 currency has; 2 for a code that is not known. */
export function minorDigits(currency: string): number {
  return DIGITS.get(currency) ?? 2;
}

/**
 * Whole minor units of a decimal string ("15.0" with 2 digits: 1500). A longer fraction is rounded half up, away from zero for
 * negative amounts, so that a refund mirrors its sale. What is no decimal (null, "", "n/a") is 0: an absent amount must not stop an order.
 */
export function toMinor(amount: string | null | undefined, digits: number): bigint {
  if (amount === null || amount === undefined) return 0n;
  const parts = DECIMAL.exec(amount);
  if (!parts) return 0n;
  const [, sign, whole = '', fraction = ''] = parts;
  const kept = fraction.length <= digits ? fraction.padEnd(digits, '0') : fraction.slice(0, digits);
  let minor = BigInt(whole + kept);
  if (fraction.charCodeAt(digits) >= 53) minor += 1n;
  return sign === '-' ? -minor : minor;
}

/** Minor units as a decimal string with all digits of the currency ("15.00", "-0.05", "30" for a currency without minor unit). */
export function toDecimal(minor: bigint, digits: number): string {
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0');
  const sign = minor < 0n ? '-' : '';
  if (digits === 0) return sign + text;
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/**
 * Minor units as a JSON number. Division of two exact integers gives the double nearest to the decimal, and JSON writes the shortest
 * text for it: 30.3, never 30.300000000000004.
 */
export function toNumber(minor: bigint, digits: number): number {
  if (minor >= -9007199254740991n && minor <= 9007199254740991n) return Number(minor) / 10 ** digits;
  return Number(toDecimal(minor, digits));
}
