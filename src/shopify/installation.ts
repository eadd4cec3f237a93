/** The shop's facts and what the token may do there. */
import type { Query } from './client.ts';
import { Installation as InstallationQuery } from './generated.ts';
import { whole } from './pages.ts';
import type { Installation } from './types.ts';

/** See Shopify.installation. */
export async function readInstallation(query: Query): Promise<Installation> {
  const { shop, currentAppInstallation } = whole(await query(InstallationQuery, {}));
  const granted = currentAppInstallation.accessScopes.map(({ handle }) => handle);
  // Shopify documents that write_x includes read_x; it does not list it.
  const implied = granted.filter((scope) => scope.startsWith('write_')).map((scope) => scope.replace('write_', 'read_'));
  return {
    domain: shop.myshopifyDomain,
    shopName: shop.name,
    currency: shop.currencyCode,
    timeZone: shop.ianaTimezone,
    scopes: [...new Set([...granted, ...implied])].sort(),
  };
}
