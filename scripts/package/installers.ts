/**
 * The tarball installed by npm, pnpm, Yarn (Plug'n'Play) and Bun, beside each major version of undici and beside none;
 * then imported and required. undici is an optional peer of any version: none of them may refuse.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Shell } from './fakeTimers.js';

/** `undici` 5 to 8 are the versions that users have; the last one is none at all. */
const UNDICI = ['5', '6', '7', '8', undefined] as const;

const PROGRAM = `
import { createRequire } from 'node:module';
import { createClient } from 'recker';
import { connectionMachine } from 'recker/machine';
const { createClient: other } = createRequire(import.meta.url)('recker');
if (createClient().ws('ws://x', { autoConnect: false }).state !== 'idle') throw new Error('no client');
if (other().ws('ws://x', { autoConnect: false }).state !== 'idle') throw new Error('no client by require');
if (connectionMachine.id !== 'connection') throw new Error('no chart');
`;

interface Installer {
  readonly install: readonly string[];
  readonly run: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
}

const npx = (name: string, ...words: string[]) => ['npx', '-y', '--prefer-offline', '-p', name, ...words];

const INSTALLERS: Readonly<Record<string, Installer>> = {
  npm: {
    install: ['npm', 'install', '--prefer-offline', '--no-audit', '--no-fund'],
    run: ['node', 'program.mjs'],
  },
  pnpm: {
    install: npx('pnpm@10', 'pnpm', 'install', '--prefer-offline', '--config.strict-peer-dependencies=true'),
    run: ['node', 'program.mjs'],
  },
  'yarn PnP': {
    install: npx('@yarnpkg/cli-dist@4', 'yarn', 'install'),
    run: npx('@yarnpkg/cli-dist@4', 'yarn', 'node', 'program.mjs'),
    // Without its own lock file Yarn looks for a project in the folders above.
    files: {
      'yarn.lock': '',
      '.yarnrc.yml': 'nodeLinker: pnp\nenableTelemetry: false\nenableGlobalCache: false\n',
    },
  },
  bun: { install: npx('bun', 'bun', 'install'), run: npx('bun', 'bun', 'program.mjs') },
};

/**
 * Prints a table of what was tried, also where a cell fails.
 *
 * @throws Error with the output of what failed
 */
export async function checkInstallers(
  folder: string,
  tarball: string,
  sh: Shell,
  say: (text: string) => void,
): Promise<void> {
  const failures: string[] = [];
  const rows: string[] = [];
  for (const [name, { install, run, files = {} }] of Object.entries(INSTALLERS)) {
    const cells: string[] = [];
    for (const version of UNDICI) {
      const home = join(folder, `install-${name.replace(' ', '-')}-${version ?? 'none'}`);
      await mkdir(home);
      const dependencies = {
        recker: `file:${tarball}`,
        ...(version === undefined ? {} : { undici: version }),
      };
      await writeFile(
        join(home, 'package.json'),
        JSON.stringify({ private: true, type: 'module', dependencies }),
      );
      await writeFile(join(home, 'program.mjs'), PROGRAM);
      for (const [file, text] of Object.entries(files)) await writeFile(join(home, file), text);
      try {
        await sh(home, install[0] as string, ...install.slice(1));
        await sh(home, run[0] as string, ...run.slice(1));
        cells.push('ok');
      } catch (error) {
        cells.push('FAILS');
        failures.push(`${name}, undici ${version ?? 'none'}:\n${(error as Error).message.slice(0, 1500)}`);
      }
    }
    rows.push(`${name.padEnd(10)}${cells.map((cell) => cell.padEnd(8)).join('')}`.trimEnd());
  }
  say(`undici    ${UNDICI.map((version) => (version ?? 'none').padEnd(8)).join('')}`.trimEnd());
  for (const row of rows) say(row);
  if (failures.length > 0) throw new Error(failures.join('\n\n'));
}
