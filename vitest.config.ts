/** Tests: real files and servers, so processes of their own; the end-to-end ones spawn the program and run one file at a time, as do the short soaks after them. */
import { defineConfig } from 'vitest/config';

const END_TO_END = 'test/e2e/**/*.test.ts';
const SOAK = 'test/soak/*.soak.test.ts';
/** What is looked at again and again until it is so gets as long as a test: on a slow machine Vitest's second is not enough. */
const shared = { pool: 'forks' as const, testTimeout: 30_000, hookTimeout: 30_000, expect: { poll: { timeout: 25_000 } } };

export default defineConfig({
  test: {
    projects: [
      { test: { ...shared, name: 'rooms', include: ['test/**/*.test.ts'], exclude: [END_TO_END, SOAK] } },
      { test: { ...shared, name: 'e2e', include: [END_TO_END], fileParallelism: false, sequence: { groupOrder: 1 } } },
      { test: { ...shared, name: 'soak', include: [SOAK], fileParallelism: false, testTimeout: 600_000, sequence: { groupOrder: 2 } } },
    ],
  },
});
