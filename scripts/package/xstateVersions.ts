/**
 * `recker/machine` beside the user's own XState: the oldest version that is allowed, and the newest. A program with
 * `createActor`, typed snapshots, `provide` and `@xstate/graph` compiles beside each, with `skipLibCheck: false`; and each is
 * inside as src/machine/xstateInternals.ts expects it.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { checkXStateInternals, type XState } from '../../test/support/xstateInternals.js';
import type { Shell } from './fakeTimers.js';

const run = promisify(execFile);

/** The second has the most type arguments for `StateMachine`. */
const VERSIONS = ['5.20.0', '5'] as const;
const FLAGS =
  '--noEmit --strict --target es2022 --module nodenext --moduleResolution nodenext --types node'.split(' ');

/**
 * Prints what was tried, also where one fails.
 *
 * @throws Error with the compiler's words
 */
export async function checkXStateVersions(
  folder: string,
  tarball: string,
  sh: Shell,
  say: (text: string) => void,
): Promise<void> {
  const failures: string[] = [];
  for (const wanted of VERSIONS) {
    const home = join(folder, `xstate-${wanted}`);
    await mkdir(home);
    await writeFile(join(home, 'package.json'), '{ "private": true, "type": "module" }\n');
    const packages = [tarball, `xstate@${wanted}`, '@xstate/graph@3', '@types/node@20', 'typescript@5.9'];
    const flags = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
    await sh(home, 'npm', 'install', ...flags, ...packages);
    await cp(join(folder, 'matrix/machine.ts'), join(home, 'machine.ts'));
    const { version } = JSON.parse(
      await readFile(join(home, 'node_modules/xstate/package.json'), 'utf8'),
    ) as {
      version: string;
    };
    const entry = pathToFileURL(join(home, 'node_modules/xstate/dist/xstate.esm.js')).href;
    checkXStateInternals((await import(entry)) as XState);
    try {
      await run(join(home, 'node_modules/.bin/tsc'), [...FLAGS, 'machine.ts'], { cwd: home });
      say(`recker/machine beside xstate ${version}: compiles`);
    } catch (error) {
      const { stdout = String(error) } = error as { stdout?: string };
      say(`recker/machine beside xstate ${version}: FAILS`);
      failures.push(`Beside xstate ${version}:\n${stdout}`);
    }
  }
  if (failures.length > 0) throw new Error(failures.join('\n'));
}
