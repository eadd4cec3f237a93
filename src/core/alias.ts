/** What may identify a person: profiles that share one alias merge for good, so what many orders share is never an alias. */

/** Converge takes at most this many. */
export const MAX_ALIASES = 10;

/** Longer values are no ids; they would be free text in an order attribute. */
const MAX_VALUE_LENGTH = 256;

/**
 * Addresses a marketplace makes up per order or per buyer and withdraws again, by domain. Observed in merchants' help pages:
 * Amazon and eBay under every country, TikTok under `scs.tiktokw.us`, `scs3.tiktok.com` and `chat-seller-us.tiktok.com`, Walmart.
 */
const RELAY_DOMAIN =
  /^(?:(?:[a-z0-9-]+\.)*marketplace\.amazon\.[a-z.]+|members\.ebay\.[a-z.]+|(?:scs\d*|chat-seller[a-z-]*)\.tiktokw?\.[a-z]+|relay\.walmart\.com)$/;

/** Local parts that tills, apps and staff fill in when the buyer gave no address: one mailbox for many people. */
const PLACEHOLDER_MAILBOX =
  /^(?:no-?_?reply|do-?_?not-?_?reply|no-?_?e?mail|none|null|undefined|unknown|anonymous|walk-?_?in|in-?_?store|pos)$/;

/** Values that stand for "nothing" in tokens, ids and attributes. */
const PLACEHOLDER_VALUE = /^(?:null|undefined|none|nil|nan|unknown|n\/a|na|false|true|0+|-+|\[object object\])$/i;

/** Whether a lower-case address may identify a person: no marketplace relay (`moreRelays`: further domains, any case), no placeholder. */
export function identifiesPerson(email: string, moreRelays: readonly string[]): boolean {
  const at = email.lastIndexOf('@');
  const domain = email.slice(at + 1);
  if (RELAY_DOMAIN.test(domain) || PLACEHOLDER_MAILBOX.test(email.slice(0, at))) return false;
  // The shop's own technical domain: a merchant's address, never a buyer's.
  if (domain.endsWith('.myshopify.com')) return false;
  return !moreRelays.some((relay) => {
    const wanted = relay.trim().toLowerCase().replace(/^@/, '');
    return domain === wanted || domain.endsWith(`.${wanted}`);
  });
}

/** A token, id or attribute value fit for an alias, trimmed; null when it is empty, a stand-in for nothing, or no id at all. */
export function aliasValue(value: string | null | undefined): string | null {
  if (typeof value !== 'string') return null;
  const trimmed = value.trim();
  if (trimmed === '' || trimmed.length > MAX_VALUE_LENGTH || /\s/.test(trimmed) || PLACEHOLDER_VALUE.test(trimmed)) return null;
  return trimmed;
}
