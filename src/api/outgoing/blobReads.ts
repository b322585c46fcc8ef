/**
 * Reads the Blobs in the send queue, each when its turn comes, so that messages keep their order. A Blob that cannot be
 * read costs that message only. Transports get bytes, and need not know the class.
 */
import { ConnectionError, type ReckerError, withCause } from '../../port/index.js';
import { errorOf, readBlob } from '../values/index.js';
import type { Held } from './sendQueue.js';

type Outcome = Uint8Array | ReckerError;

export class BlobReads {
  readonly #onRead: () => void;
  /** The result for each Blob that was read; undefined while it is being read. */
  readonly #outcomes = new Map<Held, Outcome | undefined>();

  /** @param onRead called when a Blob was read, or cannot be read */
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

  /** The message was dropped. */
  forget(held: Held): void {
    this.#outcomes.delete(held);
  }

  #read(held: Held, blob: Blob): void {
    const settle = (outcome: Outcome): void => {
      // It may have been dropped meanwhile.
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
