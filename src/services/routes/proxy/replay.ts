/**
 * A stream that Node's http client reads an answer from, in place of a connection: bytes that were read already, then
 * what a socket still brings. What is written to it goes nowhere: the request was sent before.
 *
 * It lets Node's own parser go on where it stops after the answer to a CONNECT, which it takes for a tunnel whatever
 * its status is: behind an informational answer, and in the body of a refusal.
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

  /** @param first what was read of the socket already */
  constructor(first: Buffer, source: Socket) {
    super();
    this.#source = source;
    if (first.length > 0) this.push(first);
    source.on('readable', this.#pull).on('end', this.#end).on('close', this.#end);
  }

  /** Takes nothing more from the socket, and returns what was taken and is not read yet. */
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
