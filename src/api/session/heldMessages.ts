/**
 * Messages that arrive before a connection is open, and the calls of `session.next()` that wait for them.
 *
 * Owns their order, their bounds, and which call gets which message. Must not know the socket, or when the connection
 * counts as open.
 */
import { ignore, QueueFullError } from '../../port/index.js';
import { abortable, type MessageWait, waitAborted } from '../incoming/index.js';
import type { ReceiveBounds } from '../options/index.js';
import { MESSAGE_COST } from '../outgoing/index.js';
import type { WebSocketMessage } from '../types.js';
import { isPromise } from '../values/index.js';

/** A message, and the length of its payload. */
export interface Held {
  readonly message: WebSocketMessage;
  readonly bytes: number;
}

/** Whether a message is the one that is waited for. */
export type Where = (message: WebSocketMessage) => boolean;

/** What holding messages means to the connection. */
export interface HoldListener {
  /** Whether the transport can stop reading. */
  readonly canPause: boolean;
  /** Reading is to pause, or to go on. */
  onHoldPressure(isPaused: boolean): void;
  /** More has arrived than may be held, and reading cannot pause. */
  onOverflow(error: QueueFullError): void;
  /** Messages reach nobody. */
  onMissed(count: number): void;
}

interface Waiter extends MessageWait<WebSocketMessage> {
  readonly where: Where | undefined;
}

export class HeldMessages {
  isPaused = false;
  readonly #bounds: ReceiveBounds;
  readonly #listener: HoldListener;
  #held: Held[] = [];
  /** What holding them costs, in bytes. */
  #cost = 0;
  #waiters: readonly Waiter[] = [];
  /** `taken` while `next()` may take them, `kept` for readers and listeners, `missed` where nobody gets them. */
  #use: 'taken' | 'kept' | 'missed' = 'taken';

  constructor(bounds: ReceiveBounds, listener: HoldListener) {
    this.#bounds = bounds;
    this.#listener = listener;
  }

  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  /** A message arrived: the first call that waits for it gets it. */
  receive(message: WebSocketMessage, bytes: number): void {
    for (const waiter of this.#waiters) {
      if (!this.#fits(message, waiter)) continue;
      this.#settle(waiter, message);
      this.#weigh();
      return;
    }
    if (this.#use === 'missed') {
      this.#listener.onMissed(1);
      return;
    }
    this.#held.push({ message, bytes });
    this.#cost += bytes + MESSAGE_COST;
    this.#weigh();
  }

  /** The first message for which `where` holds, now or when it comes. Never an unhandled rejection. */
  next(where: Where | undefined, signal: AbortSignal | undefined): Promise<WebSocketMessage> {
    const promise = new Promise<WebSocketMessage>((resolve, reject) => {
      if (signal?.aborted) reject(waitAborted(signal));
      else this.#wait({ where, resolve, reject }, signal);
    });
    promise.catch(ignore);
    return promise;
  }

  #wait(waiter: Waiter, signal: AbortSignal | undefined): void {
    const waiting = signal === undefined ? waiter : this.#abortable(waiter, signal);
    this.#waiters = [...this.#waiters, waiting];
    // The user's function may take others, or end the wait.
    for (const held of waiter.where === undefined ? this.#held.slice(0, 1) : [...this.#held]) {
      if (!this.#waiters.includes(waiting)) break;
      if (!this.#fits(held.message, waiting)) continue;
      const at = this.#held.indexOf(held);
      if (at < 0) continue;
      this.#held.splice(at, 1);
      this.#cost -= held.bytes + MESSAGE_COST;
      this.#settle(waiting, held.message);
    }
    this.#weigh();
  }

  #abortable(given: Waiter, signal: AbortSignal): Waiter {
    const leave = (): void => {
      this.#forget(waiter);
      this.#weigh();
    };
    const waiter: Waiter = { where: given.where, ...abortable(given, signal, leave) };
    return waiter;
  }

  /** Whether the message is what `waiter` waits for, and it still waits. What its function throws ends its wait. */
  #fits(message: WebSocketMessage, waiter: Waiter): boolean {
    const { where } = waiter;
    let answer: unknown = true;
    try {
      answer = where === undefined || where(message);
      if (isPromise(answer))
        throw new TypeError('next() takes a function that returns true or false, not a Promise');
    } catch (thrown) {
      this.#forget(waiter);
      waiter.reject(thrown);
    }
    return Boolean(answer) && this.#waiters.includes(waiter);
  }

  #settle(waiter: Waiter, message: WebSocketMessage): void {
    this.#forget(waiter);
    waiter.resolve(message);
  }

  #forget(waiter: Waiter): void {
    this.#waiters = this.#waiters.filter((each) => each !== waiter);
  }

  /** `next()` takes no more: what is held, and what still arrives, is for readers and listeners, or for nobody. */
  end(use: 'kept' | 'missed', error: Error): void {
    this.#use = use;
    const waiting = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiting) waiter.reject(error);
    if (use === 'kept' || this.isEmpty) return;
    this.#listener.onMissed(this.#held.length);
    this.#held = [];
    this.#cost = 0;
  }

  /** Takes out the oldest message. */
  shift(): Held | undefined {
    return this.#held.shift();
  }

  /** While a call waits reading goes on: what it waits for may be behind what is held. */
  #weigh(): void {
    if (this.#use === 'missed') return;
    const { maxBytes, maxMessages } = this.#bounds;
    const count = this.#held.length;
    const isOver = count > 0 && (count >= maxMessages || this.#cost >= maxBytes);
    const isAwaited = this.#waiters.length > 0;
    if (isOver && this.#use === 'taken' && (isAwaited || !this.#listener.canPause)) {
      this.#listener.onOverflow(
        new QueueFullError(
          `${count} messages arrived that next() did not take, and receiveQueue holds at most ${maxMessages} messages and ${maxBytes} bytes`,
        ),
      );
      return;
    }
    const isLow = count <= maxMessages / 2 && this.#cost <= maxBytes / 2;
    const isPaused = isOver || (this.isPaused && !isLow && !isAwaited);
    if (isPaused === this.isPaused) return;
    this.isPaused = isPaused;
    this.#listener.onHoldPressure(isPaused);
  }
}
