/**
 * Unread messages of one consumer: an iterator, or a `pipeTo`.
 *
 * Owns their order, their bound and the wish to pause. Must not know the socket: it tells its hub, which asks
 * all consumers.
 */
import type { ReceiveQueueOptions } from './options.js';
import type { WebSocketMessage } from './types.js';

/** The bounds at which reading pauses; it resumes below half of them. */
export type ReceiveBounds = Required<ReceiveQueueOptions>;

/** How a consumer's supply ended: cleanly, or with what is to be thrown. */
export interface Ending {
  readonly error: Error | undefined;
}

interface Waiter {
  resolve(result: IteratorResult<WebSocketMessage, undefined>): void;
  reject(error: Error): void;
}

export class Receiver {
  readonly #bounds: ReceiveBounds;
  readonly #onPressure: () => void;
  #unread: { message: WebSocketMessage; bytes: number }[] = [];
  #next = 0;
  #bytes = 0;
  #waiters: Waiter[] = [];
  #ending: Ending | undefined;
  /** Whether this consumer wants the socket to be read no further. */
  full = false;

  /** @param onPressure called when `full` has changed */
  constructor(bounds: ReceiveBounds, onPressure: () => void) {
    this.#bounds = bounds;
    this.#onPressure = onPressure;
  }

  get ended(): boolean {
    return this.#ending !== undefined;
  }

  push(message: WebSocketMessage, bytes: number): void {
    if (this.#ending !== undefined) return;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve({ done: false, value: message });
      return;
    }
    this.#unread.push({ message, bytes });
    this.#bytes += bytes;
    this.#weigh();
  }

  /** The next message, now or when it comes. */
  pull(): Promise<IteratorResult<WebSocketMessage, undefined>> {
    const entry = this.#unread[this.#next];
    if (entry !== undefined) {
      this.#next += 1;
      this.#bytes -= entry.bytes;
      if (this.#next === this.#unread.length || this.#next === COMPACT_AT) {
        this.#unread = this.#unread.slice(this.#next);
        this.#next = 0;
      }
      this.#weigh();
      return Promise.resolve({ done: false, value: entry.message });
    }
    const ending = this.#ending;
    if (ending !== undefined) {
      // A generator throws once and is done afterwards.
      this.#ending = { error: undefined };
      return ending.error === undefined ? Promise.resolve(DONE) : Promise.reject(ending.error);
    }
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** No more will come. What is unread can still be pulled. */
  end(ending: Ending): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    this.#setFull(false);
    for (const waiter of this.#waiters.splice(0)) {
      if (this.#ending.error === undefined) {
        waiter.resolve(DONE);
      } else {
        waiter.reject(this.#ending.error);
        this.#ending = { error: undefined };
      }
    }
  }

  /** Lets go of what is unread: the consumer has left. */
  discard(): void {
    this.end({ error: undefined });
    this.#ending = { error: undefined };
    this.#unread = [];
    this.#next = 0;
    this.#bytes = 0;
  }

  #weigh(): void {
    const { maxBytes, maxMessages } = this.#bounds;
    const count = this.#unread.length - this.#next;
    if (this.#ending !== undefined) return;
    if (this.#bytes >= maxBytes || count >= maxMessages) this.#setFull(true);
    else if (this.#bytes <= maxBytes / 2 && count <= maxMessages / 2) this.#setFull(false);
  }

  #setFull(full: boolean): void {
    if (this.full === full) return;
    this.full = full;
    this.#onPressure();
  }
}

/** After how many read messages the array is cut. */
const COMPACT_AT = 1024;

const DONE: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });
