import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from '../../src/config/nearest.ts';

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });

describe('editDistance', () => {
  it('is 0 for the same word alone, symmetric, and at most the longer length', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        expect(distance === 0).toBe(a === b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
    );
  });

  it.each([
    ['port', 'prot', 1],
    ['port', 'ports', 1],
    ['port', 'pot', 1],
    ['port', 'part', 1],
    ['kitten', 'sitting', 3],
  ])('%s to %s is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });
});

describe('nearest', () => {
  const keys = ['name', 'shop', 'clientId', 'clientSecret', 'converge', 'exclude', 'upsellDelay', 'salesChannels'];

  it.each([
    ['client_id', 'clientId'],
    ['CLIENTSECRET', 'clientSecret'],
    ['client-secert', 'clientSecret'],
    ['upsel_delay', 'upsellDelay'],
    ['saleChannel', 'salesChannels'],
    ['nam', 'name'],
    ['xyzzy', null],
    ['', null],
  ])('%s: %s', (wrong, right) => {
    expect(nearest(wrong, keys)).toBe(right);
  });

  it('finds a key after any one slip', () => {
    const slip = fc.record({ key: fc.constantFrom(...keys), at: fc.nat(), letter: fc.constantFrom('q', 'x', 'z', 'j') });
    fc.assert(
      fc.property(slip, ({ key, at, letter }) => {
        const place = at % key.length;
        expect(nearest(key.slice(0, place) + key.slice(place + 1), keys)).toBe(key);
        expect(nearest(key.slice(0, place) + letter + key.slice(place), keys)).toBe(key);
      }),
    );
  });
});
