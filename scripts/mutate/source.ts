/**
 * Changes of the source text: operators, numbers and constants of the pure functions, and of the chart's guards,
 * delays and actions. A changed chart is judged in process; the pure functions by their own tests.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ConnectionMachine } from '../../src/machine/index.js';
import { killerOf } from './judges.js';

export interface SourceMutant {
  readonly name: string;
  readonly killer: () => Promise<string | undefined>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCRATCH = `${ROOT}.tmp/mutants`;

/** What is found, and what it becomes. */
const CHANGES: readonly [RegExp, (found: string) => string][] = [
  [/ === /g, () => ' !== '],
  [/ !== /g, () => ' === '],
  [/ (?:<=|>=) /g, (found) => found.replace('=', '')],
  [/ [<>] /g, (found) => `${found.trimEnd()}= `],
  [/ && /g, () => ' || '],
  [/ \|\| /g, () => ' && '],
  [/ \+ /g, () => ' - '],
  [/ - /g, () => ' + '],
  [/ \* /g, () => ' / '],
  [/Math\.min/g, () => 'Math.max'],
  [/Math\.max/g, () => 'Math.min'],
  [/\btrue\b/g, () => 'false'],
  [/\bfalse\b/g, () => 'true'],
  [/(?<![\w.'#])\d[\d_.]*(?![\w'])/g, (found) => `(${found} + 1)`],
];

const isCode = (line: string): boolean =>
  !/^\s*(\*|\/\*|\/\/|import|export type|export interface|readonly|'[A-Z_0-9]+',)/.test(line) &&
  !/^\s*(type|interface) /.test(line);

interface Change {
  readonly name: string;
  readonly text: string;
}

/** Each change of the lines from the one that holds `from` to the one that holds `to`. */
function changesOf(file: string, from: string, to: string): Change[] {
  const lines = readFileSync(`${ROOT}${file}`, 'utf8').split('\n');
  const first = lines.findIndex((line) => line.includes(from));
  const last = to === '' ? lines.length : lines.findIndex((line) => line.includes(to));
  return lines.flatMap((line, index) => {
    if (index < first || index >= last || !isCode(line)) return [];
    const [code = ''] = line.split(' // ');
    return CHANGES.flatMap(([pattern, change]) =>
      [...code.matchAll(pattern)].map(({ 0: found, index: at }) => {
        const changed = `${line.slice(0, at)}${change(found)}${line.slice(at + found.length)}`;
        return {
          name: `${file.split('/').at(-1)}: ${line.trim()} → ${changed.trim()}`,
          text: lines.toSpliced(index, 1, changed).join('\n'),
        };
      }),
    );
  });
}

/** Fails the tests of the pure functions? Each run is a process of its own. */
function killedByTests(file: string, text: string, tests: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const vitest = spawn(
      process.execPath,
      ['node_modules/vitest/vitest.mjs', 'run', '--config', 'scripts/mutate/vitest.config.ts', ...tests],
      { cwd: ROOT, env: { ...process.env, MUTANT_FILE: file, MUTANT_TEXT: text }, stdio: 'ignore' },
    );
    vitest.on('exit', (code) => resolve(code === 0 ? undefined : tests.join(', ')));
  });
}

let scratchFiles = 0;

async function killedOnChart(text: string): Promise<string | undefined> {
  mkdirSync(SCRATCH, { recursive: true });
  scratchFiles += 1;
  const file = `${SCRATCH}/chart${process.pid}-${scratchFiles}.ts`;
  writeFileSync(file, text.replace(/from '\.\/(\w+)\.js'/g, `from '${ROOT}src/machine/$1.js'`));
  const { connectionMachine } = (await import(pathToFileURL(file).href)) as {
    connectionMachine: ConnectionMachine;
  };
  return killerOf(connectionMachine);
}

export function sourceMutants(): readonly SourceMutant[] {
  const pure = (file: string, from: string, tests: readonly string[]) =>
    changesOf(file, from, '').map(({ name, text }) => ({
      name,
      killer: () => killedByTests(file, text, tests),
    }));
  const chart = changesOf('src/machine/connectionMachine.ts', 'const FINAL: Verdict', 'const whileDialling');
  return [
    ...chart.map(({ name, text }) => ({ name, killer: () => killedOnChart(text) })),
    ...pure('src/machine/backoff.ts', 'export const MAX_DELAY', [
      'test/machine/decision.test.ts',
      'test/machine/pure.test.ts',
    ]),
    ...pure('src/machine/decision.ts', 'const FINAL_CLOSE_CODES', [
      'test/machine/decision.test.ts',
      'test/machine/pure.test.ts',
    ]),
  ];
}
