/**
 * `npm run soak [-- NAME...] [--seed N] [--long | --count N]`: the promises under faults. Without a name: every scenario, short.
 * Prints what it counted; exits 1 when a promise was broken.
 */
import { parseArgs } from 'node:util';
import { SCENARIOS } from './scenarios.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, count: { type: 'string' }, long: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((name) => !(name in SCENARIOS));
const numbers = [values.seed, values.count].filter((given) => given !== undefined && !/^[1-9]\d*$/.test(given));
if (unknown.length > 0 || numbers.length > 0) {
  if (unknown.length > 0) console.error(`No scenario is called ${unknown.join(', ')}; there are: ${Object.keys(SCENARIOS).join(', ')}.`);
  if (numbers.length > 0) console.error('--seed and --count take a whole number from 1 on.');
  process.exit(2);
}

const seed = Number(values.seed ?? 1);
let broken = 0;
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const count = Number(values.count ?? (values.long ? scenario.long : scenario.short));
  console.log(`\n${name}: ${scenario.title} (count ${count}, seed ${seed})`);
  const began = performance.now();
  const { figures, faults } = await scenario.run({ seed, count, say: (line) => console.log(`  … ${line}`) });
  const wide = Math.max(...figures.map(([what]) => what.length));
  for (const [what, value] of figures)
    console.log(`  ${what.padEnd(wide)}  ${typeof value === 'number' ? value.toLocaleString('en') : value}`);
  for (const fault of faults) console.log(`  FAULT ${fault}`);
  console.log(`  ${faults.length === 0 ? '0 faults' : `${faults.length} FAULTS`}, ${Math.round((performance.now() - began) / 1000)} s`);
  broken += faults.length;
}
process.exit(broken > 0 ? 1 : 0);
