/** What somebody has to be told of: thresholds on the state of one store. Pure. */
import type { Alert, AuditRecord, DestinationState, StoreCounts, StoreRow, WarningSigns } from '../store/types.ts';

export interface Standing {
  store: string;
  /** Null: never connected. */
  row: StoreRow | null;
  /** The user disconnected it. */
  byUser: boolean;
  counts: Pick<StoreCounts, 'events' | 'blocked' | 'deadOrders'>;
  signs: WarningSigns;
  destinations: readonly DestinationState[];
  audit: AuditRecord | null;
  /** How often Shopify is asked for changes, ms. */
  reconcileEveryMs: number;
  /** Topics that should have a subscription; null: none is wanted. */
  topics: readonly string[] | null;
  now: number;
  /** When the daemon began to work for the store: what waited while nobody worked is not late yet. */
  startedAt: number;
}

/** A reason for an alert. One that does not `raise` yet keeps an alert open that is. */
export type Condition = Pick<Alert, 'kind' | 'subject' | 'summary' | 'details'> & { raises: boolean };

const MINUTE_MS = 60_000;
/** Live events are delivered, and orders read, within seconds; retries after a short trouble within minutes. */
const LATE_MS = 15 * MINUTE_MS;
/** A store is connected within seconds of the first start, or Shopify says why not. */
const CONNECT_MS = 5 * MINUTE_MS;
/** A first audit finds, marks due and so repairs what was lost; what the next one still finds needs somebody. */
const STANDING_DIFFERENCE_MS = 10 * MINUTE_MS;
const NAMED = 5;

export function conditionsOf(standing: Standing): Condition[] {
  if (standing.byUser) return [];
  return [disconnected, undelivered, deadLetters, difference, subscriptions, unread, paused].flatMap((of) => of(standing));
}

function disconnected({ row, now, startedAt }: Standing): Condition[] {
  if (row?.state === 'connected') return [];
  const why = row ? (row.stateReason ?? 'Shopify refuses the token') : 'it could not be connected so far, the log says why';
  const summary = `The store is not connected: ${sentence(why)} Its orders wait in Shopify. doctor shows what is wrong; then run connect.`;
  return [{ kind: 'disconnected', subject: '', raises: row !== null || now - startedAt >= CONNECT_MS, summary, details: {} }];
}

function undelivered({ signs: { oldestEventAt }, counts, now, startedAt }: Standing): Condition[] {
  if (oldestEventAt === null || now - oldestEventAt < LATE_MS) return [];
  const { pending } = counts.events;
  const behind = counts.blocked === 0 ? '' : `, ${counts.blocked} of them blocked behind dead letters`;
  return [
    {
      kind: 'undelivered',
      subject: '',
      raises: now - Math.max(oldestEventAt, startedAt) >= LATE_MS,
      summary: `The oldest event of live orders has waited for ${duration(now - oldestEventAt)}; events that wait in all: ${pending}${behind}. events list --status pending shows them.`,
      details: { pending, blocked: counts.blocked, oldestSeconds: seconds(now - oldestEventAt) },
    },
  ];
}

function deadLetters({ counts }: Standing): Condition[] {
  const { dead: events } = counts.events;
  const { deadOrders: orders, blocked } = counts;
  if (events + orders === 0) return [];
  const parts = [events > 0 && `events that could not be delivered: ${events}`, orders > 0 && `orders that could not be read: ${orders}`];
  const summary = `Dead letters, ${parts.filter((part) => part !== false).join(', ')}. dead-letters list says why; replay or discard them.`;
  return [{ kind: 'dead_letters', subject: '', raises: true, summary, details: { events, orders, blocked } }];
}

function difference({ audit }: Standing): Condition[] {
  if (!audit || audit.differingSince === null) return [];
  const { since, until, shopify, accounted, differing } = audit;
  const names = audit.named.slice(0, NAMED).map(({ name }) => name);
  return [
    {
      kind: 'difference',
      subject: '',
      raises: audit.at - audit.differingSince >= STANDING_DIFFERENCE_MS,
      summary: `Orders from ${since} to ${until} that are not accounted for: ${differing} (${names.join(', ')}${differing > names.length ? ', …' : ''}). audit --since ${since} names them.`,
      details: { orders: differing, shopify, accounted, since, until },
    },
  ];
}

function subscriptions({ row, topics }: Standing): Condition[] {
  // Looked at with every reconcile, and put back there: what is missing after that Shopify refuses.
  if (row?.state !== 'connected' || topics === null || row.subscriptionsCheckedAt === null) return [];
  const missing = topics.filter((topic) => !row.subscriptions.includes(topic));
  if (missing.length === 0) return [];
  const summary = `Webhook subscriptions are missing (${missing.join(', ')}): orders are found by asking, so they come later. Check server.publicUrl, then run connect.`;
  return [{ kind: 'subscriptions', subject: '', raises: true, summary, details: { missing: missing.length } }];
}

function unread({ row, signs, now, startedAt, reconcileEveryMs }: Standing): Condition[] {
  if (row?.state !== 'connected') return [];
  const looked = row.reconciledAt ?? row.firstConnectedAt;
  const troubles: { since: number | null; allowedMs: number; words: string }[] = [
    { since: signs.failingSince, allowedMs: LATE_MS, words: 'an order has failed to be read' },
    { since: signs.oldestDueAt, allowedMs: LATE_MS, words: 'an order has waited to be read' },
    // Also on a store where nothing happens.
    { since: looked, allowedMs: LATE_MS + 2 * reconcileEveryMs, words: 'Shopify could not be asked for changes' },
  ];
  const late = troubles.flatMap(({ since, ...more }) => (since !== null && now - since >= more.allowedMs ? [{ since, ...more }] : []));
  if (late.length === 0) return [];
  const words = late.map((trouble) => `${trouble.words} for ${duration(now - trouble.since)}`).join('; ');
  return [
    {
      kind: 'unread',
      subject: '',
      raises: late.some(({ since, allowedMs }) => now - Math.max(since, startedAt) >= allowedMs),
      summary: `Orders cannot be read from Shopify: ${words}. status and doctor say why.`,
      details: { oldestSeconds: seconds(Math.max(...late.map(({ since }) => now - since))) },
    },
  ];
}

/** A destination that is down comes back by itself, mostly soon; one that refuses needs somebody. */
function paused({ destinations, now, startedAt }: Standing): Condition[] {
  return destinations.flatMap(({ destination, pausedAt, cause, reason }): Condition[] => {
    if (pausedAt === null) return [];
    const raises = cause !== 'down' || now - Math.max(pausedAt, startedAt) >= LATE_MS;
    const why = sentence(reason ?? 'the reason is not known');
    const summary = `Nothing can be delivered to ${destination}, for ${duration(now - pausedAt)}: ${why} One event is tried now and then; the others wait and are not lost.`;
    return [{ kind: 'paused', subject: destination, raises, summary, details: { seconds: seconds(now - pausedAt) } }];
  });
}

function sentence(words: string): string {
  return words.replace(/[.\s]*$/, '.');
}

function duration(ms: number): string {
  if (ms < MINUTE_MS) return 'less than a minute';
  const whole = Math.round(ms / MINUTE_MS);
  return whole < 120 ? `${whole} ${whole === 1 ? 'minute' : 'minutes'}` : `${Math.round(whole / 60)} hours`;
}

function seconds(ms: number): number {
  return Math.round(Math.max(0, ms) / 1000);
}
