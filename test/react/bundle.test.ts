/** What the hooks add to a page: their own few lines, and one copy of `recker`. */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { bundle, root } from '../browser/support.js';

/** Bytes, minified and gzipped, of `recker/react` alone. Raised on purpose or not at all. */
const BUDGET = 2200;

it(`they take at most ${BUDGET} bytes`, async () => {
  const made = await build({
    entryPoints: [`${root}src/react/index.ts`],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['recker', 'react'],
  });
  const code = made.outputFiles[0]?.text ?? '';
  const size = gzipSync(code, { level: 9 }).length;
  expect(size).toBeLessThan(BUDGET);
  expect(size).toBeGreaterThan(BUDGET / 2);
  const imported = [...code.matchAll(/from ?"([^"]+)"/g)].map(([, name]) => name);
  expect(new Set(imported)).toEqual(new Set(['react', 'recker']));
});

it('a page with both has one copy of recker, and one without the hooks has nothing of them', async () => {
  const both = await bundle("export * from 'recker'; export * from 'recker/react'");
  expect(both.code.match(/class ReckerWebSocket\b|ReckerWebSocket = class/g)).toHaveLength(1);
  const { inputs } = await bundle("export * from 'recker'");
  expect(inputs.filter((path) => /src\/react|node_modules\/react/.test(path))).toEqual([]);
});
