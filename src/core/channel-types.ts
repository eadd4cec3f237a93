/** The sales channel types Converge documents for `$sales_channel_type`. */

export const CHANNEL_TYPES = [
  'web',
  'subscription_contract',
  'sms',
  'mobile_app',
  'pos',
  'marketplace',
  'offline',
  'facebook_shop',
  'pinterest_shop',
  'tiktok_shop',
] as const;

export type ChannelType = (typeof CHANNEL_TYPES)[number];
