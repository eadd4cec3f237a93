/** `npm run bench [-- NAME...]`: measures this program beside the floor it stands on, in one run on one machine. Without a name: everything. */
import { acknowledge } from './acknowledge.ts';
import { backfill } from './backfill.ts';
import { delivery } from './delivery.ts';
import { derive } from './derive.ts';
import { flashSale } from './flash-sale.ts';
import { idle } from './idle.ts';
import { liveDuringBackfill } from './live-during-backfill.ts';
import { machine, print, type Benchmark } from './report.ts';

const BENCHMARKS: Record<string, () => Promise<Benchmark>> = {
  acknowledge,
  backfill: () => backfill(),
  delivery: () => delivery(),
  derive,
  idle,
  'flash-sale': flashSale,
  'live-during-backfill': () => liveDuringBackfill(),
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  console.error(`No benchmark is called ${unknown.join(', ')}; there are: ${Object.keys(BENCHMARKS).join(', ')}.`);
  process.exit(2);
}

console.log(machine());
for (const name of names.length > 0 ? names : Object.keys(BENCHMARKS)) {
  const benchmark = BENCHMARKS[name];
  if (benchmark) print(await benchmark());
}
