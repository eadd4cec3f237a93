/** Tests: real files and servers, so processes of their own; the end-to-end ones spawn the program and run one file at a time. */
import { defineConfig } from 'vitest/config';

const END_TO_END = 'test/e2e/**/*.test.ts';
const shared = { pool: 'forks' as const, testTimeout: 30_000, hookTimeout: 30_000 };

export default defineConfig({
  test: {
    projects: [
      { test: { ...shared, name: 'rooms', include: ['test/**/*.test.ts'], exclude: [END_TO_END] } },
      { test: { ...shared, name: 'e2e', include: [END_TO_END], fileParallelism: false, sequence: { groupOrder: 1 } } },
    ],
  },
});
