/**
 * Messages that wait in the client: for a connection, or for the kernel to take what it was given.
 *
 * Owns their order and their bounds. Must not know when they leave.
 */
import { ignore } from '../../port/index.js';
import type { QueueBounds } from '../options/index.js';
import { Fifo } from './fifo.js';

/**
 * What it costs to hold a message, in bytes beside its payload: the header of the string or buffer, the record, and the
 * promise of its `send()`. Measured (docs/memory.md): 310 to 325 for text, 395 for bytes. A received message that waits to
 * be read costs less, and is counted alike.
 */
export const MESSAGE_COST = 400;

/**
 * One waiting message. Nothing is attached to its promise before it is rejected: that would cost a quarter of all that
 * is held.
 */
export class Held {
  /** What goes out: a copy where the caller may change the original, and then in the class of received bytes. */
  readonly data: string | Uint8Array | Blob;
  readonly bytes: number;
  /** What the caller of `send()` has. */
  readonly promise: Promise<void>;
  /** The message was handed over. */
  resolve: () => void = ignore;
  #reject: (error: Error) => void = ignore;

  constructor(data: string | Uint8Array | Blob, bytes: number) {
    this.data = data;
    this.bytes = bytes;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.#reject = reject;
    });
  }

  /** It will not be sent. No unhandled rejection where nobody awaits it: `undelivered` is emitted, too. */
  reject(error: Error): void {
    this.promise.catch(ignore);
    this.#reject(error);
  }

  /** Once handed over, the message also waits for a drain. */
  waitFor(drained: () => Promise<void>): void {
    const { resolve } = this;
    this.resolve = () => void drained().then(resolve, (error: Error) => this.reject(error));
  }
}

export class SendQueue {
  /** What was held while an `open` listener ran: it leaves before what was queued earlier. */
  #first: Fifo<Held> | undefined;
  #rest: Fifo<Held> | undefined;
  #bytes = 0;

  /** Payload bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What holding them costs, in bytes. */
  get cost(): number {
    return this.#bytes + this.length * MESSAGE_COST;
  }

  get length(): number {
    return (this.#first?.length ?? 0) + (this.#rest?.length ?? 0);
  }

  /** Whether something waits that leaves before a message given now. @param ahead as in {@link push} */
  holdsBack(ahead: boolean): boolean {
    return ahead ? (this.#first?.length ?? 0) > 0 : this.length > 0;
  }

  /** Whether a message of so many bytes fits in beside the present ones. */
  fits(bytes: number, bounds: QueueBounds): boolean {
    return this.length < bounds.maxMessages && this.cost + MESSAGE_COST + bytes <= bounds.maxBytes;
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

  /** The message that is to leave next. */
  get next(): Held | undefined {
    return this.#first?.first ?? this.#rest?.first;
  }

  /** Takes out the message that is to leave next. */
  shift(): Held | undefined {
    return this.#taken(this.#first?.shift() ?? this.#rest?.shift());
  }

  /** Takes out the message that was given first. */
  shiftOldest(): Held | undefined {
    return this.#taken(this.#rest?.shift() ?? this.#first?.shift());
  }

  #taken(held: Held | undefined): Held | undefined {
    if (held !== undefined) this.#bytes -= held.bytes;
    return held;
  }

  /** Takes out all messages, in the order in which they would have left. */
  takeAll(): Held[] {
    this.#bytes = 0;
    return [...(this.#first?.takeAll() ?? []), ...(this.#rest?.takeAll() ?? [])];
  }
}
