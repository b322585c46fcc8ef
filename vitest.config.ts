import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // src/react imports the library by its name.
  resolve: {
    alias: [{ find: /^recker$/, replacement: fileURLToPath(new URL('src/index.ts', import.meta.url)) }],
  },
  test: {
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    testTimeout: 15_000,
    // Two cores and real sockets: more workers than that only makes timings worse.
    maxWorkers: 2,
    pool: 'forks',
  },
});
