/** A shop without a server, for tests of its arithmetic. */
import { createBodies } from '../../src/sandbox/bodies.ts';
import { createIds } from '../../src/sandbox/ids.ts';
import { createRandom } from '../../src/sandbox/random.ts';
import { createShop, type Shop } from '../../src/sandbox/shop.ts';
import type { Store } from '../../src/sandbox/state.ts';
import { handClock } from '../clock.ts';

export interface Told {
  topic: string;
  body: object;
  eventId: string;
}

export function bareShop(currency = 'USD'): { shop: Shop; store: Store; told: Told[] } {
  const store: Store = {
    domain: 'sandbox-store.myshopify.com',
    name: 'Sandbox Store',
    email: 'owner@example.com',
    currency,
    timeZone: 'America/New_York',
    taxesIncluded: false,
    orders: new Map(),
    history: null,
    customers: new Map(),
    subscriptions: new Map(),
    scopes: [],
    installed: true,
    revision: 0,
    settledAt: 0,
  };
  const told: Told[] = [];
  const shop = createShop({
    store,
    making: { ids: createIds(), random: createRandom(1), currency, shopDomain: store.domain },
    clock: handClock(),
    bodies: createBodies(store),
    deliveries: { send: (topic, body, eventId) => told.push({ topic, body, eventId }) },
    searchLagMs: () => 0,
    onUninstall: () => {},
  });
  return { shop, store, told };
}
