/** What it means when Shopify gives no token, told by the error page's title, and what to do about it. */
import { ConnectorError } from '../core/errors.ts';
import type { Answer } from './transport.ts';

/**
 * The grant answers errors with HTTP 400 and an HTML page whose reason is only in its `<title>` (observed, and by several public implementations);
 * a wrong shop with 404, trouble of Shopify's with 429 or 5xx.
 */
export function grantRefusal(domain: string, { status, text }: Answer): ConnectorError {
  const title = pageTitle(text);
  const reason = title ?? text.slice(0, 1_000);
  if (status === 429 || status >= 500) return tokenUnavailable(domain, `HTTP ${status}`);
  if (status === 404) {
    return new ConnectorError(
      'TOKEN_NO_SUCH_SHOP',
      `Shopify knows no shop ${domain}; check \`shop\` (admin: Settings > Domains shows the myshopify.com domain).`,
    );
  }
  if (reason.includes('shop_not_permitted')) {
    return new ConnectorError(
      'TOKEN_SHOP_NOT_PERMITTED',
      `The app and ${domain} do not belong to the same organisation, so Shopify gives it no token; create the app in the Dev Dashboard of the organisation that owns the store.`,
    );
  }
  if (reason.includes('application_cannot_be_found')) {
    return new ConnectorError(
      'TOKEN_UNKNOWN_CLIENT',
      'Shopify knows no app with this client id; copy the client id again from the Dev Dashboard (the app > Settings) into clientId.',
    );
  }
  if (reason.includes('app_not_installed')) {
    return new ConnectorError(
      'TOKEN_APP_NOT_INSTALLED',
      `The app is not installed on ${domain}; install it with its install link (Dev Dashboard > the app > Home), then run connect.`,
    );
  }
  if (reason.includes('invalid_request')) {
    return new ConnectorError(
      'TOKEN_WRONG_SECRET',
      'The client secret does not belong to this client id; copy it again from the Dev Dashboard (the app > Settings) into clientSecret, and the old one into previousClientSecret if it was rotated.',
    );
  }
  const said = title === null ? '' : ` ("${title}")`;
  return new ConnectorError(
    'TOKEN_REFUSED',
    `Shopify refused a token for ${domain}: HTTP ${status}${said}; check clientId, clientSecret and that the app is installed on this store.`,
  );
}

/** Nothing is wrong on our side: the same request works later. */
export function tokenUnavailable(domain: string, reason: string): ConnectorError {
  const message = `Shopify gave no token for ${domain} (${reason}); it is tried again by itself. If it stays so, look at https://www.shopifystatus.com.`;
  return new ConnectorError('TOKEN_UNAVAILABLE', message, { retryable: true });
}

export function accessTokenRefused(domain: string): ConnectorError {
  return new ConnectorError(
    'TOKEN_ACCESS_TOKEN_REFUSED',
    `${domain} refuses the access token; copy the Admin API access token of the installed app again into accessToken, or install the app again.`,
  );
}

/** A token minted a moment ago was refused as well. */
export function newTokenRefused(domain: string): ConnectorError {
  return new ConnectorError(
    'TOKEN_NOT_ACCEPTED',
    `${domain} refuses even a new token; install the app on the store again, then run connect.`,
  );
}

const REFUSED_FOR_GOOD = new Set([
  'TOKEN_SHOP_NOT_PERMITTED',
  'TOKEN_UNKNOWN_CLIENT',
  'TOKEN_APP_NOT_INSTALLED',
  'TOKEN_NO_SUCH_SHOP',
  'TOKEN_ACCESS_TOKEN_REFUSED',
  'TOKEN_NOT_ACCEPTED',
]);

/**
 * Whether Shopify refuses this app on this shop until somebody acts there: what makes an uninstall believable.
 * A wrong secret is none of these: rotating the secret makes it, with the app still installed.
 */
export function isConnectionRefused(error: unknown): boolean {
  return error instanceof ConnectorError && REFUSED_FOR_GOOD.has(error.code);
}

function pageTitle(html: string): string | null {
  const title = /<title[^>]*>([^<]{1,300})/i.exec(html)?.[1];
  return title === undefined
    ? null
    : title
        .replace(/[\s"]+/g, ' ')
        .trim()
        .slice(0, 120);
}
