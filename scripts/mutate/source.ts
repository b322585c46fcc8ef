/**
 * Changes of the source text: operators, numbers and constants of the pure functions, and of the chart's guards,
 * delays and actions. A changed chart is judged in process; the pure functions by their own tests.
 *
 * Stryker does not replace this file: it changes no numbers, and numbers are most of backoff.ts and decision.ts. Guards,
 * delays and actions are judged here by the paths and the whole table, with paths that are made from the chart as it is.
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

/** What the chart consists of beside its states and the pure functions. */
const CHART_FILES = ['delays', 'guards', 'actions', 'waits', 'retry'];

let scratchFolders = 0;

/** The chart with one file changed is a copy of its files; what they share with the rest stays in its place. */
async function killedOnChart(changed: string, text: string): Promise<string | undefined> {
  scratchFolders += 1;
  const folder = `${SCRATCH}/chart${process.pid}-${scratchFolders}`;
  mkdirSync(folder, { recursive: true });
  const copied = ['connectionMachine', ...CHART_FILES];
  for (const file of copied) {
    const source = file === changed ? text : readFileSync(`${ROOT}src/machine/${file}.ts`, 'utf8');
    const placed = source
      .replace(/from '\.\/(\w+)\.js'/g, (own, name) =>
        copied.includes(name) ? own : `from '${ROOT}src/machine/${name}.js'`,
      )
      .replaceAll("from '../port/index.js'", `from '${ROOT}src/port/index.js'`);
    writeFileSync(`${folder}/${file}.ts`, placed);
  }
  const machine = pathToFileURL(`${folder}/connectionMachine.ts`).href;
  const { connectionMachine } = (await import(machine)) as { connectionMachine: ConnectionMachine };
  return killerOf(connectionMachine);
}

export function sourceMutants(): readonly SourceMutant[] {
  const pure = (file: string, from: string, tests: readonly string[]) =>
    changesOf(file, from, '').map(({ name, text }) => ({
      name,
      killer: () => killedByTests(file, text, tests),
    }));
  return [
    ...CHART_FILES.flatMap((file) =>
      changesOf(`src/machine/${file}.ts`, '', '').map(({ name, text }) => ({
        name,
        killer: async () =>
          (await killedOnChart(file, text)) ??
          killedByTests(`src/machine/${file}.ts`, text, ['test/machine/waits.test.ts']),
      })),
    ),
    ...pure('src/machine/backoff.ts', 'export function exponentialDelay', [
      'test/machine/decision.test.ts',
      'test/machine/pure.test.ts',
    ]),
    ...pure('src/machine/decision.ts', 'const FINAL_CLOSE_CODES', [
      'test/machine/decision.test.ts',
      'test/machine/pure.test.ts',
    ]),
  ];
}
