/**
 * The emitter that the class extends in a page: Node's `EventEmitter`, with the methods that emitter.ts declares. Node's events
 * `newListener` and `removeListener`, an `error` without a listener and the warning of a leak are as in Node.
 *
 * A third of the size of the package `events`: it has no static members, and no listener lists for engines of 2015.
 */

import { isError } from '../port/index.js';

type Listener = (...args: unknown[]) => void;

/** A listener as it is kept: that of `once()` calls another one. */
interface Kept extends Listener {
  listener?: Listener;
}

const NOBODY: readonly Kept[] = [];

export class PageEmitter {
  /** Never changed in place: what emits goes on with the list that it began with. */
  readonly #lists = new Map<PropertyKey, readonly Kept[]>();
  #maxListeners = 10;

  on(event: PropertyKey, listener: Listener): this {
    return this.#add(event, listener, false);
  }

  addListener(event: PropertyKey, listener: Listener): this {
    return this.#add(event, listener, false);
  }

  prependListener(event: PropertyKey, listener: Listener): this {
    return this.#add(event, listener, true);
  }

  once(event: PropertyKey, listener: Listener): this {
    return this.on(event, this.#single(event, listener));
  }

  prependOnceListener(event: PropertyKey, listener: Listener): this {
    return this.prependListener(event, this.#single(event, listener));
  }

  off(event: PropertyKey, listener: Listener): this {
    return this.removeListener(event, listener);
  }

  removeListener(event: PropertyKey, listener: Listener): this {
    checked(listener);
    const list = this.#listOf(event);
    let at = list.length - 1;
    while (at >= 0 && list[at] !== listener && list[at]?.listener !== listener) at -= 1;
    return at < 0 ? this : this.#remove(event, list, at);
  }

  removeAllListeners(...events: readonly PropertyKey[]): this {
    // Those of removeListener last: they are called for the others.
    for (const event of events.length > 0 ? events : [...this.#lists.keys()].filter(isNotRemoval)) {
      if (this.#listOf(REMOVED).length === 0) this.#lists.delete(event);
      for (let list = this.#listOf(event); list.length > 0; list = this.#listOf(event)) {
        this.#remove(event, list, list.length - 1);
      }
    }
    if (events.length === 0) this.#lists.clear();
    return this;
  }

  emit(event: PropertyKey, ...args: readonly unknown[]): boolean {
    const list = this.#listOf(event);
    if (list.length === 0) {
      if (event === 'error') throw unhandled(args[0]);
      return false;
    }
    for (const listener of list) Reflect.apply(listener, this, args);
    return true;
  }

  listenerCount(event: PropertyKey): number {
    return this.#listOf(event).length;
  }

  listeners(event: PropertyKey): Listener[] {
    return this.#listOf(event).map((each) => each.listener ?? each);
  }

  rawListeners(event: PropertyKey): Listener[] {
    return [...this.#listOf(event)];
  }

  eventNames(): PropertyKey[] {
    return [...this.#lists.keys()];
  }

  getMaxListeners(): number {
    return this.#maxListeners;
  }

  setMaxListeners(count: number): this {
    this.#maxListeners = count;
    return this;
  }

  #listOf(event: PropertyKey): readonly Kept[] {
    return this.#lists.get(event) ?? NOBODY;
  }

  #single(event: PropertyKey, listener: Listener): Kept {
    const kept: Kept = (...args) => {
      // It may have been removed since the event was emitted, and added again.
      if (hasRun) return;
      hasRun = true;
      this.removeListener(event, kept);
      Reflect.apply(listener, this, args);
    };
    let hasRun = false;
    kept.listener = checked(listener);
    return kept;
  }

  #add(event: PropertyKey, added: Kept, isFirst: boolean): this {
    checked(added);
    if (this.#lists.has('newListener')) this.emit('newListener', event, added.listener ?? added);
    const list = this.#listOf(event);
    this.#lists.set(event, isFirst ? [added, ...list] : [...list, added]);
    if (this.#maxListeners > 0 && list.length === this.#maxListeners) {
      console.warn(`MaxListenersExceededWarning: ${list.length + 1} ${String(event)} listeners added`);
    }
    return this;
  }

  #remove(event: PropertyKey, list: readonly Kept[], at: number): this {
    const [removed] = list.slice(at) as [Kept];
    if (list.length === 1) this.#lists.delete(event);
    else this.#lists.set(event, [...list.slice(0, at), ...list.slice(at + 1)]);
    if (this.#lists.has(REMOVED)) this.emit(REMOVED, event, removed.listener ?? removed);
    return this;
  }
}

const REMOVED = 'removeListener';
const isNotRemoval = (event: PropertyKey): boolean => event !== REMOVED;

function checked(listener: unknown): Listener {
  if (typeof listener === 'function') return listener as Listener;
  throw new TypeError(
    `The "listener" argument must be of type Function. Received type ${listener === null ? 'null' : typeof listener}`,
  );
}

function unhandled(error: unknown): unknown {
  if (isError(error)) return error;
  return Object.assign(new Error(`Unhandled error. (${String(error)})`), { context: error });
}
