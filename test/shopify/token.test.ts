import { afterEach, describe, expect, test } from 'vitest';
import { ConnectorError } from '../../src/core/errors.ts';
import { createShopify, isConnectionRefused } from '../../src/shopify/index.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { handClock } from '../clock.ts';
import { connectTo, cost, DOMAIN, INSTALLED, passing, startShop, type Answer, type Connected, type Shop } from './shop.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

async function setUp(
  answers: { grant?: Answer; graphql?: Answer },
  options: Parameters<typeof connectTo>[1] = {},
): Promise<Connected & { shop: Shop }> {
  const shop = await startShop({ graphql: () => ({ json: { ...INSTALLED, extensions: cost(2, 2) } }), ...answers });
  const connected = connectTo(shop, options);
  open.push(shop, connected.shopify);
  return { shop, ...connected };
}

async function failure({ shopify, clock }: Connected): Promise<ConnectorError> {
  const outcome = passing(clock, shopify.installation()).then(
    () => null,
    (error: unknown) => error,
  );
  const error = await outcome;
  expect(error).toBeInstanceOf(ConnectorError);
  return error as ConnectorError;
}

const page = (title: string) => ({
  status: 400,
  html: `<!DOCTYPE html>\n<html><head><title>400 - Oauth error ${title}</title></head><body>…</body></html>`,
});

describe('the grant', () => {
  test('sends what Shopify asks for, once, and uses the token', async () => {
    const { shop, shopify } = await setUp({});
    const installation = await shopify.installation();
    expect(installation).toEqual({
      domain: DOMAIN,
      shopName: 'Converge',
      currency: 'EUR',
      timeZone: 'Europe/Berlin',
      scopes: ['read_customers', 'read_orders', 'write_orders'],
    });
    await shopify.installation();
    expect(shop.grants()).toHaveLength(1);
    expect(shop.grants()[0]?.body).toEqual({ client_id: 'client-id', client_secret: 'canary-secret', grant_type: 'client_credentials' });
    expect(shop.queries().map(({ headers }) => headers['x-shopify-access-token'])).toEqual(['token-1', 'token-1']);
  });

  test.each([
    ['shop_not_permitted', 'TOKEN_SHOP_NOT_PERMITTED', /organisation that owns the store/, true],
    ['application_cannot_be_found', 'TOKEN_UNKNOWN_CLIENT', /copy the client id again/, true],
    ['invalid_request', 'TOKEN_WRONG_SECRET', /client secret/, false],
    ['app_not_installed', 'TOKEN_APP_NOT_INSTALLED', /install it/, true],
    ['something_new', 'TOKEN_REFUSED', /400 - Oauth error something_new/, false],
  ])('%s is %s', async (title, code, fix, refused) => {
    const connected = await setUp({ grant: () => page(title) });
    const error = await failure(connected);
    expect(error).toMatchObject({ code, retryable: false });
    expect(error.message).toMatch(fix);
    expect(error.message).not.toContain('canary-secret');
    expect(isConnectionRefused(error)).toBe(refused);
    expect(connected.shop.grants()).toHaveLength(1);
  });

  test('404 is a wrong shop', async () => {
    const error = await failure(await setUp({ grant: () => ({ status: 404, html: '<title>Not Found</title>' }) }));
    expect(error.code).toBe('TOKEN_NO_SUCH_SHOP');
    expect(error.message).toContain(DOMAIN);
    expect(isConnectionRefused(error)).toBe(true);
  });

  test.each([
    ['520', { status: 520, html: '<title>520</title>' }],
    ['503 with JSON', { status: 503, json: { errors: 'down' } }],
    ['429', { status: 429, html: 'slow down' }],
    ['a cut connection', 'drops'],
    ['a maintenance page with 200', { status: 200, html: '<html><title>Back soon</title></html>' }],
    ['an answer without a token', { json: { scope: 'read_orders' } }],
    ['an answer that hangs', 'hangs'],
  ] as const)('%s is temporary: tried three times, then TOKEN_UNAVAILABLE', async (_, reply) => {
    const connected = await setUp({ grant: () => reply }, { timeoutMs: reply === 'hangs' ? 300 : 20_000 });
    const error = await failure(connected);
    expect(error).toMatchObject({ code: 'TOKEN_UNAVAILABLE', retryable: true });
    expect(isConnectionRefused(error)).toBe(false);
    expect(connected.shop.grants()).toHaveLength(3);
  });

  test('a temporary failure heals by itself', async () => {
    let calls = 0;
    const { shopify, clock } = await setUp({
      grant: () => ((calls += 1) < 3 ? { status: 520, html: '' } : { json: { access_token: 'late', expires_in: 86_399 } }),
    });
    expect((await passing(clock, shopify.installation())).value.domain).toBe(DOMAIN);
  });

  test('no server at all is named', async () => {
    const connected = await setUp({});
    await connected.shop.close();
    open.splice(open.indexOf(connected.shop), 1);
    const error = await failure(connected);
    expect(error.code).toBe('TOKEN_UNAVAILABLE');
    expect(error.message).toContain('ECONNREFUSED');
  });

  test('a redirect is not followed', async () => {
    const connected = await setUp({
      grant: () => ({ status: 301, headers: { location: 'https://renamed.myshopify.com/admin/oauth/access_token' } }),
    });
    const error = await failure(connected);
    expect(error.code).toBe('SHOPIFY_REDIRECTED');
    expect(error.message).toContain('renamed.myshopify.com');
  });

  test('two shops in one process, asked at the same time, each get their own token', async () => {
    const [one, two] = await Promise.all(
      ['one', 'two'].map((name) => setUp({ grant: () => ({ json: { access_token: `of-${name}`, expires_in: 86_399 } }) })),
    );
    await Promise.all([one!.shopify.installation(), two!.shopify.installation()]);
    expect(one!.shop.queries()[0]?.headers['x-shopify-access-token']).toBe('of-one');
    expect(two!.shop.queries()[0]?.headers['x-shopify-access-token']).toBe('of-two');
  });

  test('http to another machine is refused before anything is sent', () => {
    const logger = createLogger({ level: 'silent', fd: 1, pretty: false, colour: false });
    const options = { domain: DOMAIN, credentials: { accessToken: 'x' }, clock: handClock(), random: () => 0, logger };
    expect(() => createShopify({ ...options, origin: 'http://shop.example.com' })).toThrow(/https only/);
    expect(() => createShopify({ ...options, origin: 'http://127.0.0.1:4010' })).not.toThrow();
  });
});

describe('the life of a token', () => {
  test('many at once ask for one token', async () => {
    const times: number[] = [];
    const { shop, shopify, clock } = await setUp({}, { onToken: (at) => times.push(at) });
    await Promise.all(Array.from({ length: 10 }, () => shopify.installation()));
    expect(shop.grants()).toHaveLength(1);
    expect(times).toEqual([clock.now()]);
  });

  test('it is renewed at least a minute before its end, and only then', async () => {
    const { shop, shopify, clock } = await setUp({});
    await shopify.installation();
    await clock.advance((86_399 - 301) * 1000);
    await shopify.installation();
    expect(shop.grants()).toHaveLength(1);
    await clock.advance(60_000);
    await shopify.installation();
    expect(shop.grants()).toHaveLength(2);
    expect(shop.queries().at(-1)?.headers['x-shopify-access-token']).toBe('token-2');
  });

  test('while renewing fails the old one is used until its end, then the failure shows', async () => {
    let calls = 0;
    const connected = await setUp({
      grant: () => ((calls += 1) === 1 ? { json: { access_token: 'first', expires_in: 86_399 } } : { status: 520, html: '' }),
    });
    const { shopify, clock, shop, log } = connected;
    await shopify.installation();
    await clock.advance((86_399 - 120) * 1000);
    await shopify.installation();
    await shopify.installation();
    expect(shop.queries().at(-1)?.headers['x-shopify-access-token']).toBe('first');
    // One attempt, not one per query.
    expect(calls).toBe(2);
    expect(log.some(({ msg }) => msg === 'token could not be renewed, the old one is used')).toBe(true);
    await clock.advance(121_000);
    expect((await failure(connected)).code).toBe('TOKEN_UNAVAILABLE');
  });

  test('a token that lives for seconds is not asked for at every query', async () => {
    const { shop, shopify, clock } = await setUp({ grant: () => ({ json: { access_token: 'short', expires_in: 20 } }) });
    await shopify.installation();
    await shopify.installation();
    expect(shop.grants()).toHaveLength(1);
    await clock.advance(11_000);
    await shopify.installation();
    expect(shop.grants()).toHaveLength(2);
  });

  test('a 401 brings one new token and the same request again', async () => {
    const { shop, shopify } = await setUp({
      graphql: ({ headers }) =>
        headers['x-shopify-access-token'] === 'token-1'
          ? { status: 401, json: { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' } }
          : { json: INSTALLED },
    });
    expect((await shopify.installation()).domain).toBe(DOMAIN);
    expect(shop.grants()).toHaveLength(2);
    expect(shop.queries().map(({ operation }) => operation)).toEqual(['Installation', 'Installation']);
  });

  test('ten queries with a dead token bring one new token', async () => {
    const { shop, shopify } = await setUp({
      graphql: ({ headers }) => (headers['x-shopify-access-token'] === 'token-1' ? { status: 401, json: {} } : { json: INSTALLED }),
    });
    await Promise.all(Array.from({ length: 10 }, () => shopify.installation()));
    expect(shop.grants()).toHaveLength(2);
  });

  test('a new token that is refused too ends it', async () => {
    const connected = await setUp({ graphql: () => ({ status: 401, json: {} }) });
    const error = await failure(connected);
    expect(error.code).toBe('TOKEN_NOT_ACCEPTED');
    expect(isConnectionRefused(error)).toBe(true);
    expect(connected.shop.grants()).toHaveLength(2);
  });

  test('after an uninstall the 401 leads to the reason', async () => {
    let installed = true;
    const connected = await setUp({
      grant: () => (installed ? { json: { access_token: 'alive', expires_in: 86_399 } } : page('app_not_installed')),
      graphql: () => (installed ? { json: INSTALLED } : { status: 401, json: {} }),
    });
    await connected.shopify.installation();
    installed = false;
    expect((await failure(connected)).code).toBe('TOKEN_APP_NOT_INSTALLED');
  });

  test('a forgotten token is asked for again, also one that was on its way', async () => {
    let calls = 0;
    const connected: Connected & { shop: Shop } = await setUp({
      grant: () => {
        calls += 1;
        if (calls === 1) connected.shopify.forgetToken();
        return { json: { access_token: `token-${calls}`, expires_in: 86_399 } };
      },
    });
    const { shopify, shop } = connected;
    await shopify.installation();
    await shopify.installation();
    await shopify.installation();
    shopify.forgetToken();
    await shopify.installation();
    expect(shop.queries().map(({ headers }) => headers['x-shopify-access-token'])).toEqual(['token-1', 'token-2', 'token-2', 'token-3']);
  });

  test('a permanent token needs no grant, and a 401 says so', async () => {
    let alive = true;
    const connected = await setUp(
      { graphql: () => (alive ? { json: INSTALLED } : { status: 401, json: {} }) },
      { credentials: { accessToken: 'shpat_canary' } },
    );
    await connected.shopify.installation();
    expect(connected.shop.queries()[0]?.headers['x-shopify-access-token']).toBe('shpat_canary');
    alive = false;
    const error = await failure(connected);
    expect(error.code).toBe('TOKEN_ACCESS_TOKEN_REFUSED');
    expect(isConnectionRefused(error)).toBe(true);
    expect(error.message).not.toContain('canary');
    expect(connected.shop.grants()).toHaveLength(0);
  });

  test('neither secret nor token reaches the log', async () => {
    const connected = await setUp({ graphql: () => ({ status: 503, json: {} }) });
    await failure(connected);
    expect(JSON.stringify(connected.log)).not.toMatch(/canary|token-\d/);
  });
});
