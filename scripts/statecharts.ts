/**
 * Writes statecharts/ from src/machine, and what the header of a recording says of the chart: `npx tsx scripts/statecharts.ts`.
 * With `--check` it writes nothing and exits with 1 where a file differs from what it would write.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { renderRecordingHeader, renderStatecharts } from './statecharts/index.js';

const ROOT = new URL('../', import.meta.url);
const isCheck = process.argv.includes('--check');

const drawings = await renderStatecharts();
const files: (readonly [path: string, content: string])[] = [
  ...[...drawings].map(([name, content]) => [`statecharts/${name}`, content] as const),
  ['src/recording/made.ts', renderRecordingHeader(drawings)],
];
for (const [path, content] of files) {
  const file = new URL(path, ROOT);
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept === content) continue;
  if (isCheck) {
    console.error(`${path} differs from src/machine: run npx tsx scripts/statecharts.ts`);
    process.exitCode = 1;
  } else {
    await writeFile(file, content);
    console.log(`${path} written`);
  }
}

// The live view's page holds the drawing.
await import('./live-view.js');
