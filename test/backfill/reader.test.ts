/** The thread that reads and derives files: what it answers, and what becomes of it when something is wrong. */
import { expect, onTestFinished, test } from 'vitest';
import type { DeriveBy } from '../../src/backfill/derive-rows.ts';
import { createReader, type Reader } from '../../src/backfill/reader.ts';
import { baseSettings } from '../pipeline/cases.ts';
import { T0 } from '../store/fixture.ts';
import { startBackfill } from './running.ts';
import { threadsOf } from './threads.ts';

const by: DeriveBy = {
  rules: baseSettings({}),
  backfill: { enabled: true, since: null },
  row: { firstConnectedAt: T0, timeZone: 'UTC' },
  widened: [],
  destinations: [{ name: 'converge', eventNames: null }],
};

function reading(): Reader {
  const reader = createReader();
  onTestFinished(() => reader.close());
  return reader;
}

interface Row {
  id: string;
  __parentId?: string;
  totalPriceSet?: unknown;
  customer?: { id: string; numberOfOrders: string } | null;
  customerJourneySummary?: { ready: boolean; customerOrderIndex: number | null } | null;
}

/** Rows of a bulk operation's file, changed by `change`. */
async function fileOf(change: (row: Row, place: number) => Row = (row) => row): Promise<Buffer> {
  const { clock, sandbox, shopify } = await startBackfill({ sandbox: { orders: 12 } });
  const { operation } = await shopify.history.run({ since: null, until: T0 });
  await clock.advance(60_000);
  await sandbox.shopify.bulk.idle();
  const done = await shopify.history.look(operation?.id ?? '');
  const file = await shopify.history.download(done?.url ?? '', done?.bytes ?? 0, new AbortController().signal);
  const lines = file.toString('utf8').trim().split('\n');
  return Buffer.from(lines.map((line, place) => `${JSON.stringify(change(JSON.parse(line) as Row, place))}\n`).join(''));
}

test('answers come in the order of the questions, and the file is given away', async () => {
  const reader = reading();
  const part = await fileOf();
  const file = Buffer.alloc(part.length);
  part.copy(file);
  const summary = await reader.open(file, by);
  expect(file.byteLength).toBe(0);
  expect(summary).toMatchObject({ orders: 12, roots: 12, orphans: 0 });
  const parts = await Promise.all([reader.read(0, 5, T0), reader.read(5, 12, T0), reader.read(0, 12, T0)]);
  expect(parts.map((orders) => orders.length)).toEqual([5, 7, 12]);
  expect([...parts[0], ...parts[1]]).toEqual(parts[2]);
  const ids = parts[2].map(({ key }) => key.orderId).sort();
  expect(summary.ids).toEqual([ids[0], ids.at(-1)]);
  const sent = parts[2].flatMap(({ derived }) => derived?.derivation.events ?? []);
  expect(sent.length).toBeGreaterThan(3);
  for (const { event_id, body } of sent) expect(JSON.parse(body)).toMatchObject({ event_id });
});

test('where Shopify does not say whether a customer is new, both answers are prepared', async () => {
  const unsaid = { customerJourneySummary: null };
  const file = await fileOf((row) => (row.customer ? { ...row, ...unsaid, customer: { ...row.customer, numberOfOrders: '3' } } : row));
  const reader = reading();
  const { orders } = await reader.open(file, by);
  const read = await reader.read(0, orders, T0);
  const isNew = (derived: (typeof read)[number]['derived']) =>
    derived?.derivation.events.map(
      ({ body }) => (JSON.parse(body) as { properties: { $is_new_customer?: boolean } }).properties.$is_new_customer,
    );
  const asked = read.filter(({ key, derived }) => key.customerId !== null && derived?.derivation.decision === 'sent');
  expect(asked.length).toBeGreaterThan(2);
  for (const { derived, derivedAsReturning } of asked) {
    expect(isNew(derivedAsReturning)).toEqual([false]);
    expect(isNew(derived)).not.toEqual([false]);
  }
  for (const { key, derivedAsReturning } of read) if (key.customerId === null) expect(derivedAsReturning).toBeNull();
});

test('an order that cannot be derived is left to sync, the others are not', async () => {
  const file = await fileOf((row, place) => (place === 0 ? { ...row, totalPriceSet: 7 } : row));
  const reader = reading();
  await reader.open(file, by);
  const read = await reader.read(0, 12, T0);
  expect(read[0]?.derived).toBeNull();
  expect(read.filter(({ derived }) => derived !== null).length).toBeGreaterThan(3);
});

test('a damaged file is told as such, and the thread goes on', async () => {
  const reader = reading();
  await expect(reader.open(Buffer.from('{"id":"gid://shopify/Order/1"}\n{"id"'), by)).rejects.toMatchObject({
    code: 'SHOPIFY_BULK_DAMAGED',
    retryable: true,
  });
  await reader.open(Buffer.from('{"id":"gid://shopify/Order/1",\n'), by);
  await expect(reader.read(0, 1, T0)).rejects.toMatchObject({ code: 'SHOPIFY_BULK_DAMAGED' });
  expect(await reader.open(Buffer.alloc(0), by)).toEqual({ orders: 0, rows: 0, roots: 0, orphans: 0, ids: null });
});

test('rows that are not what was asked for are told as such, and the thread goes on', async () => {
  const reader = reading();
  const threads = await threadsOf(async () => {
    await expect(reader.open(Buffer.from('null\n'), by)).rejects.toMatchObject({ code: 'BACKFILL_UNREADABLE', retryable: true });
    await reader.open(Buffer.from('{"id":"gid://shopify/Order/1"}\n'), by);
    // Sync reads it by its id.
    expect(await reader.read(0, 1, T0)).toMatchObject([{ key: { orderId: '1' }, derived: null }]);
  });
  expect(threads.length).toBe(1);
});

test('a thread that dies fails what it was asked for, and the next file starts another', async () => {
  const reader = reading();
  const failed = (code: string) => ({ status: 'rejected', reason: { code, retryable: true } });
  const ended = failed('BACKFILL_THREAD');
  const [thread] = await threadsOf(async () => void (await reader.open(Buffer.alloc(0), by)));
  const asked = [reader.read(0, 0, T0), reader.read(0, 0, T0)];
  thread?.emit('exit', 1);
  expect(await Promise.allSettled(asked)).toMatchObject([ended, ended]);
  await thread?.terminate();
  const [another] = await threadsOf(async () => expect(await reader.open(Buffer.alloc(0), by)).toMatchObject({ orders: 0 }));
  const last = reader.read(0, 0, T0);
  another?.emit('error', Object.assign(new Error('JS heap out of memory'), { code: 'ERR_WORKER_OUT_OF_MEMORY' }));
  expect(await Promise.allSettled([last])).toMatchObject([failed('BACKFILL_MEMORY')]);
  await another?.terminate();
  expect(await reader.open(Buffer.alloc(0), by)).toMatchObject({ orders: 0 });
  expect(await Promise.allSettled([reader.read(0, 0, T0), reader.close()])).toMatchObject([ended, { status: 'fulfilled' }]);
  reader.drop();
  expect(await Promise.allSettled([reader.read(0, 0, T0)])).toMatchObject([ended]);
  expect(await reader.open(Buffer.alloc(0), by)).toMatchObject({ orders: 0 });
});

test('what an ended thread had answered goes to nobody', async () => {
  const reader = reading();
  const [thread] = await threadsOf(async () => void (await reader.open(Buffer.alloc(0), by)));
  const old = reader.read(0, 0, T0);
  const closed = reader.close();
  const next = reader.open(Buffer.from('{"id":"gid://shopify/Order/1"}\n'), by);
  thread?.emit('message', { result: [] });
  await expect(old).rejects.toMatchObject({ code: 'BACKFILL_THREAD' });
  expect(await next).toMatchObject({ orders: 1 });
  await closed;
});
