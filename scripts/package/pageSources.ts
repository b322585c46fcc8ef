/** How the sources become what a page gets: used by the build, by the tests in browsers and by the benchmark. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** In the place of `name.ts` the first of its forms that there is, e.g. `name.browser.ts`. */
export const forms = (...kinds: readonly string[]): Plugin => ({
  name: 'forms',
  setup(build) {
    build.onResolve({ filter: /^\.{1,2}\/.*\.js$/ }, ({ path, resolveDir }) => {
      const found = kinds
        .map((kind) => join(resolveDir, path.replace(/\.js$/, `.${kind}.ts`)))
        .find(existsSync);
      return found === undefined ? undefined : { path: found };
    });
  },
});

const DESCRIPTION = /^\s*description:\s*'(?:[^'\\]|\\.)*',$/gm;

/**
 * The chart without what its states mean: that is for drawings, which are made in Node, and 1 KB of a page. Each `description` of
 * the chart is a text on lines of its own.
 */
export const withoutDescriptions: Plugin = {
  name: 'without-descriptions',
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/]machine[\\/]\w+\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('description:')) return undefined;
      const contents = text.replace(DESCRIPTION, '');
      if (/^\s*description:/m.test(contents)) throw new Error(`${path}: a description that is no plain text`);
      return { contents, loader: 'ts' };
    });
  },
};
