/**
 * Writes src/inspect/assets.ts: the live view's page and the chart's drawing as strings, so that they are in
 * the published package whichever way it is loaded or bundled. `--check` only says whether it is up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const target = new URL('src/inspect/assets.ts', root);

const SOURCES: Readonly<Record<string, readonly [path: string, type: string]>> = {
  'index.html': ['src/inspect/page/index.html', 'text/html; charset=utf-8'],
  'frame.css': ['src/inspect/page/frame.css', 'text/css; charset=utf-8'],
  'parts.css': ['src/inspect/page/parts.css', 'text/css; charset=utf-8'],
  'app.js': ['src/inspect/page/app.js', 'text/javascript; charset=utf-8'],
  'chart.js': ['src/inspect/page/chart.js', 'text/javascript; charset=utf-8'],
  'format.js': ['src/inspect/page/format.js', 'text/javascript; charset=utf-8'],
  'list.js': ['src/inspect/page/list.js', 'text/javascript; charset=utf-8'],
  'timeline.js': ['src/inspect/page/timeline.js', 'text/javascript; charset=utf-8'],
  'connection.svg': ['statecharts/connection.svg', 'image/svg+xml'],
};

/** As Biome writes a string: in the quotes that need fewer escapes. */
function literal(text: string): string {
  const double = JSON.stringify(text);
  const [singles, doubles] = [text.split("'").length, text.split('"').length];
  if (doubles < singles) return double;
  return `'${double.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

const entries = Object.entries(SOURCES).map(([name, [path, type]]) => {
  const text = readFileSync(new URL(path, root), 'utf8');
  const key = /^[a-z]+$/.test(name) ? name : `'${name}'`;
  return `  ${key}: {\n    type: '${type}',\n    text: ${literal(text)},\n  },\n`;
});
const written = `// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are whole files.
/**
 * The live view's files as strings. Written by scripts/live-view.ts from src/inspect/page and
 * statecharts/connection.svg: do not edit.
 */
export const ASSETS: Readonly<Record<string, { readonly type: string; readonly text: string }>> = {
${entries.join('')}};
`;

if (!process.argv.includes('--check')) {
  writeFileSync(target, written);
} else if (readFileSync(target, 'utf8') !== written) {
  console.error(`${fileURLToPath(target)} is out of date: npx tsx scripts/live-view.ts`);
  process.exitCode = 1;
}
