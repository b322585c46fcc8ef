/**
 * The events that not every runtime has: Node has no `CloseEvent` before version 23, and no `ErrorEvent`. Where a
 * runtime has its own, that is used, so that `instanceof` agrees.
 */
import type { GlobalEvent } from '../port/index.js';
import { Event, runtime } from './globals.js';

/** The event of an end (https://websockets.spec.whatwg.org/#the-closeevent-interface). */
export type CloseEvent = GlobalEvent & {
  /** The close code of the peer; 1005 where its Close had none, 1006 where no Close came. */
  readonly code: number;
  /** The reason of the peer. */
  readonly reason: string;
  /** Whether the closing handshake was completed. */
  readonly wasClean: boolean;
};

/** The event of an error (https://html.spec.whatwg.org/#the-errorevent-interface). */
export type ErrorEvent = GlobalEvent & {
  /** What went wrong. No secret is in it. */
  readonly message: string;
  /** A `ReckerError`. */
  readonly error: unknown;
};

/** What a `CloseEvent` is made of. */
export interface CloseEventInit {
  /** Default: 0. */
  readonly code?: number | undefined;
  /** Default: `''`. */
  readonly reason?: string | undefined;
  /** Default: false. */
  readonly wasClean?: boolean | undefined;
}

/** What an `ErrorEvent` is made of. */
export interface ErrorEventInit {
  /** Default: `''`. */
  readonly message?: string | undefined;
  /** Default: null. */
  readonly error?: unknown;
}

class OwnCloseEvent extends Event {
  readonly #code: number;
  readonly #reason: string;
  readonly #wasClean: boolean;

  constructor(type: string, { code = 0, reason = '', wasClean = false }: CloseEventInit = {}) {
    super(type);
    this.#code = code;
    this.#reason = reason;
    this.#wasClean = wasClean;
  }

  get code(): number {
    return this.#code;
  }

  get reason(): string {
    return this.#reason;
  }

  get wasClean(): boolean {
    return this.#wasClean;
  }
}

class OwnErrorEvent extends Event {
  readonly #message: string;
  readonly #error: unknown;

  constructor(type: string, { message = '', error = null }: ErrorEventInit = {}) {
    super(type);
    this.#message = message;
    this.#error = error;
  }

  get message(): string {
    return this.#message;
  }

  get error(): unknown {
    return this.#error;
  }
}

/** Gives a class the name of the interface that it implements, and makes its members enumerable. */
function named<Class extends new (...args: never[]) => object>(name: string, own: Class): Class {
  Object.defineProperty(own, 'name', { value: name, configurable: true });
  Object.defineProperty(own.prototype, Symbol.toStringTag, { value: name, configurable: true });
  for (const member of Object.getOwnPropertyNames(own.prototype)) {
    if (member !== 'constructor') Object.defineProperty(own.prototype, member, { enumerable: true });
  }
  return own;
}

/** The class of `close` events: the runtime's own, where it has one. */
export const CloseEvent = (runtime.CloseEvent ?? named('CloseEvent', OwnCloseEvent)) as new (
  type: string,
  init?: CloseEventInit,
) => CloseEvent;

/** The class of `error` events: the runtime's own, where it has one. */
export const ErrorEvent = (runtime.ErrorEvent ?? named('ErrorEvent', OwnErrorEvent)) as new (
  type: string,
  init?: ErrorEventInit,
) => ErrorEvent;
