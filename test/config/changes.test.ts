import { describe, expect, it } from 'vitest';
import { configChanges } from '../../src/config/index.ts';
import { CREDENTIALS, file, load } from './file.ts';

const NOTHING = { settings: [], added: [], removed: [], changed: [] };
const base = load(file());

describe('configChanges', () => {
  it('finds nothing where nothing differs', () => {
    expect(configChanges(base, load(file()))).toEqual(NOTHING);
  });

  it.each([
    ['retention: { days: 7 }', '', ['retention.days'], []],
    ['server: { port: 81 }\nadmin: { port: 82 }', '', ['server.port', 'admin.port'], []],
    ['', 'exclude: { tags: [Exclude] }', ['stores.main.exclude.tags'], ['main']],
    ['', 'upsellDelay: { enabled: true, minutes: 3 }', ['stores.main.upsellDelay.enabled', 'stores.main.upsellDelay.minutes'], ['main']],
    ['', 'salesChannels: { "178": pos }', ['stores.main.salesChannels.178'], ['main']],
    ['', 'markets: { shippingCountries: [GB] }', ['stores.main.markets'], ['main']],
    ['', 'shop: another', ['stores.main.shop'], ['main']],
  ])('names %s%s', (top, store, settings, changed) => {
    expect(configChanges(base, load(file({ top, store })))).toEqual({ ...NOTHING, settings, changed });
  });

  it('sees another secret and shows neither', () => {
    const changes = configChanges(base, load(file(), { env: { ...CREDENTIALS, SECRET: 'canary-rotated' } }));
    expect(changes).toEqual({ ...NOTHING, settings: ['stores.main.clientSecret'], changed: ['main'] });
  });

  it('goes by the names of stores, not by their places', () => {
    const other =
      '  - { name: eu.shop, shop: other, clientId: "${ID}", clientSecret: "${SECRET}", converge: { endpoint: "${ENDPOINT}" } }\n';
    const two = load(file({ stores: other }));
    expect(configChanges(base, two)).toEqual({ ...NOTHING, settings: ['stores.eu.shop'], added: ['eu.shop'] });
    expect(configChanges(two, base)).toEqual({ ...NOTHING, settings: ['stores.eu.shop'], removed: ['eu.shop'] });
  });
});
