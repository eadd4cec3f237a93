/** Looks at the answers of `init` at once, the way the doctor will later: Shopify, the endpoint, the public URL. Sends no event and changes nothing. */
import { fail, type Finding } from '../doctor/check.ts';
import { checkReachOf } from '../doctor/destination.ts';
import { checkReach, checkToken } from '../doctor/shop.ts';
import { parseShopDomain } from '../core/shop-domain.ts';
import { systemClock } from '../platform/clock.ts';
import { createHttp } from '../platform/http.ts';
import type { Logger } from '../platform/logger.ts';
import { createShopify } from '../shopify/index.ts';
import type { Answers } from './init-answers.ts';

export type Named = Finding & { name: string };

export interface AnswerChecks {
  /** The first that fails ends it: what comes after would fail with it. */
  shop(answers: Pick<Answers, 'shop' | 'clientId' | 'clientSecret' | 'accessToken' | 'shopifyOrigin'>): Promise<Named[]>;
  endpoint(endpoint: string): Promise<Named[]>;
  publicUrl(publicUrl: string): Promise<Named[]>;
}

const TIMEOUT_MS = 10_000;

export function answerChecks(logger: Logger): AnswerChecks {
  return {
    shop: async ({ shop, clientId, clientSecret, accessToken, shopifyOrigin }) => {
      const domain = parseShopDomain(shop) ?? '';
      const http = createHttp({ connections: 1, timeoutMs: TIMEOUT_MS });
      const shopify = createShopify({
        domain,
        origin: shopifyOrigin,
        credentials: accessToken === null ? { clientId: clientId ?? '', clientSecret: clientSecret ?? '' } : { accessToken },
        clock: systemClock,
        random: Math.random,
        logger,
      });
      try {
        const { reach, clock } = await checkReach(http, shopifyOrigin ?? `https://${domain}`, systemClock.now);
        if (reach.state === 'fail') return [{ name: 'reach', ...reach }];
        const { token, scopes, allOrders } = await checkToken(shopify);
        return named({ clock: clock?.state === 'ok' ? null : clock, token, scopes, read_all_orders: allOrders });
      } finally {
        await Promise.all([http.close(), shopify.close()]);
      }
    },
    endpoint: async (endpoint) => named({ endpoint: await checkReachOf(endpoint) }),
    publicUrl: async (publicUrl) => {
      const found = await checkReachOf(publicUrl);
      if (found.state !== 'fail')
        return named({
          'public URL': { ...found, seen: `${new URL(publicUrl).host} takes connections; doctor looks behind it once the daemon runs` },
        });
      const fix =
        'Nothing may be there yet: point the name and a proxy with TLS here before you run connect. Some networks cannot reach their own public address.';
      return named({ 'public URL': { ...fail(found.seen, fix), state: 'warn' } });
    },
  };
}

function named(findings: Record<string, Finding | null>): Named[] {
  return Object.entries(findings).flatMap(([name, finding]) => (finding === null ? [] : [{ name, ...finding }]));
}
