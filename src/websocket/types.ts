/**
 * The types of the class, as users see them. They need neither the DOM library nor Node's types; where a program has
 * either, the events are of its types, and the class is assignable to the `WebSocket` of both. Types only.
 */
import type { HeadersInput, ReckerWebSocket, TLSOptions, WebSocketOptions } from '../api/index.js';
import type {
  GlobalAbortSignal,
  GlobalBlob,
  GlobalEvent,
  GlobalMessageEvent,
  GlobalURL,
} from '../port/index.js';
import type { CloseEvent, ErrorEvent } from './events.js';

/** The value of `readyState`: 0 connecting, 1 open, 2 closing, 3 closed. */
export type ReadyState = 0 | 1 | 2 | 3;

/** How binary messages are delivered. `nodebuffer` is for Node only. */
export type BinaryType = 'blob' | 'arraybuffer' | 'nodebuffer';

/** What an `on…` attribute holds. */
export type EventHandler<Event> = { bivariant(event: Event): unknown }['bivariant'] | null;

/** A function, or an object with `handleEvent()`. */
export type EventListener<Event> =
  | { bivariant(event: Event): unknown }['bivariant']
  | { handleEvent(event: Event): unknown };

/** The third argument of `addEventListener()`, beside `capture` alone. */
export interface EventListenerOptions {
  /** Has no meaning here: there is no tree of targets. */
  capture?: boolean | undefined;
  /** Removes the listener when it is called. */
  once?: boolean | undefined;
  /** Has no meaning here: no event can be cancelled. */
  passive?: boolean | undefined;
  /** Removes the listener when it aborts. */
  signal?: GlobalAbortSignal | undefined;
}

/** The events, by name. */
export interface WebSocketEventMap {
  /** The connection is open. */
  open: GlobalEvent;
  /** A message arrived. */
  message: GlobalMessageEvent;
  /** The dial failed, or the connection broke. `close` follows. */
  error: ErrorEvent;
  /** The connection has ended. */
  close: CloseEvent;
}

/**
 * The third argument of the constructor, also accepted as the second. Names are those of `ws` and of undici. Anything
 * that is not listed here is ignored, except for an `agent`, which is refused.
 */
export interface WebSocketInit
  extends Pick<
      WebSocketOptions,
      'dispatcher' | 'family' | 'localAddress' | 'lookup' | 'maxPayload' | 'perMessageDeflate'
    >,
    TLSOptions {
  /** Subprotocols, where the second argument has none. */
  protocols?: string | readonly string[] | undefined;
  /** Headers of the handshake, over those of `webSocketClass()`. A list gives several headers of one name. */
  headers?:
    | HeadersInput
    | Iterable<readonly string[]>
    | Readonly<Record<string, string | readonly string[]>>
    | undefined;
  /** The header `Origin`. */
  origin?: string | undefined;
  /** Milliseconds: the option `connectTimeout`. */
  handshakeTimeout?: number | undefined;
}

/** The WHATWG interface (https://websockets.spec.whatwg.org/#the-websocket-interface), with three members of our own. */
export interface WebSocket {
  /** The URL, as it was resolved. */
  readonly url: string;
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: ReadyState;
  /** Payload bytes given to `send()` that the kernel has not taken. It does not shrink within a task. */
  readonly bufferedAmount: number;
  /** The extensions in use, e.g. `permessage-deflate`. */
  readonly extensions: string;
  /** The subprotocol that the server chose; `''` if there is none. */
  readonly protocol: string;
  /** How binary messages are delivered: `blob` by default. Other values are ignored. In Node it may be `nodebuffer`. */
  get binaryType(): 'blob' | 'arraybuffer';
  set binaryType(type: BinaryType);
  /** Called at `open`. */
  onopen: EventHandler<GlobalEvent>;
  /** Called for each message. */
  onmessage: EventHandler<GlobalMessageEvent>;
  /** Called when the dial failed or the connection broke. */
  onerror: EventHandler<GlobalEvent>;
  /** Called when the connection has ended. */
  onclose: EventHandler<CloseEvent>;
  /** `readyState` while a dial runs: 0. */
  readonly CONNECTING: 0;
  /** `readyState` while the connection is open: 1. */
  readonly OPEN: 1;
  /** `readyState` during the closing handshake: 2. */
  readonly CLOSING: 2;
  /** `readyState` while there is no connection: 3. */
  readonly CLOSED: 3;
  /** The client behind it: events, counters and methods beyond the standard. */
  readonly client: ReckerWebSocket;
  /**
   * Sends a message. After `close()`, and after the end of the connection, it is dropped.
   *
   * @param data a string, an `ArrayBuffer`, a view or a `Blob`; anything else is converted to a string. Bytes are copied
   * @param callback as in `ws`: called when the message was handed to the socket, with an error if it will not be sent.
   *   Only the last argument can be one
   * @throws InvalidStateError while the connection is not open yet, unless the option `reconnect` is set
   */
  send(
    data: string | ArrayBufferLike | ArrayBufferView | GlobalBlob,
    callback?: object | ((error?: Error) => void),
    last?: (error?: Error) => void,
  ): void;
  /**
   * Closes the connection with a closing handshake. Without arguments the Close frame is empty.
   *
   * @throws InvalidAccessError for a code other than 1000 and 3000–4999
   * @throws SyntaxError for a reason of more than 123 bytes
   */
  close(code?: number, reason?: string): void;
  /** Destroys the connection at once, without a closing handshake: `close` with 1006 follows. */
  terminate(): void;
  /** Sends a Ping frame if open. The answer is an event `pong` of `client`. */
  ping(): void;
  /** Adds a listener. */
  addEventListener<Name extends keyof WebSocketEventMap>(
    type: Name,
    listener: EventListener<WebSocketEventMap[Name]> | null,
    options?: boolean | EventListenerOptions,
  ): void;
  /** Adds a listener. */
  addEventListener(
    type: string,
    listener: EventListener<GlobalEvent> | null,
    options?: boolean | EventListenerOptions,
  ): void;
  /** Removes a listener. */
  removeEventListener<Name extends keyof WebSocketEventMap>(
    type: Name,
    listener: EventListener<WebSocketEventMap[Name]> | null,
    options?: boolean | EventListenerOptions,
  ): void;
  /** Removes a listener. */
  removeEventListener(
    type: string,
    listener: EventListener<GlobalEvent> | null,
    options?: boolean | EventListenerOptions,
  ): void;
  /** Calls the listeners of an event. */
  dispatchEvent(event: GlobalEvent): boolean;
}

/** The constructor of {@link WebSocket}. */
export interface WebSocketConstructor {
  /**
   * Makes a WebSocket, which dials at once.
   *
   * @param url `ws:`, `wss:`, `http:` or `https:`
   * @param protocols the subprotocols to offer, or the third argument
   * @param init what else a library may pass: any object, of which {@link WebSocketInit} is read
   * @throws SyntaxError for an invalid URL, a fragment, and an invalid or repeated subprotocol
   * @throws ConfigurationError for an `agent`, and for options that can never work
   */
  new (
    url: string | GlobalURL,
    protocols?: string | readonly string[] | WebSocketInit,
    init?: WebSocketInit | object,
  ): WebSocket;
  /** The prototype of all instances. */
  readonly prototype: WebSocket;
  /** `readyState` while a dial runs: 0. */
  readonly CONNECTING: 0;
  /** `readyState` while the connection is open: 1. */
  readonly OPEN: 1;
  /** `readyState` during the closing handshake: 2. */
  readonly CLOSING: 2;
  /** `readyState` while there is no connection: 3. */
  readonly CLOSED: 3;
}
