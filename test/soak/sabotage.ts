/** Breaks the program on purpose, one sabotage at a time, in a copy: a test suite that still passes proves nothing. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFaultList, type Scenario, type SoakOptions, type SoakResult } from './soak.ts';
import { SABOTAGES, type Sabotage } from './sabotages.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const VITEST = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
const COPIED = ['src', 'test', 'drizzle', 'fixtures', 'package.json', 'tsconfig.json', 'vitest.config.ts', 'README.md', '.env.example'];

/** The text with the sabotage done. Throws when an edit does not find its text, or not exactly once. */
export function sabotaged(text: string, { from, to }: Sabotage['edits'][number]): string {
  const found = text.split(from).length - 1;
  if (found !== 1) throw new Error(`found ${found} times, should be once: ${from.trim()}`);
  return text.replace(from, () => to);
}

export const sabotage: Scenario = {
  title: 'the promises broken on purpose: the tests must notice',
  short: SABOTAGES.length,
  long: SABOTAGES.length,
  run: async (options) => {
    // Within the checkout, so that its packages are found.
    const copy = join(ROOT, '.cache', `sabotage-${process.pid}`);
    try {
      return await soak(copy, options);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  },
};

async function soak(copy: string, { count, say }: SoakOptions): Promise<SoakResult> {
  const faults = createFaultList();
  const figures: SoakResult['figures'] = [];
  mkdirSync(copy, { recursive: true });
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  const done = SABOTAGES.slice(0, count);

  const sound = await runTests(copy, [...new Set(done.flatMap(({ tests }) => tests))]);
  if (sound.failed > 0 || sound.passed === 0) faults.add('without any sabotage', `${sound.failed} tests fail, ${sound.passed} pass`);
  for (const { name, edits, tests } of done) {
    for (const edit of edits) {
      const path = join(copy, edit.file);
      writeFileSync(path, sabotaged(readFileSync(path, 'utf8'), edit));
    }
    const { failed, passed } = await runTests(copy, tests);
    for (const { file } of edits) cpSync(join(ROOT, file), join(copy, file));
    figures.push([name, failed > 0 ? `noticed: ${failed} of ${failed + passed} tests fail` : 'NOT NOTICED']);
    say(`${name}: ${failed > 0 ? 'noticed' : 'NOT NOTICED'}`);
    if (failed === 0) faults.add('not noticed', name);
  }
  return { figures, faults: faults.list() };
}

async function runTests(folder: string, files: string[]): Promise<{ failed: number; passed: number }> {
  const report = join(folder, 'report.json');
  rmSync(report, { force: true });
  const args = [VITEST, 'run', '--root', folder, '--reporter', 'json', '--outputFile', report, ...files];
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  await new Promise((resolve) => child.once('close', resolve));
  const { numFailedTests, numPassedTests, numFailedTestSuites } = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>;
  return { failed: Math.max(numFailedTests ?? 0, numFailedTestSuites ?? 0), passed: numPassedTests ?? 0 };
}
