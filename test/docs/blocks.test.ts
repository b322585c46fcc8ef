/** Every TypeScript block of the documentation compiles, strictly; those that can run do run. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { FaultServer } from '../../src/testing/faultServer.js';
import { blocks, root } from './blocks.js';

const run = promisify(execFile);

const ENTRIES = {
  recker: 'src/index.ts',
  'recker/machine': 'src/machine/public.ts',
  'recker/testing': 'src/testing/index.ts',
  'recker/inspect': 'src/inspect/index.ts',
};

it('compile', { timeout: 60_000 }, () => {
  expect(blocks.length).toBeGreaterThan(20);
  const sources = new Map(
    blocks.map(({ at, code }) => [`${root}test/docs/${at.replace(/\W/g, '_')}.ts`, code]),
  );
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts'],
    types: ['node'],
    typeRoots: [`${root}node_modules/@types`],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
    paths: Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, [root + path]])),
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => sources.has(path) || fileExists(path);
  host.readFile = (path) => sources.get(path) ?? readFile(path);
  const program = ts.createProgram([...sources.keys()], options, host);
  const problems = [...sources.keys()].flatMap((path) =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(path)).map(({ messageText, start, file }) => {
      const line =
        file === undefined || start === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line;
      return `${path.split('/').pop()} +${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    }),
  );
  expect(problems).toEqual([]);
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
