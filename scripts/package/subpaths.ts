/**
 * Folders for the subpaths of the package, each with a package.json alone: tools that read no `exports` (Parcel as it
 * comes, older bundlers and resolvers) find `recker/machine` as a folder, and `recker/recording.schema.json` as a file. Written by
 * the build, not kept in git.
 */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const SUBPATHS = ['machine', 'testing', 'inspect', 'websocket', 'react'] as const;

/** These have one build for all: they import `recker` by its name, so its conditions decide, and a second copy of them is harmless. */
export const EVERYWHERE: ReadonlySet<string> = new Set(['react']);

export function writeSubpaths(): void {
  const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
  copyFileSync(file('docs/recording.schema.json'), file('recording.schema.json'));
  for (const name of SUBPATHS) {
    const folder = fileURLToPath(new URL(`../../${name}/`, import.meta.url));
    mkdirSync(folder, { recursive: true });
    const entry = {
      main: `../dist/${name}.cjs`,
      module: `../dist/${name}.js`,
      ...(EVERYWHERE.has(name)
        ? {}
        : { 'react-native': `../dist/react-native/${name}.js`, browser: `../dist/browser/${name}.js` }),
      types: `../dist/${name}.d.ts`,
      sideEffects: false,
    };
    writeFileSync(`${folder}package.json`, `${JSON.stringify(entry, null, 2)}\n`);
  }
}
