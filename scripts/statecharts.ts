/**
 * Writes statecharts/ from src/machine: `npx tsx scripts/statecharts.ts`. With `--check` it writes nothing and
 * exits with 1 where a file differs from what it would write.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { renderStatecharts } from './statecharts/index.js';

const FOLDER = new URL('../statecharts/', import.meta.url);
const isCheck = process.argv.includes('--check');

for (const [name, content] of await renderStatecharts()) {
  const file = new URL(name, FOLDER);
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept === content) continue;
  if (isCheck) {
    console.error(`statecharts/${name} differs from src/machine: run npx tsx scripts/statecharts.ts`);
    process.exitCode = 1;
  } else {
    await writeFile(file, content);
    console.log(`statecharts/${name} written`);
  }
}

// The live view's page holds the drawing.
await import('./live-view.js');
