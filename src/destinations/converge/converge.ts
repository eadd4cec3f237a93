/** Converge: the stored event is the request's body; what its answers mean. */
import { classifyWith } from '../classify.ts';
import type { Destination } from '../types.ts';

export interface ConvergeOptions {
  /** The postback endpoint of the source, or `https://app.runconverge.com/api/webhooks`. */
  endpoint: string;
  /** Sent as `X-Webhook-Token`; sources with a postback endpoint of their own need none. */
  token?: string | undefined;
}

const classify = classifyWith({
  name: 'Converge',
  misconfigured: {
    401: 'Converge does not know the token (401): check converge.token',
    403: 'Converge does not allow the token (403): check converge.token, and that the source is active in Converge',
    404: 'Converge has nothing at this address (404): check converge.endpoint',
    410: 'Converge has removed this address (410): check converge.endpoint, and that the source still exists in Converge',
  },
  redirected: 'put the final address into converge.endpoint',
  settings: 'converge.endpoint and converge.token',
});

/** Takes every event. */
export function createConverge({ endpoint, token }: ConvergeOptions): Destination {
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'shopify-converge',
    ...(token ? { 'x-webhook-token': token } : {}),
  };
  return {
    name: 'converge',
    eventNames: null,
    encode: (event) => ({ url: endpoint, method: 'POST', headers, body: event }),
    classify,
  };
}
