/** Money: exact between decimal strings, minor units and JSON. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minorDigits, toDecimal, toMinor, toNumber } from '../../src/core/money.ts';

const digits = fc.constantFrom(0, 2, 3, 4);

describe('minorDigits', () => {
  it.each([
    ['USD', 2],
    ['JPY', 0],
    ['KRW', 0],
    ['KWD', 3],
    ['TND', 3],
    ['CLF', 4],
    ['CLP', 0],
    ['XYZ', 2],
  ])('%s has %i', (currency, expected) => {
    expect(minorDigits(currency)).toBe(expected);
  });

  it.each([
    ['BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF', 0],
    ['BHD IQD JOD KWD LYD OMR TND', 3],
    ['CLF UYW', 4],
  ])('%s have %i, as ISO 4217 has it', (currencies, expected) => {
    for (const currency of currencies.split(' ')) expect(minorDigits(currency), currency).toBe(expected);
  });
});

describe('toMinor', () => {
  it.each([
    ['15.0', 2, 1500n],
    ['15', 2, 1500n],
    ['.5', 2, 50n],
    ['7.', 2, 700n],
    ['-0.05', 2, -5n],
    ['+3.10', 2, 310n],
    ['1980.0', 0, 1980n],
    ['1980.5', 0, 1981n],
    ['8.925', 3, 8925n],
    ['0.004999', 2, 0n],
    ['0.005', 2, 1n],
    ['-0.005', 2, -1n],
    ['2.675', 2, 268n],
    ['0.999', 2, 100n],
    ['123456789012345678901234.56', 2, 12345678901234567890123456n],
  ])('reads %s with %i digits', (amount, count, minor) => {
    expect(toMinor(amount, count)).toBe(minor);
  });

  it.each([null, undefined, '', '.', '-', 'n/a', '1,000.00', '1e3', ' 5', 'NaN'])('takes %j for nothing', (amount) => {
    expect(toMinor(amount, 2)).toBe(0n);
  });

  it('gives back what toDecimal wrote', () => {
    fc.assert(
      fc.property(fc.bigInt(), digits, (minor, count) => {
        expect(toMinor(toDecimal(minor, count), count)).toBe(minor);
      }),
    );
  });

  it('rounds a longer fraction to the nearest minor unit, halves away from zero', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), digits, fc.integer({ min: 1, max: 6 }), (fine, count, more) => {
        const scale = 10n ** BigInt(more);
        const magnitude = fine < 0n ? -fine : fine;
        const rounded = (magnitude * 2n + scale) / (scale * 2n);
        expect(toMinor(toDecimal(fine, count + more), count)).toBe(fine < 0n ? -rounded : rounded);
      }),
    );
  });
});

describe('toNumber', () => {
  it('leaves no binary residue in JSON', () => {
    expect(JSON.stringify([toNumber(3030n, 2), toNumber(30n, 2), toNumber(-5n, 2), toNumber(8925n, 3), toNumber(5n, 0)])).toBe(
      '[30.3,0.3,-0.05,8.925,5]',
    );
  });

  it('writes every amount up to 15 digits exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 15n) + 1n, max: 10n ** 15n - 1n }), digits, (minor, count) => {
        const json = JSON.stringify(toNumber(minor, count));
        fc.pre(!json.includes('e'));
        expect(toMinor(json, count)).toBe(minor);
        expect(json.split('.')[1]?.length ?? 0).toBeLessThanOrEqual(count);
      }),
    );
  });

  it('stays a finite number beyond 2^53', () => {
    expect(toNumber(9007199254740993n, 2)).toBe(Number('90071992547409.93'));
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), digits, (minor, count) => {
        expect(toNumber(minor, count)).toBe(Number(toDecimal(minor, count)));
      }),
    );
    expect(Number.isFinite(toNumber(10n ** 30n, 2))).toBe(true);
  });
});
