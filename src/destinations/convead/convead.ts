/** Convead: a stored event becomes a form with a data object in it; what its answers mean. */
import { isConveadEvent, type ConveadEvent } from '../../core/convead-spec.ts';
import type { ConvergeEvent } from '../../core/event.ts';
import { classifyWith } from '../classify.ts';
import type { Destination, Rejection } from '../types.ts';
import { handedIn, purchase, refund, type ConveadData } from './data.ts';

export interface ConveadOptions {
  appKey: string;
  /** Host name of the shop as Convead's account has it. */
  domain: string;
  /** Key of the custom event that stands for a refund; null: refunds are not sent. */
  refundEventKey: string | null;
  /** Where requests go in place of Convead; null: to Convead. */
  origin: string | null;
}

export const CONVEAD_ORIGIN = 'https://tracker.convead.io';
const HEADERS = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', 'user-agent': 'shopify-converge' };

const classify = classifyWith({
  name: 'Convead',
  misconfigured: {
    401: 'Convead does not know the app key (401): check convead.appKey',
    403: 'Convead does not allow the app key (403): check convead.appKey, convead.domain, and that the account is active in Convead',
    404: 'Convead has nothing for this app key (404): check convead.appKey, and convead.origin if it is set',
    410: 'Convead has nothing for this app key any more (410): check convead.appKey, and that the account still exists in Convead',
  },
  redirected: 'check convead.origin if it is set; else Convead has moved, and a newer version of this program is needed',
  settings: 'convead.appKey and convead.origin',
});

/** Takes Placed Order, Received Refund where it has a key for it, and the events of `convead-spec`. Both uids are always there, as in Convead's own clients. */
export function createConvead({ appKey, domain, refundEventKey, origin }: ConveadOptions): Destination {
  const url = `${origin ?? CONVEAD_ORIGIN}/watch/event`;

  function form({ type, visitor_uid, guest_uid, page, properties, visitor_info }: ConveadData): string {
    const fields = { app_key: appKey, visitor_uid, guest_uid };
    const { path, title, referrer } = page;
    // Convead's own clients repeat the other fields in here; attributes are required, and theirs are empty.
    const data = {
      ...fields,
      type,
      domain,
      host: domain,
      url: page.url ?? `https://${domain}${path ?? '/'}`,
      path,
      title,
      referrer,
      properties,
      visitor_info,
      attributes: {},
    };
    return new URLSearchParams({ ...fields, data: JSON.stringify(data) }).toString();
  }

  return {
    name: 'convead',
    eventNames: refundEventKey === null ? ['Placed Order'] : ['Placed Order', 'Received Refund'],
    encode: (stored) => {
      const data = dataOf(JSON.parse(stored) as ConvergeEvent | ConveadEvent, refundEventKey);
      return 'kind' in data ? data : { url, method: 'POST', headers: HEADERS, body: form(data) };
    },
    classify,
  };
}

function dataOf(event: ConvergeEvent | ConveadEvent, refundEventKey: string | null): ConveadData | Rejection {
  if (isConveadEvent(event)) return handedIn(event);
  if (event.event_name === 'Placed Order') return purchase(event);
  if (event.event_name !== 'Received Refund') return { kind: 'reject', reason: 'Convead has no such event' };
  if (refundEventKey !== null) return refund(event, refundEventKey);
  return { kind: 'reject', reason: 'Convead has no refunds of its own, and convead.refundEventKey is no longer set' };
}
