/**
 * Programs of their own process, for what only a process can show: that it ends, how, and what of it reaches a
 * server when it does.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Watch } from './journal.js';

/** The package's folder: where relative imports of a source begin. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class Child {
  /** What it wrote so far, both streams in order of arrival. */
  output = '';
  readonly ended: Promise<Exit>;
  readonly #process: ChildProcess;
  readonly #watch = new Watch();

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        this.#watch.check();
      });
    }
    let hasEnded = false;
    this.ended = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        hasEnded = true;
        this.#watch.check();
        resolve({ code, signal });
      });
    });
    this.#hasEnded = () => hasEnded;
  }

  readonly #hasEnded: () => boolean;

  /** Waits until it has written `text`. @throws with its output, where it ends without */
  async prints(text: string): Promise<void> {
    await this.#watch.until(() => this.output.includes(text) || this.#hasEnded());
    if (!this.output.includes(text)) throw new Error(`Ended without "${text}":\n${this.output}`);
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#process.kill(signal);
  }
}

/** Runs an ES module given as text, TypeScript's imports included; its own code is plain JavaScript. */
export function runSource(source: string, flags: readonly string[] = []): Child {
  return new Child([...flags, '--input-type=module', '--eval', source]);
}

/** Runs a file of this package. */
export function runFile(path: string, args: readonly string[] = [], env: Record<string, string> = {}): Child {
  return new Child([path, ...args], env);
}
