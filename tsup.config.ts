import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    machine: 'src/machine/index.ts',
    testing: 'src/testing/index.ts',
    inspect: 'src/inspect/index.ts',
  },
  format: ['esm', 'cjs'],
  target: 'node20',
  // Entry points share their chunks: an error of `recker` is an instance of the class that `recker/machine` exports.
  splitting: true,
  dts: true,
  sourcemap: true,
  clean: true,
  treeshake: true,
});
