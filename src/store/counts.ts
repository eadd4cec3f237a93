/** The figures of one store for `status`, the dashboard and the metrics. */
import { minorDigits, toDecimal } from '../core/money.ts';
import { and, desc, eq, sql } from './drizzle.ts';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import { destinations, dueOrders, events, lanes, orders, webhookReceipts } from './schema.ts';
import type { EventState, Store } from './types.ts';

const p = sql.placeholder;
const number = sql<number>`count(*)`;
const CHANGED_SHOWN = 5;

export function counts({ orm, client }: Connection): Store['counts'] {
  const receipts = orm
    .select({ number })
    .from(webhookReceipts)
    .where(eq(webhookReceipts.store, p('store')))
    .prepare();
  const due = orm
    .select({
      number,
      waiting: sql<number>`coalesce(sum(due_at > ${p('now')} and lease_token is null), 0)`,
      oldestDueAt: sql<number | null>`min(case when due_at <= ${p('now')} then due_at end)`,
    })
    .from(dueOrders)
    .where(eq(dueOrders.store, p('store')))
    .prepare();
  const decisions = orm
    .select({ decision: orders.decision, reason: orders.reason, number })
    .from(orders)
    .where(eq(orders.store, p('store')))
    .groupBy(orders.decision, orders.reason)
    .prepare();
  const states = orm
    .select({ state: events.state, number, oldest: sql<number>`min(created_at)` })
    .from(events)
    .where(eq(events.store, p('store')))
    .groupBy(events.state)
    .prepare();
  const blocked = orm
    .select({ number })
    .from(lanes)
    .innerJoin(events, and(eq(events.store, lanes.store), eq(events.orderId, lanes.orderId), eq(events.destination, lanes.destination)))
    .where(and(eq(lanes.store, p('store')), sql`${lanes.nextAt} is null`, eq(events.state, 'pending')))
    .prepare();
  const delivered = orm
    .select({ last: sql<number | null>`max(last_delivered_at)` })
    .from(destinations)
    .where(eq(destinations.store, p('store')))
    .prepare();
  const unmapped = orm
    .select({ sourceName: sql<string>`source_name`, appName: orders.appName, orders: number })
    .from(orders)
    .where(and(eq(orders.store, p('store')), sql`channel_mapped = 0`, sql`source_name is not null`))
    .groupBy(orders.sourceName, orders.appName)
    .prepare();

  const isChanged = sql`${orders.changedAfterSending} is not null`;
  const difference = sql<string>`json_extract(${orders.changedAfterSending}, '$.difference')`;
  const changed = orm
    .select({
      currency: orders.currency,
      orders: number,
      // Written with all digits of the currency: without the point these are minor units.
      difference: sql<number>`sum(cast(replace(${difference}, '.', '') as integer))`,
    })
    .from(orders)
    .where(and(eq(orders.store, p('store')), isChanged))
    .groupBy(orders.currency)
    .prepare();
  const youngest = orm
    .select({ orderId: orders.orderId, name: orders.name, difference })
    .from(orders)
    .where(and(eq(orders.store, p('store')), eq(orders.currency, p('currency')), isChanged))
    .orderBy(desc(orders.createdAt))
    .limit(CHANGED_SHOWN)
    .prepare();

  // One read transaction, so that the figures belong together.
  const read = client.transaction((store: string, now: number) => {
    const dueFigures = due.get({ store, now });
    const byReason = decisions.all({ store });
    const byState = states.all({ store });
    const eventCounts: Record<EventState, number> = { pending: 0, delivered: 0, dead: 0, discarded: 0 };
    for (const { state, number: events } of byState) eventCounts[state] = events;
    const orderCounts: Record<string, number> = {};
    for (const { decision, number: orders } of byReason) orderCounts[decision] = (orderCounts[decision] ?? 0) + orders;
    const excluded = byReason.filter(({ decision }) => decision === 'excluded');
    return {
      receipts: receipts.get({ store })?.number ?? 0,
      due: dueFigures?.number ?? 0,
      waiting: dueFigures?.waiting ?? 0,
      oldestDueAt: dueFigures?.oldestDueAt ?? null,
      orders: orderCounts,
      excluded: Object.fromEntries(excluded.map(({ decision, reason, number: orders }) => [`${decision}:${reason ?? ''}`, orders])),
      events: eventCounts,
      blocked: blocked.get({ store })?.number ?? 0,
      oldestPendingAt: byState.find(({ state }) => state === 'pending')?.oldest ?? null,
      lastDeliveredAt: delivered.get({ store })?.last ?? null,
      unmapped: unmapped.all({ store }),
      changedAfterSending: changed.all({ store }).map((sum) => ({
        ...sum,
        difference: toDecimal(BigInt(sum.difference), minorDigits(sum.currency)),
        youngest: youngest.all({ store, currency: sum.currency }),
      })),
    };
  });
  return operation((store, now) => read(store, now));
}
