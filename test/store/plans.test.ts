/** Every statement of the store is a search by an index: what SQLite plans for each of them, not how long it takes. */
import Database from 'better-sqlite3';
import { expect, test, vi } from 'vitest';
import { claimLanes, connected, event, rows, SHOP, T0 } from './fixture.ts';

/** All SQL that is prepared while `work` runs, with `?` where values will be bound. */
async function preparedBy(work: () => Promise<unknown>): Promise<string[]> {
  const spy = vi.spyOn(Database.prototype as { prepare(sql: string): unknown }, 'prepare');
  await work();
  const seen = spy.mock.calls.map(([sql]) => sql);
  spy.mockRestore();
  return [...new Set(seen)];
}

function planOf(file: Database.Database, sql: string): string[] {
  const parameters = Array<null>((sql.match(/\?/g) ?? []).length).fill(null);
  const plan = file.prepare<unknown[], { detail: string }>(`explain query plan ${sql}`).all(...parameters);
  return plan.map(({ detail }) => detail);
}

const about = (statements: string[], ...words: string[]) => statements.filter((sql) => words.every((word) => sql.includes(word)));

test('no prepared statement scans a table or sorts, but for the figures and the list of stores', async () => {
  const store = await connected();
  const statements = await preparedBy(async () => (await connected(store.path)).close());
  const prepared = statements.filter((sql) => /^(select|insert|update|delete)/.test(sql) && !/sqlite_master|__drizzle/.test(sql));
  expect(prepared.length).toBeGreaterThan(35);
  const file = new Database(store.path);
  const scans = prepared
    // Repairs what a wrong clock left, when one is noticed: it looks at every row.
    .filter((sql) => !sql.includes('@near'))
    .map((sql) => ({ sql, plan: planOf(file, sql).filter((step) => /^SCAN (?!json_each)|TEMP B-TREE/.test(step)) }))
    .filter(({ plan }) => plan.length > 0);
  expect(scans).toEqual([
    { sql: expect.stringMatching(/from "stores" order by "stores"."name"/), plan: ['SCAN stores USING INDEX sqlite_autoindex_stores_1'] },
  ]);

  const [claimDue] = about(prepared, 'select', 'from "due_orders"', 'limit', '"suspect" is null');
  expect(planOf(file, claimDue!)).toEqual(['SEARCH due_orders USING INDEX due_orders_claim (store=? AND lane=? AND due_at<?)']);
  const [claimLane] = about(prepared, 'select', 'from "lanes"', 'limit', '"suspect" is null');
  expect(planOf(file, claimLane!)).toEqual([
    expect.stringMatching(/^SEARCH lanes USING (COVERING )?INDEX lanes_claim \(store=\? AND destination=\? AND lane=\? AND next_at<\?\)$/),
  ]);
  const [figures] = about(prepared, 'from "tallies"');
  expect(planOf(file, figures!)).toEqual(['SEARCH tallies USING INDEX sqlite_autoindex_tallies_1 (store=?)']);
  const [pending] = about(prepared, 'min(created_at)', 'from "events"');
  expect(planOf(file, pending!)).toEqual(['SEARCH events USING COVERING INDEX events_state (store=? AND state=?)']);
  const [waiting] = about(prepared, 'count(*)', 'from "due_orders"', 'lease_token is null');
  expect(planOf(file, waiting!)).toEqual(['SEARCH due_orders USING INDEX due_orders_claim (store=? AND lane=? AND due_at>?)']);
  file.close();
});

test('no statement prepared at the start has a bare parameter whose value SQLite would compile it anew for at each run', async () => {
  const store = await connected();
  const statements = await preparedBy(async () => (await connected(store.path)).close());
  const planned = statements.filter((sql) => / (?:order by|join|limit) |\b(?:min|max)\(\w+\) from /.test(sql));
  expect(planned.length).toBeGreaterThan(10);
  expect(planned.filter((sql) => /(?: (?:where|on) .*[^<>]=| limit) [?@]/s.test(sql))).toEqual([]);
  // What a partial index is about is a constant.
  expect(statements.filter((sql) => / where .*\b(?:state|lane)"? = \+?[?@]/s.test(sql) && /"?events"?/.test(sql))).toEqual([]);
});

test('60,000 blocked lanes are not in the index a claim reads', async () => {
  const store = await connected();
  const file = new Database(store.path);
  file.exec(`
    with recursive n(i) as (select 1 union all select i + 1 from n where i < 60000)
    insert into lanes (store, destination, order_id, lane, next_at) select '${SHOP}', 'converge', i, 'live', null from n`);
  file.exec(`insert into lanes (store, destination, order_id, lane, next_at) values ('${SHOP}', 'converge', 'open', 'live', ${T0})`);
  file.exec('analyze');
  file.close();
  const again = await connected(store.path);
  const statements = await preparedBy(async () => (await connected(store.path)).close());
  const look = new Database(store.path);
  for (const sql of about(statements, 'select', 'from "lanes"', 'limit', '"suspect" is null')) {
    expect(planOf(look, sql)).toEqual([expect.stringContaining('INDEX lanes_claim (store=? AND destination=? AND lane=? AND next_at<?)')]);
  }
  look.close();
  expect((await claimLanes(again, T0)).map(({ orderId }) => orderId)).toEqual(['open']);
  expect(rows(store, "select stat from sqlite_stat1 where idx = 'lanes_claim'")).toEqual([{ stat: expect.stringMatching(/^1 /) }]);
});

test('lists, look-ups and retention search too, and a list never sorts the log', async () => {
  const store = await connected();
  await store.addEvents({ store: SHOP, destination: 'converge', events: [{ event: event('1'), orderId: '1' }], now: T0 });
  const statements = await preparedBy(async () => {
    await store.getEvent('1');
    await store.findOrder(SHOP, '#1');
    await store.getOrder(SHOP, '1');
    await store.listFailing(SHOP, 5);
    await store.listHeld(SHOP, 5);
    const states = ['pending', 'delivered', 'dead', 'discarded', 'blocked'] as const;
    for (const state of [undefined, ...states]) {
      for (const more of [{}, { store: SHOP }, { since: T0 }, { before: { createdAt: T0, id: 1 } }, { name: 'Placed Order' }])
        await store.listEvents({ limit: 5, ...(state && { state }), ...more });
    }
  });
  const file = new Database(store.path);
  for (const sql of statements)
    expect(planOf(file, sql).filter((step) => /^SCAN (events|orders|attempts|due_orders|lanes)/.test(step))).toEqual([]);
  const [failing] = about(statements, '"last_error" is not null');
  expect(planOf(file, failing!)[0]).toBe('SEARCH due_orders USING INDEX due_orders_failing (store=?)');
  const [failingSince] = about(await preparedBy(async () => (await connected(store.path)).close()), 'min(failing_since)');
  expect(planOf(file, failingSince!)).toEqual(['SEARCH due_orders USING INDEX due_orders_failing_since (store=? AND failing_since>?)']);
  const account = about(await preparedBy(() => store.accounting(SHOP, T0, T0 + 1)), 'from orders');
  expect(planOf(file, account[0]!)).toContain('SEARCH orders USING INDEX orders_created (store=? AND created_at>? AND created_at<?)');
  const lists = about(statements, 'from "events"', 'limit');
  const sorted = lists.filter((sql) => planOf(file, sql).some((step) => step.includes('TEMP B-TREE')));
  expect(lists.length).toBeGreaterThan(4);
  expect(sorted).toEqual([]);

  const byOrder = await preparedBy(() => store.listEvents({ limit: 5, orderId: '1', state: 'delivered' }));
  expect(planOf(file, about(byOrder, 'from "events"', 'limit')[0]!)).toContain(
    'SEARCH events USING INDEX events_sequence (store=? AND order_id=?)',
  );
  file.close();
});
