/**
 * Every error that this library makes.
 *
 * The chart makes the time-outs and the aborts, the services make most others, the api passes them on. Nothing here may
 * know a socket. No message may contain the user info or the query of a URL, the value of a header, or a credential.
 *
 * Each class has a `brand`, by which `instanceof` decides: see `ReckerError`.
 */

import { tryRead } from './own.js';
import { withCause } from './redactText.js';
import type { ResponseHeaders } from './responseHeaders.js';
import { retryAfterOf } from './retryAfter.js';

/** The base of all errors of this library: a `name`, a stable `code`, and the `cause` where there is one. */
export class ReckerError extends Error {
  /** @internal */
  static readonly brand: string = 'recker.ReckerError';
  /** `'ReckerError'`. */
  override name = 'ReckerError';
  /** Stable, for programs: a system code such as `ECONNREFUSED`, or one of this library (`ERR_RECKER_…`). */
  readonly code: string;

  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** What a log may contain. Without the cause, which may contain secrets. */
  toJSON(): { name: string; code: string; message: string } {
    const { name, code, message } = this;
    return { name, code, message };
  }

  /**
   * By brand, so that an error of another copy of this library is an instance, too: one in a bundle, or of another
   * version. A class that is derived elsewhere has no brand and keeps the usual meaning.
   *
   * @internal
   */
  static override [Symbol.hasInstance](this: unknown, value: unknown): boolean {
    if (value === undefined) return false;
    // biome-ignore lint/complexity/noThisInStatic: the class that stands beside `instanceof`, which may be a derived one.
    return tryRead(() => isInstanceOf(this, value)) ?? false;
  }
}

function isInstanceOf(made: unknown, value: unknown): boolean {
  const brand = brandOf(made);
  if (brand === undefined) return Function.prototype[Symbol.hasInstance].call(made as () => void, value);
  if (typeof value !== 'object') return false;
  for (let next: object | null = value; next !== null; ) {
    next = Object.getPrototypeOf(next) as object | null;
    if (next !== null && brandOf(next.constructor) === brand) return true;
  }
  return false;
}

/** The brand of a class of this library, of any copy of it. */
function brandOf(made: unknown): string | undefined {
  if (typeof made !== 'function' || !Object.hasOwn(made, 'brand')) return undefined;
  const { brand } = made as { readonly brand?: unknown };
  return typeof brand === 'string' && brand.startsWith('recker.') ? brand : undefined;
}

/** An option, a URL or an argument that can never work. Thrown at once; nothing is connected. */
export class ConfigurationError extends ReckerError {
  /** @internal */
  static override readonly brand: string = 'recker.ConfigurationError';
  /** `'ConfigurationError'`. */
  override name = 'ConfigurationError' as const;
  /** The option or argument that is wrong, e.g. `heartbeatInterval`. */
  readonly option: string;

  constructor(option: string, message: string, options?: ErrorOptions) {
    super(message, 'ERR_RECKER_CONFIGURATION', options);
    this.option = option;
  }
}

/** The call is not possible in the client's state, e.g. `send()` after `close()`. */
export class StateError extends ReckerError {
  /** @internal */
  static override readonly brand: string = 'recker.StateError';
  /** `'StateError'`. */
  override name = 'StateError' as const;
  /** `ws.state` at the time of the call. */
  readonly state: string;

  constructor(message: string, state: string, options?: ErrorOptions) {
    super(message, 'ERR_RECKER_STATE', options);
    this.state = state;
  }
}

/**
 * The network, the proxy, TLS or the peer's frames failed. `code` is that of the system or of `ws`, where there is
 * one.
 */
export class ConnectionError extends ReckerError {
  /** @internal */
  static override readonly brand: string = 'recker.ConnectionError';
  /** `'ConnectionError'`. */
  override name = 'ConnectionError' as const;
  /** Which hop failed, where that is known. */
  readonly hop: Hop | undefined;
  /**
   * True where no later dial can succeed and `code` does not say so, e.g. where a proxy refuses the credentials. A
   * certificate that does not verify has a `code` of its own
   * (https://nodejs.org/api/tls.html#x509-certificate-error-codes).
   */
  readonly final: boolean;
  /** The number of the TLS alert with which that hop refused, where no later dial can succeed (RFC 8446 §6.2). */
  readonly alert: number | undefined;

  constructor(
    message: string,
    options: ErrorOptions & {
      code?: string | undefined;
      hop?: Hop | undefined;
      final?: boolean | undefined;
      alert?: number | undefined;
    } = {},
  ) {
    super(message, options.code ?? 'ERR_RECKER_CONNECTION', options);
    this.hop = options.hop;
    this.final = options.final === true;
    this.alert = options.alert;
  }
}

/** Which peer answered or failed: the proxy, or the server. */
export type Hop = 'proxy' | 'server';

/** The connection ended before what was awaited (RFC 6455 §7.1.5 and §7.1.6 for code and reason). */
export class ConnectionClosedError extends ReckerError {
  /** @internal */
  static override readonly brand: string = 'recker.ConnectionClosedError';
  /** `'ConnectionClosedError'`. */
  override name = 'ConnectionClosedError' as const;
  /** The status code of the peer's Close frame; 1005 where it had none, 1006 where no Close came. */
  readonly closeCode: number;
  /** The peer's reason, `''` where there was none. */
  readonly reason: string;

  constructor(closeCode: number, reason: string, options?: ErrorOptions) {
    super(
      `The connection closed with ${closeCode}${reason === '' ? '' : `: ${reason}`}`,
      'ERR_RECKER_CLOSED',
      options,
    );
    this.closeCode = closeCode;
    this.reason = reason;
  }
}

/** The answer to the opening handshake was not a valid 101 (RFC 6455 §4.1). */
export class HandshakeError extends ReckerError {
  /** @internal */
  static override readonly brand: string = 'recker.HandshakeError';
  /** `'HandshakeError'`. */
  override name = 'HandshakeError' as const;
  /** The HTTP status; 101 where the answer accepted the upgrade and broke RFC 6455. */
  readonly status: number;
  /** Who answered. */
  readonly hop: Hop;
  /** The answer's headers. Not enumerable, because they may contain cookies. */
  declare readonly headers: ResponseHeaders;
  /**
   * The first 8 KiB of the answer's body as text, or the part of them that arrived within a second; `''` where there
   * was none. Not enumerable, because a server may write anything there.
   */
  declare readonly body: string;
  /** The answer's `Retry-After`, in ms from its arrival; `undefined` where there is none. */
  readonly retryAfter: number | undefined;

  /**
   * @param details.receivedAt ms since the epoch, to read a `Retry-After` that is a date where the answer has no
   * `Date`
   */
  constructor(
    message: string,
    details: {
      status: number;
      headers?: ResponseHeaders | undefined;
      hop?: Hop | undefined;
      body?: string | undefined;
      receivedAt?: number | undefined;
    },
    options?: ErrorOptions,
  ) {
    super(message, 'ERR_RECKER_HANDSHAKE', options);
    this.status = details.status;
    this.hop = details.hop ?? 'server';
    this.retryAfter = retryAfterOf(details.headers, details.receivedAt);
    Object.defineProperty(this, 'headers', {
      value: Object.freeze({ ...details.headers }),
      enumerable: false,
    });
    Object.defineProperty(this, 'body', { value: details.body ?? '', enumerable: false });
  }
}

/**
 * A connection could not be prepared: the function of the option `prepare` threw or rejected (`cause` is what it threw),
 * or the connection was lost meanwhile (`cause` says how). Throw one in `prepare` to say more.
 *
 * @example
 * import { SessionError } from 'recker';
 *
 * const options = {
 *   async prepare(session) {
 *     session.send('login');
 *     const { data } = await session.next();
 *     if (data === 'refused') throw new SessionError('The login was refused', { final: true });
 *   },
 * };
 */
export class SessionError extends ReckerError {
  /** @internal */
  static override readonly brand: string = 'recker.SessionError';
  override name = 'SessionError' as const;
  /** True where no other attempt is to follow, whatever `shouldReconnect` says. */
  readonly final: boolean;

  constructor(message: string, options: ErrorOptions & { final?: boolean | undefined } = {}) {
    super(message, 'ERR_RECKER_SESSION', options);
    this.final = options.final === true;
  }
}

/** What a deadline was for. */
export type TimeoutPhase = 'connect' | 'prepare' | 'heartbeat' | 'close';

/** A deadline of the chart passed: `connectTimeout`, `prepareTimeout`, `heartbeatTimeout` or `closeTimeout`. */
export class TimeoutError extends ReckerError {
  /** @internal */
  static override readonly brand: string = 'recker.TimeoutError';
  /** `'TimeoutError'`. */
  override name = 'TimeoutError' as const;
  /** Which deadline. */
  readonly phase: TimeoutPhase;

  constructor(phase: TimeoutPhase, milliseconds: number) {
    super(`${TIMEOUT_TEXT[phase]} within ${milliseconds} ms`, 'ERR_RECKER_TIMEOUT');
    this.phase = phase;
  }
}

const TIMEOUT_TEXT: Record<TimeoutPhase, string> = {
  connect: 'The connection was not open',
  prepare: 'prepare did not finish',
  heartbeat: 'The peer answered no Ping',
  close: 'The peer did not finish the closing handshake',
};

/** The send queue cannot take the message: its bound is reached, or there is none (`sendQueue: false`). */
export class QueueFullError extends ReckerError {
  /** @internal */
  static override readonly brand: string = 'recker.QueueFullError';
  /** `'QueueFullError'`. */
  override name = 'QueueFullError' as const;

  constructor(message: string) {
    super(message, 'ERR_RECKER_QUEUE_FULL');
  }
}

/** All reconnection attempts failed; `cause` is the last failure. */
export class ReconnectExhaustedError extends ReckerError {
  /** @internal */
  static override readonly brand: string = 'recker.ReconnectExhaustedError';
  /** `'ReconnectExhaustedError'`. */
  override name = 'ReconnectExhaustedError' as const;
  /** How many attempts were made. */
  readonly attempts: number;

  constructor(attempts: number, options?: ErrorOptions) {
    super(
      withCause(
        `Gave up after ${attempts} reconnection ${attempts === 1 ? 'attempt' : 'attempts'}`,
        options?.cause,
      ),
      'ERR_RECKER_RECONNECT_EXHAUSTED',
      options,
    );
    this.attempts = attempts;
  }
}

/** `close()` or an `AbortSignal` ended what was awaited. `cause` is the signal's reason, where there is one. */
export class AbortError extends ReckerError {
  /** @internal */
  static override readonly brand: string = 'recker.AbortError';
  /** `'AbortError'`. */
  override name = 'AbortError' as const;

  constructor(message: string, options?: ErrorOptions) {
    super(message, 'ABORT_ERR', options);
  }
}
