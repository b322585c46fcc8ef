import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    testTimeout: 15_000,
    // Two cores and real sockets: more workers than that only makes timings worse.
    maxWorkers: 2,
    pool: 'forks',
  },
});
