/**
 * The queue of events for listeners.
 *
 * Events of a step of the chart are delivered after the step: in a listener every getter is up to date, and every call
 * acts at once. Events that such a call causes are put at the end of the queue. What a listener throws is reported as an
 * uncaught error, the other listeners of the event are still called, and the rest of the queue is still delivered.
 */
import { capturesRejections, EventEmitter, errorMonitor, soon } from '../platform.js';
import type { WebSocketEvents, WebSocketMessage } from '../types.js';
import type { DiagnosedClient } from './diagnosticEvents.js';
import { publish } from './diagnostics.js';
import type { Announcement } from './translate.js';

/** The emitter that users hold. */
export interface Listeners {
  emit<Name extends keyof WebSocketEvents>(event: Name, ...args: WebSocketEvents[Name]): unknown;
  emit(event: symbol, error: Error): unknown;
  listenerCount(event: keyof WebSocketEvents): number;
  rawListeners(event: keyof WebSocketEvents): readonly ((...args: never[]) => void)[];
}

/** The client as its announcer needs it. */
export interface AnnouncingClient extends DiagnosedClient {
  /** Is set while `open` is being delivered: messages that its listeners send go ahead of the queue. */
  readonly outbox: { isGreeting: boolean };
}

/** Calls the listeners of one event, or settles a promise in its place in the queue. */
export type Delivery = () => void;

/** Shared by all empty queues. Never pushed to. */
const NOTHING: Delivery[] = [];

export class Announcer {
  readonly listeners: Listeners;
  readonly client: AnnouncingClient;
  #queue: Delivery[] = NOTHING;
  #delivering = false;
  /** How many steps are nested at present. */
  #stepDepth = 0;
  /** Counts the states entered: shows whether the state of an announcement has been left since. */
  #visit = 0;
  /** What functions of the user threw in the present step: emitted after the `state` event of the step. */
  #userErrors: Error[] | undefined;

  constructor(listeners: Listeners, client: AnnouncingClient) {
    this.listeners = listeners;
    this.client = client;
  }

  /** Whether something is being delivered, or waits to be. */
  get busy(): boolean {
    return this.#delivering || this.#queue.length > 0;
  }

  /** Runs everything that moves the chart. Listeners are called when the outermost step is over. */
  step(act: () => void): void {
    this.#stepDepth += 1;
    try {
      act();
    } finally {
      this.#stepDepth -= 1;
      this.#flush();
    }
  }

  /** Another state was entered: announcements that only matter in the former state are dropped. */
  enterState(): void {
    this.#visit += 1;
  }

  /** Puts an event at the end of the queue. */
  announce(announcement: Announcement): void {
    const deliver = () => this.deliver(announcement);
    if (announcement.passing) this.addPassing(deliver);
    else this.add(deliver);
  }

  /** As {@link announce}. Outside of a step the event is delivered at once. */
  announceNow(announcement: Announcement): void {
    this.announce(announcement);
    if (this.#stepDepth === 0) this.drain();
  }

  /** Puts a delivery at the end of the queue. */
  add(delivery: Delivery): void {
    if (this.#queue === NOTHING) this.#queue = [];
    this.#queue.push(delivery);
  }

  /** As {@link add}. The delivery is dropped if the present state has been left by then. */
  addPassing(delivery: Delivery): void {
    const visit = this.#visit;
    this.add(() => {
      if (visit === this.#visit) delivery();
    });
  }

  /** A function of the user threw: an `error` of the client. */
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

  /** Delivers the queue in order, until it is empty. Does nothing inside of a delivery. */
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

  /** Publishes the diagnostics of one event, and calls its listeners. */
  deliver(announcement: Announcement): void {
    const { event, args, fatal } = announcement;
    publish(this, announcement);
    // Node's emitters throw an error without a listener. Here only a fatal one is thrown.
    if (event === 'error' && fatal !== true && this.listeners.listenerCount('error') === 0) {
      if (errorMonitor !== undefined) this.listeners.emit(errorMonitor, ...args);
      return;
    }
    this.client.outbox.isGreeting = event === 'open';
    try {
      emit(this.listeners, event, args as never);
    } finally {
      this.client.outbox.isGreeting = false;
    }
  }

  /**
   * Delivers a message without the queue. To be called only where {@link busy} is false. Nearly every event is a message,
   * so nothing is allocated for it.
   *
   * @returns whether there was a listener
   */
  deliverNow(message: WebSocketMessage): boolean {
    let isHeard = true;
    this.#delivering = true;
    try {
      isHeard =
        this.listeners.listenerCount('message') > 1
          ? emitToAll(this.listeners, 'message', [message])
          : this.listeners.emit('message', message) !== false;
    } catch (error) {
      reportUncaught(error);
    }
    this.#delivering = false;
    if (this.#queue.length > 0) this.drain();
    return isHeard;
  }
}

function emit<Name extends keyof WebSocketEvents>(
  listeners: Listeners,
  event: Name,
  args: WebSocketEvents[Name],
): void {
  if (listeners.listenerCount(event) > 1) emitToAll(listeners, event, args);
  else listeners.emit(event, ...args);
}

/**
 * As the emitter's own `emit()`, which ends at the first listener that throws: here the others are called, too. An
 * `emit()` that a program has replaced is called as it is, and so is Node's where it captures rejections.
 */
function emitToAll<Name extends keyof WebSocketEvents>(
  listeners: Listeners,
  event: Name,
  args: WebSocketEvents[Name],
): boolean {
  if (listeners.emit !== EventEmitter.prototype.emit || capturesRejections()) {
    return listeners.emit(event, ...args) !== false;
  }
  if (event === 'error' && errorMonitor !== undefined) listeners.emit(errorMonitor, args[0] as Error);
  for (const listener of listeners.rawListeners(event)) {
    try {
      Reflect.apply(listener, listeners, args);
    } catch (error) {
      reportUncaught(error);
    }
  }
  return true;
}

/** Throws outside of every call stack: an `uncaughtException` in Node, an `error` event in a page. */
function reportUncaught(error: unknown): void {
  soon(() => {
    throw error;
  });
}
