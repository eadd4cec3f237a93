/** What an answer means for an event: the same for every destination, told in the words of its settings. Pure. */
import { retryAfterMs } from './retry-after.ts';
import type { Destination } from './types.ts';

export interface Words {
  /** As people know it: `Converge`. */
  name: string;
  /** What is wrong and what to do, by status: these say something about the configuration, not about the event. */
  misconfigured: Record<401 | 403 | 404 | 410, string>;
  /** What to do about a redirect, which is not followed. */
  redirected: string;
  /** The settings that a request is made from. */
  settings: string;
}

/** Beside 5xx: Request Timeout, Too Early, Too Many Requests. */
const TRANSIENT = [408, 425, 429];

/** Converge and Convead document no status codes beyond 200; this is what HTTP gives them to mean. A network failure and what HTTP does not define are tried again. */
export function classifyWith({ name, misconfigured, redirected, settings }: Words): Destination['classify'] {
  const pauses = new Map(Object.entries(misconfigured).map(([status, reason]) => [Number(status), reason]));
  return (answer, now) => {
    if (answer.status === null) {
      if (answer.kind === 'invalid') return { kind: 'pause', reason: `${answer.message}: check ${settings}` };
      return { kind: 'retry', reason: answer.message, afterMs: 0 };
    }
    const { status, headers } = answer;
    if (status >= 200 && status < 300) return { kind: 'delivered' };
    const reason = pauses.get(status);
    if (reason !== undefined) return { kind: 'pause', reason };
    if (status >= 300 && status < 400)
      return { kind: 'pause', reason: `${name} answered with a redirect (${status}), which is not followed: ${redirected}` };
    if (status >= 400 && status < 500 && !TRANSIENT.includes(status))
      return { kind: 'reject', reason: `${name} refused the event (${status})` };
    return { kind: 'retry', reason: `${name} answered ${status}`, afterMs: retryAfterMs(headers['retry-after'], now) };
  };
}
