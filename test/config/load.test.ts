import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { maskedConfig } from '../../src/config/index.ts';
import { file, load, problemsOf } from './file.ts';

const SAMPLE = `
server:
  host: 0.0.0.0
  port: 3000
  publicUrl: https://connector.example.com/
  graceSeconds: 20
admin:
  host: 127.0.0.1
  port: 3001
  password: \${ADMIN_PASSWORD}
  eventsToken: \${EVENTS_TOKEN}
storage:
  path: ./data/connector.sqlite
stores:
  - name: main
    shop: convergestore.myshopify.com
    clientId: \${SHOPIFY_CLIENT_ID}
    clientSecret: \${SHOPIFY_CLIENT_SECRET}
    accessToken: \${file:/run/secrets/token}
    previousClientSecret: \${OLD_SECRET}
    shopifyOrigin: http://127.0.0.1:4010/
    converge:
      endpoint: \${CONVERGE_ENDPOINT}
      token: \${CONVERGE_TOKEN}
    convead: { appKey: "\${CONVEAD_APP_KEY}", refundEventKey: refund, domain: Shop.Example.com, origin: http://127.0.0.1:4010/ }
    exclude:
      channels: [pos]
      tags: [Exclude]
      customerTags: []
      paymentGateways: [manual]
      testOrders: true
    upsellDelay:
      enabled: true
      minutes: 0.5
    salesChannels:
      "1780363": marketplace
      3009811: web
    reconcile: { everyMinutes: 0.25 }
    backfill:
      enabled: true
      since: 2022-10-01
    markets: { shippingCountries: [gb, IE] }
    subscriptions: { events: true }
    delivery: { concurrency: 10, perSecond: 50, maxAgeHours: 72, timeoutSeconds: 15 }
    aliases: { attributes: { __cvg_uid: cookie }, relayDomains: ["@Relay.Example.com"] }
retention: { days: 30 }
`;
const ENV = {
  ADMIN_PASSWORD: 'canary-password',
  EVENTS_TOKEN: 'canary-events',
  SHOPIFY_CLIENT_ID: 'id',
  SHOPIFY_CLIENT_SECRET: 'canary-secret',
  OLD_SECRET: 'canary-old',
  CONVERGE_ENDPOINT: 'https://postback.example.com/canary-path',
  CONVERGE_TOKEN: 'canary-token',
  CONVEAD_APP_KEY: 'canary-app-key',
};
const GIVEN = { env: ENV, files: { '/run/secrets/token': ' canary-access\n' } };

describe('a config', () => {
  it('carries every setting of the sample', () => {
    const config = load(SAMPLE, GIVEN);
    expect(config).toMatchObject({
      file: '/etc/connector/connector.yaml',
      server: { host: '0.0.0.0', port: 3000, publicUrl: 'https://connector.example.com', graceSeconds: 20 },
      admin: { host: '127.0.0.1', port: 3001 },
      storage: { path: '/etc/connector/data/connector.sqlite' },
      retention: { days: 30 },
    });
    const { clientSecret, accessToken, previousClientSecret, converge, convead, ...store } =
      config.stores[0] ?? load(SAMPLE, GIVEN).stores[0]!;
    expect([config.admin.password?.reveal(), config.admin.eventsToken?.reveal()]).toEqual(['canary-password', 'canary-events']);
    expect([clientSecret?.reveal(), accessToken?.reveal(), previousClientSecret?.reveal(), converge?.token?.reveal()]).toEqual([
      'canary-secret',
      'canary-access',
      'canary-old',
      'canary-token',
    ]);
    expect(converge?.endpoint).toBe('https://postback.example.com/canary-path');
    expect({ ...convead, appKey: convead?.appKey.reveal() }).toEqual({
      appKey: 'canary-app-key',
      refundEventKey: 'refund',
      domain: 'shop.example.com',
      origin: 'http://127.0.0.1:4010',
    });
    expect(store).toEqual({
      name: 'main',
      shop: 'convergestore.myshopify.com',
      clientId: 'id',
      shopifyOrigin: 'http://127.0.0.1:4010',
      rules: {
        exclude: { channels: ['pos'], tags: ['Exclude'], customerTags: [], paymentGateways: ['manual'], testOrders: true },
        upsellDelay: { enabled: true, minutes: 0.5 },
        salesChannels: { '1780363': 'marketplace', '3009811': 'web' },
        markets: { shippingCountries: ['GB', 'IE'] },
        aliases: { attributes: { __cvg_uid: 'cookie' }, relayDomains: ['relay.example.com'] },
        subscriptions: { events: true },
      },
      reconcile: { everyMinutes: 0.25 },
      backfill: { enabled: true, since: '2022-10-01' },
      delivery: { concurrency: 10, perSecond: 50, maxAgeHours: 72, timeoutSeconds: 15 },
    });
  });

  it('fills in what is left out, a group or a value written empty included', () => {
    const config = load(file({ top: 'server:\nadmin:\n  password:\n', store: 'exclude:\nmarkets:\naccessToken: ' }));
    expect(config).toMatchObject({
      server: { host: '0.0.0.0', port: 3000, publicUrl: null, graceSeconds: 20 },
      admin: { host: '127.0.0.1', port: 3001, password: null, eventsToken: null },
      storage: { path: '/etc/connector/data/connector.sqlite' },
      retention: { days: 30 },
    });
    expect(config.stores[0]).toMatchObject({
      accessToken: null,
      previousClientSecret: null,
      shopifyOrigin: null,
      converge: { token: null },
      rules: {
        exclude: { channels: [], tags: [], customerTags: [], paymentGateways: [], testOrders: false },
        upsellDelay: { enabled: false, minutes: 10 },
        salesChannels: {},
        markets: null,
        aliases: { attributes: {}, relayDomains: [] },
        subscriptions: { events: false },
      },
      backfill: { enabled: true, since: null },
      delivery: { concurrency: 10, perSecond: 50, maxAgeHours: 72, timeoutSeconds: 15 },
    });
  });

  it('asks Shopify every minute without a public address, else every fifteen', () => {
    expect(load(file()).stores[0]?.reconcile.everyMinutes).toBe(1);
    expect(load(file({ top: 'server: { publicUrl: https://a.example.com }' })).stores[0]?.reconcile.everyMinutes).toBe(15);
    expect(load(file({ store: 'reconcile: { everyMinutes: 7 }' })).stores[0]?.reconcile.everyMinutes).toBe(7);
  });

  it('keeps an absolute storage path', () => {
    expect(load(file({ top: 'storage: { path: /var/lib/connector.sqlite }' })).storage.path).toBe('/var/lib/connector.sqlite');
  });

  it('reads numbers and flags from the environment', () => {
    const config = load(file({ top: 'server: { port: "${PORT}" }', store: 'upsellDelay: { enabled: ${ON}, minutes: ${MINUTES} }' }), {
      env: { ID: 'i', SECRET: 's', ENDPOINT: 'https://a.example.com', PORT: '8080', ON: 'True', MINUTES: '2.5' },
    });
    expect(config.server.port).toBe(8080);
    expect(config.stores[0]?.rules.upsellDelay).toEqual({ enabled: true, minutes: 2.5 });
  });

  it('reads a .env beside the file, and the real environment wins', () => {
    const config = load(file(), {
      env: { ID: 'from-environment' },
      files: { '/etc/connector/.env': '\uFEFF# mine\nID=from-file\nSECRET="from file # not a comment"\nENDPOINT=https://a.example.com\n' },
    });
    expect(config.stores[0]?.clientId).toBe('from-environment');
    expect(config.stores[0]?.clientSecret?.reveal()).toBe('from file # not a comment');
  });

  it('finds a relative secret file beside the config', () => {
    const config = load(file({ store: 'clientSecret: ${file:secrets/client}' }), { files: { '/etc/connector/secrets/client': 'x\n' } });
    expect(config.stores[0]?.clientSecret?.reveal()).toBe('x');
  });

  it('takes the text of a reference as it is', () => {
    const config = load(file(), { env: { ID: '${SECRET} # @: "', SECRET: '12345', ENDPOINT: 'https://a.example.com' } });
    expect(config.stores[0]?.clientId).toBe('${SECRET} # @: "');
    expect(config.stores[0]?.clientSecret?.reveal()).toBe('12345');
  });

  it('takes $${ for a plain ${', () => {
    expect(load(file({ store: 'exclude: { tags: ["$${vip}"] }' })).stores[0]?.rules.exclude.tags).toEqual(['${vip}']);
  });

  it('takes Convead in place of Converge, with the shop for its domain', () => {
    const { converge, convead } = load(file({ store: '-converge:\nconvead: { appKey: "${SECRET}" }' })).stores[0]!;
    expect(converge).toBeNull();
    expect(convead).toMatchObject({ refundEventKey: null, domain: 'convergestore.myshopify.com', origin: null });
    expect(load(file()).stores[0]).toMatchObject({ convead: null });
    expect(maskedConfig(load(file({ store: '-converge:\nconvead: { appKey: "${SECRET}" }' })))).toMatchObject({
      stores: [{ converge: null }],
    });
  });

  it('takes a token alone, without webhooks', () => {
    const config = load(file({ store: '-clientId:\n-clientSecret:\naccessToken: ${SECRET}' }));
    expect(config.stores[0]).toMatchObject({ clientId: null, clientSecret: null });
  });
});

describe('secrets', () => {
  const canary = /canary/;

  it('are shown by no way of printing a config', () => {
    const config = load(SAMPLE, GIVEN);
    const { endpoint: _endpoint, ...converge } = config.stores[0]!.converge!;
    const looks = [config.admin, { ...config.stores[0], converge }];
    for (const look of looks) {
      for (const printed of [
        JSON.stringify(look),
        inspect(look, { depth: 9, showHidden: true }),
        inspect(look, { depth: 9, customInspect: false }),
      ]) {
        expect(printed).not.toMatch(canary);
      }
    }
    expect(String(config.admin.password)).toBe('***');
  });

  it('are masked in a printed config, a postback path included', () => {
    const masked = maskedConfig(load(SAMPLE, GIVEN));
    expect(JSON.stringify(masked)).not.toMatch(canary);
    expect(masked).toMatchObject({
      admin: { password: '***', eventsToken: '***' },
      stores: [
        {
          clientSecret: '***',
          converge: { endpoint: 'https://postback.example.com/***', token: '***' },
          convead: { appKey: '***', refundEventKey: 'refund' },
          exclude: { channels: ['pos'] },
        },
      ],
    });
    expect(maskedConfig(load(file()))).toMatchObject({
      stores: [{ converge: { endpoint: 'https://app.runconverge.com/api/webhooks', token: null } }],
    });
  });

  it('and what the environment holds are in no message', () => {
    const env = { ...ENV, CONVERGE_ENDPOINT: 'canary-endpoint', SHOPIFY_CLIENT_ID: 'id', PORT: 'canary-port', ADMIN_PASSWORD: '' };
    const yaml = SAMPLE.replace('3000', '${PORT}')
      .replace('${CONVERGE_TOKEN}', 'canary-plain')
      .replace('${OLD_SECRET}', '"canary ${OLD_SECRET}"')
      .replace('${SHOPIFY_CLIENT_SECRET}', '[canary]');
    const problems = problemsOf(yaml, { ...GIVEN, env });
    expect(problems.map(({ path }) => path)).toEqual([
      'server.port',
      'admin.password',
      'stores[0].clientSecret',
      'stores[0].previousClientSecret',
      'stores[0].converge.endpoint',
      'stores[0].converge.token',
    ]);
    expect(JSON.stringify(problems)).not.toMatch(canary);
  });
});
