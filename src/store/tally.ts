/**
 * The figures of `tallies` for rows that were added: whoever adds some counts them, once a batch. Changes and removals are counted by triggers (drizzle/), which nobody
 * can forget; on insert a trigger would make every row dearer by a third (measured), as SQLite must then be able to undo the statement by itself.
 */
import type { Connection } from './open.ts';

const ADD = 'insert into tallies (store, subject, key, number, amount)';
const SUM = 'on conflict do update set number = number + excluded.number, amount = amount + excluded.amount';
const ADDED = 'from orders where store = ? and order_id in (select value from json_each(?))';
/** As the triggers have it. */
const DECISION = "case when decision = 'excluded' then 'excluded:' || coalesce(reason, '') else decision end";
const DIFFERENCE = "coalesce(cast(replace(json_extract(changed_after_sending, '$.difference'), '.', '') as integer), 0)";

export interface RowTally {
  /** Adds `number` receipts; below 0: takes away. */
  receipts(store: string, number: number): void;
  /** Events that were put on the outbox. */
  events(store: string, number: number): void;
}

/** Call within the transaction of the rows. */
export function tallyRows({ client }: Connection): RowTally {
  const one = client.prepare<[string, string, string, number]>(`${ADD} values (?, ?, ?, ?, 0) ${SUM}`);
  return {
    receipts: (store, number) => {
      if (number !== 0) one.run(store, 'receipt', '', number);
    },
    events: (store, number) => {
      if (number !== 0) one.run(store, 'event', 'pending', number);
    },
  };
}

/** Counts orders whose row was not there before. Call within the transaction of the rows. */
export function tallyOrders({ client }: Connection): (store: string, orderIds: readonly string[]) => void {
  const ofOrders = [
    `${ADD} select store, 'order', ${DECISION}, 1, 0 ${ADDED} ${SUM}`,
    `${ADD} select store, 'unmapped', json_array(source_name, app_name), 1, 0 ${ADDED} and channel_mapped = 0 and source_name is not null ${SUM}`,
    `${ADD} select store, 'changed', currency, 1, ${DIFFERENCE} ${ADDED} and changed_after_sending is not null ${SUM}`,
  ].map((sql) => client.prepare<[string, string]>(sql));
  return (store, orderIds) => {
    if (orderIds.length === 0) return;
    const ids = JSON.stringify(orderIds);
    for (const add of ofOrders) add.run(store, ids);
  };
}
