/**
 * Messages that wait in the client: for a connection, or for the kernel to take what it was given.
 *
 * Owns their order and their bounds. Must not know when they leave.
 */
import { Fifo } from './fifo.js';
import type { SendData } from './types.js';

/** What happens to a message that does not fit. */
export type Overflow = 'reject' | 'drop-oldest';

/** The bounds; infinite where there is none. */
export interface QueueBounds {
  readonly maxBytes: number;
  readonly maxMessages: number;
  readonly overflow: Overflow;
}

/** One waiting message. */
export interface Held {
  /** What goes out: a copy where the caller may change the original. */
  readonly data: string | Uint8Array | Blob;
  /** What the caller gave, for `undelivered`; a `Buffer` where it was bytes. */
  readonly original: SendData;
  readonly bytes: number;
  /** Tells the caller of `send()`. */
  resolve(): void;
  reject(error: Error): void;
}

export class SendQueue {
  /** What was held while an `open` listener ran: it leaves before what was queued earlier. */
  #first: Fifo<Held> | undefined;
  #rest: Fifo<Held> | undefined;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get length(): number {
    return (this.#first?.length ?? 0) + (this.#rest?.length ?? 0);
  }

  /** Whether a message of so many bytes fits in beside the present ones. */
  fits(bytes: number, bounds: QueueBounds): boolean {
    return this.length < bounds.maxMessages && this.#bytes + bytes <= bounds.maxBytes;
  }

  push(held: Held, ahead: boolean): void {
    // Made when first needed: most clients never hold anything.
    if (ahead) {
      this.#first ??= new Fifo();
      this.#first.push(held);
    } else {
      this.#rest ??= new Fifo();
      this.#rest.push(held);
    }
    this.#bytes += held.bytes;
  }

  /** Takes out the message that is to leave next. */
  shift(): Held | undefined {
    const held = this.#first?.shift() ?? this.#rest?.shift();
    if (held !== undefined) this.#bytes -= held.bytes;
    return held;
  }

  /** Takes out all messages, in the order in which they would have left. */
  takeAll(): Held[] {
    this.#bytes = 0;
    return [...(this.#first?.takeAll() ?? []), ...(this.#rest?.takeAll() ?? [])];
  }
}
