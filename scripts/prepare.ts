/**
 * Builds, unless what was built is newer than all it is made from. npm runs this after `npm ci` in a clone, before
 * `npm pack`, and where the package is installed from git.
 *
 * Usage: npx tsx scripts/prepare.ts
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = [
  'src',
  'tsup.config.ts',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
  'scripts/package/subpaths.ts',
];
/** What the build writes last: types. */
const BUILT = [
  'dist/index.js',
  'dist/browser/testing.js',
  'dist/index.d.ts',
  'dist/testing.d.ts',
  'dist/react.js',
  'dist/react.d.ts',
  'dist/browser/index.d.ts',
  'dist/browser/websocket.d.ts',
];

const changedAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function newest(path: string): number {
  if (!statSync(path).isDirectory()) return changedAt(path);
  const inside = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return Math.max(changedAt(path), ...inside.map((name) => changedAt(join(path, name))));
}

const built = Math.min(...BUILT.map((name) => changedAt(join(root, name))));
if (built < Math.max(...SOURCES.map((name) => newest(join(root, name))))) {
  // On stderr, as what `npm pack --json` says on stdout is for programs.
  const { status } = spawnSync('npm', ['run', 'build'], { cwd: root, stdio: ['ignore', 2, 2], shell: true });
  process.exitCode = status ?? 1;
}
