/** Converge: the stored event is the request's body; what its answers mean. */
import { retryAfterMs } from '../retry-after.ts';
import type { Answer, Destination, Outcome } from '../types.ts';

export interface ConvergeOptions {
  /** The postback endpoint of the source, or `https://app.runconverge.com/api/webhooks`. */
  endpoint: string;
  /** Sent as `X-Webhook-Token`; sources with a postback endpoint of their own need none. */
  token?: string | undefined;
}

/** Beside 5xx: Request Timeout, Too Early, Too Many Requests. */
const TRANSIENT = [408, 425, 429];

/** Answers that say something about the configuration, not about the event. */
const MISCONFIGURED: Record<number, string> = {
  401: 'Converge does not know the token (401): check converge.token',
  403: 'Converge does not allow the token (403): check converge.token, and that the source is active in Converge',
  404: 'Converge has nothing at this address (404): check converge.endpoint',
  410: 'Converge has removed this address (410): check converge.endpoint, and that the source still exists in Converge',
};

export function createConverge({ endpoint, token }: ConvergeOptions): Destination {
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'shopify-converge',
    ...(token ? { 'x-webhook-token': token } : {}),
  };
  return {
    name: 'converge',
    encode: (event) => ({ url: endpoint, method: 'POST', headers, body: event }),
    classify,
  };
}

/** Converge documents no status codes; this is what HTTP gives them to mean. A network failure and what HTTP does not define are tried again. */
function classify(answer: Answer, now: number): Outcome {
  if (answer.status === null) {
    if (answer.kind === 'invalid') return { kind: 'pause', reason: `${answer.message}: check converge.endpoint and converge.token` };
    return { kind: 'retry', reason: answer.message, afterMs: 0 };
  }
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  const misconfigured = MISCONFIGURED[status];
  if (misconfigured !== undefined) return { kind: 'pause', reason: misconfigured };
  if (status >= 300 && status < 500 && !TRANSIENT.includes(status)) return { kind: 'reject', reason: refusal(status) };
  return { kind: 'retry', reason: `Converge answered ${status}`, afterMs: retryAfterMs(headers['retry-after'], now) };
}

function refusal(status: number): string {
  if (status < 400)
    return `Converge answered with a redirect (${status}), which is not followed: put the final address into converge.endpoint`;
  return `Converge refused the event (${status})`;
}
