/** A terminal for tests, and the command as a process of its own. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { PassThrough, Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { CommandEntry } from '../../src/cli/commands.js';
import { main } from '../../src/cli/main.js';
import { styleOf, type Terminal } from '../../src/cli/terminal.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** How a command ended. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

class Collected extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Runs a command line in this process. */
export async function recker(
  args: readonly string[],
  options: {
    readonly stdin?: string;
    readonly entries?: readonly CommandEntry[];
    readonly hasColours?: boolean;
  } = {},
): Promise<Ran> {
  const stdout = new Collected();
  const stderr = new Collected();
  const style = styleOf({ isTTY: true, hasColors: () => options.hasColours === true });
  const terminal: Terminal = {
    stdin: options.stdin === undefined ? new PassThrough() : Readable.from([Buffer.from(options.stdin)]),
    stdout,
    stderr,
    style,
    errorStyle: style,
    print: (text) => void stdout.write(text),
    report: (line) => void stderr.write(`${line}\n`),
    interrupted: () => new AbortController().signal,
  };
  const code = await main(args, terminal, options.entries);
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** The command as one program, for tests of the process: its exit code, its streams, its signals. */
export async function buildProgram(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  await mkdir(`${ROOT}.tmp`, { recursive: true });
  const folder = await mkdtemp(`${ROOT}.tmp/cli-`);
  await build({
    entryPoints: { recker: `${ROOT}src/cli/recker.ts` },
    outdir: `${folder}/cli`,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    target: 'node20',
  });
  return {
    path: `${folder}/cli/recker.js`,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Runs a program of Node to its end. */
export function node(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
