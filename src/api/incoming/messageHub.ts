/**
 * Received messages on their way to iterators and pipes. Counts them, knows whether reading is to pause, and holds what
 * a reader has left for the next one.
 *
 * Must not know the socket: whoever owns the hub pauses it.
 */
import type { LossStage } from '../../machine/index.js';
import type { Loss } from '../../port/index.js';
import { isCleanEnd } from '../events/index.js';
import type { ReceiveBounds } from '../options/index.js';
import { warn } from '../platform.js';
import type { WebSocketMessage } from '../types.js';
import { type Backlog, Receiver } from './receiver.js';

/** Hears that a connection ended; a clean end has no error. */
export type LossListener = (error: Error | undefined) => void;

/** What a loss ended, and what follows. */
interface LossDetails {
  readonly stage: LossStage;
  readonly asked: boolean;
  readonly willReconnect: boolean;
}

/** Why it ended. */
interface Failure {
  readonly error: Error;
}

/** What the hub needs of the client, and reports to it. */
export interface HubOwner {
  /** Whether listeners get each message. */
  readonly isListenedTo: boolean;
  /** The time, in ms. */
  readonly now: number;
  /** Reading is to pause, or to go on. */
  onPressure(isPaused: boolean): void;
}

const NONE: readonly never[] = Object.freeze([]);

const without = <Item>(list: readonly Item[], item: Item): readonly Item[] =>
  list.length === 1 && list[0] === item ? NONE : list.filter((each) => each !== item);

export class MessageHub {
  messagesIn = 0;
  /** Messages that reached no reader and no listener. */
  messagesUnread = 0;
  bytesIn = 0;
  lastReceivedAt: number | undefined;
  readonly #bounds: ReceiveBounds;
  readonly #owner: HubOwner;
  /** Few at most, and none for most clients. */
  #receivers: readonly Receiver[] = NONE;
  /** Those that were there at `close()`: they end with the connection, also where another one follows. */
  #leaving: readonly Receiver[] = NONE;
  #lossListeners: readonly LossListener[] = NONE;
  /** What readers that left early had not read. It waits for the next reader. */
  #left: Backlog | undefined;
  /** How many of them nobody else got. */
  #leftUnread = 0;
  #isHeld = false;
  #wasPaused = false;
  /** Since when a consumer is full. */
  #fullSince: number | undefined;
  #hasWarned = false;

  constructor(bounds: ReceiveBounds, owner: HubOwner) {
    this.#bounds = bounds;
    this.#owner = owner;
  }

  /** Whether some consumer holds as much as it may. */
  get isFull(): boolean {
    for (const receiver of this.#receivers) if (receiver.isFull) return true;
    return false;
  }

  /** Whether reading is to pause: for a consumer, or because the user has said so. */
  get isPaused(): boolean {
    return this.#isHeld || this.isFull;
  }

  /** Whether pipes run: each hears of the end of its connection. */
  get hasPipes(): boolean {
    return this.#lossListeners.length > 0;
  }

  get hasReaders(): boolean {
    return this.#receivers.length > 0;
  }

  /** Warns once where others get no message because a consumer has been full for longer than `patience` ms. */
  warnIfStuck(patience: number): void {
    const since = this.#fullSince;
    if (since === undefined || this.#hasWarned || this.#owner.now - since < patience) return;
    this.#hasWarned = this.#owner.isListenedTo || this.#receivers.some((receiver) => !receiver.isFull);
    if (!this.#hasWarned) return;
    warn(
      `Reading has been paused for ${patience} ms: an iterator or pipeTo() holds as much as receiveQueue allows and is not read on, so listeners and other readers get no message. Read it, or end it with break or return()`,
      'RECKER_READING_PAUSED',
    );
  }

  /** The user wants the socket to be read no further, or to be read on. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#weigh();
  }

  /** A new consumer: it gets what an earlier one left, and every message from now on. */
  attach(): Receiver {
    const receiver = new Receiver(this.#bounds, () => this.#weigh(), this.#left);
    this.#left = undefined;
    this.#leftUnread = 0;
    this.#receivers = [...this.#receivers, receiver];
    if (receiver.isFull) this.#weigh();
    return receiver;
  }

  /** The consumer leaves early, if it has not reached the end: what it has not read waits for the next one. */
  detach(receiver: Receiver): void {
    const isOver = receiver.hasEnded || this.#leaving.includes(receiver);
    const unread = this.#remove(receiver);
    if (isOver || unread.messages.length === 0) this.#countUnread(unread);
    else {
      if (!this.#isReadElsewhere) this.#leftUnread += unread.messages.length;
      this.#left = this.#left === undefined ? unread : merge(this.#left, unread);
    }
    this.#weigh();
  }

  /** The consumer is gone without having left. */
  drop(receiver: Receiver): void {
    this.#countUnread(this.#remove(receiver));
    this.#weigh();
  }

  #remove(receiver: Receiver): Backlog {
    this.#receivers = without(this.#receivers, receiver);
    this.#leaving = without(this.#leaving, receiver);
    return receiver.leave();
  }

  get #isReadElsewhere(): boolean {
    return this.#receivers.length > 0 || this.#owner.isListenedTo;
  }

  #countUnread({ messages }: Backlog): void {
    if (messages.length > 0 && !this.#isReadElsewhere) this.messagesUnread += messages.length;
  }

  /** Gives up what a reader has left. */
  #forgetLeft(): void {
    this.messagesUnread += this.#leftUnread;
    this.#leftUnread = 0;
    this.#left = undefined;
  }

  /** Counts a message, and gives it to the consumers. Returns whether one takes it. */
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

  /** A message that no consumer took has no listener either. What was left for a next reader would have a gap now. */
  miss(count = 1): void {
    this.messagesUnread += count;
    if (this.#left !== undefined) this.#forgetLeft();
  }

  /** Calls `listener` at the next ends of connections that were open; returns how to stop that. */
  onLoss(listener: LossListener): () => void {
    this.#lossListeners = [...this.#lossListeners, listener];
    return () => {
      this.#lossListeners = without(this.#lossListeners, listener);
    };
  }

  /** `close()` was called: present consumers get what still comes, and no next connection. */
  leave(): void {
    this.#forgetLeft();
    this.#leaving = this.#receivers;
  }

  /** A connection ended, or a dial failed. Iterators go on over it unless it was asked for; a byte stream does not. */
  lose(loss: Loss, { stage, asked, willReconnect }: LossDetails, ending: Failure): void {
    this.#forgetLeft();
    // A byte stream begins with a connection: a dial that failed has cut nothing off.
    if (stage === 'open' && this.#lossListeners !== NONE) {
      const isClean = asked ? loss.error === undefined || loss.wasClean : isCleanEnd(loss);
      for (const listener of this.#lossListeners) listener(isClean ? undefined : ending.error);
    }
    if (asked && !willReconnect) this.end(isAbort(loss) ? ending : undefined);
    for (const receiver of this.#leaving) {
      receiver.end(undefined);
      this.#receivers = without(this.#receivers, receiver);
    }
    this.#leaving = NONE;
    this.#weigh();
  }

  /** `terminate()`: what was read is still delivered, and a byte stream is cut off. */
  terminate(ending: Failure): void {
    for (const listener of this.#lossListeners) listener(ending.error);
    this.end(undefined);
  }

  /** No more messages will come by themselves: for a reason that is thrown, or cleanly. */
  end(failure: Failure | undefined): void {
    if (this.#receivers === NONE) return;
    for (const receiver of this.#receivers) receiver.end(failure);
    this.#receivers = NONE;
    this.#leaving = NONE;
    this.#weigh();
  }

  #weigh(): void {
    const { isPaused, isFull } = this;
    if (!isFull) this.#fullSince = undefined;
    else this.#fullSince ??= this.#owner.now;
    if (isPaused === this.#wasPaused) return;
    this.#wasPaused = isPaused;
    this.#owner.onPressure(isPaused);
  }
}

/**
 * What two readers have left, in the order of arrival. Each was given every message until it left, so both are runs of
 * one sequence: one may begin within the other, or follow it.
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
