/** Every TypeScript block of the documentation compiles, strictly; those that can run do run. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { FaultServer } from '../../src/testing/faultServer.js';
import { blocks, root } from './blocks.js';
import { compileProblems, ENTRIES } from './compile.js';

const run = promisify(execFile);

it('compile', { timeout: 60_000 }, () => {
  const plain = blocks.filter(({ hasJsx }) => !hasJsx);
  expect(plain.length).toBeGreaterThan(20);
  expect(compileProblems(new Map(plain.map(({ at, code }) => [at, code])))).toEqual([]);
});

/** The block as a program beside the sources, with `port` in the place of the example hosts. */
function program(code: string, port: number): string {
  let text = code
    .replace(/https:\/\/(?:\w+\.)?example\.com/g, `http://127.0.0.1:${port}`)
    .replace(/wss:\/\/(?:\w+\.)?example\.com/g, `ws://127.0.0.1:${port}`);
  for (const [name, path] of Object.entries(ENTRIES))
    text = text.replaceAll(`from '${name}'`, `from '${pathToFileURL(root + path)}'`);
  return text;
}

describe('run', () => {
  for (const { at, code, until } of blocks.filter(({ runs }) => runs)) {
    it(at, { timeout: 30_000 }, async () => {
      const server = await FaultServer.start();
      server.echo();
      await mkdir(`${root}.tmp`, { recursive: true });
      const folder = await mkdtemp(`${root}.tmp/docs-`);
      try {
        await writeFile(`${folder}/block.mts`, program(code, server.port));
        const child = run(process.execPath, ['--import', 'tsx', `${folder}/block.mts`], { timeout: 15_000 });
        let printed = '';
        child.child.stdout?.on('data', (text) => {
          printed += text;
          if (until !== undefined && printed.includes(until)) child.child.kill();
        });
        const { stderr } = await child.catch((error) => {
          if (until === undefined || !printed.includes(until)) throw error;
          return error as { stderr: string };
        });
        expect(stderr).toBe('');
      } finally {
        await rm(folder, { recursive: true, force: true });
        await server.stop();
      }
    });
  }
});
