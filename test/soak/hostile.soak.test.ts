import { hostile } from './hostile.ts';
import { testShort } from './short.ts';

testShort(hostile);
