/** Every scenario by its name. */
import { backfillKills } from './backfill-kills.ts';
import { hostile } from './hostile.ts';
import { kills } from './kills.ts';
import { outage } from './outage.ts';
import { pauses } from './pauses.ts';
import { powerCuts } from './power-cuts.ts';
import { sabotage } from './sabotage.ts';
import type { Scenario } from './soak.ts';

export const SCENARIOS: Record<string, Scenario> = {
  kills,
  'power-cuts': powerCuts,
  pauses,
  outage,
  hostile,
  'backfill-kills': backfillKills,
  sabotage,
};
