/** The code blocks of the documentation. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A fenced block of TypeScript, with JSX where it is marked as `tsx`. */
export interface DocsBlock {
  /** File and line, e.g. `docs/recipes.md:12`. */
  readonly at: string;
  readonly code: string;
  readonly hasJsx: boolean;
  /** It stands behind `<!-- run -->`: it runs with a server put in the place of its example hosts, and ends. */
  readonly runs: boolean;
  /** It stands behind `<!-- run until TEXT -->`: it is ended when it has printed that. */
  readonly until: string | undefined;
}

const FILES = ['README.md', 'CONTRIBUTING.md', ...readdirSync(`${root}docs`).map((name) => `docs/${name}`)];

export const blocks: readonly DocsBlock[] = FILES.filter((file) => file.endsWith('.md')).flatMap((file) => {
  const text = readFileSync(root + file, 'utf8');
  return [
    ...text.matchAll(/(?:^<!-- (run)(?: until (.*))? -->\n)?^```(?:ts|typescript|(tsx))\n([\s\S]*?)^```$/gm),
  ].map((match) => ({
    at: `${file}:${text.slice(0, match.index).split('\n').length}`,
    code: match[4] ?? '',
    hasJsx: match[3] !== undefined,
    runs: match[1] !== undefined,
    until: match[2],
  }));
});
