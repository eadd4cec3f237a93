import { backfillKills } from './backfill-kills.ts';
import { testShort } from './short.ts';

testShort(backfillKills);
