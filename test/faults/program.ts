/**
 * Other processes: servers and clients that can be stopped, continued and killed, and scenes inside a network
 * namespace of their own. They speak in lines of JSON.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';
import { Watch } from '../support/journal.js';
import { findTool } from '../support/tools.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One line that a program said. */
export type Said = Readonly<Record<string, unknown>>;

/** A program of test/faults/scenes, ended by its pid. */
export class Program {
  readonly said: Said[] = [];
  readonly #child: ChildProcess;
  readonly #watch = new Watch();
  readonly #ended: Promise<number | null>;
  #errors = '';
  #gone = false;

  /** @param before what runs it, e.g. `unshare -Urn` */
  constructor(scene: string, args: readonly string[] = [], before: readonly string[] = []) {
    const command = [...before, process.execPath, '--expose-gc', '--import', 'tsx'];
    const [file = '', ...rest] = [...command, `test/faults/scenes/${scene}.ts`, ...args];
    this.#child = spawn(file, rest, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let partial = '';
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (partial + text).split('\n');
      partial = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('{')) this.said.push(JSON.parse(line) as Said);
      this.#watch.check();
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    this.#ended = new Promise((resolve) => {
      const end = (code: number | null): void => {
        this.#gone = true;
        this.#watch.check();
        resolve(code);
      };
      this.#child.on('close', end).on('error', (error) => {
        this.#errors += String(error);
        end(null);
      });
    });
  }

  /** Waits for the `n`-th line that has a member `key`. @throws with what it wrote, where it ends without */
  async says(key: string, n = 1): Promise<Said> {
    const found = (): Said | undefined => this.said.filter((line) => key in line)[n - 1];
    await this.#watch.until(() => found() !== undefined || this.#gone);
    const line = found();
    if (line === undefined) throw new Error(`Ended without "${key}":\n${this.#errors}`);
    return line;
  }

  /** Its exit code. @throws with what it wrote, where it failed */
  async done(): Promise<void> {
    const code = await this.#ended;
    if (code !== 0) throw new Error(`Ended with ${code}:\n${this.#errors}`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#gone) this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

/** Runs a scene in a network namespace of its own, where packets can be dropped and nothing else is touched. */
export const inNamespace = (scene: string, args: readonly string[] = []): Program =>
  new Program(scene, args, [findTool('unshare') ?? 'unshare', '-Urnm']);

/** Whether this machine lets a plain user have network namespaces with nftables in them, or why not. */
function namespaceProblem(): string | undefined {
  for (const name of ['unshare', 'ip', 'nft']) if (!findTool(name)) return `needs ${name}`;
  const tried = spawnSync(
    findTool('unshare') ?? '',
    ['-Urnm', 'sh', '-c', 'PATH="$PATH:/usr/sbin:/sbin"; ip link set lo up && nft add table inet probe'],
    { encoding: 'utf8', timeout: 5000 },
  );
  if (tried.status === 0) return undefined;
  return `needs network namespaces and nftables, which this machine refuses: ${tried.stderr.trim()}`;
}

/** `describe` for scenes in network namespaces: skipped with the reason in the title; in CI a failure. */
export function describeInNamespace(title: string, tests: () => void): void {
  const problem = namespaceProblem();
  if (problem === undefined) describe(title, tests);
  else if (process.env.CI) {
    it(title, () => {
      throw new Error(`${problem}: run scripts/install-test-tools.sh, and permit user namespaces`);
    });
  } else describe.skip(`${title} (skipped: ${problem})`, tests);
}
