/**
 * What a command has around it: the three streams, colours, and Ctrl-C.
 *
 * Owns what happens when whoever reads the output stops reading, as `| head` does: the rest is dropped, quietly.
 */
import type { Readable, Writable } from 'node:stream';

/** Text with colours, or as it is where they are off. */
export type Style = Readonly<Record<keyof typeof CODES, (text: string) => string>>;

/** A command's surroundings. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined };
  readonly stdout: Writable & { readonly isTTY?: boolean | undefined };
  readonly stderr: Writable & { readonly isTTY?: boolean | undefined };
  /** For stdout. */
  readonly style: Style;
  /** For stderr. */
  readonly errorStyle: Style;
  /** Writes to stdout, as it is: results, messages, --help. */
  print(text: string): void;
  /** Writes a line to stderr: everything else. */
  report(line: string): void;
  /**
   * From this call on Ctrl-C aborts the signal that is returned, and so does the end of whoever reads stdout. Without this call, and
   * for a second Ctrl-C, the process ends at once with exit code 0.
   */
  interrupted(): AbortSignal;
}

/** SGR: https://www.ecma-international.org/publications-and-standards/standards/ecma-48/ §8.3.117. */
const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

/** The colours of a stream: none without a terminal that has them, and none where NO_COLOR is set. */
export function styleOf(stream: { readonly isTTY?: boolean | undefined; hasColors?(): boolean }): Style {
  // Node reads NO_COLOR, FORCE_COLOR and TERM here.
  const isOn = stream.isTTY === true && stream.hasColors?.() === true;
  return Object.fromEntries(
    Object.entries(CODES).map(([name, [on, off]]) => [
      name,
      (text: string) => (isOn ? `\u001b[${on}m${text}\u001b[${off}m` : text),
    ]),
  ) as Style;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  const interruption = new AbortController();
  let isHandled = false;
  let isClosed = false;
  stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    isClosed = true;
    if (code !== 'EPIPE') {
      terminal.report(`recker: stdout: ${message}`);
      process.exitCode = 1;
    }
    interruption.abort();
  });
  // Nobody is left who could read that.
  stderr.on('error', () => {});
  process.on('SIGINT', () => {
    if (!isHandled || interruption.signal.aborted) process.exit(0);
    interruption.abort();
  });
  const terminal: Terminal = {
    stdin,
    stdout,
    stderr,
    style: styleOf(stdout),
    errorStyle: styleOf(stderr),
    print: (text) => {
      if (!isClosed) stdout.write(text);
    },
    report: (line) => void stderr.write(`${line}\n`),
    interrupted: () => {
      isHandled = true;
      return interruption.signal;
    },
  };
  return terminal;
}
