/**
 * The line that is typed on a terminal: its history, and text that is pasted with line breaks.
 */
import { EventEmitter } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { ReadStream } from 'node:tty';
import type { Terminal } from './terminal.js';

/** How many lines the arrow keys reach. */
const HISTORY = 1000;

/** A line break in the line that is typed. */
const LINE_BREAK = '\u2424';

/** https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, "Bracketed Paste Mode". */
const PASTE = { on: '\u001b[?2004h', off: '\u001b[?2004l', begin: '\u001b[200~', end: '\u001b[201~' };

export interface Typing {
  readonly readline: Interface;
  /** The message of an entered line. */
  textOf(line: string): string;
  end(): void;
}

/** @param multiline whether pasted text stays one line, in which each line break is shown as U+2424 */
export function startTyping({ stdin, stderr }: Terminal, multiline: boolean): Typing {
  const input = multiline ? pasteAware(stdin as ReadStream) : undefined;
  const readline = createInterface({
    input: input?.stream ?? stdin,
    output: stderr,
    terminal: true,
    historySize: HISTORY,
    removeHistoryDuplicates: true,
    prompt: '',
  });
  input?.deliverTo(readline);
  // In raw mode the terminal sends no signal. It shall for a second Ctrl-C.
  readline.on('SIGINT', () => {
    readline.close();
    process.emit('SIGINT');
  });
  const off = (): void => void stderr.write(PASTE.off);
  if (multiline) {
    stderr.write(PASTE.on);
    process.once('exit', off);
  }
  return {
    readline,
    textOf: (line) => (multiline ? line.replaceAll(LINE_BREAK, '\n') : line),
    end() {
      readline.close();
      stdin.pause();
      if (!multiline) return;
      input?.end();
      process.off('exit', off);
      off();
    },
  };
}

/** Keys for readline, with pasted text apart: readline would take its line breaks for Enter. */
function pasteAware(stdin: ReadStream) {
  const keys = new EventEmitter();
  const stream = Object.assign(keys, {
    setRawMode: (isRaw: boolean) => stdin.setRawMode(isRaw),
    resume: () => stdin.resume(),
    pause: () => stdin.pause(),
  }) as unknown as NodeJS.ReadableStream;
  const split = new PasteSplitter();
  let readline: Interface | undefined;
  stdin.setEncoding('utf8');
  const onData = (text: string): void => {
    for (const { isPasted, text: part } of split.take(text)) {
      if (isPasted) readline?.write(part);
      else keys.emit('data', part);
    }
  };
  const onEnd = (): void => void keys.emit('end');
  stdin.on('data', onData).on('end', onEnd);
  return {
    stream,
    deliverTo: (target: Interface) => {
      readline = target;
    },
    end: () => void stdin.off('data', onData).off('end', onEnd),
  };
}

/** Takes what a terminal in bracketed paste mode sends apart. */
export class PasteSplitter {
  #isPasted = false;
  #held = '';

  /** @returns keys, and pasted text as readline may insert it */
  take(text: string): readonly { readonly isPasted: boolean; readonly text: string }[] {
    const parts: { readonly isPasted: boolean; readonly text: string }[] = [];
    let rest = this.#held + text;
    this.#held = '';
    while (rest !== '') {
      const mark = this.#isPasted ? PASTE.end : PASTE.begin;
      const at = rest.indexOf(mark);
      const part = at >= 0 ? rest.slice(0, at) : rest.slice(0, rest.length - beginningOf(mark, rest));
      if (part !== '')
        parts.push({ isPasted: this.#isPasted, text: this.#isPasted ? insertable(part) : part });
      if (at < 0) {
        this.#held = rest.slice(part.length);
        break;
      }
      this.#isPasted = !this.#isPasted;
      rest = rest.slice(at + mark.length);
    }
    return parts;
  }
}

/** How long a beginning of `mark` the text ends with. A lone Escape is a key. */
function beginningOf(mark: string, text: string): number {
  for (let length = mark.length - 1; length > 1; length -= 1) {
    if (text.endsWith(mark.slice(0, length))) return length;
  }
  return 0;
}

/** Terminals send CR for a line break. Other control characters would be keys. */
const insertable = (text: string): string =>
  text.replace(/\r\n?|\n/g, LINE_BREAK).replace(/(?!\t)\p{Cc}/gu, '');
