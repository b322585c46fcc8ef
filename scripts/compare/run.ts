/** Runs cells, each in a process of its own, with a limit. */
import { execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ClientName } from './client.js';
import type { Day, Verdict } from './day.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CELL = fileURLToPath(new URL('cell.ts', import.meta.url));
const LIMIT = 30_000;
/** The start of a process under load, on top of a day's limit. */
const START = 20_000;
/** The first Node with a global WebSocket that is not experimental. */
const NATIVE_SINCE = 22;
const NATIVE_NODE = 'node@24';

let nativeNode: string | undefined;

/** The Node that the native column runs on: this one, or one that npx has. */
export function nodeFor(client: ClientName): string {
  if (client !== 'native' || Number(process.versions.node.split('.')[0]) >= NATIVE_SINCE) {
    return process.execPath;
  }
  nativeNode ??= execFileSync('npx', ['-y', '-p', NATIVE_NODE, 'node', '-p', 'process.execPath'], {
    encoding: 'utf8',
  }).trim();
  return nativeNode;
}

export interface Ran {
  readonly verdict: Verdict;
  /** What the process wrote, for `--verbose`. */
  readonly output: string;
  readonly ms: number;
}

export function runCell(day: Day, client: ClientName): Promise<Ran> {
  const without = day.without?.[client];
  if (without !== undefined) {
    return Promise.resolve({ verdict: { result: 'none', word: without }, output: '', ms: 0 });
  }
  const before = day.namespace === true ? ['unshare', '-Urnm'] : [];
  const [file = '', ...args] = [...before, nodeFor(client), '--import', 'tsx', CELL, day.name, client];
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    // In a group of its own: what it started ends with it.
    const child = spawn(file, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = '';
    let hung = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const end = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
    };
    const timer = setTimeout(
      () => {
        hung = true;
        end();
      },
      (day.limit ?? LIMIT) + START,
    );
    child.on('error', reject);
    child.on('exit', () => {
      clearTimeout(timer);
      end();
    });
    child.on('close', (code, signal) => {
      const line = /^VERDICT (.*)$/m.exec(output)?.[1];
      const verdict: Verdict =
        line !== undefined
          ? (JSON.parse(line) as Verdict)
          : { result: 'no', word: hung ? 'hung' : `process died: ${causeOf(output) ?? signal ?? code}` };
      resolve({ verdict, output, ms: performance.now() - begun });
    });
  });
}

/** The line of an uncaught error that names it. */
function causeOf(output: string): string | undefined {
  return /^(?:Uncaught )?(\w*(?:Error|Exception)\b.*)$/m.exec(output)?.[1]?.slice(0, 80);
}

/** Runs so many at a time. */
export async function inTurns<T>(
  all: readonly T[],
  atOnce: number,
  run: (each: T) => Promise<void>,
): Promise<void> {
  const left = [...all];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await run(next);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
