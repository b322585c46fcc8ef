/** The recipes for `prepare`: each program ends by itself, and keeps its promises where a connection is lost. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

async function output(name: string): Promise<string[]> {
  const args = ['--import', 'tsx', `examples/recipes/${name}.demo.ts`];
  const { stdout, stderr } = await run(process.execPath, args, { timeout: 20_000 });
  expect(stderr).toBe('');
  return stdout.trim().split('\n');
}

const limit = { timeout: 30_000 };

it('resume.demo.ts', limit, async () => {
  expect(await output('resume')).toEqual([
    '1: while the client was connected',
    '2: while the client was away',
    '3: while the client was away',
    'lost: 4 to 5',
    '6: while the client was away',
    '7: while the client was away',
    '8: while the client was away',
  ]);
});
