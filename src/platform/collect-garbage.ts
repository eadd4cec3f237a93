/** Gives memory back after the start, which leaves far more garbage than the program needs to run. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Collects all garbage once; takes some 20 ms. Loading the modules leaves about 150 MB of it (Node parses the package.json of drizzle-orm
 * anew for each of its files; measured), and V8 keeps that for as long as nothing else is allocated, as in an idle daemon.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
}
