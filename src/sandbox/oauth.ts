/** The client-credentials grant: tokens that last a day, and Shopify's error pages, which tell the reason in their title only. */
import type { Random } from './random.ts';
import type { Store } from './state.ts';

export interface OauthAnswer {
  status: number;
  contentType: string;
  body: string;
}

/** Errors that no request of a single shop can cause by itself; set to have them. */
export type OauthTrouble = 'shop_not_permitted' | 'shop_not_found' | null;

export interface Oauth {
  grant(body: string, contentType: string | undefined): OauthAnswer;
  /** The token is alive. */
  knows(token: string | undefined): boolean;
  revokeAll(): void;
  setTrouble(trouble: OauthTrouble): void;
}

export interface OauthOptions {
  store: Store;
  random: Random;
  now(): number;
  clientId: string;
  clientSecret: string;
  /** A permanent token of an app made in the Shopify admin; null: none. */
  accessToken: string | null;
}

/** Always this long, by Shopify's documentation. */
const EXPIRES_IN_S = 86_399;

function page(status: number, title: string, text: string): OauthAnswer {
  const body = `<!DOCTYPE html>\n<html lang="en">\n<head>\n<title>${title}</title>\n</head>\n<body>\n<h1>${text}</h1>\n</body>\n</html>\n`;
  return { status, contentType: 'text/html; charset=utf-8', body };
}

const refuse = (reason: string, text: string): OauthAnswer => page(400, `400 - Oauth error ${reason}`, `Oauth error ${reason}: ${text}`);

function readFields(body: string, contentType: string | undefined): Record<string, unknown> {
  if (!contentType?.includes('json')) return Object.fromEntries(new URLSearchParams(body));
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

export function createOauth(options: OauthOptions): Oauth {
  const { store, random, now } = options;
  const tokens = new Map<string, number>();
  let trouble: OauthTrouble = null;
  return {
    grant: (body, contentType) => {
      if (trouble === 'shop_not_found') return page(404, '404 Not Found', 'Sorry, this shop is currently unavailable.');
      const fields = readFields(body, contentType);
      if (fields['client_id'] !== options.clientId) return refuse('application_cannot_be_found', 'Application could not be found');
      if (fields['client_secret'] !== options.clientSecret) return refuse('invalid_request', 'Client secret is invalid');
      if (fields['grant_type'] !== 'client_credentials') return refuse('invalid_request', 'Unsupported grant type');
      if (trouble === 'shop_not_permitted') return refuse('shop_not_permitted', 'Client credentials cannot be performed on this shop.');
      if (!store.installed) return refuse('app_not_installed', 'The application is not installed on this shop.');
      const token = `shpat_${random.hex(32)}`;
      tokens.set(token, now() + EXPIRES_IN_S * 1000);
      const answer = { access_token: token, scope: store.scopes.join(','), expires_in: EXPIRES_IN_S };
      return { status: 200, contentType: 'application/json; charset=utf-8', body: JSON.stringify(answer) };
    },
    knows: (token) => {
      if (token === undefined || !store.installed) return false;
      return token === options.accessToken || (tokens.get(token) ?? -Infinity) > now();
    },
    revokeAll: () => tokens.clear(),
    setTrouble: (changed) => {
      trouble = changed;
    },
  };
}
