/** The tables. A change here needs a migration: `drizzle-kit generate`. Times are ms since the epoch unless said otherwise. */
import type { DecisionKind, RefundAccount, SubscriptionRole } from '../core/decision.ts';
import { index, integer, primaryKey, sql, sqliteTable, text, uniqueIndex } from './drizzle.ts';
import { crashMarks } from './schema-delivery.ts';
import type { AlertKind, AuditRecord, BackfillOrigin, BackfillState, EventState, Lane, SliceState } from './types.ts';

export { attempts, destinations, lanes } from './schema-delivery.ts';

export const stores = sqliteTable('stores', {
  name: text().primaryKey(),
  domain: text().notNull(),
  shopName: text('shop_name').notNull(),
  currency: text().notNull(),
  timeZone: text('time_zone').notNull(),
  scopes: text({ mode: 'json' }).$type<string[]>().notNull(),
  firstConnectedAt: integer('first_connected_at').notNull(),
  connectedAt: integer('connected_at').notNull(),
  state: text().$type<'connected' | 'disconnected'>().notNull(),
  stateReason: text('state_reason'),
  tokenAt: integer('token_at'),
  subscriptions: text({ mode: 'json' }).$type<string[]>().notNull(),
  subscriptionsCheckedAt: integer('subscriptions_checked_at'),
  checkRequestedAt: integer('check_requested_at'),
  /** When reconcile last asked Shopify for changes and had the whole answer. */
  reconciledAt: integer('reconciled_at'),
});

/** Which deliveries were seen. No body: a webhook only says which order changed. */
export const webhookReceipts = sqliteTable(
  'webhook_receipts',
  {
    store: text().notNull(),
    deliveryId: text('delivery_id').notNull(),
    eventId: text('event_id'),
    topic: text().notNull(),
    orderId: text('order_id'),
    triggeredAt: text('triggered_at'),
    receivedAt: integer('received_at').notNull(),
  },
  // No index on the age: every webhook would write it (prune-receipts.ts does without).
  (t) => [primaryKey({ columns: [t.store, t.deliveryId] })],
);

/** Orders that must be read. `due_at` is hold, retry time and, while `lease_token` is set, the end of the lease. */
export const dueOrders = sqliteTable(
  'due_orders',
  {
    store: text().notNull(),
    orderId: text('order_id').notNull(),
    dueAt: integer('due_at').notNull(),
    /** No signal makes the order due before this. Null: not held, or not known. */
    heldUntil: integer('held_until'),
    reason: text().notNull(),
    /** Grows with every signal; a claim finishes the row only if it is still the one that was claimed. */
    version: integer().notNull(),
    leaseToken: text('lease_token'),
    /** Claims that were not finished. */
    attempts: integer().notNull(),
    firstDueAt: integer('first_due_at').notNull(),
    lane: text().$type<Lane>().notNull(),
    deleteSeen: integer('delete_seen', { mode: 'boolean' }).notNull(),
    missingSince: integer('missing_since'),
    lastError: text('last_error'),
    /** Since when this order, and not all of Shopify, fails. Null: its last read went well. */
    failingSince: integer('failing_since'),
    /** A dead letter since then; its due time is then out of reach (`NEVER`). Null: it is in the queue. */
    setAsideAt: integer('set_aside_at'),
    /** Why somebody discarded the dead letter; null: nobody did. */
    discarded: text(),
    ...crashMarks(),
  },
  (t) => [
    primaryKey({ columns: [t.store, t.orderId] }),
    index('due_orders_claim').on(t.store, t.lane, t.dueAt),
    index('due_orders_held')
      .on(t.store, t.dueAt)
      .where(sql`held_until is not null`),
    index('due_orders_failing')
      .on(t.store, t.attempts)
      .where(sql`last_error is not null`),
    index('due_orders_failing_since')
      .on(t.store, t.failingSince)
      .where(sql`failing_since is not null`),
    index('due_orders_set_aside')
      .on(t.store, t.setAsideAt)
      .where(sql`set_aside_at is not null`),
    index('due_orders_suspect')
      .on(t.store, t.suspect, t.dueAt)
      .where(sql`suspect is not null`),
  ],
);

/** The ledger: what was decided about every order, and why. */
export const orders = sqliteTable(
  'orders',
  {
    store: text().notNull(),
    orderId: text('order_id').notNull(),
    name: text().notNull(),
    /** Removed by a redaction. */
    customerId: text('customer_id'),
    createdAt: integer('created_at').notNull(),
    placedAt: text('placed_at').notNull(),
    updatedAt: text('updated_at').notNull(),
    sourceName: text('source_name'),
    appName: text('app_name'),
    currency: text().notNull(),
    channel: text().notNull(),
    channelMapped: integer('channel_mapped', { mode: 'boolean' }).notNull(),
    total: text().notNull(),
    historical: integer({ mode: 'boolean' }).notNull(),
    decision: text().$type<DecisionKind>().notNull(),
    reason: text(),
    refunds: text({ mode: 'json' }).$type<RefundAccount[]>().notNull(),
    /** What the Placed Order reported: total, and JSON of line id -> quantity. Null until one is written, fixed from then on. */
    sentTotal: text('sent_total'),
    sentLines: text('sent_lines'),
    /** As in `Previous` of a derivation. */
    subscription: text().$type<SubscriptionRole>(),
    waitedForJourney: integer('waited_for_journey', { mode: 'boolean' }).notNull(),
    /** JSON of the difference between what was sent and what Shopify says now; null: none. */
    changedAfterSending: text('changed_after_sending'),
    trail: text({ mode: 'json' }).$type<string[]>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.store, t.orderId] }),
    index('orders_name').on(t.store, t.name),
    index('orders_customer')
      .on(t.store, t.customerId, t.createdAt)
      .where(sql`customer_id is not null`),
    index('orders_created').on(t.store, t.createdAt),
    index('orders_decision').on(t.store, t.decision, t.reason),
    index('orders_changed')
      .on(t.store, t.currency, t.createdAt)
      .where(sql`changed_after_sending is not null`),
    index('orders_unmapped')
      .on(t.store, t.sourceName, t.appName)
      .where(sql`channel_mapped = 0`),
  ],
);

/** Outbox and event log in one. */
export const events = sqliteTable(
  'events',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    store: text().notNull(),
    destination: text().notNull(),
    eventId: text('event_id').notNull(),
    orderId: text('order_id').notNull(),
    /** 1, 2, … within (store, destination, order). */
    sequence: integer().notNull(),
    name: text().notNull(),
    body: text(),
    lane: text().$type<Lane>().notNull(),
    state: text().$type<EventState>().notNull(),
    attempts: integer().notNull(),
    createdAt: integer('created_at').notNull(),
    firstAttemptAt: integer('first_attempt_at'),
    nextAttemptAt: integer('next_attempt_at'),
    settledAt: integer('settled_at'),
    outcome: text(),
    /** `destinations.down_ms` at the first attempt: what was added since does not count towards the event's age. Null: as if 0. */
    downMsBefore: integer('down_ms_before'),
  },
  (t) => [
    // The event id stands first so that a person's look-up by event id alone is a search too.
    uniqueIndex('events_identity').on(t.eventId, t.store, t.destination),
    uniqueIndex('events_sequence').on(t.store, t.orderId, t.destination, t.sequence),
    index('events_state').on(t.store, t.state, t.createdAt),
    // History on its way is old without being late.
    index('events_live')
      .on(t.store, t.createdAt)
      .where(sql`state = 'pending' and lane = 'live'`),
    index('events_prunable')
      .on(t.settledAt)
      .where(sql`body is not null and settled_at is not null`),
  ],
);

/** How far reconcile has read: an `updatedAt` of Shopify, verbatim. */
export const watermarks = sqliteTable('watermarks', { store: text().primaryKey(), at: text().notNull() });

/**
 * How many rows there are of what `counts` tells, so that nobody counts millions of them: subjects `receipt`, `due`, `order` (key: the decision, for an excluded order
 * with its reason), `unmapped` (key: JSON of source and app name), `changed` (key: currency; amount: sum of the differences in minor units), `event` (key: state).
 * Rows that are added are counted by who adds them (tally.ts), changes and removals by triggers, which the migration that made this table holds. A migration that builds one of
 * their tables anew has to make them again: a test notices.
 */
export const tallies = sqliteTable(
  'tallies',
  {
    store: text().notNull(),
    subject: text().$type<'receipt' | 'order' | 'unmapped' | 'changed' | 'event'>().notNull(),
    key: text().notNull(),
    number: integer().notNull(),
    amount: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.store, t.subject, t.key] })],
);

/** History that was asked for: orders created from `since` to before `until`. */
export const backfills = sqliteTable(
  'backfills',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    store: text().notNull(),
    origin: text().$type<BackfillOrigin>().notNull(),
    words: text().notNull(),
    /** Null: from the first order on. */
    since: integer(),
    until: integer().notNull(),
    state: text().$type<BackfillState>().notNull(),
    expected: integer(),
    createdAt: integer('created_at').notNull(),
    startedAt: integer('started_at'),
    finishedAt: integer('finished_at'),
    error: text(),
  },
  (t) => [index('backfills_store').on(t.store, t.id)],
);

/** Parts of a backfill, one bulk operation each. */
export const backfillSlices = sqliteTable(
  'backfill_slices',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    /** `backfills.id`. */
    backfill: integer().notNull(),
    since: integer().notNull(),
    until: integer().notNull(),
    state: text().$type<SliceState>().notNull(),
    operation: text(),
    attempts: integer().notNull(),
    halved: integer().notNull(),
    expected: integer().notNull(),
    checkpoint: integer().notNull(),
    derived: integer().notNull(),
    markedDue: integer('marked_due').notNull(),
    known: integer().notNull(),
    distinct: integer(),
    error: text(),
    firstId: text('first_id'),
    lastId: text('last_id'),
  },
  (t) => [index('backfill_slices_window').on(t.backfill, t.until)],
);

/** What somebody has to be told of, or that it is over. */
export const alerts = sqliteTable(
  'alerts',
  {
    store: text().notNull(),
    kind: text().$type<AlertKind>().notNull(),
    /** Of several of a kind, which: a destination; else empty. */
    subject: text().notNull(),
    openedAt: integer('opened_at').notNull(),
    summary: text().notNull(),
    details: text({ mode: 'json' }).$type<Record<string, string | number>>().notNull(),
    /** Since when the reason for it is gone; null: it is there. */
    quietSince: integer('quiet_since'),
    /** When it ended; the row stays until that has been told. */
    overAt: integer('over_at'),
    /** When its beginning was told. */
    toldAt: integer('told_at'),
    /** Attempts to tell that failed, since the last one that did not. */
    attempts: integer().notNull(),
    nextAttemptAt: integer('next_attempt_at'),
  },
  (t) => [primaryKey({ columns: [t.store, t.kind, t.subject] })],
);

/** The last audit the daemon made of each store. */
export const audits = sqliteTable('audits', {
  store: text().primaryKey(),
  at: integer().notNull(),
  /** First and last day. */
  since: text().notNull(),
  until: text().notNull(),
  shopify: integer().notNull(),
  accounted: integer().notNull(),
  differing: integer().notNull(),
  /** Since the audit that first found a difference; null: there is none. */
  differingSince: integer('differing_since'),
  named: text({ mode: 'json' }).$type<AuditRecord['named']>().notNull(),
});

/** One row: the process that holds, or last held, the daemon's lock. */
export const daemon = sqliteTable('daemon', {
  id: integer().primaryKey(),
  pid: integer().notNull(),
  host: text().notNull(),
  startedAt: integer('started_at').notNull(),
});
