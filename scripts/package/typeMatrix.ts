/**
 * The packed types, compiled as users would: versions of TypeScript × module resolutions × with and without Node's types
 * × with and without the DOM library × `exactOptionalPropertyTypes`, strict and `skipLibCheck: false`; and the file that
 * `tsc --init` of each version writes.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The oldest that is promised, those in wide use, the newest. */
export const COMPILERS = ['5.0', '5.4', '5.9', '6', '7'] as const;
type Compiler = (typeof COMPILERS)[number];
type Resolution = 'node10' | 'nodenext' | 'bundler';

interface Cell {
  readonly compiler: Compiler;
  readonly resolution: Resolution;
  readonly node: boolean;
  readonly dom: boolean;
  readonly exact: boolean;
}

/** Node's types that each compiler can read: newer ones use syntax that it does not know. */
const NODE_TYPES: Readonly<Record<Compiler, string>> = {
  '5.0': '20.8.0',
  '5.4': '20',
  '5.9': '20',
  '6': '24',
  '7': '24',
};

const MODULES: Readonly<Record<Resolution, string>> = {
  node10: 'es2022',
  nodenext: 'nodenext',
  bundler: 'es2022',
};

const BOTH = [false, true] as const;

const ALL: readonly Cell[] = COMPILERS.flatMap(
  (compiler) =>
    (['node10', 'nodenext', 'bundler'] as const).flatMap((resolution) =>
      BOTH.flatMap((node) =>
        BOTH.flatMap((dom) => BOTH.map((exact) => ({ compiler, resolution, node, dom, exact }))),
      ),
    ),
  // TypeScript 7 has no resolution as in Node 10.
).filter(({ compiler, resolution }) => !(compiler === '7' && resolution === 'node10'));

/** The newest compiler is quick enough for many; of the others the cells that differ most. */
const FEW: readonly Cell[] = ALL.filter(
  ({ compiler, resolution, node, dom, exact }) =>
    (compiler === '7' && (resolution === 'bundler' ? node !== dom : node === dom)) ||
    (compiler === '5.9' && resolution === 'node10' && node !== dom && exact === !node) ||
    (compiler === '5.0' && exact && resolution === 'bundler' && !node && dom),
);

async function compile(folder: string, compiler: Compiler, config: string): Promise<string> {
  const tsc = join(folder, `types-${compiler}/node_modules/.bin/tsc`);
  try {
    await run(tsc, ['-p', config], { cwd: folder, maxBuffer: 1 << 26 });
    return '';
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return `${stdout}${stderr}`.trim() || String(error);
  }
}

/** A folder for each compiler: the compiler, Node's types for it, and the package as it was installed. */
async function prepare(folder: string, tarball: string, compiler: Compiler): Promise<void> {
  const home = join(folder, `types-${compiler}`);
  await mkdir(home);
  await writeFile(join(home, 'package.json'), '{ "private": true, "type": "module" }\n');
  const wanted = [tarball, `typescript@${compiler}`, `@types/node@${NODE_TYPES[compiler]}`];
  await run(
    'npm',
    ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', ...wanted],
    {
      cwd: home,
    },
  );
  await cp(join(folder, 'matrix'), join(home, 'src'), { recursive: true });
}

async function check(folder: string, cell: Cell): Promise<string> {
  const { compiler, resolution, node, dom, exact } = cell;
  const home = join(folder, `types-${compiler}`);
  const name = `${resolution}${node ? '-node' : ''}${dom ? '-dom' : ''}${exact ? '-exact' : ''}.json`;
  // The form of `await using` that is compiled needs a newer `lib` than ES2022.
  const disposal = compiler !== '5.0' && dom && exact;
  const config = {
    compilerOptions: {
      target: 'es2022',
      lib: ['es2022', ...(dom ? ['dom'] : []), ...(disposal ? ['esnext.disposable'] : [])],
      types: node ? ['node'] : [],
      module: MODULES[resolution],
      moduleResolution: resolution,
      strict: true,
      exactOptionalPropertyTypes: exact,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      noEmit: true,
      ...(compiler === '6' && resolution === 'node10' ? { ignoreDeprecations: '6.0' } : {}),
    },
    files: [
      'src/quickStart.ts',
      ...(dom ? ['src/page.ts'] : []),
      ...(node ? ['src/program.ts'] : []),
      ...(disposal ? ['src/disposal.ts'] : []),
      // XState's own declarations do not compile with `exactOptionalPropertyTypes` and `skipLibCheck: false`.
      ...(!exact && (node || dom) ? ['src/chart.ts'] : []),
      ...(!exact && node ? ['src/testKit.ts'] : []),
    ],
  };
  await writeFile(join(home, name), JSON.stringify(config, null, 2));
  return compile(folder, compiler, join(home, name));
}

/** What `tsc --init` of the compiler writes, as it is, for the README's quick start. */
async function checkInit(folder: string, compiler: Compiler): Promise<string> {
  const home = join(folder, `types-${compiler}`);
  const project = join(home, 'init');
  await mkdir(project);
  await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  await symlink(join(home, 'node_modules'), join(project, 'node_modules'));
  await cp(join(folder, 'matrix/quickStart.ts'), join(project, 'quickStart.ts'));
  await run(join(home, 'node_modules/.bin/tsc'), ['--init'], { cwd: project });
  return compile(folder, compiler, join(project, 'tsconfig.json'));
}

/** Runs `tasks`, as many at a time as there are processors. */
export async function inParallel(tasks: readonly (() => Promise<void>)[]): Promise<void> {
  const left = [...tasks];
  const work = async () => {
    for (let task = left.shift(); task !== undefined; task = left.shift()) await task();
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, work));
}

const columnOf = ({ node, dom, exact }: Cell): string =>
  `${[...(node ? ['node'] : []), ...(dom ? ['dom'] : [])].join('+') || 'bare'}${exact ? ' exact' : ''}`;

/**
 * Prints the matrix, also where cells of it fail.
 *
 * @throws Error with the compilers' words for cells that fail
 */
export async function checkTypeMatrix(
  folder: string,
  tarball: string,
  all: boolean,
  say: (text: string) => void,
): Promise<void> {
  const cells = all ? ALL : FEW;
  const compilers = COMPILERS.filter((compiler) => cells.some((cell) => cell.compiler === compiler));
  const results = new Map<string, string>();
  const failures: string[] = [];
  const note = (row: string, column: string, words: string) => {
    results.set(`${row}|${column}`, words === '' ? 'ok' : 'FAILS');
    if (words !== '')
      failures.push(`TypeScript ${row}, ${column}:\n${words.split('\n').slice(0, 12).join('\n')}`);
  };
  for (const compiler of compilers) await prepare(folder, tarball, compiler);
  await inParallel([
    ...compilers.map((compiler) => async () => note(compiler, '--init', await checkInit(folder, compiler))),
    ...cells.map(
      (cell) => async () =>
        note(`${cell.compiler} ${cell.resolution}`, columnOf(cell), await check(folder, cell)),
    ),
  ]);
  say(table(results));
  if (failures.length > 0) throw new Error(failures.join('\n\n'));
}

function table(results: ReadonlyMap<string, string>): string {
  const keys = [...results.keys()].map((key) => key.split('|') as [string, string]);
  const rows = [...new Set(keys.map(([row]) => row))].sort();
  const columns = [...new Set(keys.map(([, column]) => column))].sort();
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd(at === 0 ? 14 : 14))
      .join('')
      .trimEnd();
  return [
    line(['TypeScript', ...columns]),
    ...rows.map((row) => line([row, ...columns.map((column) => results.get(`${row}|${column}`) ?? '-')])),
  ].join('\n');
}
