/** Whether a webhook was signed with one of the app's secrets. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** The base64 of 32 bytes. */
const SIGNATURE_LENGTH = 44;

/**
 * Shopify documents `X-Shopify-Hmac-Sha256` as base64(HMAC-SHA256(client secret, raw body)). Compares in constant time and with every secret; never throws.
 * The header must be exactly those 44 characters: comparing text instead of decoded bytes leaves no second spelling of a signature.
 * An empty secret signs nothing, or anybody could.
 */
export function verifyHmac(secrets: readonly string[], raw: Buffer, header: unknown): boolean {
  if (typeof header !== 'string' || header.length !== SIGNATURE_LENGTH) return false;
  const given = Buffer.from(header, 'latin1');
  let matched = false;
  for (const secret of secrets) {
    if (secret === '') continue;
    const expected = Buffer.from(createHmac('sha256', secret).update(raw).digest('base64'), 'latin1');
    matched = timingSafeEqual(expected, given) || matched;
  }
  return matched;
}
