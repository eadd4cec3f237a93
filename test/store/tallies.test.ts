/** The figures are tallies: they must equal what counting the rows gives, whatever happened, in a database that was upgraded too. */
import Database from 'better-sqlite3';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  claimDue,
  claimLanes,
  connected,
  CONVEAD,
  CONVERGE,
  dead,
  delivered,
  historical,
  place,
  SHOP,
  signal,
  T0,
  write,
} from './fixture.ts';
import { counted, tallied } from './figures.ts';

/** Something of everything that is counted. */
async function lived(): Promise<Awaited<ReturnType<typeof connected>>> {
  const store = await connected();
  for (const id of ['1', '2', '3', '4']) await place(store, id, [id, `refund-${id}`], T0, { customerId: `c${id}` });
  const lanes = await claimLanes(store, T0);
  for (const lane of lanes.slice(0, 2)) await store.settle(lane, [{ event: lane.events[0]!, settlement: delivered }], T0);
  await store.settle(lanes[2]!, [{ event: lanes[2]!.events[0]!, settlement: dead }], T0);
  await store.acceptSignals(['1', '2', '5', '6', '7'].map((orderId) => signal({ orderId })));
  const changed = [{ code: 'CHANGED_AFTER_SENDING' as const, detail: { difference: '-12.50' } }];
  const claims = await claimDue(store, T0);
  await store.writeOrders(
    SHOP,
    claims.map((claim, index) =>
      index < 2
        ? write(claim, { warnings: changed })
        : write(
            claim,
            { decision: index === 2 ? 'held' : 'excluded', reason: `tag:${index}`, channelMapped: index === 3 },
            { sourceName: '99', appName: 'A "b"' },
          ),
    ),
    T0,
  );
  return store;
}

test('figures follow the rows of history, of events from elsewhere, and of an order that the database refuses', async () => {
  const store = await lived();
  const given = { event_id: '21', event_name: 'Placed Order' };
  await store.addEvents({ store: SHOP, destination: 'converge', events: [{ event: given, orderId: '21' }], now: T0 });
  const { id } = await store.requestBackfill({ store: SHOP, origin: 'command', words: '', since: null, until: T0 }, T0);
  await store.planBackfill(id, { since: null, expected: 5, slices: [{ since: T0 - 1, until: T0, expected: 5, halved: 0 }] }, T0);
  const [slice] = await store.openSlices(id);
  const writes = [
    historical('20'),
    // Its event is on the outbox already, and so is the order.
    historical('21'),
    historical('1'),
    historical('22', { events: [], decision: 'excluded', reason: 'channel:pos', channelMapped: false }, { sourceName: 'ü "x"' }),
    historical('23', {}, { name: null as unknown as string }),
  ];
  const batch = { slice: slice!.id, checkpoint: 5, writes, due: [], waiting: 0, known: 0, destinations: [CONVERGE, CONVEAD] };
  expect(await store.writeHistory(SHOP, batch, T0)).toBe(3);
  expect(tallied(store)).toEqual(counted(store));
  expect(tallied(store)).toContainEqual({ store: SHOP, subject: 'unmapped', key: '["ü \\"x\\"",null]', number: 1, amount: 0 });
});

test('figures follow the rows: written, read again, settled, redacted, pruned', async () => {
  const store = await lived();
  expect(tallied(store)).toEqual(counted(store));
  expect(new Set(tallied(store).map(({ subject }) => subject))).toEqual(new Set(['receipt', 'order', 'unmapped', 'changed', 'event']));
  await store.acceptSignals(['1', '5', '6', '7', '8'].map((orderId) => signal({ orderId, receivedAt: T0 + 1 })));
  expect(tallied(store)).toEqual(counted(store));
  const again = await claimDue(store, T0 + 1, 4);
  await store.writeOrders(
    SHOP,
    again.map((claim) => write(claim, { channelMapped: true, reason: null })),
    T0,
  );
  expect(tallied(store)).toEqual(counted(store));
  const redact = { kind: 'customer' as const, customerId: 'c3', orderIds: ['4'] };
  await store.acceptSignals([signal({ topic: 'customers/redact', orderId: null, redact })]);
  await store.prune(T0 + 1);
  expect(tallied(store)).toEqual(counted(store));
  expect(counted(store).length).toBeGreaterThan(5);
  await store.acceptSignals([signal({ topic: 'shop/redact', orderId: null, redact: { kind: 'shop' } })]);
  expect(tallied(store)).toEqual([{ store: SHOP, subject: 'receipt', key: '', number: 1, amount: 0 }]);
});

test('a database from before has its rows counted when it is brought up to date', async () => {
  const store = await lived();
  const before = tallied(store);
  const file = new Database(store.path);
  const triggers = file.prepare<[], { name: string }>("select name from sqlite_master where type = 'trigger'").all();
  for (const { name } of triggers) file.exec(`drop trigger ${name}`);
  file.exec('delete from tallies');
  const folder = join(import.meta.dirname, '..', '..', 'drizzle');
  const migration = readdirSync(folder).find((name) => name.endsWith('_tallies.sql'))!;
  const statements = readFileSync(join(folder, migration), 'utf8').split('--> statement-breakpoint');
  for (const statement of statements.filter((sql) => /^\s*(create trigger|insert)/.test(sql))) file.exec(statement);
  file.close();
  const kept = ['changed', 'event', 'order', 'unmapped'].flatMap((subject) => [`tally_${subject}_changed`, `tally_${subject}_removed`]);
  expect(triggers.map(({ name }) => name).sort()).toEqual(kept);
  expect(tallied(store)).toEqual(before);
});
