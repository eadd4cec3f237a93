/** Every golden case in `fixtures/`: order state in, exact decision and events out. */
import { describe, expect, it } from 'vitest';
import type { ConvergeEvent } from '../../src/core/event.ts';
import { minorDigits, toMinor } from '../../src/core/money.ts';
import { derive } from '../../src/pipeline/index.ts';
import { goldenCases, minorOf, type Case } from './cases.ts';

const cases = goldenCases();

/** JSON as it goes over the wire, with keys in a fixed order, so that numbers are compared by how they are written. */
function wire(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    1,
  );
}

/** total − (Σ price·quantity + shipping + tax on top + tip, duties and fees − discount) of the event itself; the extras are in no field. */
function identityDifference({ order }: Case, event: ConvergeEvent): bigint {
  const digits = minorDigits(order.currency);
  const minor = (key: string) => minorOf(event.properties[key], digits);
  const items = (event.properties.items ?? []) as Record<string, string | number>[];
  let expected = minor('total_shipping') - minor('total_discount') + (order.taxesIncluded ? 0n : minor('total_tax'));
  for (const item of items) expected += minorOf(item.price, digits) * BigInt(item.quantity as number);
  for (const extra of [order.totals.tip, order.totals.duties, order.totals.fees]) expected += toMinor(extra, digits);
  return minor('total_price') - expected;
}

describe('golden cases', () => {
  it('are at least 60, each with a sentence', () => {
    expect(cases.length).toBeGreaterThanOrEqual(60);
    for (const { name, shows } of cases) expect(shows.length, name).toBeGreaterThan(10);
  });

  it.each(cases.map((one) => [one.name, one] as const))('%s', (_name, one) => {
    const { trail, dueAgainAt, ...derivation } = derive(one.order, one.settings, one.facts);
    const { dueAgainAt: dueExpected, ...expected } = one.expected;

    expect(wire(derivation)).toBe(wire(expected));
    expect(dueAgainAt).toBe(dueExpected === null ? null : Date.parse(dueExpected));
    expect(trail.length).toBeGreaterThan(0);
  });

  it.each(cases.map((one) => [one.name, one] as const))('%s keeps the identity, or warns', (_name, one) => {
    const { events, warnings } = derive(one.order, one.settings, one.facts);
    for (const event of events.filter(({ event_name }) => event_name === 'Placed Order')) {
      const difference = identityDifference(one, event);
      const warned = warnings.some(({ code }) => code === 'IDENTITY_DIFFERENCE');
      expect(difference <= 1n && difference >= -1n).toBe(!warned);
    }
  });

  it.each(cases.map((one) => [one.name, one] as const))('%s tells its trail without personal data', (_name, one) => {
    const { trail, warnings, events } = derive(one.order, one.settings, one.facts);
    const told = JSON.stringify([trail, warnings]).toLowerCase();
    const contact = events.flatMap(({ profile_properties }) => Object.entries(profile_properties));
    for (const [, value] of contact) if (value.length > 2) expect(told).not.toContain(value.toLowerCase());
    for (const secret of ['portland', 'fields', '97205', '+1613', 'newsletter', 'c7d2f0', 'hwn1']) expect(told).not.toContain(secret);
  });
});
