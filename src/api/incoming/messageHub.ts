/**
 * Delivers received messages to iterators and pipes. Counts them, decides whether reading pauses, and keeps what one reader
 * left unread for the next one.
 *
 * Must not know the socket: the client pauses it.
 */
import type { LossStage } from '../../machine/index.js';
import type { Loss } from '../../port/index.js';
import { isCleanEnd } from '../events/index.js';
import type { ReceiveBounds } from '../options/index.js';
import { warn } from '../platform.js';
import type { WebSocketMessage } from '../types.js';
import { type Backlog, type EndReason, Receiver } from './receiver.js';

/** Called when a connection has ended; without an error where the end is clean. */
export type LossListener = (error: Error | undefined) => void;

/** What was lost, and what follows. */
interface LossDetails {
  readonly stage: LossStage;
  readonly asked: boolean;
  readonly willReconnect: boolean;
}

/** The client as its hub needs it. */
export interface HubClient {
  /** Whether there are listeners for messages. */
  readonly isListenedTo: boolean;
  /** The time, in ms. */
  readonly now: number;
  /** Reading has to pause, or to resume. */
  onPressure(isPaused: boolean): void;
}

const NONE: readonly never[] = Object.freeze([]);

const without = <Item>(list: readonly Item[], item: Item): readonly Item[] =>
  list.length === 1 && list[0] === item ? NONE : list.filter((each) => each !== item);

export class MessageHub {
  messagesIn = 0;
  /** Messages that no reader and no listener got. */
  messagesUnread = 0;
  bytesIn = 0;
  lastReceivedAt: number | undefined;
  readonly #bounds: ReceiveBounds;
  readonly #client: HubClient;
  /** Most clients have none. */
  #receivers: readonly Receiver[] = NONE;
  /** The receivers at `close()`: they end with the connection, also where another one follows. */
  #leaving: readonly Receiver[] = NONE;
  #lossListeners: readonly LossListener[] = NONE;
  /** What readers that left early had not read. The next reader gets it. */
  #left: Backlog | undefined;
  /** How many of these messages no other reader or listener got. */
  #leftUnread = 0;
  #isHeld = false;
  #wasPaused = false;
  /** Since when a reader is full. */
  #fullSince: number | undefined;
  #hasWarned = false;

  constructor(bounds: ReceiveBounds, client: HubClient) {
    this.#bounds = bounds;
    this.#client = client;
  }

  /** Whether a reader holds as much as it may. */
  get isFull(): boolean {
    for (const receiver of this.#receivers) if (receiver.isFull) return true;
    return false;
  }

  /** Whether reading has to pause: for a reader, or because of `pause()`. */
  get isPaused(): boolean {
    return this.#isHeld || this.isFull;
  }

  /** Whether pipes run: each of them reports the end of its connection. */
  get hasPipes(): boolean {
    return this.#lossListeners.length > 0;
  }

  get hasReaders(): boolean {
    return this.#receivers.length > 0;
  }

  /** Warns once if others get no message because a reader has been full for longer than `patience` ms. */
  warnIfStuck(patience: number): void {
    const since = this.#fullSince;
    if (since === undefined || this.#hasWarned || this.#client.now - since < patience) return;
    this.#hasWarned = this.#client.isListenedTo || this.#receivers.some((receiver) => !receiver.isFull);
    if (!this.#hasWarned) return;
    warn(
      `Reading has been paused for ${patience} ms: an iterator or pipeTo() holds as much as receiveQueue allows and is not read, so listeners and other readers get no message. Read from it, or end it with break or return()`,
      'RECKER_READING_PAUSED',
    );
  }

  /** `pause()` or `resume()` was called. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#updatePressure();
  }

  /** Adds a reader: it gets what an earlier one left unread, and every message from now on. */
  attach(): Receiver {
    const receiver = new Receiver(this.#bounds, () => this.#updatePressure(), this.#left);
    this.#left = undefined;
    this.#leftUnread = 0;
    this.#receivers = [...this.#receivers, receiver];
    if (receiver.isFull) this.#updatePressure();
    return receiver;
  }

  /** Removes a reader. If it has not reached the end, the next reader gets what it has not read. */
  detach(receiver: Receiver): void {
    const isOver = receiver.hasEnded || this.#leaving.includes(receiver);
    const unread = this.#remove(receiver);
    if (isOver || unread.messages.length === 0) this.#countUnread(unread);
    else {
      if (!this.#isReadElsewhere) this.#leftUnread += unread.messages.length;
      this.#left = this.#left === undefined ? unread : merge(this.#left, unread);
    }
    this.#updatePressure();
  }

  /** Removes a reader that was garbage-collected. */
  drop(receiver: Receiver): void {
    this.#countUnread(this.#remove(receiver));
    this.#updatePressure();
  }

  #remove(receiver: Receiver): Backlog {
    this.#receivers = without(this.#receivers, receiver);
    this.#leaving = without(this.#leaving, receiver);
    return receiver.leave();
  }

  get #isReadElsewhere(): boolean {
    return this.#receivers.length > 0 || this.#client.isListenedTo;
  }

  #countUnread({ messages }: Backlog): void {
    if (messages.length > 0 && !this.#isReadElsewhere) this.messagesUnread += messages.length;
  }

  /** Drops what readers left unread. */
  #forgetLeft(): void {
    this.messagesUnread += this.#leftUnread;
    this.#leftUnread = 0;
    this.#left = undefined;
  }

  /** Counts a message, and gives it to the readers. @returns whether there is one */
  receive(message: WebSocketMessage, bytes: number, now: number): boolean {
    this.count(bytes, now);
    return this.give(message, bytes);
  }

  /** A message arrived. */
  count(bytes: number, now: number): void {
    this.messagesIn += 1;
    this.bytesIn += bytes;
    this.lastReceivedAt = now;
  }

  /** Returns whether a consumer takes it. */
  give(message: WebSocketMessage, bytes: number): boolean {
    const receivers = this.#receivers;
    for (let index = 0; index < receivers.length; index += 1)
      (receivers[index] as Receiver).push(message, bytes);
    return receivers.length > 0;
  }

  /** Messages had neither a reader nor a listener. What was left for the next reader is dropped: it would have a gap. */
  miss(count = 1): void {
    this.messagesUnread += count;
    if (this.#left !== undefined) this.#forgetLeft();
  }

  /** Calls `listener` when an open connection ends; returns a function that removes it. */
  onLoss(listener: LossListener): () => void {
    this.#lossListeners = [...this.#lossListeners, listener];
    return () => {
      this.#lossListeners = without(this.#lossListeners, listener);
    };
  }

  /** `close()` was called: present readers get what still arrives, and end with this connection. */
  leave(): void {
    this.#forgetLeft();
    this.#leaving = this.#receivers;
  }

  /** A connection ended, or a dial failed. Iterators continue on the next connection, unless the user asked for the end. */
  lose(loss: Loss, { stage, asked, willReconnect }: LossDetails, reason: EndReason): void {
    this.#forgetLeft();
    // A pipe belongs to one connection. A failed dial ends no connection.
    if (stage === 'open' && this.#lossListeners !== NONE) {
      const isClean = asked ? loss.error === undefined || loss.wasClean : isCleanEnd(loss);
      for (const listener of this.#lossListeners) listener(isClean ? undefined : reason.error);
    }
    if (asked && !willReconnect) this.end(isAbort(loss) ? reason : undefined);
    for (const receiver of this.#leaving) {
      receiver.end(undefined);
      this.#receivers = without(this.#receivers, receiver);
    }
    this.#leaving = NONE;
    this.#updatePressure();
  }

  /** `terminate()`: iterators still deliver what they hold, and pipes fail. */
  terminate(reason: EndReason): void {
    this.#forgetLeft();
    for (const listener of this.#lossListeners) listener(reason.error);
    this.end(undefined);
  }

  /** No more messages will come. @param reason what readers throw; undefined for a clean end */
  end(reason: EndReason | undefined): void {
    if (this.#receivers === NONE) return;
    for (const receiver of this.#receivers) receiver.end(reason);
    this.#receivers = NONE;
    this.#leaving = NONE;
    this.#updatePressure();
  }

  #updatePressure(): void {
    const { isPaused, isFull } = this;
    if (!isFull) this.#fullSince = undefined;
    else this.#fullSince ??= this.#client.now;
    if (isPaused === this.#wasPaused) return;
    this.#wasPaused = isPaused;
    this.#client.onPressure(isPaused);
  }
}

/**
 * What two readers left unread, in order of arrival. Each got every message until it left, so both are parts of one
 * sequence: one may begin within the other, or after it.
 */
function merge(earlier: Backlog, later: Backlog): Backlog {
  const start = earlier.messages.indexOf(later.messages[0] as WebSocketMessage);
  if (start < 0 && later.messages.includes(earlier.messages[0] as WebSocketMessage)) return later;
  const end = start < 0 ? earlier.messages.length : start;
  return {
    messages: [...earlier.messages.slice(0, end), ...later.messages],
    costs: [...earlier.costs.slice(0, end), ...later.costs],
  };
}

const isAbort = (loss: Loss): boolean => loss.error?.name === 'AbortError';
