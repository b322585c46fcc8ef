/**
 * The page of a recording: one HTML file that holds the player, the drawing of the chart and the recordings, and loads nothing.
 *
 * Owns: how recordings get into a page. They are not trusted: text of theirs can become neither an element nor a script, and the
 * page's policy allows only the script and the styles of this library, by their hashes.
 */
import { ConfigurationError } from '../port/index.js';
import { readRecording } from '../recording/index.js';
import { ASSETS, type Asset } from './assets.js';

/** The options of `recordingPage()`. */
export interface RecordingPageOptions {
  /** What the page calls the recordings, e.g. names of files, in their order. @default numbers */
  readonly names?: readonly string[] | undefined;
}

const SHEETS = ['frame.css', 'connection.css', 'recording.css', 'parts.css'];

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='6' fill='none' stroke='%2316a34a' stroke-width='2.5'/%3E%3Ccircle cx='8' cy='8' r='2' fill='%2316a34a'/%3E%3C/svg%3E";

/**
 * A page that shows recordings, as one HTML file. It needs no server: a browser opens it from disk. Two recordings are shown side
 * by side.
 *
 * @param recordings the text of a recording, or of several
 * @returns HTML, in UTF-8 at most 300 KiB longer than the recordings
 * @throws ConfigurationError where a text is no recording
 * @example
 * import { readFile, writeFile } from 'node:fs/promises';
 * import { recordingPage } from 'recker/inspect';
 *
 * const html = recordingPage(await readFile('outage.ndjson', 'utf8'), { names: ['outage.ndjson'] });
 * await writeFile('outage.html', html);
 */
export function recordingPage(
  recordings: string | readonly string[],
  { names = [] }: RecordingPageOptions = {},
): string {
  const texts = typeof recordings === 'string' ? [recordings] : [...recordings];
  if (texts.length === 0)
    throw new ConfigurationError('recordings', 'recordingPage() takes at least one recording');
  // Each must be a recording: a page that shows nothing but an error is of no use.
  for (const text of texts) readRecording(text, () => {});
  const named = texts.map((_, index) => names[index] ?? (texts.length === 1 ? '' : `recording ${index + 1}`));
  // Read here, so that a bundle which does not use this function can leave the files out.
  const player = asset('recording.js');
  const sheets = SHEETS.map(asset);
  const title = named.filter((name) => name !== '').join(', ') || 'recording';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(player, sheets)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)} · recker</title>
<link rel="icon" href="${ICON}">
${sheets.map(({ text }) => `<style>${text}</style>`).join('\n')}
</head>
<body>
<header class="bar"><h1><span class="mark" aria-hidden="true"></span>recker <span class="soft">recording</span></h1><p class="link">${escaped(title)}</p></header>
<div id="recordings"></div>
<template id="drawing">${asset('connection.svg').text}</template>
${texts.map((text, index) => `<script type="application/x-ndjson" data-name="${escaped(named[index] ?? '')}">${inert(text)}</script>`).join('\n')}
<script type="module">${player.text}</script>
</body>
</html>
`;
}

/** Scripts and styles by hash; images in the page itself. Nothing is loaded, and nothing is sent. */
function policyOf(player: Asset, sheets: readonly Asset[]): string {
  return [
    "default-src 'none'",
    `script-src '${player.hash}'`,
    `style-src ${sheets.map(({ hash }) => `'${hash}'`).join(' ')}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function asset(name: string): Asset {
  const found = ASSETS[name];
  if (found === undefined) throw new Error(`There is no file ${name} for the page`);
  return found;
}

/** In JSON a `<` is in strings only, where the escape means the same. Without one no tag and no comment begins. */
const inert = (text: string): string => text.replaceAll('<', '\\u003c');

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
