/** The accounting: whatever the ledger and the outbox hold, every order is in it once, with its money to the cent. */
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { minorDigits, toMinor } from '../../src/core/money.ts';
import { dayOf } from '../../src/core/time.ts';
import type { AccountingRow, EventState, OrderOutcome } from '../../src/store/types.ts';
import { claimDue, claimLanes, connected, connection, dead, delivered, open, place, SHOP, signal, T0, write } from './fixture.ts';

const HOUR = 3_600_000;
const DECISIONS = ['sent', 'excluded', 'held', 'nothing_to_send', 'deleted', 'not_visible'] as const;
const STATES: EventState[] = ['pending', 'delivered', 'dead', 'discarded'];

interface Made {
  createdAt: number;
  channel: string;
  currency: string;
  decision: (typeof DECISIONS)[number];
  reason: string | null;
  minor: bigint;
  sentMinor: bigint | null;
  /** Of the Placed Order, one per destination. */
  states: EventState[];
}

const made = fc.record<Made>({
  createdAt: fc.integer({ min: T0 - 100 * HOUR, max: T0 + 100 * HOUR }),
  channel: fc.constantFrom('web', 'pos', 'marketplace'),
  currency: fc.constantFrom('EUR', 'JPY', 'KWD'),
  decision: fc.constantFrom(...DECISIONS),
  reason: fc.constantFrom(null, 'tag:exclude', 'channel:pos'),
  minor: fc.bigInt({ min: 0n, max: 9_000_000_000_000_000n }),
  sentMinor: fc.option(fc.bigInt({ min: 0n, max: 9_000_000_000_000_000n })),
  states: fc.array(fc.constantFrom(...STATES), { maxLength: 3 }),
});

const decimal = (minor: bigint, currency: string): string => {
  const digits = minorDigits(currency);
  const text = minor.toString().padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
};

/** Straight into the tables: what has to hold does not depend on how the rows came about. */
function fill(path: string, orders: Made[]): void {
  const file = new Database(path);
  const order =
    file.prepare(`insert into orders (store, order_id, name, created_at, placed_at, updated_at, currency, channel, channel_mapped, total,
    historical, decision, reason, refunds, sent_total, waited_for_journey, trail) values (?, ?, '#1', ?, '', '', ?, ?, 1, ?, 0, ?, ?, '[]', ?, 0, '[]')`);
  const event = file.prepare(`insert into events (store, destination, event_id, order_id, sequence, name, lane, state, attempts, created_at)
    values (?, ?, ?, ?, 1, 'Placed Order', 'live', ?, 0, 0)`);
  for (const [index, one] of orders.entries()) {
    const id = String(index + 1);
    const sent = one.sentMinor === null ? null : decimal(one.sentMinor, one.currency);
    order.run(SHOP, id, one.createdAt, one.currency, one.channel, decimal(one.minor, one.currency), one.decision, one.reason, sent);
    one.states.forEach((state, destination) => event.run(SHOP, `d${destination}`, id, id, state));
    // Of another store and of a refund: neither may count.
    event.run('other', 'd0', id, id, 'dead');
    event.run(SHOP, 'r0', `refund-${id}`, id, 'dead');
  }
  file.close();
}

function outcomeOf({ decision, states }: Made): OrderOutcome {
  if (decision !== 'sent') return decision;
  return (['dead', 'pending', 'discarded', 'delivered'] as const).find((state) => states.includes(state)) ?? 'nothing_to_send';
}

test('every order of the window is counted once, under its day, channel and outcome, and the money adds up exactly', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(made, { maxLength: 60 }),
      fc.constantFrom('UTC', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Kiritimati'),
      fc.integer({ min: T0 - 110 * HOUR, max: T0 }),
      async (orders, timeZone, from) => {
        const store = open();
        await store.saveConnection(connection({ timeZone }));
        fill(store.path, orders);
        const to = from + 150 * HOUR;
        const rows = await store.accounting(SHOP, from, to);
        await store.close();

        const inside = orders.filter(({ createdAt }) => createdAt >= from && createdAt < to);
        const wanted = new Map<string, { orders: number; revenue: bigint; current: bigint }>();
        for (const one of inside) {
          const gone = one.decision === 'deleted' || one.decision === 'not_visible' || (one.decision === 'sent' && one.reason !== null);
          const key = [dayOf(one.createdAt, timeZone), one.channel, outcomeOf(one), one.reason, gone, one.currency].join('|');
          const sum = wanted.get(key) ?? { orders: 0, revenue: 0n, current: 0n };
          const revenue = one.sentMinor ?? one.minor;
          wanted.set(key, { orders: sum.orders + 1, revenue: sum.revenue + revenue, current: sum.current + one.minor });
        }
        const keyOf = (row: AccountingRow) => [row.day, row.channel, row.outcome, row.reason, row.gone, row.currency].join('|');
        const got = rows.map((row) => {
          const minor = (amount: string) => toMinor(amount, minorDigits(row.currency));
          return [keyOf(row), { orders: row.orders, revenue: minor(row.revenue), current: minor(row.current) }] as const;
        });
        expect(new Map(got)).toEqual(wanted);
        expect(got).toHaveLength(wanted.size);
        expect(rows.reduce((sum, row) => sum + row.orders, 0)).toBe(inside.length);
        expect(rows.map(({ day }) => day)).toEqual(rows.map(({ day }) => day).sort());
      },
    ),
    { numRuns: 12 },
  );
});

test('orders on their way through the real operations: pending, delivered, dead', async () => {
  const store = await connected();
  const account = async () =>
    (await store.accounting(SHOP, T0 - HOUR, T0 + HOUR)).map(({ day, outcome, orders, revenue }) => [day, outcome, orders, revenue]);
  await place(store, '1');
  await place(store, '2');
  await store.acceptSignals([signal({ orderId: '3', receivedAt: T0 })]);
  const claims = await claimDue(store, T0);
  await store.writeOrders(SHOP, [write(claims[0]!, { decision: 'excluded', reason: 'tag:x' })], T0);
  expect(await account()).toEqual([
    ['2026-11-20', 'excluded', 1, '10.00'],
    ['2026-11-20', 'pending', 2, '20.00'],
  ]);
  const [first, second] = await claimLanes(store, T0);
  await store.settle(first!, [{ event: first!.events[0]!, settlement: delivered }], T0);
  await store.settle(second!, [{ event: second!.events[0]!, settlement: dead }], T0);
  expect((await account()).map(([, outcome]) => outcome)).toEqual(['dead', 'delivered', 'excluded']);
});

test('an order of the very midnight is of the day that begins, and none is of two', async () => {
  const store = await connected();
  const midnight = Date.parse('2026-11-20T00:00:00+01:00');
  for (const [id, createdAt] of [midnight - 1_000, midnight, midnight + 24 * HOUR].entries())
    await place(store, `${id}`, [`${id}`], T0, { createdAt });
  const days = async (from: number, to: number) => (await store.accounting(SHOP, from, to)).map(({ day, orders }) => [day, orders]);
  expect(await days(midnight - HOUR, midnight + 25 * HOUR)).toEqual([
    ['2026-11-19', 1],
    ['2026-11-20', 1],
    ['2026-11-21', 1],
  ]);
  expect(await days(midnight, midnight + 24 * HOUR)).toEqual([['2026-11-20', 1]]);
});

test('a held order that was set aside when its time came is dead, and discarded once it is given up', async () => {
  const store = await connected();
  await store.acceptSignals([signal({ orderId: '1', receivedAt: T0 })]);
  const [claim] = await claimDue(store, T0);
  await store.writeOrders(SHOP, [write(claim!, { decision: 'held', reason: 'upsell', dueAgainAt: T0, dueAgainReason: 'upsell' })], T0);
  const outcomes = async () => (await store.accounting(SHOP, T0 - HOUR, T0 + HOUR)).map(({ outcome }) => outcome);
  expect(await outcomes()).toEqual(['held']);
  const [again] = await claimDue(store, T0 + HOUR);
  await store.failDueOrder(again!, { againAt: null, error: 'SYNC_NOT_DERIVED', now: T0 + HOUR });
  expect(await outcomes()).toEqual(['dead']);
  await store.discardDeadLetters({ ids: ['order:1'] }, 'no need', T0 + HOUR);
  expect(await outcomes()).toEqual(['discarded']);
});

test('a store never connected has no accounting', async () => {
  expect(await open().accounting('nobody', 0, T0)).toEqual([]);
});
