/** From an HTTP answer of the Admin GraphQL API to what it means. Pure. */
import { z } from 'zod';
import type { ConnectorError } from '../core/errors.ts';
import type { Cost } from './budget.ts';
import { graphqlFailure, isWithheld, statusFailure, unavailable } from './failures.ts';
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

const body = z.object({ data: z.unknown().optional(), errors: z.array(graphqlError).optional() });
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
    return { cost: null, outcome: { kind: 'failed', error: statusFailure(domain, answer.status) } };

  const json = parseJson(answer.text);
  const parsed = body.safeParse(json);
  if (!parsed.success) return { cost: null, outcome: { kind: 'failed', error: unavailable(domain, 'an answer that cannot be read') } };
  const { data, errors = [] } = parsed.data;
  const cost = readCost(json);
  if (errors.some((error) => error.extensions?.code === 'THROTTLED')) return { cost, outcome: { kind: 'throttled', waitMs: 0 } };

  const withheld = errors.filter(isWithheld);
  const others = errors.filter((error) => !isWithheld(error));
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
