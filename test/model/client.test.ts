/** Each written transition of the chart, taken by a generated path on the class, over a fake transport. */
import { afterAll, describe, expect, it } from 'vitest';
import { connectionPaths, runPath, writtenTransitions } from '../../src/testing/index.js';
import { ClientDriver } from './clientDriver.js';

const paths = connectionPaths();
const taken = new Set<string>();
let steps = 0;

describe('the generated paths, on ReckerWebSocket', () => {
  it.each(paths.map((path) => [path.id, path] as const))('%s', async (id, path) => {
    const driver = new ClientDriver();
    await runPath(path, driver);
    expect(driver.taken).toContain(id);
    for (const each of driver.taken) taken.add(each);
    steps += driver.steps;
  });

  it('take every written transition', () => {
    expect([...taken].sort()).toEqual(
      writtenTransitions()
        .map(({ id }) => id)
        .sort(),
    );
  });
});

afterAll(() => {
  console.log(`On ReckerWebSocket: ${paths.length} paths, ${steps} steps, ${taken.size} transitions taken`);
});
