/** The shape of the documentation: a first page that is short, and pages that open with an example. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkLinks } from '../../scripts/package/links.js';
import { root } from './blocks.js';

/** The most words of README.md, everything counted but blocks of code. */
const MOST_WORDS = 900;
/** The index needs no example. */
const NO_EXAMPLE = ['README.md'];

const pages = readdirSync(`${root}docs`).filter((name) => name.endsWith('.md'));
const read = (path: string): string => readFileSync(root + path, 'utf8');
const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```$/gm, '');

describe('README.md', () => {
  it(`has at most ${MOST_WORDS} words outside of code`, () => {
    // A word has a letter or a digit: the bars of tables and the marks of headings are none.
    const words = withoutCode(read('README.md'))
      .replace(/<!--.*?-->/g, '')
      .split(/\s+/);
    expect(words.filter((word) => /[\p{L}\p{N}]/u.test(word)).length).toBeLessThanOrEqual(MOST_WORDS);
  });

  it('has the command that runs the demo, and the one that runs the tests', () => {
    const commands = [...read('README.md').matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text]) => text);
    expect(commands).toEqual(expect.arrayContaining(['npm ci && npm run demo\n', 'npm ci && npm test\n']));
  });
});

describe('CONTRIBUTING.md', () => {
  const text = read('CONTRIBUTING.md');

  it('names files and folders that exist', () => {
    const named = [...text.matchAll(/`((?:src|test|scripts)\/[\w./*-]+)`/g)].map(([, path = '']) => path);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((path) => path !== 'src/services/yours.ts' && !existsSync(root + path))).toEqual([]);
  });

  it('names functions that exist, in its walks', () => {
    const [, walks = ''] = text.split('## Three walks through the code');
    const names = [...(walks.split('\n## ')[0] ?? '').matchAll(/`(?:\w+\.)?(#?\w+)\(\)`/g)].map(
      ([, name = '']) => name,
    );
    const source = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => read(`src/${path}`))
      .join('\n');
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !source.includes(`${name}(`))).toEqual([]);
  });
});

describe('docs', () => {
  it('has every page in its index', () => {
    const index = read('docs/README.md');
    expect(pages.filter((name) => name !== 'README.md' && !index.includes(`](${name})`))).toEqual([]);
  });

  it.each(pages.filter((name) => !NO_EXAMPLE.includes(name)))('%s opens with an example', (name) => {
    const [opening = ''] = read(`docs/${name}`).split(/^## /m);
    expect(opening).toMatch(/^```(?:tsx?|sh)$/m);
  });

  it('has no dead link', async () => {
    const tops = readdirSync(root).filter((name) => name.endsWith('.md') || name === 'LICENSE');
    const folders = ['docs', 'examples', 'statecharts', 'bench'].flatMap((folder) =>
      readdirSync(root + folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
    );
    // `npm run docs` copies pages into the reference, which is not in the package.
    const kept = folders.filter((name) => !name.startsWith('docs/api/'));
    await checkLinks(root, new Set([...tops, ...kept]));
  });
});
