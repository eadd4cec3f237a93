/** The figures of one store for `status`, the dashboard and the metrics: read from the tallies and from ends of indexes, so they cost the same at any size; orders that are due are counted. */
import { minorDigits, toDecimal } from '../core/money.ts';
import { and, desc, eq, gt, isNotNull, sql } from './drizzle.ts';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import { is, limitOf, p } from './placeholders.ts';
import { destinations, dueOrders, events, lanes, orders, tallies } from './schema.ts';
import type { EventState, Store } from './types.ts';

const number = sql<number>`count(*)`;
const CHANGED_SHOWN = 5;

type Tally = Pick<typeof tallies.$inferSelect, 'key' | 'number' | 'amount'>;

export function counts({ orm, client }: Connection): Store['counts'] {
  const tallied = orm
    .select({ subject: tallies.subject, key: tallies.key, number: tallies.number, amount: tallies.amount })
    .from(tallies)
    .where(and(eq(tallies.store, p('store')), gt(tallies.number, 0)))
    .prepare();
  const due = orm
    .select({ number })
    .from(dueOrders)
    .where(eq(dueOrders.store, p('store')))
    .prepare();
  const isAhead = sql`lane in ('live', 'historical') and due_at > ${p('now')}`;
  const waiting = orm
    .select({ number })
    .from(dueOrders)
    .where(and(eq(dueOrders.store, p('store')), isAhead, sql`lease_token is null and set_aside_at is null`))
    .prepare();
  const setAside = orm
    .select({ number, discarded: sql<number>`count(discarded)` })
    .from(dueOrders)
    .where(and(eq(dueOrders.store, p('store')), isNotNull(dueOrders.setAsideAt)))
    .prepare();
  const oldestDue = ['live', 'historical'].map((lane) =>
    orm
      .select({ at: sql<number | null>`min(due_at)` })
      .from(dueOrders)
      .where(and(eq(dueOrders.store, p('store')), sql`lane = ${sql.raw(`'${lane}'`)} and due_at <= ${p('now')}`))
      .prepare(),
  );
  const oldestPending = orm
    .select({ at: sql<number | null>`min(created_at)` })
    .from(events)
    .where(and(eq(events.store, p('store')), is(events.state, 'pending')))
    .prepare();
  const blocked = orm
    .select({ number })
    .from(lanes)
    .innerJoin(events, and(eq(events.store, lanes.store), eq(events.orderId, lanes.orderId), eq(events.destination, lanes.destination)))
    .where(and(eq(lanes.store, p('store')), sql`${lanes.nextAt} is null`, is(events.state, 'pending')))
    .prepare();
  const delivered = orm
    .select({ last: sql<number | null>`max(last_delivered_at)` })
    .from(destinations)
    .where(eq(destinations.store, p('store')))
    .prepare();
  const youngest = orm
    .select({
      orderId: orders.orderId,
      name: orders.name,
      difference: sql<string>`json_extract(${orders.changedAfterSending}, '$.difference')`,
    })
    .from(orders)
    .where(and(eq(orders.store, p('store')), eq(orders.currency, p('currency')), sql`${orders.changedAfterSending} is not null`))
    .orderBy(desc(orders.createdAt))
    .limit(limitOf(CHANGED_SHOWN))
    .prepare();

  // One read transaction, so that the figures belong together.
  const read = client.transaction((store: string, now: number) => {
    const rows = tallied.all({ store });
    const of = (subject: (typeof rows)[number]['subject']): Tally[] => rows.filter((row) => row.subject === subject);
    const eventCounts: Record<EventState, number> = { pending: 0, delivered: 0, dead: 0, discarded: 0 };
    for (const { key, number: events } of of('event')) eventCounts[key as EventState] = events;
    const orderCounts: Record<string, number> = {};
    for (const { key, number: orders } of of('order')) {
      const decision = key.replace(/:.*/s, '');
      orderCounts[decision] = (orderCounts[decision] ?? 0) + orders;
    }
    const { number: aside, discarded } = setAside.get({ store }) ?? { number: 0, discarded: 0 };
    const dueNow = (due.get({ store })?.number ?? 0) - aside;
    const dueTimes = oldestDue.flatMap((statement) => statement.get({ store, now })?.at ?? []);
    return {
      receipts: of('receipt')[0]?.number ?? 0,
      due: dueNow,
      waiting: dueNow === 0 ? 0 : (waiting.get({ store, now })?.number ?? 0),
      oldestDueAt: dueTimes.length === 0 ? null : Math.min(...dueTimes),
      orders: orderCounts,
      excluded: Object.fromEntries(of('order').flatMap((row) => (row.key.startsWith('excluded:') ? [[row.key, row.number]] : []))),
      events: eventCounts,
      blocked: blocked.get({ store })?.number ?? 0,
      oldestPendingAt: oldestPending.get({ store })?.at ?? null,
      lastDeliveredAt: delivered.get({ store })?.last ?? null,
      unmapped: of('unmapped').map((row) => {
        const [sourceName, appName] = JSON.parse(row.key) as [string, string | null];
        return { sourceName, appName, orders: row.number };
      }),
      deadOrders: aside - discarded,
      changedAfterSending: of('changed').map((row) => ({
        currency: row.key,
        orders: row.number,
        difference: toDecimal(BigInt(row.amount), minorDigits(row.key)),
        youngest: youngest.all({ store, currency: row.key }),
      })),
    };
  });
  return operation((store, now) => read(store, now));
}
