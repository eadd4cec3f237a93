/** Which refunded units the Placed Order never reported: edits, refunds and returns of one line in all their orders. */
import { describe, expect, it } from 'vitest';
import { unreportedUnits } from '../../src/pipeline/unreported.ts';
import { baseOrder } from './cases.ts';

const at = (seconds: number) => new Date(Date.parse('2026-11-02T10:00:00Z') + seconds * 1000).toISOString();

interface Made {
  ordered: number;
  sent: number;
  /** Units that left the line, and when. */
  agreements: [reason: string, seconds: number | null, units: number][];
  /** Units given back, and when; null: Shopify tells no time. */
  refunds: [id: string, seconds: number | null, units: number][];
}

function unreported({ ordered, sent, agreements, refunds }: Made): Record<string, number> {
  const order = baseOrder({
    edited: true,
    lines: [{ ...baseOrder().lines[0], quantity: ordered }],
    agreements: agreements.map(([reason, seconds, units]) => ({
      reason,
      happenedAt: seconds === null ? '' : at(seconds),
      sales: [{ lineType: 'PRODUCT', lineId: '9001', quantity: -units, total: `-${units}.0` }],
    })),
    refunds: refunds.map(([id, seconds, quantity]) => ({
      id,
      createdAt: seconds === null ? null : at(seconds),
      processedAt: null,
      transactions: [],
      lines: [{ lineId: '9001', quantity, tax: '0.0' }],
      shipping: [],
    })),
  });
  const found = unreportedUnits(order, order.refunds, { '9001': sent });
  return Object.fromEntries([...found].map(([id, lines]) => [id, lines.get('9001') ?? 0]));
}

describe('units that were never reported', () => {
  it.each<[string, Made, Record<string, number>]>([
    [
      'those of the refund in the moment of the edit, not of a return after it',
      { ordered: 2, sent: 1, agreements: [['ORDER_EDIT', 10, 1], ['REFUND', 90, 1]], refunds: [['1', 10, 1], ['2', 90, 1]] }, // prettier-ignore
      { '1': 1 },
    ],
    [
      'paid back later, where nothing was returned',
      { ordered: 2, sent: 1, agreements: [['ORDER_EDIT', 10, 1]], refunds: [['1', 90, 1]] },
      { '1': 1 },
    ],
    [
      'paid back at a time nobody knows',
      { ordered: 2, sent: 1, agreements: [['ORDER_EDIT', 10, 1]], refunds: [['1', null, 1]] },
      { '1': 1 },
    ],
    ['removed at a time nobody knows', { ordered: 2, sent: 1, agreements: [['ORDER_EDIT', null, 1]], refunds: [['1', 90, 1]] }, { '1': 1 }],
    [
      'of the edit whose moment it was, though an earlier edit has none and a return lies between, up to two seconds later',
      {
        ordered: 3,
        sent: 1,
        agreements: [['ORDER_EDIT', 10, 1], ['RETURN', 50, 1], ['ORDER_EDIT', 100, 1]], // prettier-ignore
        refunds: [['1', 50, 1], ['2', 102, 1]], // prettier-ignore
      },
      { '2': 1 },
    ],
    [
      'no more than the edit removed',
      { ordered: 3, sent: 1, agreements: [['ORDER_EDIT', 10, 1], ['ORDER_EDIT', 100, 1]], refunds: [['1', 10, 2]] }, // prettier-ignore
      { '1': 1 },
    ],
    [
      'no more than the order left out: what was removed after it was sent had been reported',
      { ordered: 3, sent: 2, agreements: [['ORDER_EDIT', 10, 1], ['ORDER_EDIT', 100, 1]], refunds: [['1', 10, 1], ['2', 100, 1]] }, // prettier-ignore
      { '1': 1 },
    ],
    [
      'no unit twice, where two edits share a moment',
      { ordered: 3, sent: 1, agreements: [['ORDER_EDIT', 10, 1], ['ORDER_EDIT', 11, 1]], refunds: [['1', 10, 1]] }, // prettier-ignore
      { '1': 1 },
    ],
    [
      'of two edits, one paid back at once with a return, the other later',
      {
        ordered: 4,
        sent: 2,
        agreements: [['ORDER_EDIT', 10, 1], ['REFUND', 10, 1], ['ORDER_EDIT', 20, 1]], // prettier-ignore
        refunds: [['1', 10, 2], ['2', 90, 1]], // prettier-ignore
      },
      { '1': 1, '2': 1 },
    ],
    [
      'none that were given back before the edit',
      { ordered: 2, sent: 1, agreements: [['ORDER_EDIT', 50, 1]], refunds: [['1', 10, 1]] },
      {},
    ],
    [
      'no more than were given back beyond the returns',
      { ordered: 4, sent: 2, agreements: [['ORDER_EDIT', 10, 2], ['RETURN', 80, 1]], refunds: [['1', 50, 1], ['2', 60, 1]] }, // prettier-ignore
      { '1': 1 },
    ],
    [
      'whatever an agreement without a known reason took away',
      { ordered: 2, sent: 1, agreements: [['ORDER_EDIT', 10, 1], ['UNKNOWN', 50, 1]], refunds: [['1', 90, 1]] }, // prettier-ignore
      { '1': 1 },
    ],
    ['none where nothing was removed', { ordered: 2, sent: 2, agreements: [['REFUND', 10, 1]], refunds: [['1', 10, 1]] }, {}],
  ])('are %s', (_name, made, expected) => {
    expect(unreported(made)).toEqual(expected);
  });
});
