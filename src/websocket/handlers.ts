/**
 * The attributes `onopen`, `onmessage`, `onerror` and `onclose`
 * (https://html.spec.whatwg.org/#event-handler-attributes).
 */
import { EventTarget, type Target } from './globals.js';

type Callback = object | null;

interface Entry {
  callback: object;
  readonly listener: (event: unknown) => void;
}

/** Those of the runtime: an attribute does not call a method that the instance or a subclass has replaced. */
const { addEventListener, removeEventListener } = EventTarget.prototype;

/** The handlers of one target. Made when the first is set. */
export class EventHandlers {
  readonly #target: Target;
  readonly #entries = new Map<string, Entry>();

  constructor(target: Target) {
    this.#target = target;
  }

  get(type: string): Callback {
    return this.#entries.get(type)?.callback ?? null;
  }

  /**
   * Anything but an object or a function is null. A handler that replaces another keeps its place among the listeners. An
   * object that cannot be called is kept, and does nothing.
   */
  set(type: string, value: unknown): void {
    const entry = this.#entries.get(type);
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
      if (entry === undefined) return;
      this.#entries.delete(type);
      Reflect.apply(removeEventListener, this.#target, [type, entry.listener]);
    } else if (entry === undefined) this.#add(type, value);
    else entry.callback = value;
  }

  #add(type: string, callback: object): void {
    const entry: Entry = {
      callback,
      listener: (event) => {
        if (typeof entry.callback === 'function') Reflect.apply(entry.callback, this.#target, [event]);
      },
    };
    this.#entries.set(type, entry);
    Reflect.apply(addEventListener, this.#target, [type, entry.listener]);
  }
}
