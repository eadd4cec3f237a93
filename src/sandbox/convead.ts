/** The Convead endpoint: takes events as forms with a data object in them. */
import { readForm, type ConveadBody } from './convead-spec.ts';
import { createEndpoint, json, type Endpoint, type EndpointOptions, type Identity } from './endpoint.ts';
import type { Answer, Asked } from './http.ts';

export type Convead = Endpoint<ConveadBody>;

export interface ConveadOptions extends Pick<EndpointOptions<ConveadBody>, 'now' | 'keep' | 'faults'> {
  /** The only one that is known; null: any is. */
  appKey: string | null;
}

export function createConvead({ appKey, ...options }: ConveadOptions): ReturnType<typeof createEndpoint<ConveadBody>> {
  function judge({ method, headers, body }: Asked): { answer: Answer; event: ConveadBody | null } {
    if (method !== 'POST') return { answer: json(405, { error: 'Method not allowed' }), event: null };
    if (!headers['content-type']?.toLowerCase().startsWith('application/x-www-form-urlencoded')) {
      return { answer: json(400, { error: 'The body must be application/x-www-form-urlencoded' }), event: null };
    }
    const read = readForm(body);
    if ('errors' in read) return { answer: json(422, { error: 'Invalid event', details: read.errors }), event: null };
    if (appKey !== null && read.event.app_key !== appKey) return { answer: json(401, { error: 'Unknown app_key' }), event: null };
    return { answer: json(200, { status: 'ok' }), event: read.event };
  }

  return createEndpoint({ ...options, judge, identify });
}

/** Convead's events have no id: an order is known by its own, a refund by its own, anything else by its bytes. */
function identify({ type, properties }: ConveadBody, body: string): Identity {
  const order = typeof properties.order_id === 'string' ? properties.order_id : null;
  const refund = typeof properties.refund_id === 'string' ? properties.refund_id : null;
  const isOrder = type === 'purchase';
  return { id: isOrder ? `order ${order}` : refund === null ? body : `refund ${refund}`, name: type, order, isOrder };
}
