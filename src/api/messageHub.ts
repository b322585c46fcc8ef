/**
 * Received messages on their way to iterators and pipes. Counts them, and knows whether some consumer is full.
 *
 * Must not know the socket: whoever owns the hub pauses it.
 */
import type { Loss } from '../machine/port.js';
import { type ReceiveBounds, Receiver } from './receiver.js';
import { isCleanEnd } from './translate.js';
import type { WebSocketMessage } from './types.js';

/** Hears that a connection ended; a clean end has no error. */
export type LossListener = (error: Error | undefined) => void;

/** Why it ended. */
interface Failure {
  readonly error: Error;
}

/** What the hub tells. */
export interface HubOwner {
  /** Some consumer holds as much as it may, or none does any more. */
  onPressure(full: boolean): void;
}

const NONE: readonly never[] = Object.freeze([]);

const without = <Item>(list: readonly Item[], item: Item): readonly Item[] =>
  list.length === 1 && list[0] === item ? NONE : list.filter((each) => each !== item);

export class MessageHub {
  messagesIn = 0;
  bytesIn = 0;
  lastReceivedAt: number | undefined;
  readonly #bounds: ReceiveBounds;
  readonly #owner: HubOwner;
  /** Few at most, and none for most clients. */
  #receivers: readonly Receiver[] = NONE;
  /** Those that were there at `close()`: they end with the connection, also where another one follows. */
  #leaving: readonly Receiver[] = NONE;
  #lossListeners: readonly LossListener[] = NONE;
  #wasFull = false;

  constructor(bounds: ReceiveBounds, owner: HubOwner) {
    this.#bounds = bounds;
    this.#owner = owner;
  }

  /** Whether some consumer holds as much as it may. */
  get isFull(): boolean {
    for (const receiver of this.#receivers) if (receiver.isFull) return true;
    return false;
  }

  get hasReaders(): boolean {
    return this.#receivers.length > 0;
  }

  /** A new consumer: it gets every message from now on. */
  attach(): Receiver {
    const receiver = new Receiver(this.#bounds, () => this.#weigh());
    this.#receivers = [...this.#receivers, receiver];
    return receiver;
  }

  /** The consumer has left. */
  detach(receiver: Receiver): void {
    this.#receivers = without(this.#receivers, receiver);
    receiver.discard();
    this.#weigh();
  }

  receive(message: WebSocketMessage, bytes: number, now: number): void {
    this.messagesIn += 1;
    this.bytesIn += bytes;
    this.lastReceivedAt = now;
    const receivers = this.#receivers;
    for (let index = 0; index < receivers.length; index += 1)
      (receivers[index] as Receiver).push(message, bytes);
  }

  /** Tells `listener` of the next ends of connections; returns how to stop that. */
  onLoss(listener: LossListener): () => void {
    this.#lossListeners = [...this.#lossListeners, listener];
    return () => {
      this.#lossListeners = without(this.#lossListeners, listener);
    };
  }

  /** `close()` was called: present consumers get what still comes, and no next connection. */
  leave(): void {
    this.#leaving = this.#receivers;
  }

  /** A connection ended. Iterators go on over it unless it was asked for; a byte stream does not. */
  lose(loss: Loss, asked: boolean, willReconnect: boolean, ending: Failure): void {
    if (this.#lossListeners !== NONE) {
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
    const full = this.isFull;
    if (full === this.#wasFull) return;
    this.#wasFull = full;
    this.#owner.onPressure(full);
  }
}

const isAbort = (loss: Loss): boolean => loss.error?.name === 'AbortError';

/** The iterator over what a receiver gets. `leave` is called once, when the loop is left early. */
export function iterate(
  receiver: Receiver,
  leave: () => void,
): AsyncGenerator<WebSocketMessage, undefined, void> {
  const end = (): void => {
    if (!receiver.hasEnded) leave();
    receiver.discard();
  };
  const generator = {
    next: () => receiver.pull(),
    async return(): Promise<IteratorResult<WebSocketMessage, undefined>> {
      end();
      return { done: true, value: undefined };
    },
    async throw(error: unknown): Promise<never> {
      end();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return generator;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      end();
    },
  };
  return generator as AsyncGenerator<WebSocketMessage, undefined, void>;
}
