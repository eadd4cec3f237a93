/** The grant and its tokens, as Shopify answers them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { handClock, type HandClock } from '../clock.ts';
import { ask, grant, token, type Json } from './client.ts';

const SHOP = '{ shop { myshopifyDomain } }';

let clock: HandClock;
let sandbox: Sandbox;
beforeEach(async () => {
  clock = handClock();
  sandbox = await startSandbox({ clock });
});
afterEach(() => sandbox.close());

describe('the client-credentials grant', () => {
  it('answers form-encoded and JSON requests with a token of a day', async () => {
    const form = (await (await grant(sandbox)).json()) as Json;
    const { clientId: client_id, clientSecret: client_secret } = sandbox;
    const json = await fetch(`${sandbox.origin}/admin/oauth/access_token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_id, client_secret, grant_type: 'client_credentials' }),
    });
    const expected = { access_token: expect.stringMatching(/^shpat_/), scope: expect.stringContaining('read_orders'), expires_in: 86_399 };
    expect(form).toEqual(expected);
    expect(await json.json()).toEqual(expected);
  });

  it.each([
    ['a wrong client id', { client_id: 'no' }, 'application_cannot_be_found'],
    ['a wrong secret', { client_secret: 'no' }, 'invalid_request'],
  ])('answers %s with an HTML page that names the reason in its title only', async (_, fields, reason) => {
    const answer = await grant(sandbox, fields);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(await answer.text()).toContain(`<title>400 - Oauth error ${reason}</title>`);
  });

  it('tells that the app is not installed, not permitted, or the shop unknown', async () => {
    sandbox.shop.uninstall();
    expect(await (await grant(sandbox)).text()).toContain('Oauth error app_not_installed');
    sandbox.shop.install();
    sandbox.shopify.setOauthTrouble('shop_not_permitted');
    expect(await (await grant(sandbox)).text()).toContain('<title>400 - Oauth error shop_not_permitted</title>');
    sandbox.shopify.setOauthTrouble('shop_not_found');
    expect((await grant(sandbox)).status).toBe(404);
    sandbox.shopify.setOauthTrouble(null);
    expect((await grant(sandbox)).status).toBe(200);
  });
});

describe('a token', () => {
  const DEAD = { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' };

  it('dies after a day, an unknown one never lived', async () => {
    const granted = await token(sandbox);
    expect((await ask(sandbox, granted, SHOP)).status).toBe(200);
    await clock.advance(86_398_000);
    expect((await ask(sandbox, granted, SHOP)).status).toBe(200);
    await clock.advance(1_000);
    expect(await ask(sandbox, granted, SHOP)).toMatchObject({ status: 401, body: DEAD });
    expect(await ask(sandbox, 'shpat_x', SHOP)).toMatchObject({ status: 401, body: DEAD });
  });

  it('dies with the uninstall and stays dead', async () => {
    const granted = await token(sandbox);
    sandbox.shop.uninstall();
    expect((await ask(sandbox, granted, SHOP)).status).toBe(401);
    sandbox.shop.install();
    expect((await ask(sandbox, granted, SHOP)).status).toBe(401);
    expect((await ask(sandbox, await token(sandbox), SHOP)).status).toBe(200);
  });

  it('may be the permanent one of an app made in the admin', async () => {
    const other = await startSandbox({ accessToken: 'shpat_forever' });
    expect((await ask(other, 'shpat_forever', SHOP)).status).toBe(200);
    await other.close();
  });
});
