/** The short form of a scenario as a test; `npm run soak -- NAME --long` runs the long one. */
import { expect, test } from 'vitest';
import type { Scenario } from './soak.ts';

export function testShort(scenario: Scenario): void {
  test(`${scenario.title} (${scenario.short})`, async () => {
    const { faults } = await scenario.run({ seed: 1, count: scenario.short, say: () => {} });
    expect(faults).toEqual([]);
  });
}
