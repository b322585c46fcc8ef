/**
 * Bundles the chosen tests for Stryker's runner, in the copy of the tree that Stryker has put its changes into.
 *
 * Each test file becomes a module of its own, and what they share is in chunks: so the runner can collect a file
 * again for each change without loading the library again.
 */
import { readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE, STARTS_A_PROCESS, testFiles } from './tests.js';

/** Instead of Node's module: what is tried in process cannot be tried in another one. */
const NO_PROCESSES = `
  const refuse = () => { throw new Error(${JSON.stringify(STARTS_A_PROCESS)}); };
  export { refuse as exec, refuse as execFile, refuse as execFileSync, refuse as fork, refuse as spawn, refuse as spawnSync };
`;

rmSync(BUNDLE, { recursive: true, force: true });
await build({
  entryPoints: [...testFiles()],
  outbase: '.',
  outdir: BUNDLE,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  alias: { recker: resolve('src/index.ts') },
  logLevel: 'error',
  plugins: [
    {
      name: 'tests-in-process',
      setup(build) {
        build.onResolve({ filter: /^node:child_process$/ }, ({ importer, path }) =>
          // openssl makes the certificates.
          importer.endsWith('/certificates.ts') ? undefined : { path, namespace: 'no-processes' },
        );
        build.onLoad({ filter: /./, namespace: 'no-processes' }, () => ({ contents: NO_PROCESSES }));
        build.onLoad({ filter: /\.ts$/ }, ({ path }) => ({
          loader: 'ts',
          // A test finds its fixtures, and a module its neighbours, from where its source is.
          contents: readFileSync(path, 'utf8').replaceAll(
            'import.meta.url',
            JSON.stringify(pathToFileURL(path).href),
          ),
        }));
      },
    },
  ],
});
