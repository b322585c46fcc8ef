/**
 * The class that users hold: documented calls and getters over the client behind it (connection.ts).
 */

import { redactUrl } from '../machine/index.js';
import {
  ConfigurationError,
  type GlobalAbortSignal,
  type GlobalURL,
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

/** What `util.inspect` looks for, without a Node module. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** Older browsers do not have the symbol. */
const ASYNC_DISPOSE: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');

/**
 * A WebSocket that reconnects, notices dead peers, and tells what it does.
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
   * @param url a `ws:` or `wss:` URL, or a function that gives one for each dial
   * @param options see {@link WebSocketOptions}; checked at once
   * @throws ConfigurationError for a URL or option that can never work
   */
  constructor(url: string | GlobalURL | Provider<string | GlobalURL>, options?: WebSocketOptions) {
    super();
    const checked = checkOptions(options);
    const settings = dialSettings(url, checked);
    this.#factory = settings.factory;
    this.#canPing = settings.factory.supports.includes('ping') || checked.heartbeatMessage !== undefined;
    this.#core = new ClientCore(this, checked, settings);
  }

  /** Frameworks that wrap plain objects in proxies (Vue's `reactive()`) leave an object with a tag of its own alone. */
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

  // State, live at any time.

  /** The state of the chart. */
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

  /** Where it is, or was last, dialled to, without user info; `''` before the first dial of a `url` provider. */
  get url(): string {
    return this.#core.url;
  }

  /** The subprotocol that the server chose, `''` where there is none. */
  get protocol(): string {
    return this.#core.protocol;
  }

  /** The extensions in use, e.g. `permessage-deflate`. */
  get extensions(): string {
    return this.#core.extensions;
  }

  /** Bytes given to `send()` that the kernel has not taken, held messages included. */
  get bufferedAmount(): number {
    return this.#core.bufferedAmount;
  }

  /** The last round trip in milliseconds; `undefined` before the first. */
  get latency(): number | undefined {
    return this.#core.rtt;
  }

  /** Plain counters since the client was made. */
  stats(): WebSocketStats {
    return this.#core.stats();
  }

  // Calls.

  /**
   * Connects, or joins the dial that is under way or, in `backoff`, the next one, which comes when it is due. With `reconnect` it rides through failed dials and rejects
   * only when the client gives up, is closed or aborted.
   *
   * @param options.signal ends this wait alone
   */
  connect(options?: { signal?: GlobalAbortSignal | undefined }): Promise<void> {
    return this.#core.connectBy('connect', ownMember(options, 'signal'));
  }

  /**
   * As `connect()`, but on a new connection, from any state and whatever the option `reconnect` says. In `backoff` it
   * dials at once.
   */
  reconnect(): Promise<void> {
    return this.#core.connectBy('reconnect', undefined);
  }

  /**
   * Sends one message: text as text, everything else as binary. While there is no connection, or much is
   * under way, it waits in the send queue.
   *
   * @returns resolved when it was handed to the socket (with `awaitDrain`, when the socket has drained);
   *   rejected, and told by `undelivered`, when it will not be sent. Need not be awaited.
   * @throws TypeError for data that cannot be sent
   */
  send(data: SendData, options?: SendOptions): Promise<void> {
    return this.#core.send(data, options);
  }

  /**
   * Sends `JSON.stringify(value)` as text.
   *
   * @throws TypeError at once for what JSON cannot hold
   */
  sendJSON(value: unknown, options?: SendOptions): Promise<void> {
    return this.send(jsonText(value), options);
  }

  /**
   * Ends the connection with a closing handshake, and the client until the next `connect()`. What was held
   * is handed over first, then the Close, before this returns.
   *
   * @returns resolved when closed
   * @throws ConfigurationError at once for a code or reason that RFC 6455 §7.4 does not allow; nothing changes
   */
  close(code = 1000, reason = ''): Promise<void> {
    checkCloseArguments(code, reason, this.#factory);
    return this.#core.close(code, reason);
  }

  /**
   * Ends the connection and the client at once: the socket is destroyed without a closing handshake, and no reconnection
   * follows. One `close` with 1006 is emitted, and no `error`. What was queued, and who waits for `connect()`, is rejected
   * with an `AbortError`; iterators end after what they hold; pipes reject. `connect()` revives the client. Does nothing in
   * `closed`.
   */
  terminate(): void {
    this.#core.terminate();
  }

  /**
   * Reports that the surroundings changed: the machine or the app is awake again, or on another network. Call it from
   * Electron's `powerMonitor`, React Native's `AppState` or a network monitor; a page does it by itself.
   *
   * In `open` a heartbeat leaves at once, with its deadline, unless one is under way or `heartbeatInterval` is 0. In
   * `backoff` the next dial begins at once, but not before a `Retry-After` is over, nor before `reconnectDelay` has passed since
   * the last dial began. In other states it does nothing.
   */
  wake(): void {
    this.#core.onRuntime({ type: 'runtime.awake' });
  }

  /** @internal */
  [RUNTIME_FACT](fact: RuntimeFact): void {
    this.#core.onRuntime(fact);
  }

  /**
   * Sends a Ping frame if open; `pong` tells the answer.
   *
   * @throws ConfigurationError where the transport can send neither a Ping nor a `heartbeatMessage`
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
   * Sends what `readable` yields, a binary frame for each chunk, with its backpressure; connects by itself. The stream
   * is the pipe's own from the call on, as with Node's `pipeline`: its errors reject the promise, and whatever ends the
   * pipe early destroys it (a web stream is cancelled). One exception: where `pipeTo()` writes to the same duplex, a
   * clean end of the connection only stops the reading, and resolves.
   *
   * @param readable a Node stream, a web `ReadableStream`, or an iterable of strings and bytes
   * @param options.awaitDrain wait after each chunk for the drain. Default: false
   * @param options.signal ends the pipe; the connection stays open
   * @returns resolved when the last chunk was handed to the socket; rejected with what the stream failed with, with the
   *   loss of the connection (also with `reconnect`), with `ConnectionClosedError` when it is closed before the source
   *   has ended, with `AbortError` after an abort, with `TypeError` for what is no source
   */
  pipeFrom(readable: PipeSource, options?: PipeFromOptions): Promise<void> {
    return pipeFrom(this, this.#core.outbox, this.#core.hub, readable, options);
  }

  /**
   * Writes the bytes of the messages that come, in order, with backpressure to the peer; connects by itself. The stream
   * is the pipe's own from the call on: it is ended on a clean end and destroyed on any other (a web stream is closed or
   * aborted), but for `process.stdout` and `process.stderr`, and with `end: false`.
   *
   * @param writable a Node stream, or a web `WritableStream` of bytes
   * @param options.end whether the stream ends with the pipe. Default: true
   * @param options.signal ends the pipe; the connection stays open
   * @returns resolved when the stream has taken everything after a clean end; rejected with what the stream failed with,
   *   with the loss of the connection (also with `reconnect`), with `AbortError` after an abort and for a stream that is
   *   destroyed or ended, with `TypeError` for what is no sink
   */
  pipeTo(writable: PipeSink, options?: PipeToOptions): Promise<void> {
    return pipeTo(this, this.#core.hub, writable, options);
  }

  /**
   * Stops reading the socket, on this connection and the next ones, until `resume()`: the peer feels it. What has
   * already been read is still delivered. While paused a Ping need not be answered. Node's `events.on()` with
   * `highWaterMark` calls both.
   *
   * @throws StateError where the transport cannot stop reading, as in browsers
   */
  pause(): void {
    this.#core.pause();
  }

  /** Reads on, as far as no iterator or `pipeTo()` is full. */
  resume(): void {
    this.#core.hub.hold(false);
  }

  /**
   * Every message from now on, and first what an iterator before it left unread at its `break`; connects by itself.
   * Ends on `close()`, and on the peer's 1000 or 1001 where no reconnection follows; else throws. An iterator that
   * holds as much as `receiveQueue` allows pauses the socket, for everyone.
   */
  [Symbol.asyncIterator](): MessageIterator {
    const { hub, view, abortError } = this.#core;
    const receiver = hub.attach();
    if (view.isAborted && abortError !== undefined) receiver.end({ error: abortError });
    else this.#core.command({ type: 'connect' });
    return iterate(hub, receiver);
  }

  /**
   * `close()`, for `await using`. Published by the interface below.
   *
   * @internal
   */
  [ASYNC_DISPOSE](): Promise<void> {
    return this.close();
  }

  /** State and redacted URL only: what logs may show. */
  toJSON(): { state: ConnectionState; url: string } {
    return { state: this.state, url: redactUrl(this.url) };
  }

  [INSPECT](_depth: number, _options: unknown, inspect?: (value: unknown) => string): string {
    const shown = this.toJSON();
    return `ReckerWebSocket ${inspect === undefined ? JSON.stringify(shown) : inspect(shown)}`;
  }
}

/** `[Symbol.asyncDispose]()` is declared where the program's `lib` has the symbol: elsewhere it would not compile. */
export interface ReckerWebSocket extends AsyncDisposal {}

/** A client whose URL is resolved and whose headers are chosen by `createClient`; no argument of users can be this. */
export function clientOf(
  url: string | GlobalURL | Provider<string | GlobalURL>,
  options: WebSocketOptions,
  defaults: ClientDefaults,
): ReckerWebSocket {
  return new ReckerWebSocket(new BoundUrl(url, defaults) as never, options);
}

checkEventNames(ReckerWebSocket.prototype);
