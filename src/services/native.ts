/**
 * The transport of browsers, and of every runtime with a global `WebSocket` (Node 22, Deno, Bun, workers).
 *
 * It owns one native socket. What such a socket cannot do is missing from `supports`, so that it is refused with a
 * `ConfigurationError`. Four things are not known, because the socket does not report them:
 * - Why a dial failed: no HTTP status, no system code. Every failure is a `ConnectionError`, and is retried, but for what the
 *   page forbids: by its Content Security Policy, and as mixed content.
 * - That the peer's Close has arrived: the state leaves `open` only when the connection has ended.
 * - That it sent a Close because the peer broke the protocol (1002, 1007, 1009): that is a loss with 1006.
 * - When bytes leave. See {@link NativeTransport.send}.
 * `destroy()` of an open socket begins a closing handshake and removes the listeners: a page cannot cut a connection.
 */

import {
  ConnectionError,
  type DialRequest,
  isError,
  NO_CLOSE,
  type ReckerError,
  type Transport,
  type TransportFactory,
  type TransportObserver,
  utf8Length,
} from '../port/index.js';
import { connectionError } from './failures/index.js';
import { isOffline, macrotask, type NativeSocket, nativeFeatures, openSocket } from './runtime/index.js';

const OPEN = 1;
const CLOSING = 2;

/**
 * The pause between two polls of a buffer that holds something, in ms: it doubles from the first to the last of
 * these, and begins anew when bytes have left.
 */
const FIRST_PAUSE = 1;
const LAST_PAUSE = 64;

/**
 * How long bytes wait, in ms of such pauses, until they count as waiting for the peer. Before that they fill the kernel and what is
 * between it and the page; in Firefox that took 0.3 s on a busy machine.
 */
const FULL_AFTER = 250;

/** A `SecurityPolicyViolationEvent` (https://www.w3.org/TR/CSP3/#violation-events). */
interface Violation {
  readonly blockedURI: string;
  readonly disposition: string;
  readonly effectiveDirective: string;
}

interface Scope {
  addEventListener?(event: 'securitypolicyviolation', listener: (event: Violation) => void): void;
}

/** The dials under way, each with its URL: a policy may forbid them. One listener serves all. */
const dialling = new Map<NativeTransport, string>();
let isWatching = false;

function watchPolicy(): void {
  if (isWatching) return;
  isWatching = true;
  (globalThis as Scope).addEventListener?.('securitypolicyviolation', (violation) => {
    const { blockedURI, disposition, effectiveDirective } = violation;
    if (disposition === 'report' || blockedURI === '') return;
    // An engine may show the origin alone, or the scheme.
    for (const [dial, url] of dialling) if (url.startsWith(blockedURI)) dial.forbid(effectiveDirective);
  });
}

class NativeTransport implements Transport {
  #observer: TransportObserver | undefined;
  #socket: NativeSocket | undefined;
  #isOpen = false;
  #isPolling = false;
  /** Payload bytes handed over, and how many of them had left at the last poll. */
  #handed = 0;
  #left = 0;
  /** How long bytes have waited without a break, in ms of pauses. */
  #waited = 0;
  #hasReceived = false;
  #error: ReckerError | undefined;

  constructor(request: DialRequest, observer: TransportObserver) {
    this.#observer = observer;
    watchPolicy();
    dialling.set(this, request.url);
    try {
      this.#socket = this.#begin(request);
    } catch (cause) {
      macrotask(() => this.#fail(this.#error ?? refusal(cause, request.url)));
    }
  }

  #begin(request: DialRequest): NativeSocket {
    const socket = openSocket(request);
    if (socket === undefined)
      throw new ConnectionError('This runtime has no global WebSocket', { final: true });
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this.#isOpen = true;
      dialling.delete(this);
      this.#observer?.opened(socket.protocol, socket.extensions);
    };
    socket.onmessage = ({ data }) => {
      this.#hasReceived = true;
      if (typeof data === 'string') this.#observer?.message(data, false);
      else this.#observer?.message(new Uint8Array(data), true, data.byteLength);
    };
    socket.onerror = ({ error, message }) => {
      this.#error ??= !this.#isOpen && isMixed(request.url) ? forbidden(MIXED) : nativeError(error, message);
      // Not every runtime emits `close` after it.
      if (!this.#isOpen) this.#fail(this.#error);
    };
    socket.onclose = ({ code, reason, wasClean }) => {
      if (!this.#isOpen) {
        this.#fail(this.#error ?? nativeError(undefined, undefined));
        return;
      }
      const observer = this.#observer;
      this.#observer = undefined;
      observer?.closed(code, reason, wasClean && code !== NO_CLOSE, wasClean ? undefined : this.#error);
    };
    return socket;
  }

  /** The page's policy forbids the URL. Not every engine ends the dial then. */
  forbid(directive: string): void {
    this.#error ??= forbidden(`The page's Content Security Policy forbids this URL (${directive})`);
    macrotask(() => this.#fail(this.#error ?? nativeError(undefined, undefined)));
  }

  get isWritable(): boolean {
    return this.#socket?.readyState === OPEN;
  }

  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** The native counter keeps its value after the end of the connection. */
  get unsentBytes(): number {
    return this.bufferedAmount;
  }

  /**
   * No event reports that bytes have left (https://github.com/whatwg/websockets/issues/22). So while the socket's
   * buffer holds some it is polled: at once, then at growing pauses. With an empty buffer, as nearly always, nothing
   * runs. This is the only poll of the library.
   */
  send(data: string | Uint8Array): number {
    const socket = this.#socket as NativeSocket;
    let size: number;
    if (typeof data === 'string') {
      size = utf8Length(data);
      socket.send(data);
    } else {
      size = data.length;
      // Node's keeps the caller's bytes without a copy, and pages refuse shared memory.
      socket.send(new Uint8Array(data));
    }
    this.#handed += size;
    if (!this.#isPolling && socket.bufferedAmount > 0) {
      this.#isPolling = true;
      macrotask(() => this.#poll(0));
    }
    return size;
  }

  /** @param slept the pause before it */
  #poll(slept: number): void {
    this.#isPolling = false;
    const { bufferedAmount } = this;
    const waits = bufferedAmount > 0;
    // Some runtimes count framing, too.
    const bytes = Math.max(0, this.#handed - bufferedAmount - this.#left);
    this.#left += bytes;
    const wasFull = this.#waited >= FULL_AFTER;
    this.#waited = waits ? this.#waited + slept : 0;
    this.#observer?.taken(wasFull ? bytes : 0, waits);
    if (!wasFull && this.#waited >= FULL_AFTER) this.#observer?.filled(Math.max(1, this.#left));
    if (this.#observer === undefined || this.#isPolling || !waits) return;
    if ((this.#socket?.readyState ?? 0) > CLOSING) return;
    this.#isPolling = true;
    const pause = bytes > 0 || slept === 0 ? FIRST_PAUSE : Math.min(2 * slept, LAST_PAUSE);
    // biome-ignore lint/style/noRestrictedGlobals: no deadline and no decision, the pause of the only poll.
    setTimeout(() => this.#poll(pause), pause);
  }

  /** The runtime decides when bytes leave. */
  flush(): void {}

  /** A page cannot send a Ping frame. */
  ping(): void {}

  mark(): void {
    this.#hasReceived = false;
  }

  /** Two turns: what arrived while the page was busy may be queued behind the first. */
  askLiveness(): void {
    macrotask(() =>
      macrotask(() => {
        const hasReceived = this.#hasReceived;
        this.#hasReceived = false;
        this.#observer?.answered(hasReceived);
      }),
    );
  }

  close(code: number | null, reason: string): void {
    // Without an argument the Close frame is empty.
    if (code === null) this.#socket?.close();
    else this.#socket?.close(code, reason);
  }

  /** A page cannot stop reading. */
  pause(): void {}

  resume(): void {}

  destroy(): void {
    this.#observer = undefined;
    dialling.delete(this);
    const socket = this.#socket;
    if (socket === undefined) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    // A listener stays: Node's socket reports the abort of a dial as an error.
    socket.onerror = () => {};
    if (socket.readyState < CLOSING) socket.close();
  }

  #fail(error: ReckerError): void {
    const observer = this.#observer;
    this.destroy();
    observer?.failed(error);
  }
}

/** In pages the event has no reason; other runtimes put an error or its text on it. */
function nativeError(error: unknown, message: unknown): ReckerError {
  if (isError(error)) return connectionError(error);
  return new ConnectionError(
    typeof message === 'string' && message !== ''
      ? message
      : isOffline()
        ? 'The connection failed: the browser is offline'
        : 'The connection failed; the runtime gives no reason: no server, a refused upgrade, a bad certificate?',
  );
}

/** What can never work on this page. */
const forbidden = (message: string, cause?: unknown): ReckerError =>
  new ConnectionError(message, { cause, final: true });

const MIXED = 'Mixed content: a page from https must use wss://';

/** WebKit throws nothing, and says no more than of a dial that failed. To this machine `ws:` may be allowed. */
function isMixed(url: string): boolean {
  const { location } = globalThis as { readonly location?: { readonly protocol?: string } };
  return location?.protocol === 'https:' && /^ws:\/\/(?!localhost|127\.|\[::1)/.test(url);
}

/** What the constructor threw. */
function refusal(cause: unknown, url: string): ReckerError {
  const { name, message } = cause as Error;
  if (name === 'SecurityError') {
    return forbidden(url.startsWith('ws:') ? MIXED : message, cause);
  }
  // Firefox throws where a policy forbids the URL.
  if (name === 'NS_ERROR_CONTENT_BLOCKED') return forbidden("The page's policy forbids this URL", cause);
  return connectionError(cause);
}

/**
 * The global `WebSocket`: the transport of the build for browsers, and the option `transport` for every other
 * runtime that has one.
 *
 * @example
 * import { nativeTransport, ReckerWebSocket } from 'recker';
 *
 * const ws = new ReckerWebSocket('wss://chat.example.com/room', { transport: nativeTransport });
 */
export const nativeTransport: TransportFactory = Object.freeze({
  name: 'native',
  supports: nativeFeatures,
  canCloseWith: (code: number) => code === 1000 || (code >= 3000 && code <= 4999),
  dial: (request: DialRequest, observer: TransportObserver) => new NativeTransport(request, observer),
});
