/** What one setting demands of another. Works on data that may be wrong elsewhere, so that every problem is told at once. */
import { isLoopback } from '../core/loopback.ts';
import { parseShopDomain } from '../core/shop-domain.ts';
import type { Found } from './issues.ts';
import type { Path } from './problem.ts';

type Mapping = Record<string, unknown>;

/** `data`: the file with its references replaced, not yet known to be valid. */
export function crossCheck(data: unknown): Found[] {
  const root = mapping(data);
  const server = mapping(root.server);
  const admin = mapping(root.admin);
  const stores = (Array.isArray(root.stores) ? root.stores : []).map(mapping);
  return [
    ...adminPassword(admin),
    ...samePort(server, admin),
    ...stores.flatMap((store, index) => credentials(store, ['stores', index], 'publicUrl' in server)),
    ...stores.flatMap((store, index) => destination(store, ['stores', index])),
    ...duplicates(stores, 'name', (value) => value.toLowerCase(), 'Give each store its own name.'),
    ...duplicates(stores, 'shop', parseShopDomain, 'Keep one of the two: a shop has one app, one set of rules and one place here.'),
  ];
}

function adminPassword(admin: Mapping): Found[] {
  if (typeof admin.host !== 'string' || isLoopback(admin.host) || 'password' in admin) return [];
  return [
    {
      path: ['admin', 'password'],
      message: 'is missing, and admin.host is not loopback: anyone who reaches it could look in',
      fix: 'Add password: ${ADMIN_PASSWORD}, or set admin.host to 127.0.0.1.',
    },
  ];
}

function samePort(server: Mapping, admin: Mapping): Found[] {
  const given = server.port ?? 3000;
  if (given === 0 || given !== (admin.port ?? 3001)) return [];
  return [{ path: ['admin', 'port'], message: 'is the port of server.port too', fix: 'Give each its own.' }];
}

/** Either client id and secret, or a token; and the secret as soon as webhooks come. */
function credentials(store: Mapping, path: Path, webhooks: boolean): Found[] {
  const has = (key: string) => key in store;
  const missing = (key: string, why: string, reference: string) => [
    { path: [...path, key], message: `is missing${why}`, fix: `Add ${key}: ${reference}.` },
  ];
  const needSecret = (why: string) => missing('clientSecret', why, '${SHOPIFY_CLIENT_SECRET}');
  if (has('accessToken')) {
    return webhooks && !has('clientSecret')
      ? needSecret(": server.publicUrl is set, and webhooks are signed with the app's API secret key")
      : [];
  }
  if (has('clientId')) return has('clientSecret') ? [] : needSecret(' beside clientId');
  if (has('clientSecret'))
    return missing('clientId', ' beside clientSecret', '${SHOPIFY_CLIENT_ID} (or accessToken, for an app created in the Shopify admin)');
  return [
    {
      path,
      message: 'has no credentials for Shopify',
      fix: 'Add clientId: ${SHOPIFY_CLIENT_ID} and clientSecret: ${SHOPIFY_CLIENT_SECRET} of the app, or accessToken: ${SHOPIFY_ACCESS_TOKEN} for an app created in the Shopify admin.',
    },
  ];
}

function destination(store: Mapping, path: Path): Found[] {
  if ('converge' in store || 'convead' in store) return [];
  const fix = 'Add converge: { endpoint: "${CONVERGE_ENDPOINT}" }, or convead: { appKey: "${CONVEAD_APP_KEY}" }, or both.';
  return [{ path: [...path, 'converge'], message: 'is missing, and so is convead: events would go nowhere', fix }];
}

function duplicates(stores: Mapping[], key: string, canonical: (value: string) => string | null, fix: string): Found[] {
  const first = new Map<string, number>();
  return stores.flatMap((store, index) => {
    const value = store[key];
    const same = typeof value === 'string' ? canonical(value) : null;
    if (same === null) return [];
    const other = first.get(same);
    if (other === undefined) {
      first.set(same, index);
      return [];
    }
    return [{ path: ['stores', index, key], message: `is that of stores[${other}] too`, fix }];
  });
}

function mapping(value: unknown): Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {};
}
