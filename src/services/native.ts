/**
 * The transport of browsers, and of every runtime with a global `WebSocket` (Node 22, Deno, Bun, workers).
 *
 * It owns one native socket. What such a socket cannot do is missing from `supports`, so that asking for it is
 * a `ConfigurationError`. What it does not tell cannot be told on:
 * - Why a dial failed: no HTTP status, no system code. Every failure is a `ConnectionError`, and is retried.
 * - That the peer's Close has come: the state goes from `open` straight on when the connection is gone.
 * - That it broke off with a Close of its own (1002, 1007, 1009): that is a loss like any other, with 1006.
 * - That bytes have left. See {@link NativeTransport.send}.
 * `destroy()` of an open socket begins a closing handshake and lets go: a page has no way to cut a connection.
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
import { macrotask } from './runtime/index.js';

/** What is used of the WHATWG interface (https://websockets.spec.whatwg.org/#the-websocket-interface). */
interface NativeSocket {
  binaryType: string;
  readonly bufferedAmount: number;
  readonly extensions: string;
  readonly protocol: string;
  readonly readyState: number;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: string | ArrayBuffer }) => void) | null;
  onerror: ((event: { readonly error?: unknown; readonly message?: unknown }) => void) | null;
  onclose:
    | ((event: { readonly code: number; readonly reason: string; readonly wasClean: boolean }) => void)
    | null;
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
}

type NativeConstructor = new (url: string, protocols: string[]) => NativeSocket;

const OPEN = 1;
const CLOSING = 2;

/** The pace at which a full buffer is looked at, in ms: each look doubles the pause, up to the second of these. */
const FIRST_LOOK = 1;
const LAST_LOOK = 64;

class NativeTransport implements Transport {
  #observer: TransportObserver | undefined;
  #socket: NativeSocket | undefined;
  #isOpen = false;
  #isLooking = false;
  #heard = false;
  #error: ReckerError | undefined;

  constructor(request: DialRequest, observer: TransportObserver) {
    this.#observer = observer;
    try {
      this.#socket = this.#begin(request);
    } catch (cause) {
      // Mixed content, a forbidden port, a content security policy; or a runtime without WebSocket.
      macrotask(() => this.#fail(connectionError(cause)));
    }
  }

  #begin({ url, protocols }: DialRequest): NativeSocket {
    const { WebSocket } = globalThis as unknown as { readonly WebSocket?: NativeConstructor };
    if (WebSocket === undefined)
      throw new ConnectionError('This runtime has no global WebSocket', { final: true });
    const socket = new WebSocket(url, [...protocols]);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this.#isOpen = true;
      this.#observer?.opened(socket.protocol, socket.extensions);
    };
    socket.onmessage = ({ data }) => {
      this.#heard = true;
      if (typeof data === 'string') this.#observer?.message(data, false);
      else this.#observer?.message(new Uint8Array(data), true, data.byteLength);
    };
    socket.onerror = ({ error, message }) => {
      this.#error = nativeError(error, message);
      // Not every runtime tells a `close` after it.
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

  get isWritable(): boolean {
    return this.#socket?.readyState === OPEN;
  }

  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** The native counter keeps its value when the connection ends. */
  get unsentBytes(): number {
    return this.bufferedAmount;
  }

  /**
   * No event tells that bytes have left (https://github.com/whatwg/websockets/issues/22), so while the socket
   * says that it holds some it is looked at again: at once, then ever more rarely. With an empty buffer, as
   * nearly always, nothing runs. This is the one poll of the library.
   */
  send(data: string | Uint8Array): number {
    const socket = this.#socket as NativeSocket;
    let size: number;
    if (typeof data === 'string') {
      size = utf8Length(data);
      socket.send(data);
    } else {
      size = data.length;
      // Node's queues the caller's own bytes, and pages refuse shared memory: a copy serves both.
      socket.send(new Uint8Array(data));
    }
    if (!this.#isLooking && socket.bufferedAmount > 0) {
      this.#isLooking = true;
      macrotask(() => this.#look(FIRST_LOOK));
    }
    return size;
  }

  #look(pause: number): void {
    this.#isLooking = false;
    if (this.#observer === undefined) return;
    this.#observer.taken();
    if (this.#isLooking || this.bufferedAmount === 0 || !this.isWritable) return;
    this.#isLooking = true;
    // biome-ignore lint/style/noRestrictedGlobals: no deadline and no decision: the pace of the one poll.
    setTimeout(() => this.#look(Math.min(2 * pause, LAST_LOOK)), pause);
  }

  /** The runtime sends when it likes. */
  flush(): void {}

  /** A page cannot send a Ping frame. */
  ping(): void {}

  mark(): void {
    this.#heard = false;
  }

  /** Two turns: what came in while the page was busy may be queued behind the first. */
  askLiveness(): void {
    macrotask(() =>
      macrotask(() => {
        const heard = this.#heard;
        this.#heard = false;
        this.#observer?.answered(heard);
      }),
    );
  }

  close(code: number, reason: string): void {
    this.#socket?.close(code, reason);
  }

  /** A page cannot stop reading. */
  pause(): void {}

  resume(): void {}

  destroy(): void {
    this.#observer = undefined;
    const socket = this.#socket;
    if (socket === undefined) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    // Kept, and deaf: Node's reports the abort of a dial as an error.
    socket.onerror = () => {};
    if (socket.readyState < CLOSING) socket.close();
  }

  #fail(error: ReckerError): void {
    const observer = this.#observer;
    this.destroy();
    observer?.failed(error);
  }
}

/** Pages tell nothing; other runtimes put an error or its text on the event. */
function nativeError(error: unknown, message: unknown): ReckerError {
  if (isError(error)) return connectionError(error);
  return new ConnectionError(
    typeof message === 'string' && message !== ''
      ? message
      : 'The connection failed; the runtime does not tell why',
  );
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
  supports: Object.freeze([]),
  canCloseWith: (code: number) => code === 1000 || (code >= 3000 && code <= 4999),
  dial: (request: DialRequest, observer: TransportObserver) => new NativeTransport(request, observer),
});
