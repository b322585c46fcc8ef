/**
 * What is built: `dist` for Node, `dist/browser` for pages and workers, `dist/react-native`, from the same sources but for
 * the modules that have a form of their own there.
 */
import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import type { Plugin } from 'esbuild';
import { defineConfig, type Options } from 'tsup';
import { writeNodeDoors } from './scripts/package/nodeDoors.js';
import { forms, withoutDescriptions } from './scripts/package/pageSources.js';
import { writeSubpaths } from './scripts/package/subpaths.js';

// The configurations below run side by side: `clean` of one would take what another has just written.
rmSync('dist', { recursive: true, force: true });
writeSubpaths();

const api = { index: 'src/index.ts', websocket: 'src/websocket/index.ts' };
const inspect = { inspect: 'src/inspect/index.ts' };
const chart = { machine: 'src/machine/public.ts', testing: 'src/testing/index.ts' };

/** One build for all: it imports `recker` by its name, which each bundler resolves as for the program itself. */
const react = { react: 'src/react/index.ts' };

/**
 * The build for pages has a chunk for each of these, so that `recker` itself only names what they export. Of a file of
 * which something is used, esbuild keeps every statement that may have an effect, a class with a base class included; a
 * file of which nothing is used is left out.
 */
const parts = { client: 'src/api/createClient.ts', errors: 'src/port/errors.ts' };

const common: Options = {
  format: ['esm', 'cjs'],
  // Entry points share their chunks: an error of `recker` is an instance of the class that `recker/machine` exports.
  splitting: true,
  treeshake: true,
  dts: false,
  clean: false,
  // The code is not minified, so a stack trace is readable without maps, which were two thirds of the tarball.
  sourcemap: false,
};

/** Types that never meet in one chunk: those of `recker` must not bring XState along. */
const types = (entry: Record<string, string>): Options => ({
  ...common,
  entry,
  dts: { only: true, compilerOptions: { stripInternal: true } },
});

/** The command uses the entry points that are built beside it, as `import` gives them, and has no copies of them. */
const ENTRY_FILES: Readonly<Record<string, string>> = {
  'src/index.ts': '../node/index.mjs',
  'src/testing/index.ts': '../node/testing.mjs',
  'src/inspect/index.ts': '../node/inspect.mjs',
};

const builtEntries: Plugin = {
  name: 'built-entries',
  setup(build) {
    build.onResolve({ filter: /^\..*\/index\.js$/ }, ({ path, resolveDir }) => {
      const built = ENTRY_FILES[relative('.', join(resolveDir, path)).replace(/\.js$/, '.ts')];
      return built === undefined ? undefined : { path: built, external: true };
    });
  },
};

/** The package `events` is part of the build for browsers: its licence asks that its notice goes with it. */
const notices: Plugin = {
  name: 'notices',
  setup(build) {
    build.onLoad({ filter: /[\\/]node_modules[\\/]events[\\/]events\.js$/ }, ({ path }) => {
      const folder = dirname(path);
      const licence = readFileSync(join(folder, 'LICENSE'), 'utf8').trim();
      const { version } = createRequire(import.meta.url)(join(folder, 'package.json')) as { version: string };
      const notice = `/*!\nThe package events ${version}, which is part of this file:\n\n${licence}\n*/\n`;
      return { contents: `${notice}${readFileSync(path, 'utf8')}`, loader: 'js' };
    });
  },
};

/**
 * Hermes has no such symbol (https://github.com/facebook/hermes/issues/820): Metro's Babel then compiles `for await` to a loop
 * that asks for this name. To be removed when Hermes has it.
 */
const asyncIterator: Options = {
  esbuildOptions: (options) => {
    options.define = { ...options.define, 'Symbol.asyncIterator': 'ASYNC_ITERATOR' };
  },
  banner: { js: "const ASYNC_ITERATOR = Symbol['asyncIterator'] ?? '@@asyncIterator';" },
};

export default defineConfig([
  {
    ...common,
    entry: { ...api, ...inspect, ...chart },
    target: 'node20',
    onSuccess: async () => writeNodeDoors(),
  },
  {
    ...common,
    entry: { ...api, ...inspect, ...chart, ...parts },
    outDir: 'dist/browser',
    platform: 'browser',
    target: 'es2022',
    noExternal: ['events'],
    esbuildPlugins: [forms('browser'), withoutDescriptions, notices],
  },
  {
    ...common,
    entry: { ...api, ...inspect, ...chart },
    outDir: 'dist/react-native',
    platform: 'neutral',
    target: 'es2022',
    noExternal: ['events'],
    esbuildPlugins: [forms('native', 'browser'), withoutDescriptions, notices],
    ...asyncIterator,
  },
  {
    ...common,
    format: ['esm'],
    entry: { recker: 'src/cli/recker.ts' },
    outDir: 'dist/cli',
    target: 'node20',
    esbuildPlugins: [builtEntries],
  },
  {
    ...common,
    entry: react,
    platform: 'neutral',
    target: 'es2022',
    external: ['recker'],
    // Rollup and the splitting of CommonJS drop the directive. Bundlers for React need it: hooks run in client components.
    treeshake: false,
    splitting: false,
    banner: { js: "'use client';" },
  },
  { ...types(react), external: ['recker'] },
  types({ ...api, ...inspect }),
  types(chart),
  {
    ...types(api),
    outDir: 'dist/browser',
    // TypeScript's own word for the same swap.
    dts: { only: true, compilerOptions: { moduleSuffixes: ['.browser', ''], stripInternal: true } },
  },
]);
