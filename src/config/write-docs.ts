/** Script: writes the settings into README.md and .env.example; with `--check` it only tells whether they are in step (exit 1 if not). */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configTable, envExample } from './describe.ts';

const START = '<!-- config:start -->';
const END = '<!-- config:end -->';

/** The README with the table between its markers. Throws when it has no markers. */
export function withConfigTable(readme: string): string {
  const start = readme.indexOf(START);
  const end = readme.indexOf(END);
  if (start < 0 || end < start)
    throw new Error(`README.md needs the lines ${START} and ${END}, in this order: the table goes between them.`);
  // The table's rows are long; a formatter that pads its columns would make it unreadable and put it out of step.
  const table = `<!-- prettier-ignore-start -->\n\n${configTable()}\n\n<!-- prettier-ignore-end -->`;
  return `${readme.slice(0, start + START.length)}\n${table}\n${readme.slice(end)}`;
}

/** Files whose content is not what the settings say. */
function outOfStep(folder: string): { path: string; wanted: string }[] {
  const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  const readme = join(folder, 'README.md');
  const env = join(folder, '.env.example');
  return [
    { path: readme, wanted: withConfigTable(read(readme)) },
    { path: env, wanted: envExample() },
  ].filter(({ path, wanted }) => read(path) !== wanted);
}

function main(check: boolean): number {
  const stale = outOfStep(join(import.meta.dirname, '..', '..'));
  for (const { path, wanted } of stale) {
    if (!check) writeFileSync(path, wanted);
    process.stdout.write(`${path} ${check ? 'is out of step with src/config/schema.ts: run npm run docs' : 'written'}\n`);
  }
  return check && stale.length > 0 ? 1 : 0;
}

if (import.meta.main) process.exitCode = main(process.argv.includes('--check'));
