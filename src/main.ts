#!/usr/bin/env node
/** The entry: the Node version first, because what comes after it crashes on an older one. */
const NEEDED = 24;
const LAST_WORDS_MS = 1_000;

if (Number.parseInt(process.versions.node, 10) < NEEDED) {
  process.stderr.write(
    `shopify-converge needs Node ${NEEDED} or newer; this is Node ${process.versions.node}. Install it from https://nodejs.org.\n`,
  );
  process.exitCode = 2;
} else {
  // From the second start on a fifth less memory and time: types need not be stripped again. In our own folder, because code from a shared one is not to be trusted.
  const { enableCompileCache } = await import('node:module');
  enableCompileCache(`${import.meta.dirname}/../.cache/compile`);
  // Loading the program would let the young generation grow by 15 MB that no work here needs (measured: no slower without).
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--semi-space-growth-factor=1');
  const { run } = await import('./cli/run.ts');
  process.exitCode = await run(process.argv.slice(2));
  // What is done is done: a connection that somebody keeps open must not keep the process.
  setTimeout(() => process.exit(), LAST_WORDS_MS).unref();
}

export {};
