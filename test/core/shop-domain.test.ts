import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseShopDomain } from '../../src/core/shop-domain.ts';

const handle = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,40}$/);

describe('parseShopDomain', () => {
  it('finds the canonical domain in every pasted form', () => {
    fc.assert(
      fc.property(handle, (name) => {
        const domain = `${name}.myshopify.com`;
        for (const form of [
          name,
          ` ${name.toUpperCase()}\n`,
          domain,
          `${domain}/`,
          `${domain}.`,
          `//${domain}`,
          `http://${domain}`,
          `HTTPS://${domain}/admin/orders?x=1#y`,
          `https://${domain}:443/`,
          `https://admin.shopify.com/store/${name}`,
          `admin.shopify.com/store/${name}/orders/1?x=y`,
        ]) {
          expect(parseShopDomain(form), form).toBe(domain);
        }
      }),
    );
  });

  it.each([
    '',
    ' ',
    'shop.example.com',
    'https://shop.example.com',
    'myshopify.com',
    '.myshopify.com',
    '-a.myshopify.com',
    'a.b.myshopify.com',
    'a.myshopify.com.evil.com',
    'amyshopify.com',
    'https://evil.com/a.myshopify.com',
    'https://a.myshopify.com@evil.com',
    'https://evil@a.myshopify.com',
    'https://a.myshopify.com:8443',
    'https://admin.shopify.com',
    'https://admin.shopify.com/store/',
    'https://admin.shopify.com/store/a.b',
    'https://admin.shopify.com/orders',
    'ftp://a.myshopify.com',
    'a b',
    'a/b',
    'http://',
    `${'a'.repeat(64)}.myshopify.com`,
    'gid://shopify/Shop/1',
  ])('refuses %j', (text) => {
    expect(parseShopDomain(text)).toBeNull();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseShopDomain(text)));
  });
});
