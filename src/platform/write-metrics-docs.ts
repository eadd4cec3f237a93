/** Script: writes the table of metrics into README.md; with `--check` it only tells whether it is in step (exit 1 if not). */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMetrics, metricsTable } from './metrics.ts';

const TABLE = /(?<=<!-- metrics:start -->\n)[^]*(?=\n<!-- metrics:end -->)/;

/** The README with the table between its markers. Throws when it has no markers. */
export function withMetricsTable(readme: string): string {
  if (!TABLE.test(readme))
    throw new Error('README.md needs the lines <!-- metrics:start --> and <!-- metrics:end -->: the table goes between them.');
  const table = `<!-- prettier-ignore-start -->\n\n${metricsTable(createMetrics())}\n\n<!-- prettier-ignore-end -->\n`;
  return readme.replace(TABLE, () => table);
}

function main(check: boolean): number {
  const path = join(import.meta.dirname, '..', '..', 'README.md');
  const readme = readFileSync(path, 'utf8');
  const wanted = withMetricsTable(readme);
  if (readme === wanted) return 0;
  if (!check) writeFileSync(path, wanted);
  process.stdout.write(`${path} ${check ? 'is out of step with src/platform/metrics.ts: run npm run docs' : 'written'}\n`);
  return check ? 1 : 0;
}

if (import.meta.main) process.exitCode = main(process.argv.includes('--check'));
