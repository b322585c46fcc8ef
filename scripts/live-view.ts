/**
 * Writes src/inspect/assets.ts: the live view's page and the chart's drawing as strings, so that they are in
 * the published package whichever way it is loaded or bundled. `--check` only says whether it is up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const target = new URL('src/inspect/assets.ts', root);

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

const PAGE = [
  'index.html',
  'frame.css',
  'parts.css',
  'app.js',
  'chart.js',
  'format.js',
  'list.js',
  'timeline.js',
];

const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** The drawing in two: the page's policy allows no style inside of it, so that is a sheet of its own. */
function drawing(): readonly (readonly [name: string, text: string])[] {
  const whole = read('statecharts/connection.svg');
  const sheets = [...whole.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, sheet = '']) => sheet.trim());
  const inline = new Map<string, string>();
  const svg = whole
    .replace(/<style>[\s\S]*?<\/style>\n?/g, '')
    .replace(/ class="([^"]*)" style="([^"]*)"/g, (_, classes: string, style: string) => {
      const name = inline.get(style) ?? `style-${inline.size + 1}`;
      inline.set(style, name);
      return ` class="${classes} ${name}"`;
    });
  if (svg.includes(' style="'))
    throw new Error('A style attribute is left in the drawing: the page would not apply it');
  const rules = [...inline].map(([style, name]) => `.${name}{${style}}`);
  return [
    ['connection.svg', svg],
    ['connection.css', `${[...sheets, ...rules].join('\n')}\n`],
  ];
}

const files = [...PAGE.map((name) => [name, read(`src/inspect/page/${name}`)] as const), ...drawing()];

/** As Biome writes a string: in the quotes that need fewer escapes. */
function literal(text: string): string {
  const double = JSON.stringify(text);
  const [singles, doubles] = [text.split("'").length, text.split('"').length];
  if (doubles < singles) return double;
  return `'${double.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

const entries = files.map(([name, text]) => {
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)];
  return `  '${name}': {\n    type: '${type}',\n    text: ${literal(text)},\n  },\n`;
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
