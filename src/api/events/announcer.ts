/**
 * One queue between what happens and what listeners hear.
 *
 * What a step of the chart brings is delivered after the step is over, so that getters are live and any call
 * acts at once; what such a call announces joins behind what is being delivered. A listener that throws is
 * reported as an uncaught error and delays nobody.
 */

import { soon } from '../platform.js';
import type { WebSocketMessage } from '../types.js';

/** Who hears of messages. */
export interface MessageListeners {
  emit(event: 'message', message: WebSocketMessage): unknown;
}

/** Hands one announcement to the listeners. */
export type Delivery = () => void;

/** Shared by all that have nothing to tell. Never pushed to. */
const NOTHING: Delivery[] = [];

export class Announcer {
  #queue: Delivery[] = NOTHING;
  #delivering = false;

  /** Whether something is being delivered, or waits to be. */
  get busy(): boolean {
    return this.#delivering || this.#queue.length > 0;
  }

  /** Puts an announcement behind all others. */
  add(delivery: Delivery): void {
    if (this.#queue === NOTHING) this.#queue = [];
    this.#queue.push(delivery);
  }

  /** Delivers all there is, in order, and what that brings. Does nothing while a delivery is under way. */
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

  /**
   * Delivers a message without the detour over the queue; only where {@link busy} is false. Nearly everything
   * that listeners hear is one, so nothing is allocated for it.
   *
   * @returns whether there was a listener
   */
  deliverNow(listeners: MessageListeners, message: WebSocketMessage): boolean {
    let isHeard = true;
    this.#delivering = true;
    try {
      isHeard = listeners.emit('message', message) !== false;
    } catch (error) {
      reportUncaught(error);
    }
    this.#delivering = false;
    if (this.#queue.length > 0) this.drain();
    return isHeard;
  }
}

/** Throws outside of everybody's stack: an `uncaughtException` in Node, an `error` event in a page. */
export function reportUncaught(error: unknown): void {
  soon(() => {
    throw error;
  });
}
