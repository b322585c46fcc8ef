/**
 * Runs code in a process of its own: for uncaught errors, which end a process, and for prototypes that must not
 * be polluted in this one. The code finds the library as `recker` and the test kit as `kit`.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** How the process ended. */
export interface ChildResult {
  readonly code: number | null;
  /** The lines that the code printed. */
  readonly out: readonly string[];
  readonly err: string;
}

const root = new URL('../../', import.meta.url);
const tsx = pathToFileURL(fileURLToPath(new URL('node_modules/tsx/dist/esm/index.mjs', root))).href;

/** @param code the body of a module: `print(...)`, `recker`, `kit` and top-level `await` are there */
export function runChild(
  code: string,
  { timeout = 10_000, nodeOptions = [] }: { timeout?: number; nodeOptions?: readonly string[] } = {},
): Promise<ChildResult> {
  const module = `
    import * as recker from ${JSON.stringify(new URL('src/index.ts', root).href)};
    import * as kit from ${JSON.stringify(new URL('src/testing/index.ts', root).href)};
    const print = (...args) => console.log(...args);
    ${code}`;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...nodeOptions, '--import', tsx, '--input-type=module', '--eval', module],
      { cwd: fileURLToPath(root), timeout },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ code, out: stdout.split('\n').filter((line) => line !== ''), err: stderr });
      },
    );
  });
}
