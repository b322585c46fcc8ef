/** Runs tests with one source file changed in memory: others work on the real one. */
import { defineConfig } from 'vitest/config';

const { MUTANT_FILE = '', MUTANT_TEXT = '' } = process.env;

export default defineConfig({
  root: new URL('../..', import.meta.url).pathname,
  plugins: [
    {
      name: 'mutant',
      enforce: 'pre',
      load: (id) => (id.split('?')[0]?.endsWith(MUTANT_FILE) ? MUTANT_TEXT : undefined),
    },
  ],
  test: {
    include: ['test/machine/**/*.test.ts'],
    pool: 'threads',
    maxWorkers: 1,
    bail: 1,
    reporters: ['dot'],
  },
});
