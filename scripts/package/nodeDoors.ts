/**
 * What `import` gives in Node: for each entry point a module that passes on what the CommonJS build exports. Node reads and links
 * ESM that imports CommonJS (`ws`, XState) at about three times the cost, since it searches each such file for the names that
 * it exports. And a program that both imports and requires `recker` has one copy of it.
 *
 * Bundlers prefer the condition `module`, the ESM build, in which they find what is not used. One that does not know it follows
 * these files as well: nothing in them is computed. Written by the build, not kept in git.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { EVERYWHERE, SUBPATHS } from './subpaths.js';

export const ENTRY_POINTS = ['index', ...SUBPATHS.filter((name) => !EVERYWHERE.has(name))];

export function writeNodeDoors(): void {
  const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
  const require = createRequire(dist);
  mkdirSync(`${dist}node`, { recursive: true });
  for (const name of ENTRY_POINTS) {
    const names = Object.keys(require(`${dist}${name}.cjs`) as object).sort();
    // Node searches the file that is imported for names of exports. It is short, and hides the long one behind a member.
    writeFileSync(`${dist}node/${name}.cjs`, `exports.all = require('../${name}.cjs');\n`);
    writeFileSync(
      `${dist}node/${name}.mjs`,
      `import door from './${name}.cjs';\nexport const {\n${names.map((each) => `  ${each},\n`).join('')}} = door.all;\n`,
    );
  }
}
