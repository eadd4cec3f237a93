/** One GraphQL query to one shop: paid from the budget, with a living token, tried again where that can help. */
import { createAdminApiClient } from '@shopify/admin-api-client';
import { ApiVersion } from '@shopify/shopify-api';
import { ConnectorError } from '../core/errors.ts';
import { backoffMs } from '../core/retry.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { readAnswer, type Fault, type Reading } from './answer.ts';
import type { Budget, Cost } from './budget.ts';
import { isMutation, operationName, type Document } from './document.ts';
import { throttled } from './failures.ts';
import { createNotices } from './notices.ts';
import { newTokenRefused } from './refusals.ts';
import type { Tokens } from './token.ts';
import type { Answer, Transport } from './transport.ts';

const API_VERSION = ApiVersion.October26;

export interface Result<Data> {
  data: Data;
  /** What Shopify could not give; the caller decides what that spoils. Withheld customer data is not among them: that is null for good. */
  faults: Fault[];
}

/**
 * Throws a ConnectorError: `TOKEN_…`, or `SHOPIFY_…` (ACCESS_DENIED, MAX_COST, QUERY_FAILED, QUERY_REFUSED, THROTTLED, TIMEOUT, UNAVAILABLE, UNREACHABLE, …).
 * A query is tried up to `attempts` times (default 4), a mutation again only when Shopify says that it did not carry it out.
 */
export type Query = <Data, Variables extends Record<string, unknown>>(
  document: Document<Data, Variables>,
  variables: Variables,
  attempts?: number,
) => Promise<Result<Data>>;

export interface ClientOptions {
  domain: string;
  transport: Transport;
  tokens: Tokens;
  budget: Budget;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  logger: Logger;
  onCost?: ((operation: string, cost: Cost) => void) | undefined;
  onThrottle?: (() => void) | undefined;
}

const ATTEMPTS = 4;
/** How often a query is tried when it fails so; anything else is final. A time-out has cost half a minute already. */
const ATTEMPTS_AFTER: Record<string, number> = {
  SHOPIFY_UNAVAILABLE: ATTEMPTS,
  SHOPIFY_UNREACHABLE: ATTEMPTS,
  SHOPIFY_TIMEOUT: 2,
  SHOPIFY_QUERY_FAILED: 2,
};
const THROTTLES = 10;
const RETRY = { baseMs: 1_000, maxMs: 20_000 };
/** Longest wait Shopify may ask for. */
const THROTTLE = { baseMs: 1_000, maxMs: 60_000 };

export function createClient(options: ClientOptions): Query {
  const { domain, tokens, budget, clock, random, logger } = options;
  const send = createSender(domain, options.transport);
  const notice = createNotices(domain, API_VERSION, logger);

  /** One exchange: its cost is settled whatever comes of it. */
  async function exchange(document: string, variables: Record<string, unknown>, key: string): Promise<{ reading: Reading; token: string }> {
    const reservation = await budget.reserve(key);
    let cost: Cost | null = null;
    try {
      const token = await tokens.get();
      const answer = await send(document, variables, token);
      notice.headers(answer);
      const reading = readAnswer(domain, answer);
      cost = reading.cost;
      return { reading, token };
    } finally {
      if (cost === null) reservation.lose();
      else reservation.settle(cost);
      if (cost !== null) options.onCost?.(operationName(document), cost);
    }
  }

  return async <Data, Variables extends Record<string, unknown>>(
    document: Document<Data, Variables>,
    variables: Variables,
    attempts = ATTEMPTS,
  ) => {
    const key = costKey(document, variables);
    let failures = 0;
    let throttles = 0;
    let renewed = false;

    async function failed(error: ConnectorError): Promise<void> {
      failures += 1;
      const allowed = Math.min(attempts, ATTEMPTS_AFTER[error.code] ?? 1);
      if (isMutation(document) || failures >= allowed) throw error;
      await clock.sleep(backoffMs(RETRY, failures, random()));
    }

    for (;;) {
      const result = await exchange(document, variables, key).catch((error: unknown) => {
        if (error instanceof ConnectorError) return error;
        throw error;
      });
      if (result instanceof ConnectorError) {
        await failed(result);
        continue;
      }
      const { outcome } = result.reading;
      switch (outcome.kind) {
        case 'data':
          notice.withheld(outcome.protectedFields);
          // The shape is what Shopify's schema promises for the document it was generated from.
          return { data: outcome.data as Data, faults: outcome.faults };
        case 'failed':
          await failed(outcome.error);
          break;
        case 'unauthorized':
          tokens.refused(result.token);
          if (renewed) throw newTokenRefused(domain);
          renewed = true;
          break;
        case 'throttled':
          throttles += 1;
          options.onThrottle?.();
          if (throttles >= THROTTLES) throw throttled(domain);
          await clock.sleep(outcome.waitMs > 0 ? Math.min(outcome.waitMs, THROTTLE.maxMs) : throttlePause(throttles, result.reading.cost));
      }
    }
  };

  /** The budget waits for the points; a pause of our own is needed only where Shopify refuses although it has them, or says nothing. */
  function throttlePause(throttles: number, cost: Cost | null): number {
    if (throttles === 1 && cost?.status && cost.status.available < cost.requested) return 0;
    return backoffMs(THROTTLE, throttles, random());
  }
}

/** What an operation costs depends on its page sizes alone: `OrdersByIds first=50 lines=20`. */
function costKey(document: string, variables: Record<string, unknown>): string {
  const sizes = Object.entries(variables).flatMap(([name, value]) => {
    const size = Array.isArray(value) ? value.length : value;
    return typeof size === 'number' ? [`${name}=${size}`] : [];
  });
  return [operationName(document), ...sizes].join(' ');
}

/**
 * The library builds address and headers. Retries, time-outs and the reading of answers are ours: its own never time out, wait 2 ms for a `Retry-After: 2`
 * and repeat mutations. Therefore its fetch only keeps the outcome aside, and the library never sees an answer.
 */
function createSender(
  domain: string,
  transport: Transport,
): (document: string, variables: Record<string, unknown>, token: string) => Promise<Answer> {
  return async (document, variables, token) => {
    const outcome: { answer?: Answer; error?: unknown } = {};
    const client = createAdminApiClient({
      storeDomain: domain,
      apiVersion: API_VERSION,
      accessToken: token,
      retries: 0,
      userAgentPrefix: 'shopify-converge',
      // Without it the library writes to the console.
      logger: () => {},
      customFetchApi: async (url, init) => {
        try {
          outcome.answer = await transport(url, { method: init?.method, headers: init?.headers, body: init?.body });
        } catch (error) {
          outcome.error = error;
        }
        return new Response(null, { status: 204 });
      },
    });
    await client.fetch(document, { variables });
    if (outcome.answer) return outcome.answer;
    throw outcome.error;
  };
}
