/** The sabotages keep in step with the code they break; `npm run soak -- sabotage` runs them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sabotaged } from '../soak/sabotage.ts';
import { SABOTAGES } from '../soak/sabotages.ts';

const ROOT = join(import.meta.dirname, '..', '..');

test.each(SABOTAGES)('$name: each edit finds its text once, its tests are there, and src/README.md lists it', ({ name, edits, tests }) => {
  for (const edit of edits) {
    const text = readFileSync(join(ROOT, edit.file), 'utf8');
    expect(sabotaged(text, edit)).not.toBe(text);
  }
  for (const file of tests) expect(existsSync(join(ROOT, file)), file).toBe(true);
  expect(readFileSync(join(ROOT, 'src', 'README.md'), 'utf8')).toContain(`| ${name} |`);
});

test('an edit that does not find its text once is an error', () => {
  expect(() => sabotaged('a a', { file: '', from: 'a', to: 'b' })).toThrow('found 2 times');
  expect(() => sabotaged('b', { file: '', from: 'a', to: 'b' })).toThrow('found 0 times');
});
