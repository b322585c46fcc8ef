/** The generated paths that real time allows, on real sockets against a real server. */
import { afterAll, describe, it } from 'vitest';
import { connectionPaths, runPath } from '../../src/testing/index.js';
import { PATH_POLICY, whyLeftOut } from '../../src/testing/server/pathPolicy.js';
import { RealDriver } from './realDriver.js';

const all = connectionPaths({ policy: PATH_POLICY });
const paths = all.filter((path) => whyLeftOut(path) === undefined);
let steps = 0;

describe.concurrent('the generated paths, on real sockets', () => {
  it.each(paths.map((path) => [path.id, path] as const))('%s', async (_, path) => {
    const driver = new RealDriver();
    await runPath(path, driver);
    steps += driver.steps;
  });
});

afterAll(() => {
  const leftOut = all.filter((path) => whyLeftOut(path) !== undefined);
  console.log(
    [
      `On real sockets: ${paths.length} of ${all.length} paths, ${steps} steps. Left out:`,
      ...leftOut.map((path) => `  ${path.id}: ${whyLeftOut(path)}`),
    ].join('\n'),
  );
});
