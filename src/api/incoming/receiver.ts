/**
 * Unread messages of one consumer: an iterator, or a `pipeTo`.
 *
 * Owns their order, their bound and the wish to pause. Must not know the socket: it reports to its hub, which asks
 * all consumers.
 */
import { AbortError } from '../../port/index.js';
import type { ReceiveBounds } from '../options/index.js';
import { MESSAGE_COST } from '../outgoing/index.js';
import type { WebSocketMessage } from '../types.js';
import { onAbort } from '../values/index.js';

/** What a consumer has not read, oldest first, and what holding each message costs. */
export interface Backlog {
  readonly messages: WebSocketMessage[];
  readonly costs: number[];
}

interface Waiter {
  resolve(result: IteratorResult<WebSocketMessage, undefined>): void;
  reject(error: Error): void;
  /** The iterator that was asked: as long as somebody waits for its answer it must not be collected. */
  readonly asked: object | undefined;
}

/** How the supply ended: cleanly, or with an error that is thrown once. */
type End = 'clean' | { readonly error: Error };

export class Receiver {
  readonly #bounds: ReceiveBounds;
  readonly #onPressure: () => void;
  // Two lists with one moving start, and not two of `Fifo`: that costs an iteration 0.15 µs a message (bench: iterate).
  #messages: (WebSocketMessage | undefined)[] = [];
  #costs: number[] = [];
  #next = 0;
  #cost = 0;
  /** Those who pulled before there was something; nearly always one at most. */
  #waiters: Waiter[] = [];
  #end: End | undefined;
  #isFull = false;

  /**
   * @param onPressure called when {@link isFull} has changed
   * @param backlog what an earlier consumer left
   */
  constructor(bounds: ReceiveBounds, onPressure: () => void, backlog?: Backlog) {
    this.#bounds = bounds;
    this.#onPressure = onPressure;
    if (backlog === undefined) return;
    this.#messages = backlog.messages;
    this.#costs = backlog.costs;
    for (const cost of backlog.costs) this.#cost += cost;
    this.#isFull = this.#isOver;
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** Whether this consumer wants the socket to be read no further. */
  get isFull(): boolean {
    return this.#isFull;
  }

  get #isOver(): boolean {
    const { maxBytes, maxMessages } = this.#bounds;
    return this.#cost >= maxBytes || this.#messages.length - this.#next >= maxMessages;
  }

  push(message: WebSocketMessage, bytes: number): void {
    if (this.#end !== undefined) return;
    const waiter = this.#waiters.length === 0 ? undefined : this.#waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve({ done: false, value: message });
      return;
    }
    const cost = bytes + MESSAGE_COST;
    this.#messages.push(message);
    this.#costs.push(cost);
    this.#cost += cost;
    // Not by `#isOver`: a private getter is a call for each message.
    const { maxBytes, maxMessages } = this.#bounds;
    if (this.#cost >= maxBytes || this.#messages.length - this.#next >= maxMessages) this.#setFull(true);
  }

  /** The next message, where there is one. */
  take(): WebSocketMessage | undefined {
    const message = this.#messages[this.#next];
    if (message !== undefined) this.#forget();
    return message;
  }

  /**
   * The next message, now or when it comes.
   *
   * @param asked kept alive until it comes
   * @param signal ends this wait alone; no message is lost by it
   */
  pull(asked?: object, signal?: AbortSignal): Promise<IteratorResult<WebSocketMessage, undefined>> {
    if (signal?.aborted) return Promise.reject(waitAborted(signal));
    const message = this.#messages[this.#next];
    if (message !== undefined) {
      this.#forget();
      return Promise.resolve({ done: false, value: message });
    }
    if (this.#end !== undefined) return ended(this.#takeEnd());
    return this.#wait(asked, signal);
  }

  /** Apart from `pull()`: with a closure in it every pull would allocate what the closure keeps (bench: iterate). */
  #wait(
    asked: object | undefined,
    signal: AbortSignal | undefined,
  ): Promise<IteratorResult<WebSocketMessage, undefined>> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { resolve, reject, asked };
      this.#waiters.push(signal === undefined ? waiter : this.#abortable(waiter, signal));
    });
  }

  #abortable(waiter: Waiter, signal: AbortSignal): Waiter {
    const stop = onAbort(signal, () => {
      this.#waiters = this.#waiters.filter((each) => each !== abortable);
      waiter.reject(waitAborted(signal));
    });
    const abortable: Waiter = {
      asked: waiter.asked,
      resolve(result) {
        stop();
        waiter.resolve(result);
      },
      reject(error) {
        stop();
        waiter.reject(error);
      },
    };
    return abortable;
  }

  /**
   * No more will come. What is unread can still be pulled.
   *
   * @param failure what is then thrown, once; nothing where it is a clean end
   */
  end(failure: { readonly error: Error } | undefined): void {
    if (this.#end !== undefined) return;
    this.#end = failure ?? 'clean';
    this.#setFull(false);
    for (const waiter of this.#waiters.splice(0)) {
      const end = this.#takeEnd();
      if (end === 'clean') waiter.resolve(DONE);
      else waiter.reject(end.error);
    }
  }

  /** The consumer has left: takes out what is unread. */
  leave(): Backlog {
    this.end(undefined);
    this.#end = 'clean';
    const backlog = {
      messages: this.#messages.slice(this.#next) as WebSocketMessage[],
      costs: this.#costs.slice(this.#next),
    };
    this.#messages = [];
    this.#costs = [];
    this.#next = 0;
    this.#cost = 0;
    return backlog;
  }

  /** A generator throws once and is done afterwards. */
  #takeEnd(): End {
    const end = this.#end ?? 'clean';
    this.#end = 'clean';
    return end;
  }

  /** The message at the front was read. */
  #forget(): void {
    this.#cost -= this.#costs[this.#next] as number;
    this.#messages[this.#next] = undefined;
    this.#next += 1;
    if (this.#next === this.#messages.length) {
      this.#messages = [];
      this.#costs = [];
      this.#next = 0;
    } else if (this.#next === COMPACT_AT) {
      this.#messages = this.#messages.slice(COMPACT_AT);
      this.#costs = this.#costs.slice(COMPACT_AT);
      this.#next = 0;
    }
    if (!this.#isFull) return;
    const { maxBytes, maxMessages } = this.#bounds;
    const count = this.#messages.length - this.#next;
    if (this.#cost <= maxBytes / 2 && count <= maxMessages / 2) this.#setFull(false);
  }

  #setFull(isFull: boolean): void {
    if (this.#isFull === isFull) return;
    this.#isFull = isFull;
    this.#onPressure();
  }
}

const waitAborted = (signal: AbortSignal): AbortError =>
  new AbortError('The wait for the next message was aborted', { cause: signal.reason });

function ended(end: End): Promise<IteratorResult<WebSocketMessage, undefined>> {
  return end === 'clean' ? Promise.resolve(DONE) : Promise.reject(end.error);
}

/** After how many read messages the lists are cut. */
const COMPACT_AT = 1024;

const DONE: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });
