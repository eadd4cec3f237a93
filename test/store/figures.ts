/** The tallies, and what they must equal. */
import { rows } from './fixture.ts';

export const tallied = (store: { path: string }) =>
  rows<{ store: string; subject: string; key: string; number: number; amount: number }>(
    store,
    'select store, subject, key, number, amount from tallies where number <> 0 or amount <> 0 order by store, subject, key',
  );

/** The same by counting the rows. */
export function counted(store: { path: string }) {
  const difference = `sum(cast(replace(json_extract(changed_after_sending, '$.difference'), '.', '') as integer))`;
  return rows(
    store,
    `select store, 'receipt' subject, '' key, count(*) number, 0 amount from webhook_receipts group by store
    union all select store, 'order', decision || case decision when 'excluded' then ':' || reason else '' end, count(*), 0 from orders group by 1, 3
    union all select store, 'unmapped', json_array(source_name, app_name), count(*), 0 from orders where channel_mapped = 0 and source_name is not null group by 1, 3
    union all select store, 'changed', currency, count(*), ${difference} from orders where changed_after_sending is not null group by 1, 3
    union all select store, 'event', state, count(*), 0 from events group by 1, 3 order by 1, 2, 3`,
  );
}
