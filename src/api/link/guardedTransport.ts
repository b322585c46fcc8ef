/**
 * Guards the option `transport`. An error that the user's transport throws, or an invalid value that it returns, costs at
 * most one message or one connection: it reaches neither the chart nor a caller.
 *
 * Must not decide what follows. Errors of `send()` and `ping()` are thrown on, since their callers know the message.
 */
import { ConnectionError, type ReckerError, type Transport, withCause } from '../../port/index.js';
import { afterIo, byteLength } from '../platform.js';
import { errorOf, isObject } from '../values/index.js';

/** What the guard reports to. */
export interface TransportGuard {
  /** The transport threw, and the connection remains. */
  onThrow(error: Error): void;
  /** The transport threw, and the connection is lost. */
  onBreak(error: ReckerError): void;
  answered(alive: boolean): void;
}

/** Whether it has the least that a transport needs: it sends, and can be destroyed. */
export const isTransport = (value: unknown): value is Transport =>
  isObject(value) && typeof value.send === 'function' && typeof value.destroy === 'function';

/** The error for what a transport threw in `what`. */
export function transportError(what: string, thrown: unknown): ConnectionError {
  const cause = errorOf(thrown, what);
  return new ConnectionError(withCause(`The transport failed in ${what}`, cause), { cause });
}

export class GuardedTransport implements Transport {
  readonly #transport: Transport;
  readonly #guard: TransportGuard;

  constructor(transport: Transport, guard: TransportGuard) {
    this.#transport = transport;
    this.#guard = guard;
  }

  get isWritable(): boolean {
    return this.#essential('isWritable', () => this.#transport.isWritable) === true;
  }

  get bufferedAmount(): number {
    return amount(this.#essential('bufferedAmount', () => this.#transport.bufferedAmount));
  }

  get unsentBytes(): number {
    let bytes: unknown;
    // Read after the connection has ended: there is none to lose any more.
    this.#attempt('unsentBytes', () => {
      bytes = this.#transport.unsentBytes;
    });
    return amount(bytes);
  }

  send(data: string | Uint8Array): number {
    const size: unknown = this.#transport.send(data);
    return isAmount(size) ? size : typeof data === 'string' ? byteLength(data) : data.length;
  }

  flush(): void {
    this.#attempt('flush()', () => this.#transport.flush());
  }

  ping(): void {
    this.#transport.ping();
  }

  mark(): void {
    this.#attempt('mark()', () => this.#transport.mark());
  }

  /** A peer that cannot be asked counts as alive. */
  askLiveness(): void {
    const isAsked = this.#attempt('askLiveness()', () => this.#transport.askLiveness());
    if (!isAsked) afterIo(() => this.#guard.answered(true));
  }

  close(code: number | null, reason: string): void {
    this.#essential('close()', () => this.#transport.close(code, reason));
  }

  pause(): void {
    this.#attempt('pause()', () => this.#transport.pause());
  }

  resume(): void {
    this.#essential('resume()', () => this.#transport.resume());
  }

  destroy(): void {
    this.#attempt('destroy()', () => this.#transport.destroy());
  }

  /** @returns whether nothing was thrown */
  #attempt(what: string, act: () => void): boolean {
    try {
      act();
      return true;
    } catch (thrown) {
      this.#guard.onThrow(transportError(what, thrown));
      return false;
    }
  }

  /** As {@link #attempt}, where the connection is lost if it throws. */
  #essential(what: string, act: () => unknown): unknown {
    try {
      return act();
    } catch (thrown) {
      this.#guard.onBreak(transportError(what, thrown));
      return undefined;
    }
  }
}

const isAmount = (value: unknown): value is number => typeof value === 'number' && value >= 0;

/** React Native's `WebSocket` leaves some of them undefined. */
const amount = (value: unknown): number => (isAmount(value) ? value : 0);
