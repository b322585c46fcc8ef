/**
 * The iterator of `for await (const message of ws)`: the generator's methods over what one receiver gets.
 *
 * Must not know why the messages end. The hub refers to the receiver, never to the iterator. So an iterator that the user
 * dropped can be garbage-collected, and pauses reading no longer.
 */
import { type GlobalAbortSignal, ownMember } from '../../port/index.js';
import type { WebSocketMessage } from '../types.js';
import { checkSignal } from '../values/index.js';
import type { MessageHub } from './messageHub.js';
import type { Receiver } from './receiver.js';

/** Options of one `next()` of an iterator. */
export interface NextOptions {
  /** Ends this wait: `next()` rejects with an `AbortError`. No message is lost, and the iteration can continue. */
  signal?: GlobalAbortSignal | undefined;
}

type Next = Promise<IteratorResult<WebSocketMessage, undefined>>;

/** What `ws[Symbol.asyncIterator]()` returns. */
export interface MessageIterator extends AsyncGenerator<WebSocketMessage, undefined, void> {
  /** The next message, now or when it arrives; `done` at the end. */
  // biome-ignore lint/suspicious/noConfusingVoidType: as in the interface that this extends.
  next(...none: [] | [void]): Next;
  /** @param options.signal ends this wait only */
  next(options: NextOptions | undefined): Next;
}

/** What is kept for an iterator that may be garbage-collected. */
interface Kept {
  readonly hub: WeakRef<MessageHub>;
  readonly receiver: WeakRef<Receiver>;
}

/** Made when it is first needed: some runtimes do not have the class. */
let dropped: FinalizationRegistry<Kept> | undefined;

/** Removes the receiver when its iterator was garbage-collected: what it holds can no longer be read. */
function dropWhenCollected(iterator: object, hub: MessageHub, receiver: Receiver): void {
  if (typeof FinalizationRegistry === 'undefined') return;
  dropped ??= new FinalizationRegistry((kept) => {
    const receiver = kept.receiver.deref();
    if (receiver !== undefined) kept.hub.deref()?.drop(receiver);
  });
  dropped.register(iterator, { hub: new WeakRef(hub), receiver: new WeakRef(receiver) });
}

class Messages {
  readonly #hub: MessageHub;
  readonly #receiver: Receiver;

  constructor(hub: MessageHub, receiver: Receiver) {
    this.#hub = hub;
    this.#receiver = receiver;
    dropWhenCollected(this, hub, receiver);
  }

  next(options?: NextOptions): Next {
    if (options === undefined) return this.#receiver.pull(this);
    const signal = typeof options === 'object' ? ownMember(options, 'signal') : undefined;
    try {
      checkSignal(signal);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#receiver.pull(this, signal);
  }

  async return(): Promise<IteratorResult<WebSocketMessage, undefined>> {
    this.#hub.detach(this.#receiver);
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<never> {
    this.#hub.detach(this.#receiver);
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hub.detach(this.#receiver);
  }
}

/** The iterator over the messages of `receiver`. It leaves `hub` when the loop ends early. */
export function iterate(hub: MessageHub, receiver: Receiver): MessageIterator {
  return new Messages(hub, receiver) as unknown as MessageIterator;
}
