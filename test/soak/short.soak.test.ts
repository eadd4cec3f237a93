/** The short form of every scenario; `npm run soak -- NAME --long` runs the long one. */
import { expect, test } from 'vitest';
import { SCENARIOS } from './scenarios.ts';

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  test(`${name}: ${scenario.title}`, async () => {
    const { faults } = await scenario.run({ seed: 1, count: scenario.short, say: () => {} });
    expect(faults).toEqual([]);
  });
}
