/**
 * `recker view`: a recording as a page that a browser opens from disk.
 */
import { writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { recordingPage } from '../inspect/index.js';
import { defineCommand, EXIT, UsageError } from './command.js';
import { nameOf, readText, reasonOf } from './files.js';
import { readable } from './recordings.js';

export const command = defineCommand({
  summary: 'writes a page that plays a recording',
  details: `The page is one HTML file beside the recording, with the same name. It loads nothing from
anywhere, so it opens by double click, and can be sent on. Two files are shown side by side.`,
  positionals: { name: 'FILE', least: 1, most: 2 },
  options: {},
  examples: [
    ['recker view outage.ndjson', 'Writes outage.html, and prints its path.'],
    ['recker view before.ndjson after.ndjson', 'Both in one page: before.html.'],
  ],
  async run({ positionals }, terminal) {
    if (positionals.includes('-'))
      throw new UsageError('the page is written beside its FILE, so stdin cannot be viewed');
    const texts: string[] = [];
    for (const path of positionals) texts.push(await readText(path, terminal));
    const names = positionals.map((path) => basename(path));
    const html = readable(positionals.map(nameOf).join(', '), () => recordingPage(texts, { names }));
    const page = pageBeside(positionals[0] ?? '');
    try {
      await writeFile(page, html);
    } catch (error) {
      throw new UsageError(`${page} cannot be written: ${reasonOf(error)}`, { cause: error });
    }
    terminal.print(`${page}\n`);
    return EXIT.ok;
  },
});

/** E.g. `logs/outage.html` for `logs/outage.ndjson`. */
function pageBeside(path: string): string {
  const extension = extname(path);
  const isPage = extension.toLowerCase() === '.html';
  return `${isPage || extension === '' ? path : path.slice(0, -extension.length)}.html`;
}
