/**
 * What is built: `dist` for Node, `dist/browser` for pages and workers, from the same sources but for the modules that
 * have a form of their own for browsers.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';
import { defineConfig, type Options } from 'tsup';
import { writeSubpaths } from './scripts/package/subpaths.js';

// The configurations below run side by side: `clean` of one would take what another has just written.
rmSync('dist', { recursive: true, force: true });
writeSubpaths();

const api = { index: 'src/index.ts' };
const inspect = { inspect: 'src/inspect/index.ts' };
const chart = { machine: 'src/machine/public.ts', testing: 'src/testing/index.ts' };

/**
 * The build for pages has a chunk for each of these, so that `recker` itself only names what they export. Of a file of
 * which something is used, esbuild keeps every statement that may have an effect, a class with a base class included; a
 * file of which nothing is used is left out.
 */
const parts = { client: 'src/api/createClient.ts', errors: 'src/port/errors.ts' };

/** tsup writes that comment once more than Rollup, which has written it already. */
const oneSourceMap: NonNullable<Options['plugins']>[number] = {
  name: 'one-source-map',
  buildEnd({ writtenFiles }) {
    for (const { name } of writtenFiles) {
      if (!/\.c?js$/.test(name)) continue;
      const text = readFileSync(name, 'utf8');
      const [comment] = /\n\/\/# sourceMappingURL=.*$/.exec(text) ?? [];
      if (comment !== undefined) writeFileSync(name, `${text.replaceAll(comment, '')}${comment}\n`);
    }
  },
};

const common: Options = {
  format: ['esm', 'cjs'],
  // Entry points share their chunks: an error of `recker` is an instance of the class that `recker/machine` exports.
  splitting: true,
  treeshake: true,
  dts: false,
  clean: false,
  sourcemap: true,
  plugins: [oneSourceMap],
};

/** Types that never meet in one chunk: those of `recker` must not bring XState along. */
const types = (entry: Record<string, string>): Options => ({
  ...common,
  entry,
  dts: { only: true, compilerOptions: { stripInternal: true } },
});

/** `name.browser.ts` in the place of `name.ts`, where there is one. */
const browserForms: Plugin = {
  name: 'browser-forms',
  setup(build) {
    build.onResolve({ filter: /^\.{1,2}\/.*\.js$/ }, ({ path, resolveDir }) => {
      const form = join(resolveDir, path.replace(/\.js$/, '.browser.ts'));
      return existsSync(form) ? { path: form } : undefined;
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

export default defineConfig([
  { ...common, entry: { ...api, ...inspect, ...chart }, target: 'node20' },
  {
    ...common,
    entry: { ...api, ...inspect, ...chart, ...parts },
    outDir: 'dist/browser',
    platform: 'browser',
    target: 'es2022',
    noExternal: ['events'],
    esbuildPlugins: [browserForms, notices],
  },
  types({ ...api, ...inspect }),
  types(chart),
  {
    ...types(api),
    outDir: 'dist/browser',
    // TypeScript's own word for the same swap.
    dts: { only: true, compilerOptions: { moduleSuffixes: ['.browser', ''], stripInternal: true } },
  },
]);
