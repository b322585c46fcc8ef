/**
 * The files that the live view serves are those of src/inspect/page and the chart's present drawing.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ASSETS } from '../../src/inspect/assets.js';
import { writtenTransitions } from '../../src/machine/writtenTransitions.js';

it('are written anew whenever their sources change: npx tsx scripts/live-view.ts', async () => {
  const run = promisify(execFile);
  await run(process.execPath, ['--import', 'tsx', 'scripts/live-view.ts', '--check']);
});

it('hold the drawing with an element for each transition, and no style that the page would not apply', () => {
  const svg = ASSETS['connection.svg']?.text ?? '';
  for (const { id } of writtenTransitions()) expect(svg).toContain(`id="transition-${id}"`);
  expect(svg).not.toMatch(/<style|style="|<script|on\w+="/);
});

it('ask for each other only', async () => {
  const names = Object.keys(ASSETS);
  const page = await readFile('src/inspect/page/index.html', 'utf8');
  for (const [, name = ''] of page.matchAll(/(?:href|src)="([^"]+)"/g)) {
    if (!name.startsWith('data:')) expect(names).toContain(name);
  }
  for (const [name, { text }] of Object.entries(ASSETS)) {
    if (!name.endsWith('.js')) continue;
    for (const [, from = ''] of text.matchAll(/from '\.\/([^']+)'/g)) expect(names).toContain(from);
  }
});
