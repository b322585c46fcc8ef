/**
 * Writes the table of docs/options.md from the doc comments of src/api/options/options.ts: `npx tsx
 * scripts/options-table.ts`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { withOptionsTable } from './options/documentation.js';

const PAGE = new URL('../docs/options.md', import.meta.url);

await writeFile(PAGE, withOptionsTable(await readFile(PAGE, 'utf8')));
