/**
 * Blobs that wait in the send queue: each is read when its turn comes, so that it keeps its place, and the transport is
 * given bytes. So one that cannot be read costs that one message, and no engine has to know its class.
 */
import { ConnectionError, type ReckerError, withCause } from '../../port/index.js';
import { errorOf, readBlob } from '../values/index.js';
import type { Held } from './sendQueue.js';

type Outcome = Uint8Array | ReckerError;

export class BlobReads {
  readonly #onRead: () => void;
  /** What became of each that is being read or was. */
  readonly #outcomes = new Map<Held, Outcome | undefined>();

  /** @param onRead called when one was read, or cannot be */
  constructor(onRead: () => void) {
    this.#onRead = onRead;
  }

  /** The bytes of a held Blob, or why it cannot be sent; undefined while it is being read. */
  take(held: Held, blob: Blob): Outcome | undefined {
    const outcome = this.#outcomes.get(held);
    if (outcome !== undefined) this.#outcomes.delete(held);
    else if (!this.#outcomes.has(held)) this.#read(held, blob);
    return outcome;
  }

  /** The message was given up. */
  forget(held: Held): void {
    this.#outcomes.delete(held);
  }

  #read(held: Held, blob: Blob): void {
    const settle = (outcome: Outcome): void => {
      // Not where it was given up meanwhile.
      if (!this.#outcomes.has(held)) return;
      this.#outcomes.set(held, outcome);
      this.#onRead();
    };
    this.#outcomes.set(held, undefined);
    readBlob(blob).then(settle, (thrown) => {
      const cause = errorOf(thrown, 'arrayBuffer()');
      settle(new ConnectionError(withCause('The Blob could not be read', cause), { cause }));
    });
  }
}
