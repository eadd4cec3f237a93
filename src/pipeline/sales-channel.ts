/** Maps Shopify's `source_name` to a sales channel type of Converge. */
import type { ChannelType } from '../core/channel-types.ts';
import { filled } from './text.ts';

/** Converge's published table but for renewals, which have a prefix, and the numeric app ids under which Shopify reports the same channels (observed in real orders). */
const TABLE = new Map<string, ChannelType>([
  ['web', 'web'],
  ['580111', 'web'],
  ['12875497473', 'web'],
  ['shopify_draft_order', 'offline'],
  ['1354745', 'offline'],
  ['edit order', 'offline'],
  ['pos', 'pos'],
  ['129785', 'pos'],
  ['3890849', 'marketplace'],
  ['amazon', 'marketplace'],
  ['sell-on-amazon', 'marketplace'],
  ['2329312', 'facebook_shop'],
  ['4383523', 'tiktok_shop'],
  ['tiktok', 'tiktok_shop'],
  ['3009811', 'pinterest_shop'],
]);

/** Missing or unmapped counts as this (Converge documents it so). */
const DEFAULT_CHANNEL: ChannelType = 'web';

/** Renewals carry `subscription_contract_checkout_one` since autumn 2025 (observed); more suffixes may follow. */
const RENEWAL_PREFIX = 'subscription_contract';

export interface SalesChannel {
  type: string;
  /** False: the type is the fallback for a source name nobody mapped. An order without a source name has nothing to map. */
  mapped: boolean;
}

/** Whether Shopify names a subscription contract as the source: a renewal, whichever app bills it. */
export function isRenewalSource(sourceName: string | null): boolean {
  return filled(sourceName)?.toLowerCase().startsWith(RENEWAL_PREFIX) ?? false;
}

/** `overrides` (source name, any case -> channel type) go before the built-in table. */
export function salesChannel(sourceName: string | null, overrides: Record<string, string>): SalesChannel {
  const source = filled(sourceName);
  if (source === null) return { type: DEFAULT_CHANNEL, mapped: true };
  const key = source.toLowerCase();
  for (const name in overrides) {
    if (name.trim().toLowerCase() === key) return { type: overrides[name] ?? DEFAULT_CHANNEL, mapped: true };
  }
  const type = TABLE.get(key) ?? (isRenewalSource(key) ? 'subscription_contract' : null);
  return { type: type ?? DEFAULT_CHANNEL, mapped: type !== null };
}
