/** The walk-through of docs/recordings.md: an outage is recorded, looked at, turned into a failing test, and fixed. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { FaultServer } from '../../src/testing/index.js';
import { recker } from '../cli/terminal.js';
import { failuresOf } from '../recordings/replayFiles.js';
import { runFile } from '../support/child.js';
import { root } from './blocks.js';
import { ENTRIES } from './compile.js';

/** The blocks of the walk-through, in order. */
async function blocksOfWalk(): Promise<readonly { readonly kind: string; readonly text: string }[]> {
  const page = await readFile(`${root}docs/recordings.md`, 'utf8');
  const [, walk = ''] = page.split('\n## From an outage to a test\n');
  const [text = ''] = walk.split('\n## ');
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, kind = '', text = '']) => ({
    kind,
    text,
  }));
}

/** A block of changed lines, done to a text. */
function changed(text: string, diff: string): string {
  const lines = (sign: string) =>
    diff
      .split('\n')
      .filter((line) => line.startsWith(sign))
      .map((line) => line.slice(1))
      .join('\n');
  const [before, after] = [lines('-'), lines('+')];
  expect(text.split(`${before}\n`)).toHaveLength(2);
  return text.replace(before, after);
}

/** The commands of a block, each with what it prints. */
const commandsOf = (text: string): readonly { readonly args: readonly string[]; readonly prints: string }[] =>
  text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [line = '', ...printed] = part.split('\n');
      return {
        args: line
          .replace(/ > .*$/, '')
          .split(' ')
          .slice(1),
        prints: printed.join('\n'),
      };
    });

it('does what it says', { timeout: 120_000 }, async () => {
  const [program, looked, replayed, end, wish, fix, ...others] = await blocksOfWalk();
  expect([program, looked, replayed, end, wish, fix].map((block) => block?.kind)).toEqual([
    'ts',
    'console',
    'console',
    'text',
    'diff',
    'diff',
  ]);
  expect(others).toEqual([]);

  await mkdir(`${root}.tmp`, { recursive: true });
  const folder = await mkdtemp(`${root}.tmp/outage-`);
  const before = process.cwd();
  try {
    // The program, against a server that goes away.
    await using server = await FaultServer.start();
    server.accept();
    let text = (program?.text ?? '').replace('https://chat.example.com', `http://127.0.0.1:${server.port}`);
    for (const [name, path] of Object.entries(ENTRIES))
      text = text.replaceAll(`from '${name}'`, `from '${pathToFileURL(root + path)}'`);
    text = text.replace("'outage.ndjson'", JSON.stringify(`${folder}/outage.ndjson`));
    await writeFile(`${folder}/program.mts`, text);
    const child = runFile(`${folder}/program.mts`);
    await server.waitForConnection(1);
    await server.stop();
    expect(await child.ended, child.output).toEqual({ code: 0, signal: null });
    expect(child.output).toContain('Gave up after 3 reconnection attempts');

    // What the commands print.
    process.chdir(folder);
    for (const { args, prints } of commandsOf(looked?.text ?? '')) {
      expect(await recker(args.slice(1))).toEqual({ code: 0, stdout: prints, stderr: '' });
    }
    expect(existsSync('outage.html')).toBe(true);
    const [replay, vitest] = commandsOf(replayed?.text ?? '');
    expect(vitest?.args).toEqual(['vitest', 'run', 'outage.test.ts']);
    const { code, stdout: file } = await recker(replay?.args.slice(1) ?? []);
    expect(code).toBe(0);
    expect(file.endsWith(end?.text ?? '?')).toBe(true);

    // The file, as it is, with the wish, and with the fix.
    const wished = changed(file, wish?.text ?? '');
    const fixed = changed(wished, fix?.text ?? '');
    const failures = await failuresOf(
      new Map([
        ['recorded', file],
        ['wished', wished],
        ['fixed', fixed],
      ]),
    );
    expect([...failures.keys()]).toEqual(['wished']);
    expect(failures.get('wished')).toContain("expected 'exhausted' to be 'backoff'");
  } finally {
    process.chdir(before);
    await rm(folder, { recursive: true, force: true });
  }
});
