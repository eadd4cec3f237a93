import { pauses } from './pauses.ts';
import { testShort } from './short.ts';

testShort(pauses);
