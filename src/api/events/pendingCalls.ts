/**
 * The promises of `connect()`, `reconnect()` and `close()`.
 *
 * Owns the promises that wait, and knows whether an error of the client is reported anywhere. Must not decide when the
 * client ends.
 */
import type { ConnectionEmitted } from '../../machine/index.js';
import type { Announcer, Listeners } from './announcer.js';
import type { Ending } from './translate.js';
import { isHandled } from './unheard.js';
import { Waiters } from './waiters.js';

export class PendingCalls {
  // Both are made when first needed, and dropped when they are settled.
  #connecting: Waiters | undefined;
  #closing: Waiters | undefined;
  /** Whether the client has been open since `connect()`. */
  #hasBeenOpen = false;

  /** Whether a promise of `connect()` or `reconnect()` waits. */
  get isConnecting(): boolean {
    return this.#connecting !== undefined && this.#connecting.size > 0;
  }

  /** @param signal ends this wait only */
  untilOpen(signal: AbortSignal | undefined): Promise<void> {
    this.#connecting ??= new Waiters();
    return this.#connecting.add(signal);
  }

  untilClosed(): Promise<void> {
    this.#closing ??= new Waiters();
    return this.#closing.add();
  }

  /** A `connect()` has begun its first dial. */
  onConnecting(): void {
    this.#hasBeenOpen = false;
  }

  /** The upgrade succeeded. */
  onOpened(): void {
    this.#hasBeenOpen = true;
  }

  resolveOpen(): void {
    this.#connecting?.resolveAll();
    this.#connecting = undefined;
  }

  resolveClosed(): void {
    this.#closing?.resolveAll();
    this.#closing = undefined;
  }

  /** The client is at rest: settles all promises that wait now, after the events that are already announced. */
  settle(ending: Ending, isIterated: boolean, announcer: Announcer): void {
    const connecting = this.#connecting?.takeAll();
    const closing = this.#closing?.takeAll();
    this.#connecting = undefined;
    this.#closing = undefined;
    if (connecting === undefined && closing === undefined) return;
    const handled = isHandled(ending, { hasBeenOpen: this.#hasBeenOpen, isIterated }, announcer.listeners);
    announcer.add(() => {
      connecting?.reject(ending.error, handled);
      closing?.resolve();
    });
  }

  /**
   * Whether nothing but an `error` event reports that the client has failed for good. Only for a client that has not been
   * open since `connect()`.
   *
   * @param isAwaited whether a promise, an iterator or a pipe reports it
   */
  isUnheard(emitted: ConnectionEmitted, isAwaited: boolean, listeners: Listeners): boolean {
    if (this.#hasBeenOpen || isAwaited) return false;
    return emitted.type !== 'exhausted' || listeners.listenerCount('max-reconnect-attempts') === 0;
  }
}
