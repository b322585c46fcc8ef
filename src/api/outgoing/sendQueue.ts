/**
 * Messages that wait in the client, for a connection or for the kernel to take bytes.
 *
 * Owns their order and their bounds. Must not decide when they are sent.
 */
import { ignore } from '../../port/index.js';
import type { QueueBounds } from '../options/index.js';
import { Fifo } from './fifo.js';

/**
 * What it costs to hold a message, in bytes, on top of its payload: the header of the string or buffer, the record, and the
 * promise of its `send()`. Measured (docs/memory.md): 310 to 325 for text, 395 for bytes. An unread received message costs
 * less, and counts the same.
 */
export const MESSAGE_COST = 400;

/**
 * One waiting message. Its promise gets no handler before it is rejected: a handler costs a quarter of what is held.
 */
export class Held {
  /** What is sent: a copy where the caller may change the original, in the class that received bytes have. */
  readonly data: string | Uint8Array | Blob;
  readonly bytes: number;
  /** The promise that `send()` returned. */
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

  /** The message will not be sent. Never an unhandled rejection, since `undelivered` is emitted, too. */
  reject(error: Error): void {
    this.promise.catch(ignore);
    this.#reject(error);
  }

  /** Makes the promise wait for a drain after the message was handed over. */
  waitFor(drained: () => Promise<void>): void {
    const { resolve } = this;
    this.resolve = () => void drained().then(resolve, (error: Error) => this.reject(error));
  }
}

export class SendQueue {
  /** Messages from `open` listeners: they are sent before those that were queued earlier. */
  #first: Fifo<Held> | undefined;
  #rest: Fifo<Held> | undefined;
  #bytes = 0;

  /** Payload bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What holding the messages costs, in bytes. */
  get cost(): number {
    return this.#bytes + this.length * MESSAGE_COST;
  }

  get length(): number {
    return (this.#first?.length ?? 0) + (this.#rest?.length ?? 0);
  }

  /** Whether a message waits that is sent before one that comes now. @param ahead as in {@link push} */
  holdsBack(ahead: boolean): boolean {
    return ahead ? (this.#first?.length ?? 0) > 0 : this.length > 0;
  }

  /** Whether another message of so many bytes fits. */
  fits(bytes: number, bounds: QueueBounds): boolean {
    return this.length < bounds.maxMessages && this.cost + MESSAGE_COST + bytes <= bounds.maxBytes;
  }

  push(held: Held, ahead: boolean): void {
    // Made when first needed: most clients never queue anything.
    if (ahead) {
      this.#first ??= new Fifo();
      this.#first.push(held);
    } else {
      this.#rest ??= new Fifo();
      this.#rest.push(held);
    }
    this.#bytes += held.bytes;
  }

  /** The message that is sent next. */
  get next(): Held | undefined {
    return this.#first?.first ?? this.#rest?.first;
  }

  /** Takes out the message that is sent next. */
  shift(): Held | undefined {
    return this.#taken(this.#first?.shift() ?? this.#rest?.shift());
  }

  /** Takes out the oldest message. */
  shiftOldest(): Held | undefined {
    return this.#taken(this.#rest?.shift() ?? this.#first?.shift());
  }

  #taken(held: Held | undefined): Held | undefined {
    if (held !== undefined) this.#bytes -= held.bytes;
    return held;
  }

  /** Takes out all messages, in the order in which they would have been sent. */
  takeAll(): Held[] {
    this.#bytes = 0;
    return [...(this.#first?.takeAll() ?? []), ...(this.#rest?.takeAll() ?? [])];
  }
}
