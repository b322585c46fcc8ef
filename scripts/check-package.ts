/**
 * Checks what would be published: packs it, lints the tarball, installs it into an empty folder, and runs users
 * of every entry point there, as ESM, CommonJS and strict TypeScript, on every supported line of Node.
 *
 * Usage: npx tsx scripts/check-package.ts [--this-node] [--all]   (after `npm run build`)
 * With --all also the whole matrix of compilers, Rollup, Parcel, bundles for Node, and installations by npm, pnpm, Yarn and
 * Bun beside each undici. Metro and React Native are always tried: they are installed while the rest is checked. With --this-node only the running version of Node is tried. Other versions come from the npm
 * package `node`; outside CI one that cannot be had is skipped, and said so.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { FaultServer } from '../src/testing/faultServer.js';
import { checkBundlers } from './package/bundlers.js';
import { checkFakeTimers } from './package/fakeTimers.js';
import { findProgram } from './package/findProgram.js';
import { checkInstallers } from './package/installers.js';
import { checkLinks } from './package/links.js';
import { checkMoreBundlers } from './package/moreBundlers.js';
import { checkReactNative, installReactNative } from './package/reactNative.js';
import { EVERYWHERE } from './package/subpaths.js';
import { checkTypeMatrix } from './package/typeMatrix.js';
import { checkXStateVersions } from './package/xstateVersions.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);
const NODES = ['22', '24', 'latest'];
/** The tarball must not grow unseen, in bytes. */
const MOST_BYTES = 1_560_000;
/** What the package consists of: what is built, and what the README leads to. */
const PUBLISHED =
  /^(dist|statecharts|examples|docs|bench\/README\.md$|(machine|testing|inspect|websocket|react)\/package\.json$|[A-Z-]+(\.md)?$|(package|recording\.schema)\.json$)/;
/** In ms; a fresh Node is some 50 MB to fetch, React Native 300 packages. */
const LIMIT = 240_000;

async function sh(cwd: string, command: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await run(command, args, { cwd, timeout: LIMIT, maxBuffer: 1 << 26 });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
  }
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const bin = (name: string): string => join(root, 'node_modules/.bin', name);

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

async function pack(folder: string): Promise<string> {
  const reported = await sh(root, 'npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder);
  const [packed] = JSON.parse(reported) as Packed[];
  if (packed === undefined) throw new Error('npm packed nothing');
  if (packed.size > MOST_BYTES) throw new Error(`The tarball has ${packed.size} bytes`);
  const foreign = packed.files.filter(({ path }) => !PUBLISHED.test(path));
  if (foreign.length > 0) throw new Error(`Not to be published: ${foreign.map(({ path }) => path)}`);
  say(`packed: ${packed.files.length} files, ${packed.size} bytes`);
  await checkLinks(root, new Set(packed.files.map(({ path }) => path)));
  say('links: all lead to files of the tarball');
  return join(folder, packed.filename);
}

/** The types of `recker` must not bring XState to those who do not ask for the chart. */
async function checkTypes(): Promise<void> {
  for (const name of [
    'index.d.ts',
    'index.d.cts',
    'inspect.d.ts',
    'websocket.d.ts',
    'websocket.d.cts',
    'browser/websocket.d.ts',
    'browser/websocket.d.cts',
    'browser/index.d.ts',
    'browser/index.d.cts',
  ]) {
    const text = await readFile(join(root, 'dist', name), 'utf8');
    for (const [line] of text.matchAll(/^(?:import|export) .*from '(.*)';$/gm)) {
      if (line.includes("'xstate'")) throw new Error(`${name} imports xstate`);
      if (name.startsWith('browser') && line.includes('node:')) throw new Error(`${name}: ${line}`);
      const [, chunk, kind] = /'\.\/(.*)\.(c?)js'/.exec(line) ?? [];
      if (chunk === undefined) continue;
      const file = join(root, 'dist', dirname(name), `${chunk}.d.${kind}ts`);
      if (/^(?:import|export) .*'xstate'/m.test(await readFile(file, 'utf8')))
        throw new Error(`${name} imports xstate by ${chunk}`);
    }
  }
}

/** In Node `import` takes the CommonJS build, as `require` does: an entry point without it would bring a second copy. */
async function checkConditions(): Promise<void> {
  const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, { import?: Record<string, string> } | string>;
  };
  for (const [path, conditions] of Object.entries(exports)) {
    if (typeof conditions === 'string') continue;
    const name = path === '.' ? 'index' : path.slice(2);
    if (EVERYWHERE.has(name)) continue;
    const { node, module } = conditions.import ?? {};
    if (node !== `./dist/node/${name}.mjs` || module !== `./dist/${name}.js`)
      throw new Error(`exports['${path}'].import lacks the conditions module and node`);
  }
}

/** They take the build for Node, and their own WebSocket as the option `transport`. */
async function checkOtherRuntimes(folder: string): Promise<void> {
  const server = await FaultServer.start();
  server.echo();
  const runtimes = { deno: ['run', '-A', '--node-modules-dir=manual'], bun: ['run'] };
  for (const [name, options] of Object.entries(runtimes)) {
    const npx = ['-y', '--prefer-offline', '-p', name, name];
    const version = await sh(folder, 'npx', ...npx, '--version').catch((error) => {
      if (process.env.CI) throw error;
    });
    if (version === undefined) {
      say(`skipped: needs ${name}`);
      continue;
    }
    await sh(folder, 'npx', ...npx, ...options, 'client.mjs', server.url('/'));
    say(`${name} ${/\d+\.\d+\.\d+/.exec(version)?.[0]}: client.mjs runs`);
  }
  await server.stop();
}

async function main(): Promise<void> {
  const all = process.argv.includes('--all');
  const folder = await mkdtemp(join(tmpdir(), 'recker-package-'));
  try {
    const tarball = await pack(folder);
    const app = join(folder, 'react-native');
    // A failure counts when it is waited for, below.
    const installed = installReactNative(app, tarball, sh);
    installed.catch(() => {});
    await checkTypes();
    await checkConditions();
    await sh(root, bin('publint'), '--strict');
    say('publint --strict: clean');
    await sh(root, bin('attw'), tarball);
    say('attw: clean');

    await writeFile(join(folder, 'package.json'), '{ "name": "user", "private": true }\n');
    const own = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    const tools = ['typescript', '@types/node', 'react', 'react-dom', '@types/react'].map(
      (name) => `${name}@${own.devDependencies[name]}`,
    );
    await sh(folder, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', tarball, ...tools);
    await cp(join(root, 'test/package'), folder, { recursive: true });
    for (const config of ['tsconfig.json', 'tsconfig.exact.json', 'tsconfig.browser.json']) {
      await sh(folder, join(folder, 'node_modules/.bin/tsc'), '-p', config);
    }
    say('TypeScript, strict, skipLibCheck: false: ESM, CommonJS and browser users compile');

    await checkTypeMatrix(folder, tarball, all, say);
    await checkXStateVersions(folder, tarball, sh, say);

    const chromium = findProgram('chromium');
    if (chromium === undefined && process.env.CI) throw new Error('needs chromium');
    const bundles = await checkBundlers(folder, chromium);
    say(`${bundles.join(', ')}; ${chromium === undefined ? 'skipped: needs chromium' : 'run in Chromium'}`);

    await installed;
    say(await checkReactNative(root, app, sh));

    if (all) {
      say((await checkMoreBundlers(folder, tarball, sh)).join(', '));
      await checkInstallers(folder, tarball, sh, say);
    }

    const programs = ['esm.mjs', 'cjs.cjs', 'copies.mjs', 'out/user.mjs', 'out/user.cjs'];
    for (const program of programs) await sh(folder, process.execPath, program);
    await sh(folder, 'npx', 'recker', '--help');
    say(`node ${process.version}: ${programs.join(', ')} and the command run`);
    if (process.argv.includes('--this-node')) return;
    for (const version of NODES) {
      const npx = ['-y', '--prefer-offline', '-p', `node@${version}`, 'node'];
      let found: string;
      try {
        found = (await sh(folder, 'npx', ...npx, '--version')).trim();
      } catch (error) {
        if (process.env.CI) throw error;
        say(`skipped: needs node@${version}`);
        continue;
      }
      for (const program of programs) await sh(folder, 'npx', ...npx, program);
      await sh(folder, 'npx', ...npx, 'node_modules/.bin/recker', '--help');
      say(`node ${found}: ${programs.join(', ')} and the command run`);
    }
    await checkOtherRuntimes(folder);
    say(`${(await checkFakeTimers(root, folder, sh)).join('; ')}: ten scenes under fake timers`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
