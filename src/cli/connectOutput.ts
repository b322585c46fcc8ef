/**
 * What `recker connect` writes to stdout: received messages, and with --json changes of state, too.
 *
 * Owns their form. Text on a terminal has no characters that control it; a pipe gets what the server sent.
 */
import type { WebSocketMessage } from '../index.js';
import type { Terminal } from './terminal.js';
import { jsonLine, withoutControls } from './text.js';

/** What the form of the output depends on. */
export interface OutputForm {
  readonly json: boolean;
  readonly base64: boolean;
  /** Before each message, on a terminal where lines are typed. */
  readonly prefix: string;
}

/** A received message, as it is written. */
export function shownMessage(
  message: WebSocketMessage,
  form: OutputForm,
  isTTY: boolean,
): string | Uint8Array {
  if (form.json) {
    const { isBinary } = message;
    const data = isBinary ? message.data.toString('base64') : message.data;
    return jsonLine({ type: 'message', time: Date.now(), binary: isBinary, data });
  }
  const { prefix } = form;
  if (!message.isBinary) return `${prefix}${isTTY ? withoutControls(message.data) : message.data}\n`;
  if (form.base64) return `${prefix}${message.data.toString('base64')}\n`;
  return isTTY ? `${prefix}${message.data.toString('hex')}\n` : message.data;
}

/**
 * Writes to stdout.
 *
 * Owns the wait for whoever reads it: `onFull` and `onDrain` are called in turn.
 */
export class Output {
  readonly #stdout: Terminal['stdout'];
  readonly #calls: { onFull(): void; onDrain(): void };
  #isFull = false;

  constructor({ stdout }: Terminal, calls: { onFull(): void; onDrain(): void }) {
    this.#stdout = stdout;
    this.#calls = calls;
  }

  write(data: string | Uint8Array): void {
    // Whoever read it has gone: terminal.ts reports that.
    if (!this.#stdout.writable || this.#stdout.write(data) || this.#isFull) return;
    this.#isFull = true;
    this.#calls.onFull();
    this.#stdout.once('drain', () => {
      this.#isFull = false;
      this.#calls.onDrain();
    });
  }
}
