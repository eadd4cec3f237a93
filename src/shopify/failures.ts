/** What it means when Shopify does not answer a query, and what to do about it. */
import { ConnectorError } from '../core/errors.ts';

export interface GraphqlError {
  message: string;
  /** Set when the query was run: then one object may be at fault, not the query. */
  path?: (string | number)[] | undefined;
  extensions?: { code?: string | undefined; requiredAccess?: string | undefined; documentation?: string | undefined } | undefined;
}

/** Without approval for protected customer data Shopify gives null, this error, and everything else (documented). */
export function isWithheld({ message, extensions }: GraphqlError): boolean {
  return /protected-customer-data|not approved to (?:access|use)/i.test(`${message} ${extensions?.documentation ?? ''}`);
}

/** What an entry of `errors` means. Codes as Shopify documents them. */
export function graphqlFailure(domain: string, error: GraphqlError): ConnectorError {
  const { message, path, extensions } = error;
  switch (extensions?.code) {
    case 'ACCESS_DENIED': {
      if (isWithheld(error)) {
        const fix = 'give the app access to protected customer data (Dev Dashboard > the app > API access requests)';
        return new ConnectorError('SHOPIFY_ACCESS_DENIED', `${domain} withholds customer data; ${fix}.`);
      }
      const scope = /\b(?:read|write)_\w+/.exec(extensions.requiredAccess ?? message)?.[0];
      const fix = `give the app ${scope === undefined ? 'the scopes it asks for' : `the scope ${scope}`} (Dev Dashboard > the app > Versions)`;
      return new ConnectorError(
        'SHOPIFY_ACCESS_DENIED',
        `${domain} denies access; ${fix}, release it, accept it on the store and run connect.`,
      );
    }
    case 'MAX_COST_EXCEEDED':
      return new ConnectorError('SHOPIFY_MAX_COST', `A query costs more than ${domain} allows for one; please report this.`);
    case 'SHOP_INACTIVE':
      return frozen(domain);
    case 'INTERNAL_SERVER_ERROR':
    case 'TIMEOUT':
      return queryFailed(domain, extensions.code);
    default:
      if (path !== undefined) return queryFailed(domain, extensions?.code ?? 'no code');
      return new ConnectorError('SHOPIFY_QUERY_REFUSED', `${domain} refuses a query: "${message.slice(0, 200)}"; please report this.`);
  }
}

function queryFailed(domain: string, reason: string): ConnectorError {
  const message = `${domain} failed to answer a query (${reason}); it is tried again by itself.`;
  return new ConnectorError('SHOPIFY_QUERY_FAILED', message, { retryable: true });
}

/** What an HTTP status other than 2xx, 401 and 429 means. */
export function statusFailure(domain: string, status: number): ConnectorError {
  switch (status) {
    case 402:
      return frozen(domain);
    case 403:
      return new ConnectorError(
        'SHOPIFY_FORBIDDEN',
        `${domain} forbids the request (HTTP 403); check that the app's scopes were accepted on the store, then run connect.`,
      );
    case 404:
      return new ConnectorError(
        'SHOPIFY_SHOP_NOT_FOUND',
        `Shopify knows no shop ${domain}; check \`shop\` (admin: Settings > Domains shows the myshopify.com domain).`,
      );
    case 423:
      return new ConnectorError('SHOPIFY_SHOP_LOCKED', `${domain} is locked by Shopify; its owner has to contact Shopify support.`);
    default:
      if (status >= 500 || status === 408) return unavailable(domain, `HTTP ${status}`);
      return new ConnectorError('SHOPIFY_REFUSED', `${domain} refuses the request (HTTP ${status}); please report this.`);
  }
}

function frozen(domain: string): ConnectorError {
  return new ConnectorError(
    'SHOPIFY_SHOP_FROZEN',
    `${domain} is frozen; its owner has to settle the Shopify bill or reactivate the store.`,
  );
}

export function unavailable(domain: string, reason: string): ConnectorError {
  const message = `${domain} is not available (${reason}); it is tried again by itself. If it stays so, look at https://www.shopifystatus.com.`;
  return new ConnectorError('SHOPIFY_UNAVAILABLE', message, { retryable: true });
}

export function throttled(domain: string): ConnectorError {
  const message = `${domain} keeps refusing queries for their rate; they are tried again by themselves. Another program with the same app uses up its budget.`;
  return new ConnectorError('SHOPIFY_THROTTLED', message, { retryable: true });
}
