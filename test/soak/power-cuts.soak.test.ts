import { powerCuts } from './power-cuts.ts';
import { testShort } from './short.ts';

testShort(powerCuts);
