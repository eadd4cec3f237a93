/** Shopify's orders against ours: whatever each side has, the numbers add up and every order that differs is named once. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareDay } from '../../src/audit/compare.ts';
import { dayAudit } from '../../src/audit/day.ts';
import type { AccountingRow, DueStanding } from '../../src/store/types.ts';
import { T0 } from '../store/fixture.ts';

interface Case {
  theirs: boolean;
  ours: 'none' | 'there' | 'older' | 'gone';
  due: DueStanding | null;
  /** Minutes before T0. */
  age: number;
}

const one = fc.record<Case>({
  theirs: fc.boolean(),
  ours: fc.constantFrom('none', 'there', 'older', 'gone'),
  due: fc.option(fc.constantFrom<DueStanding>('due', 'dead', 'discarded')),
  age: fc.integer({ min: 0, max: 100 }),
});

const iso = (ms: number) => new Date(ms).toISOString();

function run(cases: Case[]) {
  const orders = cases.map((order, index) => ({ ...order, orderId: String(index), name: `#${index}`, createdAt: T0 - order.age * 60_000 }));
  const theirs = orders
    .filter((order) => order.theirs)
    .map(({ orderId, name, createdAt }) => ({ orderId, name, createdAt: iso(createdAt), updatedAt: iso(T0) }));
  const ours = orders
    .filter(({ ours: state }) => state !== 'none')
    .map(({ orderId, name, createdAt, ours: state }) => ({
      orderId,
      name,
      createdAt,
      updatedAt: iso(state === 'older' ? T0 - 1_000 : T0),
      gone: state === 'gone',
    }));
  const comparison = compareDay({
    day: '2026-11-20',
    // A page may bring an order again.
    theirs: [...theirs, ...theirs.slice(0, 2)],
    ours,
    due: new Map(orders.flatMap(({ orderId, due }) => (due === null ? [] : [[orderId, due] as const]))),
    absence: (createdAt) => (createdAt < T0 - 90 * 60_000 ? 'before_window' : createdAt < T0 - 60 * 60_000 ? 'history' : null),
    youngFrom: T0 - 2 * 60_000,
  });
  const row: Omit<AccountingRow, 'orders' | 'gone'> = {
    day: '2026-11-20',
    channel: 'web',
    outcome: 'delivered',
    reason: null,
    currency: 'EUR',
    revenue: '0.00',
    current: '0.00',
  };
  const gone = ours.filter((order) => order.gone).length;
  const rows = [
    { ...row, orders: ours.length - gone, gone: false },
    { ...row, outcome: 'deleted' as const, orders: gone, gone: true },
  ];
  return { orders, theirs, comparison, day: dayAudit('2026-11-20', theirs.length, rows, comparison) };
}

it('the difference of the numbers is made of the orders named, whatever the two sides have', () => {
  fc.assert(
    fc.property(fc.array(one, { maxLength: 40 }), (cases) => {
      const { orders, theirs, comparison, day } = run(cases);
      const shows = new Set(theirs.map(({ orderId }) => orderId));
      const tooFew = comparison.findings.filter(({ kind, orderId }) => kind !== 'changed' && shows.has(orderId)).length;
      const tooMany = comparison.findings.filter(({ orderId }) => !shows.has(orderId)).length;
      expect(day.difference).toBe(tooFew - tooMany);
      expect(Object.values(day.outcomes).reduce((sum, number) => sum + number, 0)).toBe(day.accounted);
      expect(new Set(comparison.findings.map(({ orderId }) => orderId)).size).toBe(comparison.findings.length);
      expect(comparison.findings.every(({ kind, explained }) => explained === (kind === 'in_flight' || kind === 'changed'))).toBe(true);
      // Both sides have it, nobody says it is gone, in the same state: not named.
      const equal = orders.filter((order) => order.theirs && order.ours === 'there').map(({ orderId }) => orderId);
      expect(comparison.findings.filter(({ orderId }) => equal.includes(orderId))).toEqual([]);
    }),
  );
});

it.each<[string, Case, string | null]>([
  ['is in Shopify alone', { theirs: true, ours: 'none', due: null, age: 30 }, 'missing'],
  ['is in Shopify alone, and young', { theirs: true, ours: 'none', due: null, age: 1 }, 'in_flight'],
  ['is here alone', { theirs: false, ours: 'there', due: null, age: 30 }, 'not_in_shopify'],
  ['is here alone, and young', { theirs: false, ours: 'there', due: null, age: 1 }, 'in_flight'],
  ['was recorded as gone and is there', { theirs: true, ours: 'gone', due: null, age: 30 }, 'back'],
  ['was recorded as gone and is', { theirs: false, ours: 'gone', due: null, age: 30 }, null],
  ['changed since it was read', { theirs: true, ours: 'older', due: null, age: 30 }, 'changed'],
  ['changed and will be read', { theirs: true, ours: 'older', due: 'due', age: 30 }, null],
  ['will be read', { theirs: true, ours: 'none', due: 'due', age: 30 }, null],
  ['was set aside', { theirs: true, ours: 'none', due: 'dead', age: 30 }, null],
  ['is outside the window', { theirs: true, ours: 'none', due: null, age: 95 }, null],
  ['is still to come with history', { theirs: true, ours: 'none', due: null, age: 70 }, null],
])('an order that %s', (_, order, kind) => {
  const { comparison } = run([order]);
  expect(comparison.findings.map((finding) => finding.kind)).toEqual(kind === null ? [] : [kind]);
});
