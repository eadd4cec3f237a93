/** Webhook subscriptions: creating, changing and removing them with the errors Shopify answers (observed). */
import { gid, parseGid, type Ids } from './ids.ts';
import { hasScope, type Store, type Subscription } from './state.ts';

export interface SubscriptionInput {
  uri?: string | null;
  format?: 'JSON' | 'XML' | null;
  filter?: string | null;
  includeFields?: string[] | null;
  metafieldNamespaces?: string[] | null;
  name?: string | null;
}

export interface UserError {
  field: string[] | null;
  message: string;
}

export interface Subscriptions {
  create(topic: string, input: SubscriptionInput): { subscription: Subscription | null; userErrors: UserError[] };
  update(id: string, input: SubscriptionInput): { subscription: Subscription | null; userErrors: UserError[] };
  /** `deletedId` is the global id. */
  remove(id: string): { deletedId: string | null; userErrors: UserError[] };
}

const TOO_BIG = 64 * 1024;

// Shopify names the deprecated field even when `uri` was sent.
const address = (message: string): UserError => ({ field: ['webhookSubscription', 'callbackUrl'], message: `Address ${message}` });
const named = (message: string): UserError => ({ field: ['webhookSubscription', 'name'], message: `Name ${message}` });
const UNKNOWN: UserError = { field: ['id'], message: 'Webhook subscription does not exist' };

export const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
const isForbidden = (host: string): boolean =>
  /(^|\.)(myshopify|shopify)\.com$/.test(host) || host.endsWith('.internal') || isLoopback(host);

function addressErrors(uri: string | null | undefined, allowLoopback: boolean): UserError[] {
  if (!uri?.trim()) return [address("can't be blank")];
  if (Buffer.byteLength(uri) > TOO_BIG) return [address('is too big (maximum is 64 KB)')];
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(uri)?.[1]?.toLowerCase();
  if (scheme === 'pubsub') {
    if (/^pubsub:\/\/[^:/]+:[^:/]+$/.test(uri)) return [];
    return [
      address('protocol pubsub:// is not supported'),
      address('is not a valid GCP pub/sub format. Format should be pubsub://project:topic'),
    ];
  }
  if (uri.startsWith('arn:aws:events:')) return [];
  if (!URL.canParse(uri)) return [address('is invalid')];
  const { hostname } = new URL(uri);
  if (allowLoopback && isLoopback(hostname) && (scheme === 'http' || scheme === 'https')) return [];
  if (scheme !== 'https') return [address(`protocol ${scheme ?? ''}:// is not supported`)];
  return isForbidden(hostname) ? [address('cannot be a Shopify or an internal domain')] : [];
}

function nameErrors(store: Store, name: string | null | undefined, self: string | null): UserError[] {
  if (name == null) return [];
  const errors: UserError[] = [];
  if (name === '') errors.push(named('is too short (minimum is 1 character)'));
  if (!/^[A-Za-z0-9_-]+$/.test(name)) errors.push(named('name field can only contain alphanumeric characters, underscores, and hyphens'));
  const taken = [...store.subscriptions.values()].some((other) => other.id !== self && other.name?.toLowerCase() === name.toLowerCase());
  if (taken) errors.push(named('already exists, no duplicate allowed'));
  return errors;
}

/** The scope a topic needs; null: none. */
function scopeOf(topic: string): string | null {
  if (/^(ORDERS|REFUNDS|ORDER_TRANSACTIONS|RETURNS|CHECKOUTS)_/.test(topic)) return 'read_orders';
  if (topic.startsWith('CUSTOMERS_')) return 'read_customers';
  return topic.startsWith('PRODUCTS_') ? 'read_products' : null;
}

/**
 * `allowLoopback`: http and loopback addresses are taken, which the real one refuses; without them nothing could be delivered here.
 * A topic whose scope is missing is refused as a user error; Shopify's own words for that were not observed.
 */
export function createSubscriptions(store: Store, ids: Ids, now: () => number, allowLoopback: boolean): Subscriptions {
  function errorsOf(topic: string, input: SubscriptionInput, self: Subscription | null): UserError[] {
    const uri = input.uri ?? self?.uri;
    const errors = [...addressErrors(uri, allowLoopback), ...nameErrors(store, input.name, self?.id ?? null)];
    const format = input.format ?? self?.format ?? 'JSON';
    const same = (other: Subscription): boolean =>
      other.id !== self?.id && other.topic === topic && other.uri === uri && other.format === format;
    if ([...store.subscriptions.values()].some(same)) errors.push(address('for this topic has already been taken'));
    const scope = scopeOf(topic);
    if (scope && !hasScope(store, scope)) {
      const message = `You do not have permission to create or update webhooks with ${topic.toLowerCase()} topic (requires ${scope}).`;
      errors.push({ field: ['topic'], message });
    }
    return errors;
  }

  const find = (id: string): Subscription | undefined => {
    const parsed = parseGid(id);
    return parsed?.type === 'WebhookSubscription' ? store.subscriptions.get(parsed.id) : undefined;
  };

  return {
    create: (topic, input) => {
      const userErrors = errorsOf(topic, input, null);
      if (userErrors.length > 0) return { subscription: null, userErrors };
      const at = now();
      const subscription: Subscription = {
        id: ids.next('WebhookSubscription'),
        topic,
        uri: input.uri ?? '',
        format: input.format ?? 'JSON',
        filter: input.filter ?? null,
        includeFields: input.includeFields ?? [],
        metafieldNamespaces: input.metafieldNamespaces ?? [],
        name: input.name ?? null,
        createdAt: at,
        updatedAt: at,
        successes: 0,
      };
      store.subscriptions.set(subscription.id, subscription);
      return { subscription, userErrors };
    },
    update: (id, input) => {
      const subscription = find(id);
      if (!subscription) return { subscription: null, userErrors: [UNKNOWN] };
      // A given but empty address is an error, a missing one means "as it is".
      const userErrors = errorsOf(subscription.topic, input, subscription);
      if (userErrors.length > 0) return { subscription: null, userErrors };
      const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value != null));
      Object.assign(subscription, given, { updatedAt: now() });
      return { subscription, userErrors };
    },
    remove: (id) => {
      const subscription = find(id);
      if (!subscription) return { deletedId: null, userErrors: [UNKNOWN] };
      store.subscriptions.delete(subscription.id);
      return { deletedId: gid('WebhookSubscription', subscription.id), userErrors: [] };
    },
  };
}
