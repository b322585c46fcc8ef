/**
 * Bursts leave as one write: from the second message of a tick on a socket is corked, and the end of the tick
 * uncorks it. The first one leaves at once, so that a message alone waits for nothing.
 *
 * Owns which sockets have been written to in this tick, for all connections of the process, so that a tick
 * costs one `nextTick`. A process that exits within the tick still delivers, as with raw `ws`: one `exit` hook
 * uncorks.
 */
import type { Socket } from 'node:net';

/** The sockets that were written to in this tick. */
let written: Cork[] = [];
let hooked = false;

/** The cork of one socket. */
export class Cork {
  readonly #socket: Socket;
  readonly #onTickEnd: () => void;
  /**
   * Over TLS the first message is corked, too: TLS holds back a second write until the first one is through,
   * and a process that exits would take it along.
   */
  readonly #fromFirst: boolean;
  #isWritten = false;
  #isSet = false;

  /** @param onTickEnd called at the end of each tick in which was written, when all has left that can leave */
  constructor(socket: Socket, onTickEnd: () => void) {
    this.#socket = socket;
    this.#onTickEnd = onTickEnd;
    this.#fromFirst = 'encrypted' in socket && socket.encrypted === true;
  }

  /** To be called before each write of a message. */
  beforeWrite(): void {
    if (this.#isSet) return;
    if (!this.#isWritten) {
      this.#isWritten = true;
      if (written.push(this) === 1) process.nextTick(endTick);
      if (!hooked) {
        hooked = true;
        process.once('exit', endTick);
      }
      if (!this.#fromFirst) return;
    }
    this.#isSet = true;
    this.#socket.cork();
  }

  /** Lets what is held leave now. */
  release(): void {
    if (!this.#isSet) return;
    this.#isSet = false;
    this.#socket.uncork();
  }

  endTick(): void {
    this.#isWritten = false;
    this.release();
    this.#onTickEnd();
  }
}

function endTick(): void {
  const all = written;
  written = [];
  for (let index = 0; index < all.length; index += 1) (all[index] as Cork).endTick();
}
