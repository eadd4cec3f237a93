/** Every scenario by its name. */
import { hostile } from './hostile.ts';
import { kills } from './kills.ts';
import { pauses } from './pauses.ts';
import { powerCuts } from './power-cuts.ts';
import type { Scenario } from './soak.ts';

export const SCENARIOS: Record<string, Scenario> = { kills, 'power-cuts': powerCuts, pauses, hostile };
