/**
 * Programs that tests put at the other end of a dial. Finds them, runs them, ends them.
 *
 * A developer without one of them sees which tests were skipped and why; in CI a missing one is a failure, so
 * that nothing is skipped there without anybody noticing. `scripts/install-test-tools.sh` installs them all.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';

/** Daemons live in sbin, which the PATH of a plain user lacks. */
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The full path of a program, where there is one. */
export function findTool(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * `describe` for tests that need programs: skipped, with the reason in its title, where one is missing; in CI
 * it fails.
 *
 * @example
 * needs('squid', 'openssl')('through squid', () => { it('…', …) });
 */
export function needs(...names: readonly string[]): (title: string, tests: () => void) => void {
  const missing = names.filter((name) => (name.includes('/') ? !existsSync(name) : !findTool(name)));
  if (missing.length === 0) return (title, tests) => void describe(title, tests);
  const reason = `needs ${missing.join(', ')}`;
  if (process.env.CI) {
    return (title) => {
      it(title, () => {
        throw new Error(`${reason}: run scripts/install-test-tools.sh`);
      });
    };
  }
  return (title, tests) => void describe.skip(`${title} (skipped: ${reason})`, tests);
}

/** A folder for one daemon's files, which its own unprivileged user may write to. */
export async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'recker-'));
  await chmod(folder, 0o777);
  return folder;
}

/** A port of 127.0.0.1 that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** How to run a daemon. */
export interface Recipe {
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  /** Ready when something listens there. */
  readonly port: number;
  /** Files whose text counts as log, beside what it prints. */
  readonly logs?: readonly string[];
  /** Default: SIGTERM. */
  readonly endWith?: NodeJS.Signals;
}

/** How long a daemon may take to listen, in ms. squid is the slowest: about 1 s on a busy machine. */
const START_LIMIT = 15_000;

/** How long a log line may take to be written, in ms. */
const LOG_LIMIT = 5_000;

/** A program that runs in the foreground, until it is ended by its pid. */
export class Daemon {
  readonly port: number;
  readonly #recipe: Recipe;
  readonly #child: ChildProcess;
  #printed = '';
  #gone = false;

  private constructor(recipe: Recipe) {
    this.#recipe = recipe;
    this.port = recipe.port;
    this.#child = spawn(recipe.command, recipe.args, {
      cwd: recipe.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (text: Buffer): void => {
      this.#printed += text.toString();
    };
    this.#child.stdout?.on('data', keep);
    this.#child.stderr?.on('data', keep);
    this.#child.on('error', (error) => keep(Buffer.from(String(error))));
    this.#child.on('exit', () => {
      this.#gone = true;
    });
  }

  static async start(recipe: Recipe): Promise<Daemon> {
    const daemon = new Daemon(recipe);
    const limit = performance.now() + START_LIMIT;
    while (!(await listens(recipe.port))) {
      if (daemon.#gone || performance.now() > limit) {
        const log = await daemon.log();
        await daemon.stop();
        throw new Error(`${recipe.command} did not start:\n${log}`);
      }
      await pause(20);
    }
    return daemon;
  }

  /** All that it has logged. */
  async log(): Promise<string> {
    const files = (this.#recipe.logs ?? []).map((name) =>
      readFile(join(this.#recipe.folder, name), 'utf8').catch(() => ''),
    );
    return [this.#printed, ...(await Promise.all(files))].join('\n');
  }

  /** Waits until its log shows `pattern`; programs buffer. */
  async logged(pattern: RegExp): Promise<string> {
    const limit = performance.now() + LOG_LIMIT;
    for (;;) {
      const text = await this.log();
      if (pattern.test(text)) return text;
      if (performance.now() > limit) throw new Error(`No ${pattern} in the log:\n${text}`);
      await pause(20);
    }
  }

  async stop(): Promise<void> {
    if (!this.#gone) {
      const exited = new Promise((resolve) => this.#child.once('exit', resolve));
      this.#child.kill(this.#recipe.endWith ?? 'SIGTERM');
      const patience = setTimeout(() => this.#child.kill('SIGKILL'), 2_000);
      await exited;
      clearTimeout(patience);
    }
    await rm(this.#recipe.folder, { recursive: true, force: true });
  }
}

/** Writes a file that any user may read. */
export async function put(folder: string, name: string, text: string, mode = 0o644): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text, { mode });
  await chmod(path, mode);
  return path;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
