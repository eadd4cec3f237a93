/** What became of the orders of each day: the ledger and the outbox added up. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { minorDigits, toDecimal } from '../core/money.ts';
import { daysOf, type Day } from '../core/time.ts';
import { operation } from './errors.ts';
import type { Connection } from './open.ts';
import type { AccountingRow, DueStanding, LedgerOrder, OrderOutcome, Store } from './types.ts';

/** A held order that could not be read when its time came is set aside. An order is as far as the destination where its Placed Order, the event whose id is the order's, is the least far. */
const OUTCOME = `
  case when decision = 'held' then coalesce((
    select case when discarded is null then 'dead' else 'discarded' end
    from due_orders where due_orders.order_id = orders.order_id and due_orders.store = orders.store and set_aside_at is not null
  ), 'held') when decision <> 'sent' then decision else coalesce((
    select case
      when max(state = 'dead') then 'dead' when max(state = 'pending') then 'pending'
      when max(state = 'discarded') then 'discarded' else 'delivered' end
    from events where events.event_id = orders.order_id and events.store = orders.store having count(*) > 0
  ), 'nothing_to_send') end`;

/** A text, because a sum of minor units may be larger than a number is exact. Totals are written with all digits of their currency: without the point these are minor units. */
const sumOf = (amount: string) => `cast(sum(cast(replace(${amount}, '.', '') as integer)) as text)`;

const GONE = `(decision in ('deleted', 'not_visible') or (decision = 'sent' and reason is not null))`;

const OF_A_DAY = `
  select channel, ${OUTCOME} as outcome, reason, ${GONE} as gone,
    currency, count(*) as orders, ${sumOf('coalesce(sent_total, total)')} as revenue, ${sumOf('total')} as current
  from orders where store = ? and created_at >= ? and created_at < ?
  group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5`;

interface Sum {
  channel: string;
  outcome: OrderOutcome;
  reason: string | null;
  gone: number;
  currency: string;
  orders: number;
  revenue: string;
  current: string;
}

export function accounting({ client }: Connection): Store['accounting'] {
  const zoneOf = operation(
    (store: string) => client.prepare<[string], { zone: string }>('select time_zone as zone from stores where name = ?').get(store)?.zone,
  );
  const sumsOf = operation((store: string, { from, to }: Day) =>
    client.prepare<[string, number, number], Sum>(OF_A_DAY).all(store, from, to),
  );

  return async (store, from, to) => {
    const timeZone = await zoneOf(store);
    const rows: AccountingRow[] = [];
    // A day at a time, so that the receiver gets its turn in between.
    for (const day of timeZone === undefined ? [] : daysOf(from, to, timeZone)) {
      for (const sum of await sumsOf(store, day)) rows.push(rowOf(day.date, sum));
      await nextTurn();
    }
    return rows;
  };
}

export function daySnapshot({ client }: Connection): Store['daySnapshot'] {
  const ofDay = client.prepare<[string, number, number], Omit<LedgerOrder, 'gone'> & { gone: number }>(`
    select order_id as orderId, name, created_at as createdAt, updated_at as updatedAt, ${GONE} as gone
    from orders where store = ? and created_at >= ? and created_at < ?`);
  const dueOf = client.prepare<[string, string], { id: string; standing: DueStanding }>(`
    select due_orders.order_id as id, case when set_aside_at is null then 'due' when discarded is null then 'dead' else 'discarded' end as standing from json_each(?) as wanted join due_orders on due_orders.order_id = wanted.value and due_orders.store = +?`);

  // One read transaction: an order that is read meanwhile may not be in two places.
  const read = client.transaction((store: string, { date, from, to }: Day, among: readonly string[]) => ({
    rows: client
      .prepare<[string, number, number], Sum>(OF_A_DAY)
      .all(store, from, to)
      .map((sum) => rowOf(date, sum)),
    ledger: ofDay.all(store, from, to).map((order) => ({ ...order, gone: order.gone === 1 })),
    due: new Map(dueOf.all(JSON.stringify(among), store).map(({ id, standing }) => [id, standing])),
  }));
  return operation((store, day, among) => read(store, day, among));
}

function rowOf(day: string, { gone, revenue, current, ...sum }: Sum): AccountingRow {
  const decimal = (minor: string) => toDecimal(BigInt(minor), minorDigits(sum.currency));
  return { day, ...sum, gone: gone === 1, revenue: decimal(revenue), current: decimal(current) };
}
