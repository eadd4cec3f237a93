/** From an HTTP answer of the Admin GraphQL API to what it means. Pure. */
import { z } from 'zod';
import { ConnectorError } from '../core/errors.ts';
import type { Cost } from './budget.ts';
import type { Answer } from './transport.ts';

/** Something that is missing from otherwise good data. */
export interface Fault {
  /** Where in the data; empty: anywhere. */
  path: (string | number)[];
  error: ConnectorError;
}

export interface Reading {
  /** Null unless `kind` is `data` and something was read. */
  cost: Cost | null;
  outcome:
    | { kind: 'data'; data: unknown; faults: Fault[]; protectedFields: string[] }
    | { kind: 'unauthorized' }
    /** Not carried out; `waitMs` is what Shopify asked for, 0 when it left that to the cost budget. */
    | { kind: 'throttled'; waitMs: number }
    | { kind: 'failed'; error: ConnectorError };
}

const graphqlError = z.object({
  message: z.string().catch('no message'),
  path: z
    .array(z.union([z.string(), z.number()]))
    .optional()
    .catch(undefined),
  extensions: z
    .object({ code: z.string().optional(), requiredAccess: z.string().optional(), documentation: z.string().optional() })
    .optional()
    .catch(undefined),
});
type GraphqlError = z.infer<typeof graphqlError>;

const body = z.object({ data: z.unknown(), errors: z.array(graphqlError).optional() });
const costs = z.object({
  extensions: z.object({
    cost: z.object({
      requestedQueryCost: z.number(),
      actualQueryCost: z.number().nullish(),
      throttleStatus: z.object({ maximumAvailable: z.number(), currentlyAvailable: z.number(), restoreRate: z.number() }).optional(),
    }),
  }),
});

export function readAnswer(domain: string, answer: Answer): Reading {
  if (answer.status === 401) return { cost: null, outcome: { kind: 'unauthorized' } };
  if (answer.status === 429) return { cost: null, outcome: { kind: 'throttled', waitMs: retryAfterMs(answer.headers.get('retry-after')) } };
  if (answer.status < 200 || answer.status > 299)
    return { cost: null, outcome: { kind: 'failed', error: statusError(domain, answer.status) } };

  const json = parseJson(answer.text);
  const parsed = body.safeParse(json);
  if (!parsed.success) return { cost: null, outcome: { kind: 'failed', error: unavailable(domain, 'an answer that cannot be read') } };
  const { data, errors = [] } = parsed.data;
  const cost = readCost(json);
  if (errors.some((error) => error.extensions?.code === 'THROTTLED')) return { cost, outcome: { kind: 'throttled', waitMs: 0 } };

  const withheld = errors.filter(isProtected);
  const others = errors.filter((error) => !isProtected(error));
  if (data === null || data === undefined || typeof data !== 'object') {
    const error = errors[0] === undefined ? unavailable(domain, 'an answer without data') : graphqlFailure(domain, others[0] ?? errors[0]);
    return { cost, outcome: { kind: 'failed', error } };
  }
  const faults = others.map((error) => ({ path: error.path ?? [], error: graphqlFailure(domain, error) }));
  return { cost, outcome: { kind: 'data', data, faults, protectedFields: withheld.map((error) => fieldOf(error.path)) } };
}

function readCost(json: unknown): Cost | null {
  const parsed = costs.safeParse(json);
  if (!parsed.success) return null;
  const { requestedQueryCost, actualQueryCost, throttleStatus } = parsed.data.extensions.cost;
  return {
    requested: requestedQueryCost,
    actual: actualQueryCost ?? null,
    status: throttleStatus
      ? { available: throttleStatus.currentlyAvailable, maximum: throttleStatus.maximumAvailable, restoreRate: throttleStatus.restoreRate }
      : null,
  };
}

/** Without approval for protected customer data Shopify gives null, this error, and everything else (documented). */
function isProtected({ message, extensions }: GraphqlError): boolean {
  return /protected-customer-data|not approved to (?:access|use)/i.test(`${message} ${extensions?.documentation ?? ''}`);
}

function graphqlFailure(domain: string, { message, extensions }: GraphqlError): ConnectorError {
  switch (extensions?.code) {
    case 'ACCESS_DENIED': {
      const scope = /`?\b((?:read|write)_\w+)`?/.exec(extensions.requiredAccess ?? message)?.[1];
      const fix = scope === undefined ? 'the scopes it asks for' : `the scope ${scope}`;
      return new ConnectorError(
        'SHOPIFY_ACCESS_DENIED',
        `${domain} denies access; give the app ${fix} (Dev Dashboard > the app > Versions), release it, accept it on the store and run connect.`,
      );
    }
    case 'MAX_COST_EXCEEDED':
      return new ConnectorError('SHOPIFY_MAX_COST', `A query costs more than ${domain} allows for one; please report this.`);
    case 'SHOP_INACTIVE':
      return frozen(domain);
    case 'INTERNAL_SERVER_ERROR':
    case 'TIMEOUT':
      return new ConnectorError(
        'SHOPIFY_QUERY_FAILED',
        `${domain} failed to answer a query (${extensions.code}); it is tried again by itself.`,
        { retryable: true },
      );
    default:
      // What has no code was reported by Shopify's own resolvers in the past, too: worth another try, but not at once.
      if (extensions?.code === undefined && /internal error|something went wrong|timeout/i.test(message)) {
        return new ConnectorError('SHOPIFY_QUERY_FAILED', `${domain} failed to answer a query; it is tried again by itself.`, {
          retryable: true,
        });
      }
      return new ConnectorError('SHOPIFY_QUERY_REFUSED', `${domain} refuses a query: "${message.slice(0, 200)}"; please report this.`);
  }
}

function statusError(domain: string, status: number): ConnectorError {
  switch (status) {
    case 402:
      return frozen(domain);
    case 403:
      return new ConnectorError(
        'SHOPIFY_FORBIDDEN',
        `${domain} forbids the request (HTTP 403); check that the app's scopes were accepted on the store, then run connect.`,
      );
    case 404:
      return new ConnectorError(
        'SHOPIFY_SHOP_NOT_FOUND',
        `Shopify knows no shop ${domain}; check \`shop\` (admin: Settings > Domains shows the myshopify.com domain).`,
      );
    case 423:
      return new ConnectorError('SHOPIFY_SHOP_LOCKED', `${domain} is locked by Shopify; its owner has to contact Shopify support.`);
    default:
      if (status >= 500 || status === 408) return unavailable(domain, `HTTP ${status}`);
      return new ConnectorError('SHOPIFY_REFUSED', `${domain} refuses the request (HTTP ${status}); please report this.`);
  }
}

function frozen(domain: string): ConnectorError {
  return new ConnectorError(
    'SHOPIFY_SHOP_FROZEN',
    `${domain} is frozen; its owner has to settle the Shopify bill or reactivate the store.`,
  );
}

function unavailable(domain: string, reason: string): ConnectorError {
  const message = `${domain} is not available (${reason}); it is tried again by itself. If it stays so, look at https://www.shopifystatus.com.`;
  return new ConnectorError('SHOPIFY_UNAVAILABLE', message, { retryable: true });
}

/** Shopify sends seconds, with decimals. */
function retryAfterMs(header: string | null): number {
  const seconds = Number(header ?? '');
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds * 1000) : 1_000;
}

/** `orders.nodes.customer`: without the positions, so that it is the same for every order. */
function fieldOf(path: (string | number)[] = []): string {
  return path.filter((step) => typeof step === 'string').join('.');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
