import { describe, expect, it } from 'vitest';
import { connectStores } from '../../src/cli/connect.ts';
import { disconnectStores } from '../../src/cli/disconnect.ts';
import type { ConnectReport } from '../../src/install/install.ts';
import { NOW, screen } from './double.ts';

function connected(more: Partial<ConnectReport> = {}): ConnectReport {
  return {
    store: 'main',
    ok: true,
    error: null,
    installation: {
      domain: 'convergestore.myshopify.com',
      shopName: 'Converge Store',
      currency: 'EUR',
      timeZone: 'Europe/Paris',
      scopes: ['read_orders', 'read_products'],
    },
    missingScopes: [],
    subscriptions: { created: ['ORDERS_CREATE'], updated: [], unchanged: ['ORDERS_UPDATED'], removed: [], failed: [] },
    firstConnectedAt: NOW,
    ...more,
  };
}

const refused = connected({
  store: 'other',
  ok: false,
  error: { code: 'TOKEN_APP_NOT_INSTALLED', message: 'Install the app.' },
  installation: null,
  subscriptions: null,
  firstConnectedAt: null,
});

describe('connect', () => {
  it('prints what it found and did', async () => {
    const on = screen();
    expect(await connectStores({ connect: async () => [connected()] }, {}, on)).toBe(0);
    expect(on.text()).toBe(`main  connected
  shop       Converge Store (convergestore.myshopify.com)
  currency   EUR
  time zone  Europe/Paris
  scopes     read_orders read_products
  webhooks   2 subscriptions in place (created ORDERS_CREATE)
  since      2026-11-20 13:00:00 UTC+01:00`);
  });

  it('says that nothing changed the second time, that polling is alone, and what a missing scope costs', async () => {
    const on = screen();
    const nothing = { created: [], updated: [], unchanged: ['A'], removed: [], failed: [] };
    const reports = [
      connected({ subscriptions: nothing }),
      connected({ subscriptions: null, missingScopes: [{ scope: 'read_all_orders', cost: 'only 60 days', fatal: false }] }),
    ];
    expect(await connectStores({ connect: async () => reports }, {}, on)).toBe(0);
    expect(on.text()).toContain('1 subscription in place, nothing to change');
    expect(on.text()).toContain('none: server.publicUrl is not set');
    expect(on.text()).toContain('missing    read_all_orders: only 60 days');
  });

  it('asks for one store only', async () => {
    const asked: (string | undefined)[] = [];
    await connectStores({ connect: async (store) => (asked.push(store), []) }, { store: 'main' }, screen());
    expect(asked).toEqual(['main']);
  });

  it.each([
    [[connected()], 0],
    [[connected(), refused], 3],
    [[refused], 1],
  ])('answers with its exit code', async (reports, code) => {
    expect(await connectStores({ connect: async () => reports }, {}, screen())).toBe(code);
    expect(await connectStores({ connect: async () => reports }, {}, screen({ json: true }))).toBe(code);
  });

  it('prints failures to stderr, also when quiet', async () => {
    const on = screen({ quiet: true });
    await connectStores({ connect: async () => [connected(), refused] }, {}, on);
    expect(on.printed).toEqual([]);
    expect(on.failed).toEqual(['other  not connected\n  Install the app.']);
  });

  it('prints JSON', async () => {
    const on = screen({ json: true });
    await connectStores({ connect: async () => [connected(), refused] }, {}, on);
    expect(on.data()).toMatchObject([
      { store: 'main', ok: true, error: null, firstConnectedAt: '2026-11-20T12:00:00.000Z', subscriptions: { created: ['ORDERS_CREATE'] } },
      { store: 'other', ok: false, error: { code: 'TOKEN_APP_NOT_INSTALLED', message: 'Install the app.' } },
    ]);
    expect(on.failed).toEqual([]);
  });

  it('makes control characters of a shop name visible', async () => {
    const name = 'Evil\u001b[2J\u009b1m\nShop\u202e';
    const installation = { ...connected().installation!, shopName: name };
    const on = screen();
    await connectStores({ connect: async () => [connected({ installation })] }, {}, on);
    expect(on.text()).toContain('Evil\\u001b[2J\\u009b1m');
    // oxlint-disable-next-line no-control-regex
    expect(on.text()).not.toMatch(/[\u001b\u009b\u202e]/);
    const json = screen({ json: true });
    await connectStores({ connect: async () => [connected({ installation })] }, {}, json);
    expect(json.data()).toMatchObject([{ installation: { shopName: name } }]);
    // oxlint-disable-next-line no-control-regex
    expect(json.text()).not.toMatch(/[\u001b\u009b\u202e]/);
  });
});

describe('disconnect', () => {
  const done = { store: 'main', removed: ['ORDERS_CREATE', 'ORDERS_UPDATED'], error: null };
  const failed = { store: 'other', removed: [], error: { code: 'HTTP_TIMEOUT', message: 'Shopify did not answer. Try again.' } };

  it('prints what it removed', async () => {
    const on = screen();
    expect(await disconnectStores({ disconnect: async () => [done, { ...done, removed: [] }] }, {}, on)).toBe(0);
    expect(on.text()).toBe(
      'main  disconnected; webhook subscriptions removed: ORDERS_CREATE ORDERS_UPDATED\nmain  disconnected; no webhook subscription of ours was left',
    );
  });

  it('tells partial failure apart', async () => {
    const on = screen();
    expect(await disconnectStores({ disconnect: async () => [done, failed] }, {}, on)).toBe(3);
    expect(on.failed).toEqual(['other  not disconnected\n  Shopify did not answer. Try again.']);
    const json = screen({ json: true });
    expect(await disconnectStores({ disconnect: async () => [failed] }, {}, json)).toBe(1);
    expect(json.data()).toEqual([failed]);
  });
});
