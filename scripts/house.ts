/**
 * The rules of the house that Biome does not check: the sizes of files and folders, words that do not belong into the
 * tree, the lock file, and that the import rules of biome.json still report what they are for. Part of `npm run lint`.
 *
 * Usage: npx tsx scripts/house.ts
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { silentRules } from './house/importRules.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The most lines of a file, by where it stands: the first that fits counts. */
const MOST_LINES: readonly (readonly [RegExp, number])[] = [
  [/^src\/.*\.(ts|js|css|html)$/, 400],
  [/^(test|examples)\/.*\.[cm]?[jt]s$/, 600],
  [/^(scripts|bench)\/.*\.ts$/, 400],
];
/** Longer files, each with the reason why it is not two. None in src/machine. */
const LONGER: Readonly<Record<string, string>> = {};

/** The most files side by side in src/api and in each folder of it. */
const MOST_FILES = 16;

/** Words that do not belong into the tree: it speaks of the project's promises, not of how it is worked on. */
const FOREIGN_WORDS: readonly (readonly [RegExp, string])[] = [
  [/\bissues? #?\d/i, 'the number of an issue'],
  [/\bcase \d\d\b(?![,.]?\d)/i, 'the number of a case'],
];
const TEXT = /\.(ts|js|mjs|cjs|mts|cts|md|json|sh|css|html|yml)$|^\.ci\//;
/** The last one is made of files that are searched, and minified code has any words. */
const NOT_SEARCHED = ['package-lock.json', 'scripts/house.ts', 'src/inspect/assets.ts'];

/** What git holds or would add. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => path !== '');

const read = (path: string): string => readFileSync(root + path, 'utf8');

function* tooLong(): Generator<string> {
  for (const path of files) {
    const most = MOST_LINES.find(([pattern]) => pattern.test(path))?.[1];
    if (most === undefined) continue;
    const lines = read(path).split('\n').length - 1;
    if (lines > most && LONGER[path] === undefined) yield `${path} has ${lines} lines, and ${most} at most`;
    if (lines <= most && path in LONGER) yield `${path} is named as longer than ${most} lines, and is not`;
  }
  for (const path of Object.keys(LONGER)) {
    if (path.startsWith('src/machine/')) yield `${path}: no file of src/machine may be longer`;
    if (!files.includes(path)) yield `${path} is named as a long file, and does not exist`;
  }
}

function* tooMany(): Generator<string> {
  const folders = new Set(
    files.filter((path) => path.startsWith('src/api/')).map((path) => path.replace(/\/[^/]*$/, '')),
  );
  for (const folder of folders) {
    const inside = readdirSync(root + folder, { withFileTypes: true }).filter((each) => each.isFile());
    if (inside.length > MOST_FILES) yield `${folder} has ${inside.length} files, and ${MOST_FILES} at most`;
  }
}

function* foreignWords(): Generator<string> {
  for (const path of files.filter((each) => TEXT.test(each) && !NOT_SEARCHED.includes(each))) {
    for (const [index, line] of read(path).split('\n').entries()) {
      for (const [pattern, what] of FOREIGN_WORDS) {
        if (pattern.test(line)) yield `${path}:${index + 1} names ${what}: ${line.trim()}`;
      }
    }
  }
}

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
}

/** `.npmrc` keeps the address of whoever served a package out of the lock file; the hash says what it has to be. */
function* unlocked(): Generator<string> {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
  for (const [path, { resolved, integrity }] of Object.entries(packages)) {
    if (path === '') continue;
    if (resolved !== undefined) yield `package-lock.json: ${path} has an address, ${resolved}`;
    if (integrity === undefined) yield `package-lock.json: ${path} has no hash`;
  }
}

const problems = [...tooLong(), ...tooMany(), ...foreignWords(), ...unlocked(), ...silentRules(root)];
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`house: ${files.length} files, no problem`);
