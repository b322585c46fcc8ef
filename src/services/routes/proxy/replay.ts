/**
 * A stream from which Node's http client reads an answer, in place of a connection: first bytes that were read
 * before, then those that arrive on a socket. What is written to it is discarded: the request was sent before.
 *
 * With it Node's parser continues after the answer to a CONNECT, where it stops for any status: after an informational
 * answer, and in the body of a refusal.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

export class Replay extends Duplex {
  readonly #source: Socket;
  #isWanted = false;
  readonly #pull = (): void => {
    if (!this.#isWanted) return;
    const chunk = this.#source.read() as Buffer | null;
    if (chunk === null) return;
    this.#isWanted = false;
    this.push(chunk);
  };
  readonly #end = (): void => {
    this.push(null);
  };

  /** @param first what was read from the socket before */
  constructor(first: Buffer, source: Socket) {
    super();
    this.#source = source;
    if (first.length > 0) this.push(first);
    source.on('readable', this.#pull).on('end', this.#end).on('close', this.#end);
  }

  /** Stops reading the socket, and returns what was read from it and not from this stream. */
  release(): Buffer {
    this.#source.off('readable', this.#pull).off('end', this.#end).off('close', this.#end);
    return (this.read() as Buffer | null) ?? Buffer.alloc(0);
  }

  override _read(): void {
    this.#isWanted = this.#source.listeners('readable').includes(this.#pull);
    this.#pull();
  }

  override _write(_chunk: unknown, _encoding: unknown, done: () => void): void {
    done();
  }
}
