/** The canonical domain of a shop, from whatever form it was pasted in. Pure. */

const HANDLE = /^[a-z0-9][a-z0-9_-]*$/;
const SUFFIX = '.myshopify.com';

/**
 * `convergestore`, `convergestore.myshopify.com`, any URL on that domain and an admin link (`https://admin.shopify.com/store/convergestore/…`)
 * become `convergestore.myshopify.com`, in any case and with blanks around. Null for everything else, a shop's own domain included:
 * which shop is behind it cannot be known from the text.
 */
export function parseShopDomain(input: string): string | null {
  const text = input.trim().toLowerCase();
  if (isHandle(text)) return text + SUFFIX;

  const url = toUrl(text);
  if (!url || url.username || url.password || url.port) return null;
  const host = url.hostname.replace(/\.$/, '');
  if (host === 'admin.shopify.com') {
    const handle = /^\/store\/([^/]+)/.exec(url.pathname)?.[1] ?? '';
    return isHandle(handle) ? handle + SUFFIX : null;
  }
  const handle = host.endsWith(SUFFIX) ? host.slice(0, -SUFFIX.length) : '';
  return isHandle(handle) ? host : null;
}

/** Shopify's own rule for the first label; 63 is DNS's limit. */
function isHandle(text: string): boolean {
  return text.length <= 63 && HANDLE.test(text);
}

function toUrl(text: string): URL | null {
  const withScheme = /^https?:\/\//.test(text) ? text : `https://${text.replace(/^\/\//, '')}`;
  return URL.canParse(withScheme) ? new URL(withScheme) : null;
}
