/**
 * Bursts leave as one write: the first message of a tick corks its socket, the end of the tick uncorks it.
 *
 * Owns which sockets are corked, for all connections of the process, so that a tick costs one `nextTick`.
 * A process that exits within the tick still delivers, as with raw `ws`: one `exit` hook uncorks.
 */
import type { Socket } from 'node:net';

/** The corks that were set in this tick. */
let corked: Cork[] = [];
let hooked = false;

/** The cork of one socket. */
export class Cork {
  readonly #socket: Socket;
  #isSet = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Holds back what is written, until the end of the tick. */
  set(): void {
    if (this.#isSet) return;
    this.#isSet = true;
    this.#socket.cork();
    if (corked.push(this) === 1) process.nextTick(uncorkAll);
    if (!hooked) {
      hooked = true;
      process.once('exit', uncorkAll);
    }
  }

  /** Lets what is held leave now. */
  release(): void {
    if (!this.#isSet) return;
    this.#isSet = false;
    this.#socket.uncork();
  }
}

function uncorkAll(): void {
  const all = corked;
  corked = [];
  for (let index = 0; index < all.length; index += 1) (all[index] as Cork).release();
}
