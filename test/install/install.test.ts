/** Install: what connecting writes and says, when a store counts as lost, and what disconnecting undoes. */
import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/core/errors.ts';
import { checkConnection, connect, disconnect, DISCONNECTED_BY_USER } from '../../src/install/install.ts';
import { keepConnected } from '../../src/install/keep-connected.ts';
import { missingScopes } from '../../src/install/scopes.ts';
import type { Installation, Shopify, SubscriptionReport } from '../../src/shopify/types.ts';
import { handClock } from '../clock.ts';
import { open, SHOP, signal, T0 } from '../store/fixture.ts';
import { silent } from '../sync/running.ts';

const SCOPES = ['read_orders', 'read_customers', 'read_products', 'read_all_orders'];
const URI = 'https://connector.example.com/webhooks/shopify';
const refused = new ConnectorError('TOKEN_APP_NOT_INSTALLED', 'The app is not installed.');

function start(installation: Partial<Installation> = {}) {
  const clock = handClock(T0);
  const store = open();
  let answer: Installation | Error = {
    domain: 'shop.myshopify.com',
    shopName: 'Shop',
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
    scopes: SCOPES,
    ...installation,
  };
  let report: SubscriptionReport = { created: ['ORDERS_CREATE', 'ORDERS_UPDATED'], updated: [], unchanged: [], removed: [], failed: [] };
  const calls: string[] = [];
  const shopify = {
    installation: async () => {
      calls.push('installation');
      if (answer instanceof Error) throw answer;
      return answer;
    },
    ensureSubscriptions: async (uri: string) => {
      calls.push(`ensure ${uri}`);
      return report;
    },
    removeSubscriptions: async (uri: string) => {
      calls.push(`remove ${uri}`);
      if (answer instanceof Error) throw answer;
      return ['ORDERS_CREATE'];
    },
    forgetToken: () => void calls.push('forget'),
  } as Partial<Shopify> as Shopify;
  return {
    clock,
    store,
    calls,
    answer: (next: Installation | Error) => (answer = next),
    subscriptions: (next: Partial<SubscriptionReport>) => (report = { ...report, ...next }),
    options: { storeName: SHOP, domain: 'shop.myshopify.com', webhookUri: URI as string | null, shopify, store, clock, logger: silent },
  };
}

describe('scopes', () => {
  it('that are missing are named with what they cost; a write grant includes reading', () => {
    expect(missingScopes(['write_orders', 'read_customers', 'read_products', 'read_all_orders'])).toEqual([]);
    expect(missingScopes([]).map(({ scope, fatal }) => [scope, fatal])).toEqual([
      ['read_orders', true],
      ['read_customers', true],
      ['read_products', true],
      ['read_all_orders', false],
    ]);
    for (const { cost } of missingScopes([])) expect(cost).toMatch(/\. (Add|Request) .*connect again\.$|then: add .*connect again\.$/);
  });
});

describe('connect', () => {
  it('records the shop once: a repetition keeps the time of the first connection', async () => {
    const run = start();
    const first = await connect(run.options);
    expect(first).toMatchObject({
      ok: true,
      firstConnectedAt: T0,
      missingScopes: [],
      subscriptions: { created: ['ORDERS_CREATE', 'ORDERS_UPDATED'] },
    });
    await run.clock.advance(60_000);
    run.subscriptions({ created: [], unchanged: ['ORDERS_CREATE', 'ORDERS_UPDATED'] });
    expect((await connect(run.options)).firstConnectedAt).toBe(T0);
    expect(await run.store.getStore(SHOP)).toMatchObject({
      state: 'connected',
      currency: 'EUR',
      timeZone: 'Europe/Berlin',
      subscriptions: ['ORDERS_CREATE', 'ORDERS_UPDATED'],
    });
  });

  it('without a public address makes no subscriptions', async () => {
    const run = start();
    expect((await connect({ ...run.options, webhookUri: null })).subscriptions).toBeNull();
    expect(run.calls).toEqual(['installation']);
  });

  it('fails on a missing scope nothing works without, before anything is written', async () => {
    const run = start({ scopes: ['read_products', 'read_all_orders'] });
    await expect(connect(run.options)).rejects.toThrow(/read_orders: no order.*\n.*read_customers/);
    expect(await run.store.getStore(SHOP)).toBeNull();
    expect(run.calls).toEqual(['installation']);
  });

  it('warns that only 60 days are visible without read_all_orders', async () => {
    const run = start({ scopes: SCOPES.slice(0, 3) });
    const { missingScopes: missing } = await connect(run.options);
    expect(missing.map(({ scope, fatal }) => ({ scope, fatal }))).toEqual([{ scope: 'read_all_orders', fatal: false }]);
    expect(missing[0]?.cost).toContain('60 days');
  });

  it('names every subscription Shopify refused; the store is connected all the same, as its orders can be found by asking', async () => {
    const run = start();
    run.subscriptions({ failed: [{ topic: 'ORDERS_EDITED', message: 'Address is too big' }] });
    const { ok, error } = await connect(run.options);
    expect(ok).toBe(false);
    expect(error?.message).toMatch(/ORDERS_EDITED: Address is too big.*publicUrl/);
    expect(await run.store.getStore(SHOP)).toMatchObject({ state: 'connected', subscriptions: ['ORDERS_CREATE', 'ORDERS_UPDATED'] });
  });

  it('that brings read_all_orders has the whole window read again, once', async () => {
    const run = start({ scopes: SCOPES.slice(0, 3) });
    await connect(run.options);
    await run.store.setWatermark(SHOP, '2026-11-20T12:00:00Z');
    await connect(run.options);
    expect(await run.store.listBackfills(SHOP)).toEqual([]);
    run.answer({ domain: 'shop.myshopify.com', shopName: 'Shop', currency: 'EUR', timeZone: 'Europe/Berlin', scopes: SCOPES });
    await connect(run.options);
    await connect(run.options);
    expect(await run.store.listBackfills(SHOP)).toMatchObject([{ origin: 'access', since: null, state: 'waiting' }]);
    expect(await run.store.getWatermark(SHOP)).toBe('2026-11-20T12:00:00Z');
  });
});

describe('a check of the connection', () => {
  const asked = async (run: ReturnType<typeof start>) => {
    await connect(run.options);
    await run.store.acceptSignals([signal({ topic: 'app/uninstalled', orderId: null, checksConnection: true })]);
    return (await run.store.getStore(SHOP))!;
  };

  it('believes an uninstall only when Shopify refuses a new token', async () => {
    const run = start();
    const row = await asked(run);
    run.answer(refused);
    expect(await checkConnection(run.options, row)).toBe(false);
    expect(run.calls).toContain('forget');
    expect(await run.store.getStore(SHOP)).toMatchObject({
      state: 'disconnected',
      stateReason: 'The app is not installed.',
      checkRequestedAt: null,
    });
  });

  it('leaves a store alone whose token still works, whatever the topic said', async () => {
    const run = start();
    const row = await asked(run);
    expect(await checkConnection(run.options, row)).toBe(true);
    expect(await run.store.getStore(SHOP)).toMatchObject({ state: 'connected', checkRequestedAt: null });
  });

  it('that cannot be made is made again later', async () => {
    const run = start();
    const row = await asked(run);
    run.answer(new ConnectorError('TOKEN_UNAVAILABLE', 'Shopify does not answer.', { retryable: true }));
    await expect(checkConnection(run.options, row)).rejects.toThrow('does not answer');
    expect(await run.store.getStore(SHOP)).toMatchObject({ state: 'connected', checkRequestedAt: row.checkRequestedAt });
  });
});

describe('disconnect', () => {
  it('removes our subscriptions, forgets the token and stops the work', async () => {
    const run = start();
    await connect(run.options);
    expect(await disconnect(run.options)).toEqual(['ORDERS_CREATE']);
    expect(run.calls.slice(-2)).toEqual([`remove ${URI}`, 'forget']);
    expect(await run.store.getStore(SHOP)).toMatchObject({ state: 'disconnected', stateReason: DISCONNECTED_BY_USER, subscriptions: [] });
  });

  it('stops the work first: a daemon beside it must not put back what is removed', async () => {
    const run = start();
    await connect(run.options);
    run.answer(new Error('down'));
    await expect(disconnect(run.options)).rejects.toThrow('down');
    expect(await run.store.getStore(SHOP)).toMatchObject({ state: 'disconnected' });
  });

  it('of an app that is gone already succeeds, and of a store never connected too', async () => {
    const run = start();
    run.answer(refused);
    expect(await disconnect(run.options)).toEqual([]);
    expect(await run.store.getStore(SHOP)).toBeNull();
  });
});

describe('keeping a store connected', () => {
  const disconnectedBy = async (run: ReturnType<typeof start>) => {
    await connect(run.options);
    await disconnect(run.options);
    run.calls.length = 0;
    return (await run.store.getStore(SHOP))!;
  };

  it('leaves a store alone that its user disconnected, until the daemon starts anew', async () => {
    const run = start();
    const row = await disconnectedBy(run);
    expect(await keepConnected(run.options, row, false)).toBe(false);
    expect(run.calls).toEqual(['forget']);
    expect(await keepConnected(run.options, row, true)).toBe(true);
  });

  it('tries one that was uninstalled again at every look, and answers a request to check it once', async () => {
    const run = start();
    await connect(run.options);
    await run.store.markDisconnected(SHOP, 'uninstalled');
    await run.store.acceptSignals([signal({ topic: 'app/uninstalled', orderId: null, checksConnection: true })]);
    run.answer(refused);
    expect(await keepConnected(run.options, (await run.store.getStore(SHOP))!, false)).toBe(false);
    expect((await run.store.getStore(SHOP))?.checkRequestedAt).toBeNull();
    run.answer({ domain: 'shop.myshopify.com', shopName: 'Shop', currency: 'EUR', timeZone: 'Europe/Berlin', scopes: SCOPES });
    expect(await keepConnected(run.options, (await run.store.getStore(SHOP))!, false)).toBe(true);
  });

  it('takes away what it put back when the store is disconnected during the repair', async () => {
    const run = start();
    await connect(run.options);
    const row = (await run.store.getStore(SHOP))!;
    await run.store.markDisconnected(SHOP, DISCONNECTED_BY_USER);
    expect(await keepConnected(run.options, row, false)).toBe(false);
    expect(run.calls.slice(-3)).toEqual([`ensure ${URI}`, `remove ${URI}`, 'forget']);
  });
});
