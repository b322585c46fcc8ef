/**
 * The public class: documented methods and getters over the client behind it (clientCore.ts).
 */

import { redactUrl } from '../machine/index.js';
import {
  ConfigurationError,
  type GlobalAbortSignal,
  type GlobalURL,
  NO_CODE,
  ownMember,
  RUNTIME_FACT,
  type RuntimeFact,
  type TransportFactory,
} from '../port/index.js';
import { READY_STATES } from './chart/index.js';
import { ClientCore } from './clientCore.js';
import type { AsyncDisposal } from './emitter.js';
import { checkEventNames } from './events/index.js';
import { iterate, type MessageIterator } from './incoming/index.js';
import {
  BoundUrl,
  type ClientDefaults,
  checkCloseArguments,
  checkOptions,
  dialSettings,
  type Provider,
  type WebSocketOptions,
} from './options/index.js';
import type { SendOptions } from './outgoing/index.js';
import {
  type PipeFromOptions,
  type PipeSink,
  type PipeSource,
  type PipeToOptions,
  pipeFrom,
  pipeTo,
} from './pipes/index.js';
import { EventEmitter } from './platform.js';
import type { ConnectionState, SendData, WebSocketEvents, WebSocketStats } from './types.js';
import { jsonText } from './values/index.js';

/** The method that `util.inspect` calls; the symbol needs no module of Node. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** Older browsers do not have the symbol. */
const ASYNC_DISPOSE: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');

/**
 * A WebSocket client that reconnects, detects dead peers, and emits an event for each change of its state.
 *
 * @example
 * import { ReckerWebSocket } from 'recker';
 *
 * const ws = new ReckerWebSocket('wss://chat.example.com/room', { reconnect: true });
 * ws.on('message', (message) => console.log(message.data));
 * ws.on('error', (error) => console.error(error.message));
 * await ws.connect();
 * ws.send('Hello, server!');
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface repeats a method of the class for some programs.
export class ReckerWebSocket extends EventEmitter<WebSocketEvents> {
  /** `readyState` while a dial runs: 0. */
  static readonly CONNECTING = 0;
  /** `readyState` while the connection is open: 1. */
  static readonly OPEN = 1;
  /** `readyState` during the closing handshake: 2. */
  static readonly CLOSING = 2;
  /** `readyState` while there is no connection: 3. */
  static readonly CLOSED = 3;

  readonly #core: ClientCore;
  readonly #factory: TransportFactory;
  readonly #canPing: boolean;

  /**
   * @param url a `ws:` or `wss:` URL, or a function that returns one for each dial
   * @param options see {@link WebSocketOptions}; checked at once
   * @throws ConfigurationError for a URL or option that can never work
   */
  constructor(url: string | GlobalURL | Provider<string | GlobalURL>, options?: WebSocketOptions) {
    super();
    // createClient() has checked what it hands over, and shares it.
    const isChecked = options !== undefined && (url as unknown) instanceof BoundUrl;
    const checked = isChecked ? options : checkOptions(options);
    const settings = dialSettings(url, checked);
    this.#factory = settings.factory;
    this.#canPing = settings.factory.supports.includes('ping') || checked.heartbeatMessage !== undefined;
    this.#core = new ClientCore(this, checked, settings);
  }

  /** Frameworks that wrap plain objects in proxies (Vue's `reactive()`) do not wrap an object that has a tag. */
  get [Symbol.toStringTag](): string {
    return 'ReckerWebSocket';
  }

  // The constants of the WHATWG interface, on instances too.

  /** `readyState` while a dial runs: 0. */
  get CONNECTING(): 0 {
    return 0;
  }

  /** `readyState` while the connection is open: 1. */
  get OPEN(): 1 {
    return 1;
  }

  /** `readyState` during the closing handshake: 2. */
  get CLOSING(): 2 {
    return 2;
  }

  /** `readyState` while there is no connection: 3. */
  get CLOSED(): 3 {
    return 3;
  }

  // State, always up to date.

  /** The state of the client. */
  get state(): ConnectionState {
    return this.#core.view.state;
  }

  /** As in the WHATWG interface: 0 connecting, 1 open, 2 closing, 3 closed. */
  get readyState(): 0 | 1 | 2 | 3 {
    return READY_STATES[this.#core.view.state];
  }

  /** True only in `open`. */
  get isConnected(): boolean {
    return this.#core.view.state === 'open';
  }

  /** The URL of the present or last dial, without user info; `''` before the first dial of a `url` provider. */
  get url(): string {
    return this.#core.url;
  }

  /** The subprotocol that the server chose; `''` if there is none. */
  get protocol(): string {
    return this.#core.protocol;
  }

  /** The extensions in use, e.g. `permessage-deflate`. */
  get extensions(): string {
    return this.#core.extensions;
  }

  /** Bytes given to `send()` that the kernel has not taken, including queued messages. */
  get bufferedAmount(): number {
    return this.#core.bufferedAmount;
  }

  /** The last round trip in milliseconds; `undefined` before the first. */
  get latency(): number | undefined {
    return this.#core.rtt;
  }

  /** Counters since the client was made. */
  stats(): WebSocketStats {
    return this.#core.stats();
  }

  // Calls.

  /**
   * Connects, or joins the dial that runs already. In `backoff` it waits for the next dial. With `reconnect` the promise stays
   * pending over failed dials, and rejects only when the client gives up, is closed or is aborted.
   *
   * @param options.signal ends this wait only
   */
  connect(options?: { signal?: GlobalAbortSignal | undefined }): Promise<void> {
    return this.#core.connectBy('connect', ownMember(options, 'signal'));
  }

  /**
   * As `connect()`, but always on a new connection, from any state, also without the option `reconnect`. In `backoff` it dials
   * at once.
   */
  reconnect(): Promise<void> {
    return this.#core.connectBy('reconnect', undefined);
  }

  /**
   * Sends one message: a string as text, everything else as binary. Without an open connection, or above `maxInFlight`, the
   * message waits in the send queue.
   *
   * @returns resolves when the message was handed to the socket, or, with `awaitDrain`, when the socket has drained. Rejects
   *   when the message will not be sent, which is also reported by `undelivered`. It need not be awaited.
   * @throws TypeError for data that cannot be sent
   */
  send(data: SendData, options?: SendOptions): Promise<void> {
    return this.#core.send(data, options);
  }

  /**
   * Sends `JSON.stringify(value)` as text.
   *
   * @throws TypeError at once for a value that JSON cannot hold
   */
  sendJSON(value: unknown, options?: SendOptions): Promise<void> {
    return this.send(jsonText(value), options);
  }

  /**
   * Closes the connection with a closing handshake. The client does not reconnect until the next `connect()`. Queued messages
   * and then the Close are handed to the socket before this method returns.
   *
   * @param code `null` sends a Close frame without a code: the peer reads 1005, and usually answers with the same
   * @returns resolves when closed
   * @throws ConfigurationError at once for a code or reason that RFC 6455 §7.4 does not allow; nothing changes then
   */
  close(code: number | null = 1000, reason = ''): Promise<void> {
    checkCloseArguments(code, reason, this.#factory);
    return this.#core.close(code ?? NO_CODE, reason);
  }

  /**
   * Destroys the socket at once, without a closing handshake. The client does not reconnect until the next `connect()`. One
   * `close` with 1006 is emitted, and no `error`. Queued messages and promises of `connect()` are rejected with an
   * `AbortError`, pipes reject, and iterators end after the messages that they hold. Does nothing in `closed`.
   */
  terminate(): void {
    this.#core.terminate();
  }

  /**
   * Reports that the surroundings changed: the machine or the app is awake again, or on another network. To be called from
   * Electron's `powerMonitor`, React Native's `AppState` or a network monitor. In a page the client notices by itself.
   *
   * In `open` a heartbeat is sent at once, with its deadline, unless one waits already or `heartbeatInterval` is 0. In
   * `backoff` the next dial begins at once, but not before a `Retry-After` has passed, and not before `reconnectDelay` after
   * the last dial began. In other states nothing happens.
   */
  wake(): void {
    this.#core.onRuntime({ type: 'runtime.awake' });
  }

  /** @internal */
  [RUNTIME_FACT](fact: RuntimeFact): void {
    this.#core.onRuntime(fact);
  }

  /**
   * Sends a Ping frame if open. The answer is reported by `pong`.
   *
   * @throws ConfigurationError if the transport can send neither a Ping nor a `heartbeatMessage`
   */
  ping(): void {
    if (!this.#canPing) {
      throw new ConfigurationError(
        'ping',
        'ping() needs heartbeatMessage with a transport that cannot send Ping frames',
      );
    }
    this.#core.ping();
  }

  /**
   * Sends each chunk of `readable` as a binary frame, with backpressure; connects if necessary. The pipe owns the stream from
   * the call on, as Node's `pipeline` does: errors of the stream reject the promise, and a pipe that ends early destroys the
   * stream (a web stream is cancelled). There is one exception: if `pipeTo()` writes to the same duplex, a clean end of the
   * connection only stops reading, and the promise resolves.
   *
   * @param readable a Node stream, a web `ReadableStream`, or an iterable of strings and bytes
   * @param options.awaitDrain wait after each chunk for the drain. Default: false
   * @param options.signal ends the pipe; the connection stays open
   * @returns resolves when the last chunk was handed to the socket. Rejects with the error of the stream, with the loss of
   *   the connection (also with `reconnect`), with a `ConnectionClosedError` if it is closed before the source has ended,
   *   with an `AbortError` after an abort, and with a `TypeError` for a value that is no source
   */
  pipeFrom(readable: PipeSource, options?: PipeFromOptions): Promise<void> {
    return pipeFrom(this, this.#core.outbox, this.#core.hub, readable, options);
  }

  /**
   * Writes the bytes of received messages, in order, with backpressure to the peer; connects if necessary. The pipe owns the
   * stream from the call on: it ends the stream after a clean end, and destroys it after any other (a web stream is closed or
   * aborted). It does neither to `process.stdout` and `process.stderr`, or with `end: false`.
   *
   * @param writable a Node stream, or a web `WritableStream` of bytes
   * @param options.end whether the stream ends with the pipe. Default: true
   * @param options.signal ends the pipe; the connection stays open
   * @returns resolves when the stream has taken everything after a clean end. Rejects with the error of the stream, with the
   *   loss of the connection (also with `reconnect`), with an `AbortError` after an abort and for a stream that is destroyed
   *   or ended, and with a `TypeError` for a value that is no sink
   */
  pipeTo(writable: PipeSink, options?: PipeToOptions): Promise<void> {
    return pipeTo(this, this.#core.hub, writable, options);
  }

  /**
   * Stops reading from the socket, on this connection and later ones, until `resume()`. The peer gets backpressure. Messages
   * that were already read are still delivered. While paused, a Ping that is not answered has no consequence. Node's
   * `events.on()` with `highWaterMark` calls `pause()` and `resume()`.
   *
   * @throws StateError if the transport cannot stop reading, as in browsers
   */
  pause(): void {
    this.#core.pause();
  }

  /** Resumes reading, unless an iterator or a `pipeTo()` is full. */
  resume(): void {
    this.#core.hub.hold(false);
  }

  /**
   * Iterates over all messages from now on; connects if necessary. It begins with messages that an iterator before left unread
   * at its `break`. It ends after `close()`, and after the peer's 1000 or 1001 if no reconnection follows; otherwise it
   * throws. An iterator that holds as much as `receiveQueue` allows pauses reading, also for listeners and other readers.
   */
  [Symbol.asyncIterator](): MessageIterator {
    const { hub, view, abortError } = this.#core;
    const receiver = hub.attach();
    if (view.isAborted && abortError !== undefined) receiver.end({ error: abortError });
    else this.#core.command({ type: 'connect' });
    return iterate(hub, receiver);
  }

  /**
   * `close()`, for `await using`. The interface below declares it.
   *
   * @internal
   */
  [ASYNC_DISPOSE](): Promise<void> {
    return this.close();
  }

  /** The state and the redacted URL: nothing secret. */
  toJSON(): { state: ConnectionState; url: string } {
    return { state: this.state, url: redactUrl(this.url) };
  }

  [INSPECT](_depth: number, _options: unknown, inspect?: (value: unknown) => string): string {
    const shown = this.toJSON();
    return `ReckerWebSocket ${inspect === undefined ? JSON.stringify(shown) : inspect(shown)}`;
  }
}

/** Declares `[Symbol.asyncDispose]()` if the `lib` of the program has the symbol. */
export interface ReckerWebSocket extends AsyncDisposal {}

/** A client for `createClient()`, which resolves the URL and chooses the headers. */
export function clientOf(
  url: string | GlobalURL | Provider<string | GlobalURL>,
  options: WebSocketOptions,
  defaults: ClientDefaults,
): ReckerWebSocket {
  return new ReckerWebSocket(new BoundUrl(url, defaults) as never, options);
}

checkEventNames(ReckerWebSocket.prototype);
