/**
 * The bundle by room: what a page downloads for `recker` from the sources, minified, and gzipped. With --files also each file.
 *
 * The share of a room is what the compressed text shrinks by when that room alone is left out. The shares add up to less than the
 * whole: text that two rooms have in common is in neither.
 *
 * Usage: npx tsx bench/bundle.ts [--files]
 */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Plugin } from 'esbuild';
import { forms, withoutDescriptions } from '../scripts/package/pageSources.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const PAGE = "import { createClient } from 'recker'; globalThis.c = createClient;";

const fromSources: Plugin = {
  name: 'from-sources',
  setup(bundler) {
    bundler.onResolve({ filter: /^recker$/ }, () => ({ path: `${root}src/index.ts` }));
  },
};

const gzipped = (text: string | Uint8Array): number => gzipSync(text, { level: 9 }).length;

/** Minified as one text, as a user's bundler does, and cut by the source map. */
async function parts(contents: string): Promise<{ whole: string; byFile: Map<string, string> }> {
  const made = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    outfile: 'page.js',
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    sourcemap: 'external',
    plugins: [forms('browser'), withoutDescriptions, fromSources],
    logLevel: 'silent',
  });
  const map = JSON.parse(made.outputFiles.find(({ path }) => path.endsWith('.map'))?.text ?? '{}') as {
    sources: string[];
    mappings: string;
  };
  const whole = made.outputFiles.find(({ path }) => path.endsWith('.js'))?.text ?? '';
  return { whole, byFile: split(whole, map) };
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function numbers(segment: string): number[] {
  const found: number[] = [];
  let value = 0;
  let shift = 0;
  for (const letter of segment) {
    const digit = BASE64.indexOf(letter);
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit < 32) {
      found.push(value & 1 ? -(value >> 1) : value >> 1);
      value = 0;
      shift = 0;
    }
  }
  return found;
}

/** The text of each source in the whole, by the source map. */
function split(whole: string, map: { sources: string[]; mappings: string }): Map<string, string> {
  const byFile = new Map<string, string>();
  let source = 0;
  whole.split('\n').forEach((line, index) => {
    let column = 0;
    let before = 0;
    let owner = '';
    const give = (end: number): void => {
      byFile.set(owner, `${byFile.get(owner) ?? ''}${line.slice(before, end)}`);
      before = end;
    };
    for (const segment of (map.mappings.split(';')[index] ?? '').split(',')) {
      const [columns = 0, sources] = numbers(segment);
      column += columns;
      if (sources === undefined) continue;
      source += sources;
      const next = map.sources[source] ?? '';
      if (next !== owner) {
        give(column);
        owner = next;
      }
    }
    give(line.length);
  });
  return byFile;
}

const room = (path: string): string =>
  /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ??
  /src\/(api\/[a-z]+(?=\/)|[a-z]+)/.exec(path)?.[0] ??
  path;

const { whole, byFile } = await parts(PAGE);
const all = gzipped(whole);
const rows = [...byFile].map(([path, text]) => {
  const rest = [...byFile].filter(([other]) => other !== path).map(([, other]) => other);
  return { path, raw: text.length, own: all - gzipped(rest.join('')) };
});
const rooms = new Map<string, string>();
for (const [path, text] of byFile) rooms.set(room(path), `${rooms.get(room(path)) ?? ''}${text}`);
const line = (name: string, raw: number, zipped: number): string =>
  `${String(raw).padStart(7)} ${String(zipped).padStart(6)}  ${name}\n`;
process.stdout.write(line('all: bytes minified, gzipped', whole.length, all));
for (const [name, text] of [...rooms].sort(([, one], [, other]) => other.length - one.length)) {
  const rest = [...rooms].filter(([other]) => other !== name).map(([, other]) => other);
  process.stdout.write(line(name, text.length, all - gzipped(rest.join(''))));
}
if (process.argv.includes('--files')) {
  process.stdout.write('\n');
  for (const { path, raw, own } of rows.sort((one, other) => other.own - one.own))
    process.stdout.write(line(path, raw, own));
}
