/** The tables of delivery: lanes, attempts, destinations. */
import { index, integer, primaryKey, sql, sqliteTable, text } from './drizzle.ts';
import type { Lane } from './types.ts';

/** What is known of a row that was in hand when a process died (poison.ts). */
export function crashMarks() {
  return {
    /** Deaths of the process in a row with this in hand, among others. */
    crashes: integer().notNull().default(0),
    /** It is tried alone only; the number of deaths while nothing else was in hand. Null: it is above suspicion. */
    suspect: integer(),
  };
}

/** One per destination and order with undelivered events. `next_at` is retry time and lease at once; null: blocked behind a dead event. */
export const lanes = sqliteTable(
  'lanes',
  {
    store: text().notNull(),
    destination: text().notNull(),
    orderId: text('order_id').notNull(),
    lane: text().$type<Lane>().notNull(),
    nextAt: integer('next_at'),
    leaseToken: text('lease_token'),
    ...crashMarks(),
  },
  (t) => [
    primaryKey({ columns: [t.store, t.orderId, t.destination] }),
    // Partial on "is not null": a bound parameter still uses it, and blocked lanes cost a claim nothing.
    index('lanes_claim')
      .on(t.store, t.destination, t.lane, t.nextAt)
      .where(sql`next_at is not null`),
    index('lanes_blocked')
      .on(t.store, t.orderId, t.destination)
      .where(sql`next_at is null`),
    index('lanes_suspect')
      .on(t.store, t.destination, t.suspect, t.nextAt)
      .where(sql`suspect is not null`),
  ],
);

/** One per POST. */
export const attempts = sqliteTable(
  'attempts',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    /** `events.id`. */
    event: integer().notNull(),
    at: integer().notNull(),
    latencyMs: integer('latency_ms').notNull(),
    status: integer(),
    answer: text(),
  },
  (t) => [index('attempts_event').on(t.event), index('attempts_age').on(t.at)],
);

/** Open, paused or down, per store and destination. */
export const destinations = sqliteTable(
  'destinations',
  {
    store: text().notNull(),
    destination: text().notNull(),
    /** Since when nothing but probes is sent. */
    pausedAt: integer('paused_at'),
    cause: text().$type<'refused' | 'down'>(),
    reason: text(),
    probeAt: integer('probe_at'),
    probes: integer().notNull(),
    lastDeliveredAt: integer('last_delivered_at'),
    resumedAt: integer('resumed_at'),
    /** How long it was paused or down in all, without what lasts now. */
    downMs: integer('down_ms').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.store, t.destination] })],
);
