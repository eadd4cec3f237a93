/** Where a benchmark that writes does so. */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';

const CACHE = join(import.meta.dirname, '..', '..', '.cache');

/** A new folder on the project's own disk: a temporary one may be in memory, where an fsync costs nothing. Whoever asks removes it. */
export function diskFolder(): string {
  mkdirSync(CACHE, { recursive: true });
  return mkdtempSync(join(CACHE, 'bench-'));
}
