/** What the build for browsers holds, and how much. */
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { bundle } from './support.js';

/**
 * Bytes, minified and gzipped, XState (12 KB) and `events` (2 KB) included. Raised on purpose or not at all: last for
 * `close(null)` and the facts that recorders get.
 */
const BUDGET = 45_650;

it('no module of Node is in it, no ws, no undici, no proxy', async () => {
  const { inputs } = await bundle("export { createClient } from 'recker'");
  const packages = inputs.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  expect(new Set(packages.filter((name) => name !== undefined))).toEqual(new Set(['events', 'xstate']));
  const services = inputs
    .filter((path) => path.includes('src/services/'))
    .map((path) => path.split('/').pop());
  expect(services.sort()).toEqual([
    'code.ts',
    'failures.browser.ts',
    'index.ts',
    'index.ts',
    'macrotask.ts',
    'native.ts',
    'offline.ts',
    'socket.ts',
    'wallClock.ts',
  ]);
  expect(inputs.filter((path) => path.includes('node:'))).toEqual([]);
  // What is published on channels of Node's is not made for pages.
  expect(inputs.filter((path) => path.includes('diagnostics') && !path.includes('.browser.'))).toEqual([]);
});

it(`it takes at most ${BUDGET} bytes`, async () => {
  const { code } = await bundle("import { createClient } from 'recker'; globalThis.c = createClient;", true);
  const size = gzipSync(code, { level: 9 }).length;
  expect(size).toBeLessThan(BUDGET);
  expect(size).toBeGreaterThan(BUDGET / 2);
});

it('one class of errors brings that class alone', async () => {
  const { code, inputs } = await bundle(
    "import { ConnectionError } from 'recker'; globalThis.c = ConnectionError;",
    true,
  );
  expect(inputs.length).toBeGreaterThan(1);
  expect(gzipSync(code, { level: 9 }).length).toBeLessThan(1500);
});
