/** Links of the pages in the tarball: each leads to a file of the tarball, and each fragment to a heading. */
import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';

/** As GitHub makes the anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (text: string): Set<string> =>
  new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading)));

/** @throws Error naming the links that lead nowhere */
export async function checkLinks(root: string, files: ReadonlySet<string>): Promise<void> {
  const dead: string[] = [];
  for (const page of files) {
    if (!page.endsWith('.md')) continue;
    const text = await readFile(posix.join(root, page), 'utf8');
    const links = [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)].map(
      ([, one, other]) => one ?? other ?? '',
    );
    for (const link of links) {
      if (/^[a-z]+:/.test(link)) continue;
      const [path = '', fragment] = link.split('#');
      const target = path === '' ? page : posix.normalize(posix.join(posix.dirname(page), path));
      const folder = target.replace(/\/?$/, '/');
      const isThere = files.has(target) || [...files].some((file) => file.startsWith(folder));
      if (!isThere) dead.push(`${page}: ${link}`);
      else if (fragment !== undefined && target.endsWith('.md')) {
        if (!anchorsOf(await readFile(posix.join(root, target), 'utf8')).has(fragment))
          dead.push(`${page}: ${link}`);
      }
    }
  }
  if (dead.length > 0) throw new Error(`Links that lead nowhere in the tarball:\n${dead.join('\n')}`);
}
