/**
 * Writes src/inspect/assets.ts: the live view's page, the player of recordings and the chart's drawing as strings, so that they
 * are in the published package whichever way it is loaded or bundled. `--check` only says whether it is up to date.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { connectionMachine } from '../src/machine/index.js';
import { stateNodes, statePath, writtenTransitions } from '../src/machine/writtenTransitions.js';

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
  'recording.css',
  'parts.css',
  'app.js',
  'chart.js',
  'drop.js',
  'format.js',
  'list.js',
  'ribbon.js',
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

/** Of actions that raise an event in the same step: which. */
const RAISED: Readonly<Record<string, string>> = {
  giveUpClosing: 'socket.closed',
  giveUpPreparing: 'session.failed',
};

/** The state in which the chart rests when it has entered the state `path`. */
function leafOf(path: string): string {
  let node = stateNodes(connectionMachine).find((each) => statePath(each) === path);
  while (node !== undefined && Object.keys(node.states).length > 0) {
    const { initial } = node.config as { initial?: string };
    node = initial === undefined ? undefined : node.states[initial];
  }
  if (node === undefined) throw new Error(`The chart has no state ${path} that can be rested in`);
  return statePath(node);
}

/** What the player knows of the chart: id, source, event, the state where it leads (`''`: it stays), the event it raises. */
function chartTable(): readonly (readonly string[])[] {
  return writtenTransitions().map(({ id, source, event, target, actions }) => {
    const [raised = ''] = actions.flatMap((action) => RAISED[action] ?? []);
    return [id, source, event, target === undefined ? '' : leafOf(target), raised];
  });
}

/** The player's parts and the reading of recordings, which is TypeScript, as one file. */
async function player(): Promise<string> {
  const sources: Plugin = {
    name: 'sources',
    setup(bundler) {
      const named: Readonly<Record<string, string>> = {
        chart: `export const written = ${JSON.stringify(chartTable())};`,
        // What reads a recording, without what checks one: that would bring XState along.
        recording: "export * from './src/recording/parse.js'; export * from './src/recording/made.js';",
      };
      bundler.onResolve({ filter: /^(chart|recording)$/ }, ({ path }) => ({ path, namespace: 'named' }));
      bundler.onLoad({ filter: /.*/, namespace: 'named' }, ({ path }) => ({
        contents: named[path] ?? '',
        resolveDir: fileURLToPath(root),
      }));
      // Of the port the reading of recordings needs this error alone, and the player shows its message.
      bundler.onResolve({ filter: /\/port\/index\.js$/ }, ({ path }) => ({ path, namespace: 'port' }));
      bundler.onLoad({ filter: /.*/, namespace: 'port' }, () => ({
        contents:
          'export class ConfigurationError extends Error { constructor(_, message) { super(message); } }',
      }));
      bundler.onResolve({ filter: /^\.{1,2}\/.*\.js$/ }, ({ path, resolveDir }) => {
        const source = join(resolveDir, path.replace(/\.js$/, '.ts'));
        return existsSync(source) ? { path: source } : undefined;
      });
    },
  };
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('src/inspect/page/recording.js', root))],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    loader: { '.html': 'text' },
    plugins: [sources],
  });
  const text = outputFiles[0]?.text ?? '';
  // It stands between the tags of a page.
  if (/<\/script|<!--/i.test(text)) throw new Error('The player would end the script of its page');
  return text;
}

const files: readonly (readonly [name: string, text: string])[] = [
  ...PAGE.map((name) => [name, read(`src/inspect/page/${name}`)] as const),
  ['recording.js', await player()],
  ...drawing(),
];

/** As Biome writes a string: in the quotes that need fewer escapes. */
function literal(text: string): string {
  const double = JSON.stringify(text);
  const [singles, doubles] = [text.split("'").length, text.split('"').length];
  if (doubles < singles) return double;
  return `'${double.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** What a page may run and apply by its hash (https://www.w3.org/TR/CSP3/#grammardef-hash-source). */
const HASHED = ['recording.js', 'frame.css', 'connection.css', 'recording.css', 'parts.css'];

const entries = files.map(([name, text]) => {
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)];
  const hash = HASHED.includes(name)
    ? `    hash: 'sha256-${createHash('sha256').update(text).digest('base64')}',\n`
    : '';
  return `  '${name}': {\n    type: '${type}',\n${hash}    text: ${literal(text)},\n  },\n`;
});
const written = `// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are whole files.
/** A file of a page. */
export interface Asset {
  readonly type: string;
  /** Of what a page without a server contains. */
  readonly hash?: string;
  readonly text: string;
}

/**
 * The files of the live view and of the player of recordings as strings. Written by scripts/live-view.ts from src/inspect/page and
 * statecharts/connection.svg: do not edit.
 */
export const ASSETS: Readonly<Record<string, Asset>> = {
${entries.join('')}};
`;

if (!process.argv.includes('--check')) {
  writeFileSync(target, written);
} else if (readFileSync(target, 'utf8') !== written) {
  console.error(`${fileURLToPath(target)} is out of date: npx tsx scripts/live-view.ts`);
  process.exitCode = 1;
}
