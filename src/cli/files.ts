/**
 * Files that are named on the command line.
 */
import { readFile } from 'node:fs/promises';
import { getSystemErrorMap } from 'node:util';
import { UsageError } from './command.js';
import type { Terminal } from './terminal.js';

/**
 * The text of a file; of stdin where the path is `-`.
 *
 * @throws UsageError where it cannot be read
 */
export async function readText(path: string, { stdin }: Terminal): Promise<string> {
  try {
    if (path !== '-') return await readFile(path, 'utf8');
    let text = '';
    stdin.setEncoding('utf8');
    for await (const chunk of stdin) text += chunk;
    return text;
  } catch (error) {
    throw new UsageError(`${nameOf(path)} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

/** What messages call a file. */
export const nameOf = (path: string): string => (path === '-' ? 'stdin' : path);

/** E.g. `no such file or directory`. */
export function reasonOf(error: unknown): string {
  const { code = '', errno = 0, message } = error as NodeJS.ErrnoException;
  const [, meaning] = getSystemErrorMap().get(errno) ?? [];
  return meaning ?? `${code} ${message}`.trim();
}
