/** Things that go wrong on purpose, settable while the sandbox runs. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Random } from './random.ts';

export type Fault = (
  | { kind: 'status'; status: number; headers?: Record<string, string>; body?: string }
  /** The request is read and never answered. */
  | { kind: 'timeout' }
  /** The connection is cut. */
  | { kind: 'reset' }
) & {
  /** The request takes effect all the same: only its answer is lost. */
  afterAccepting?: boolean;
};

export interface FaultRequest {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** 1 for the first request since the faults were set. */
  count: number;
}

/** Decides per request; null: nothing goes wrong. */
export type FaultFunction = (request: FaultRequest) => Fault | null;

/** Probabilities, one draw a request; their sum is at most 1. */
export interface FaultRates {
  error500?: number;
  unauthorized401?: number;
  tooMany429?: number;
  /** Seconds in `Retry-After` of a 429. Default 1. */
  retryAfterSeconds?: number;
  timeout?: number;
  reset?: number;
  /** Accepted, then the connection is cut: the sender cannot know. */
  lostAnswer?: number;
}

export interface Faults {
  set(faults: FaultFunction | FaultRates | null): void;
  next(request: Omit<FaultRequest, 'count'>): Fault | null;
}

function byRates(rates: FaultRates, random: Random): FaultFunction {
  const retryAfter = { 'Retry-After': String(rates.retryAfterSeconds ?? 1) };
  const choices: [rate: number | undefined, fault: Fault][] = [
    [rates.error500, { kind: 'status', status: 500, body: 'Internal Server Error' }],
    [rates.unauthorized401, { kind: 'status', status: 401, body: '{"error":"Unauthorized"}' }],
    [rates.tooMany429, { kind: 'status', status: 429, headers: retryAfter, body: '{"error":"Too Many Requests"}' }],
    [rates.timeout, { kind: 'timeout' }],
    [rates.reset, { kind: 'reset' }],
    [rates.lostAnswer, { kind: 'reset', afterAccepting: true }],
  ];
  return () => {
    let drawn = random.next();
    return choices.find(([rate]) => (drawn -= rate ?? 0) < 0)?.[1] ?? null;
  };
}

export function createFaults(random: Random): Faults {
  let decide: FaultFunction | null = null;
  let count = 0;
  return {
    set: (faults) => {
      count = 0;
      decide = faults === null || typeof faults === 'function' ? faults : byRates(faults, random);
    },
    next: (request) => {
      count += 1;
      return decide?.({ ...request, count }) ?? null;
    },
  };
}
