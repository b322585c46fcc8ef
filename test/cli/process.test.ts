/** What only a process shows of the command: how it starts and ends, and what a closed pipe does to it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildProgram, node } from './terminal.js';

let program: Awaited<ReturnType<typeof buildProgram>>;

beforeAll(async () => {
  program = await buildProgram();
});
afterAll(() => program.remove());

it('ends with the exit code of the command', async () => {
  expect(await node([program.path, '--help'])).toMatchObject({ code: 0, stderr: '' });
  expect(await node([program.path, 'frobnicate'])).toMatchObject({ code: 2, stdout: '' });
});

it('starts in less than twice the time of an empty program', { timeout: 30_000 }, async () => {
  const time = async (args: readonly string[]) => {
    const begun = performance.now();
    await node(args);
    return performance.now() - begun;
  };
  // In turn, and the best of each: the machine has other things to do.
  const empty: number[] = [];
  const help: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    empty.push(await time(['--input-type=module', '-e', "import 'node:util'"]));
    help.push(await time([program.path, '--help']));
  }
  expect(Math.min(...help)).toBeLessThan(2 * Math.min(...empty));
});

it('a pipe that is closed ends the output quietly, and changes no exit code', async () => {
  const child = spawn(process.execPath, [program.path, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  child.stdout.destroy();
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

it('Ctrl-C ends it with 0', { timeout: 30_000 }, async () => {
  const recording = fileURLToPath(new URL('../recordings/example.ndjson', import.meta.url));
  // It prints what it has found in the first file, and waits for the second: stdin, which stays open.
  const child = spawn(process.execPath, [program.path, 'check', recording, '-']);
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
