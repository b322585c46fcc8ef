/**
 * The one queue between what happens and what listeners are called with.
 *
 * What a step of the chart brings is delivered after the step is over, so getters are live and any call acts at once.
 * What such a call announces is delivered after everything that is already in the queue. A listener that throws is
 * reported as an uncaught error, and delays nothing.
 */
import { errorMonitor, soon } from '../platform.js';
import type { WebSocketEvents, WebSocketMessage } from '../types.js';
import type { Announcement } from './translate.js';

/** The emitter that users hold. */
export interface Listeners {
  emit<Name extends keyof WebSocketEvents>(event: Name, ...args: WebSocketEvents[Name]): unknown;
  emit(event: symbol, error: Error): unknown;
  listenerCount(event: keyof WebSocketEvents): number;
}

/** Knows whether `open` is being delivered: what its listeners send goes ahead of the queue. */
export interface Greeter {
  isGreeting: boolean;
}

/** One call of the listeners, or of what waits behind them. */
export type Delivery = () => void;

/** Shared by all that have nothing to deliver. Never pushed to. */
const NOTHING: Delivery[] = [];

export class Announcer {
  readonly #listeners: Listeners;
  readonly #greeter: Greeter;
  #queue: Delivery[] = NOTHING;
  #delivering = false;
  /** How many steps are under way, one inside the other. */
  #stepDepth = 0;
  /** Which stay in a state this is: tells whether the state of an announcement was left since. */
  #visit = 0;
  /** What functions of the user threw in the present step: emitted after the `state` that the step brings. */
  #userErrors: Error[] | undefined;

  constructor(listeners: Listeners, greeter: Greeter) {
    this.#listeners = listeners;
    this.#greeter = greeter;
  }

  /** Whether something is being delivered, or waits to be. */
  get busy(): boolean {
    return this.#delivering || this.#queue.length > 0;
  }

  /** Everything that moves the chart runs in here: listeners are called when the outermost step is over. */
  step(act: () => void): void {
    this.#stepDepth += 1;
    try {
      act();
    } finally {
      this.#stepDepth -= 1;
      this.#flush();
    }
  }

  /** Another state was entered: passing announcements of the former one are dropped. */
  enterState(): void {
    this.#visit += 1;
  }

  /** Puts an event behind all others. */
  announce(announcement: Announcement): void {
    const deliver = () => this.deliver(announcement);
    if (announcement.passing) this.addPassing(deliver);
    else this.add(deliver);
  }

  /** As {@link announce}, for what may come outside of a step: it is delivered at once then. */
  announceNow(announcement: Announcement): void {
    this.announce(announcement);
    if (this.#stepDepth === 0) this.drain();
  }

  /** Puts a delivery behind all others. */
  add(delivery: Delivery): void {
    if (this.#queue === NOTHING) this.#queue = [];
    this.#queue.push(delivery);
  }

  /** As {@link add}; it is dropped if the present state has been left by then. */
  addPassing(delivery: Delivery): void {
    const visit = this.#visit;
    this.add(() => {
      if (visit === this.#visit) delivery();
    });
  }

  /** A function of the user's threw: an `error` of the client. */
  onUserError(error: Error): void {
    this.#userErrors ??= [];
    this.#userErrors.push(error);
    this.#flush();
  }

  announceUserErrors(): void {
    const errors = this.#userErrors;
    if (errors === undefined) return;
    this.#userErrors = undefined;
    for (const error of errors) this.announce({ event: 'error', args: [error] });
  }

  #flush(): void {
    if (this.#stepDepth > 0) return;
    this.announceUserErrors();
    this.drain();
  }

  /** Delivers everything in order, and what that brings. Does nothing while a delivery is under way. */
  drain(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    for (let next = 0; next < this.#queue.length; next += 1) {
      try {
        (this.#queue[next] as Delivery)();
      } catch (error) {
        reportUncaught(error);
      }
    }
    this.#queue = NOTHING;
    this.#delivering = false;
  }

  /** Calls the listeners of one event. */
  deliver({ event, args, fatal }: Announcement): void {
    // Node's emitters throw an error without a listener. Here only a fatal one is thrown.
    if (event === 'error' && fatal !== true && this.#listeners.listenerCount('error') === 0) {
      if (errorMonitor !== undefined) this.#listeners.emit(errorMonitor, ...args);
      return;
    }
    this.#greeter.isGreeting = event === 'open';
    try {
      this.#listeners.emit(event, ...(args as never));
    } finally {
      this.#greeter.isGreeting = false;
    }
  }

  /**
   * Delivers a message without the queue; only where {@link busy} is false. Nearly every event is a message, so nothing
   * is allocated for it.
   *
   * @returns whether there was a listener
   */
  deliverNow(message: WebSocketMessage): boolean {
    let isHeard = true;
    this.#delivering = true;
    try {
      isHeard = this.#listeners.emit('message', message) !== false;
    } catch (error) {
      reportUncaught(error);
    }
    this.#delivering = false;
    if (this.#queue.length > 0) this.drain();
    return isHeard;
  }
}

/** Throws outside of every call stack: an `uncaughtException` in Node, an `error` event in a page. */
function reportUncaught(error: unknown): void {
  soon(() => {
    throw error;
  });
}
