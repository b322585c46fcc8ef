/**
 * The code examples of the seed, cut out of its text so that they are compiled and run as they stand there.
 * The two things that are changed are written in `repaired()` and `addressed()`, and nothing else is. The text is
 * kept in a .txt file, because formatters rewrite the code in .md files.
 */
import { readFileSync } from 'node:fs';

/** A fenced block of TypeScript. */
export interface SeedBlock {
  /** The headings above it, e.g. `Creating Connections › Using Client`. */
  readonly heading: string;
  /** Counts the blocks under one heading from 0. */
  readonly index: number;
  readonly code: string;
  /** Its first line in seed.txt, for messages. */
  readonly line: number;
}

const SEED = readFileSync(new URL('./seed.txt', import.meta.url), 'utf8');

/** All blocks, in the order of the text. */
export const blocks: readonly SeedBlock[] = cutOut(SEED);

function cutOut(text: string): SeedBlock[] {
  const found: SeedBlock[] = [];
  const path: string[] = [];
  let code: string[] | undefined;
  let start = 0;
  for (const [number, line] of text.split('\n').entries()) {
    const title = /^(#{2,3}) (.*)$/.exec(line);
    if (code === undefined && title !== null) {
      path.length = (title[1]?.length ?? 2) - 2;
      path.push(title[2] ?? '');
    } else if (line === '```typescript') {
      code = [];
      start = number + 2;
    } else if (line === '```' && code !== undefined) {
      const heading = path.join(' › ');
      const index = found.filter((block) => block.heading === heading).length;
      found.push({ heading, index, code: repaired(code.join('\n')), line: start });
      code = undefined;
    } else code?.push(line);
  }
  return found;
}

/** The seed's one slip: "Example with Options" lacks a comma. */
function repaired(code: string): string {
  return code.replace(
    'heartbeatInterval: 30000  // Ping every 30 seconds\n  heartbeatTimeout',
    'heartbeatInterval: 30000,  // Ping every 30 seconds\n  heartbeatTimeout',
  );
}

/** The code with the server's address in place of the example hosts; `http` and `ws` in place of their TLS forms. */
export function addressed(code: string, port: number): string {
  return code
    .replace(/https:\/\/(?:\w+\.)?example\.com/g, `http://127.0.0.1:${port}`)
    .replace(/wss:\/\/(?:\w+\.)?example\.com/g, `ws://127.0.0.1:${port}`);
}

/** The block under a heading. */
export function block(heading: string, index = 0): SeedBlock {
  const found = blocks.find((each) => each.heading === heading && each.index === index);
  if (found === undefined) throw new Error(`The seed has no block ${index} under "${heading}"`);
  return found;
}

/**
 * The parts of a block that shows a right and a wrong way: each from its `// ✓ …` or `// ✗ …` line to the next.
 * They declare the same names, so each is a program of its own.
 */
export function parts(code: string): { readonly right: string; readonly wrong: string } {
  const pieces = code.split(/^(?=\/\/ [✓✗])/m);
  const of = (mark: string): string => {
    const piece = pieces.find((each) => each.startsWith(`// ${mark}`));
    if (piece === undefined) throw new Error(`No part begins with // ${mark}`);
    return piece;
  };
  return { right: of('✓'), wrong: of('✗') };
}
