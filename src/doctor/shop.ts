/** Checks of one shop: whether Shopify answers, what time it has there, what the token may do, whether its webhooks are set up. */
import { missingScopes } from '../install/scopes.ts';
import type { Http } from '../platform/http.ts';
import type { Installation, Shopify, SubscriptionState } from '../shopify/types.ts';
import { fail, failed, ok, warn, type Finding } from './check.ts';

const SKEW_MS = 30_000;
const BAD_SKEW_MS = 300_000;
/** A subscription this much younger than the connection was put back after Shopify had removed it. */
const LATER_MS = 3_600_000;
const ALL_ORDERS = 'read_all_orders';

export interface Reached {
  reach: Finding;
  /** Null: nobody answered. */
  clock: Finding | null;
}

/** Any answer will do; its Date header is Shopify's clock. `origin`: where the shop's requests go. */
export async function checkReach(http: Http, origin: string, now: () => number): Promise<Reached> {
  const before = now();
  const answer = await http.send({ method: 'GET', url: `${origin}/`, headers: {}, body: null });
  const after = now();
  if (answer.status === null) {
    const fix = 'Check `shop`, the name servers, and whether a firewall or proxy lets this machine out to port 443.';
    return { reach: fail(`${origin} does not answer: ${answer.message}`, fix), clock: null };
  }
  const reached = ok(`${origin} answers (${after - before} ms)`);
  const told = answer.headers.date;
  const theirs = Date.parse(typeof told === 'string' ? told : '');
  if (Number.isNaN(theirs)) return { reach: reached, clock: null };
  // The header has whole seconds.
  return { reach: reached, clock: clockFinding((before + after) / 2 - (theirs + 500)) };
}

/** `aheadMs`: by how much our clock is ahead of theirs. */
export function clockFinding(aheadMs: number): Finding {
  const off = Math.abs(aheadMs);
  const seen = `this machine's clock is ${(off / 1000).toFixed(0)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} Shopify's`;
  if (off < SKEW_MS) return ok('this machine and Shopify have the same time');
  const fix = 'Synchronise the clock (NTP: timedatectl set-ntp true): the upsell delay and what counts as history go by it.';
  return off < BAD_SKEW_MS ? warn(seen, fix) : fail(seen, fix);
}

export interface Admitted {
  token: Finding;
  scopes: Finding | null;
  allOrders: Finding | null;
  installation: Installation | null;
}

/** Asks for the shop's facts, with a new token if it is granted ones. */
export async function checkToken(shopify: Pick<Shopify, 'installation'>): Promise<Admitted> {
  let installation: Installation;
  try {
    installation = await shopify.installation();
  } catch (error) {
    return { token: failed(error), scopes: null, allOrders: null, installation: null };
  }
  const missing = missingScopes(installation.scopes);
  const lacks = missing.filter(({ scope }) => scope !== ALL_ORDERS);
  const all = missing.find(({ scope }) => scope === ALL_ORDERS);
  const { shopName, domain, currency, timeZone } = installation;
  return {
    token: ok(`Shopify accepts it: ${shopName} (${domain}), ${currency}, ${timeZone}`),
    scopes:
      lacks.length === 0
        ? ok(installation.scopes.join(' '))
        : fail(`missing: ${lacks.map(({ scope }) => scope).join(' ')}`, lacks.map(({ scope, cost }) => `${scope}: ${cost}`).join(' ')),
    allOrders: all ? warn('only orders of the last 60 days are visible', all.cost) : ok('the whole history is visible'),
    installation,
  };
}

/** `uri`: where ours point; null: polling alone. `connectedAt`: since when the store is connected, null: it is not. */
export async function checkSubscriptions(
  shopify: Pick<Shopify, 'lookAtSubscriptions'>,
  uri: string | null,
  connectedAt: number | null,
): Promise<Finding> {
  try {
    return subscriptionsFinding(await shopify.lookAtSubscriptions(uri), uri, connectedAt);
  } catch (error) {
    return failed(error);
  }
}

export function subscriptionsFinding(state: SubscriptionState, uri: string | null, connectedAt: number | null): Finding {
  const { right, wrong, missing, elsewhere } = state;
  const others = [...new Set(elsewhere.map((subscription) => subscription.uri))];
  const strays = others.length === 0 ? '' : `; ${elsewhere.length} of the same app at ${others.join(', ')}`;
  const strayFix = `If that address is not another program of yours: set server.publicUrl to it, run disconnect, and set it back.`;
  if (uri === null) {
    const seen = 'none wanted: without server.publicUrl Shopify is asked for changes';
    return others.length === 0 ? ok(seen) : warn(`${seen}${strays}`, strayFix);
  }
  if (missing.length + wrong.length > 0) {
    const none = right.length + wrong.length === 0;
    const parts = [
      missing.length > 0 && (none ? `none of the ${missing.length} is there` : `missing: ${missing.join(' ')}`),
      wrong.length > 0 && `not as they should be: ${wrong.join(' ')}`,
    ];
    const seen = `${parts.filter(Boolean).join('; ')}${strays}`;
    if (connectedAt === null) return warn(seen, 'Run connect, or start: they are made then.');
    return fail(
      seen,
      'Run connect: it repairs them. Shopify removes subscriptions after 8 failed deliveries in a row, so see that the public URL is always up.',
    );
  }
  const oldest = Math.min(...right.map(({ createdAt }) => createdAt));
  const later = connectedAt === null ? [] : right.filter(({ createdAt }) => createdAt - Math.max(connectedAt, oldest) > LATER_MS);
  const seen = `${right.length} in place, the oldest since ${new Date(oldest).toISOString()}${strays}`;
  if (later.length > 0) {
    const topics = later.map(({ topic, createdAt }) => `${topic} ${new Date(createdAt).toISOString()}`).join(', ');
    return warn(
      `${seen}; put back later: ${topics}`,
      'Shopify removes a subscription after 8 failed deliveries in a row: look at the log and the proxy at that time. What was missed has been found by asking.',
    );
  }
  return others.length === 0 ? ok(seen) : warn(seen, strayFix);
}
