/**
 * The iterator of `for await (const message of ws)`: the generator's methods over what one receiver gets.
 *
 * Must not know why the messages end. The hub keeps the receiver and never the iterator, so one that was dropped can
 * be collected, and then holds nobody up.
 */
import { type GlobalAbortSignal, ownMember } from '../../port/index.js';
import type { WebSocketMessage } from '../types.js';
import { checkSignal } from '../values/index.js';
import type { MessageHub } from './messageHub.js';
import type { Receiver } from './receiver.js';

/** Options of one `next()` of an iterator. */
export interface NextOptions {
  /** Gives up this wait: `next()` rejects with `AbortError`. No message is lost, and the iteration goes on. */
  signal?: GlobalAbortSignal | undefined;
}

type Next = Promise<IteratorResult<WebSocketMessage, undefined>>;

/** What `ws[Symbol.asyncIterator]()` returns. */
export interface MessageIterator extends AsyncGenerator<WebSocketMessage, undefined, void> {
  /** The next message, now or when it comes; `done` at the end. */
  // biome-ignore lint/suspicious/noConfusingVoidType: as in the interface that this extends.
  next(...none: [] | [void]): Next;
  /** @param options.signal gives up this wait alone */
  next(options: NextOptions | undefined): Next;
}

/** What is kept for an iterator that may be collected. */
interface Kept {
  readonly hub: WeakRef<MessageHub>;
  readonly receiver: WeakRef<Receiver>;
}

/** Not there in every runtime, and made when it is first needed. */
let dropped: FinalizationRegistry<Kept> | undefined;

/** Sees to it that the consumer leaves when its iterator was collected: nobody can read what it holds any more. */
function leaveWhenCollected(iterator: object, hub: MessageHub, receiver: Receiver): void {
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
    leaveWhenCollected(this, hub, receiver);
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

/** The iterator over what `receiver` gets. It leaves `hub` when the loop is left early. */
export function iterate(hub: MessageHub, receiver: Receiver): MessageIterator {
  return new Messages(hub, receiver) as unknown as MessageIterator;
}
