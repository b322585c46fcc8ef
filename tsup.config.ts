/**
 * What is built: `dist` for Node, `dist/browser` for pages and workers, from the same sources but for the one
 * module that knows the platform.
 */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { defineConfig, type Options } from 'tsup';

// The configurations below run side by side: `clean` of one would take what another has just written.
rmSync('dist', { recursive: true, force: true });

const inNode = { index: 'src/index.ts', inspect: 'src/inspect/index.ts' };
const chart = { machine: 'src/machine/index.ts', testing: 'src/testing/index.ts' };
const inBrowsers = { index: 'src/index.ts' };

const common: Options = {
  format: ['esm', 'cjs'],
  // Entry points share their chunks: an error of `recker` is an instance of the class that `recker/machine` exports.
  splitting: true,
  treeshake: true,
  dts: false,
  clean: false,
};

/** Types that never meet in one chunk: those of `recker` must not bring XState along. */
const types = (entry: Record<string, string>): Options => ({
  ...common,
  entry,
  dts: { only: true, compilerOptions: { stripInternal: true } },
});

/** platform.browser.ts in the place of platform.ts. */
const browserPlatform: Plugin = {
  name: 'browser-platform',
  setup(build) {
    const path = fileURLToPath(new URL('./src/api/platform.browser.ts', import.meta.url));
    build.onResolve({ filter: /\/platform\.js$/ }, () => ({ path }));
  },
};

export default defineConfig([
  { ...common, entry: { ...inNode, ...chart }, target: 'node20', sourcemap: true },
  {
    ...common,
    entry: { ...inBrowsers, machine: chart.machine },
    outDir: 'dist/browser',
    platform: 'browser',
    target: 'es2022',
    sourcemap: true,
    noExternal: ['events'],
    esbuildPlugins: [browserPlatform],
  },
  types(inNode),
  types(chart),
  {
    ...common,
    entry: inBrowsers,
    outDir: 'dist/browser',
    dts: {
      only: true,
      // TypeScript's own word for the same swap.
      compilerOptions: { moduleSuffixes: ['.browser', ''], stripInternal: true },
    },
  },
]);
