/** The Converge endpoint: takes events of the spec, as JSON. */
import { readEvent, type ConvergeBody } from './converge-spec.ts';
import { createEndpoint, json, type Endpoint, type EndpointOptions } from './endpoint.ts';
import type { Answer, Asked } from './http.ts';

export type Converge = Endpoint<ConvergeBody>;

export interface ConvergeOptions extends Pick<EndpointOptions<ConvergeBody>, 'now' | 'keep' | 'faults'> {
  /** Demanded in `X-Webhook-Token`; null: none is. */
  token: string | null;
}

export function createConverge({ token, ...options }: ConvergeOptions): ReturnType<typeof createEndpoint<ConvergeBody>> {
  function judge({ method, headers, body }: Asked): { answer: Answer; event: ConvergeBody | null } {
    if (method !== 'POST') return { answer: json(405, { error: 'Method not allowed' }), event: null };
    if (token !== null && headers['x-webhook-token'] !== token) {
      return { answer: json(401, { error: 'Invalid webhook token' }), event: null };
    }
    if (!headers['content-type']?.toLowerCase().startsWith('application/json')) {
      return { answer: json(400, { error: 'The body must be application/json' }), event: null };
    }
    const read = readEvent(body);
    if ('errors' in read) return { answer: json(422, { error: 'Invalid event', details: read.errors }), event: null };
    return { answer: json(200, { success: true }), event: read.event };
  }

  return createEndpoint({
    ...options,
    judge,
    identify: ({ event_id: id, event_name: name, properties }) => ({
      ...{ id, name, isOrder: name === 'Placed Order' },
      order: typeof properties.id === 'string' ? properties.id : null,
    }),
  });
}
