/**
 * The public shapes that more than one file of the api speaks of. Types only.
 */

import type { ConnectionState } from '../machine/index.js';
import type { GlobalAbortSignal, GlobalBlob, ReckerError, ResponseHeaders } from '../port/index.js';
import type { Binary } from './platform.js';

export type { ConnectionState };

/** A text message. */
export interface TextMessage {
  /** The text. */
  data: string;
  /** Tells the two kinds of message apart. */
  isBinary: false;
}

/** A binary message. */
export interface BinaryMessage {
  /** A `Buffer` in Node, a `Uint8Array` in browsers (a `Buffer` where the page has that). */
  data: Binary;
  /** Tells the two kinds of message apart. */
  isBinary: true;
}

/** A whole message, as it came. `isBinary` says which of the two it is, also to the compiler. */
export type WebSocketMessage = TextMessage | BinaryMessage;

/** What `send()` takes. */
export type SendData = string | ArrayBuffer | ArrayBufferView | GlobalBlob;

/** What `open` tells. */
export interface OpenInfo {
  /** True where the dial followed a loss. */
  readonly reconnected: boolean;
  /** Which attempt succeeded: 0 for a first dial, n for the n-th after a loss. */
  readonly attempt: number;
  /** Whole milliseconds since the loss; 0 for a first dial. */
  readonly downtime: number;
  /** Headers of the server's 101; none in browsers. Not enumerable, because cookies are among them. */
  readonly headers: ResponseHeaders;
}

/** What `close` tells beside code and reason. */
export interface CloseInfo {
  /**
   * True where the peer's Close came and ours left (RFC 6455 §7.1.4), whatever became of TCP then, and where
   * `close()` ended a client that had no connection.
   */
  readonly wasClean: boolean;
  /** What ended it, where something went wrong. */
  readonly error?: ReckerError | undefined;
  /** Payload bytes handed to the socket that the kernel is not known to have taken: lost with the connection. */
  readonly unsentBytes: number;
  /** Whether another dial follows. */
  readonly willReconnect: boolean;
}

/**
 * A connection between its upgrade and `open`, for the function of the option `prepare`. Its methods need no `this`: take
 * off it what you need.
 *
 * @example
 * import { createClient } from 'recker';
 *
 * const ws = createClient({ baseUrl: 'wss://chat.example.com' }).websocket('/room', {
 *   reconnect: true,
 *   async prepare({ sendJSON, next }) {
 *     sendJSON({ login: 'me' });
 *     await next(({ data }) => data === 'welcome');
 *   },
 * });
 */
export interface Session {
  /** Which attempt it is: 0 for a first dial, n for the n-th after a loss. */
  readonly attempt: number;
  /** Whether the client has been open since `connect()`. */
  readonly reconnected: boolean;
  /** What ended the dial or connection before this one. */
  readonly lastFailure?: ReckerError | undefined;
  /** Aborts when the connection ends. It goes on after `open`, e.g. to renew a token before it expires. */
  readonly signal: GlobalAbortSignal;
  /** The subprotocol that the server chose, `''` where there is none. */
  readonly protocol: string;
  /** Headers of the server's 101; none in browsers. Not enumerable, because cookies are among them. */
  readonly headers: ResponseHeaders;
  /**
   * Sends a message ahead of everything that is queued, whatever is under way. After `open` it is `ws.send()`; once the
   * connection has ended it rejects with `StateError`. Never an unhandled rejection.
   *
   * @throws TypeError for data that cannot be sent
   */
  send(data: SendData): Promise<void>;
  /** `send()` of `JSON.stringify(value)`. @throws TypeError at once for what JSON cannot hold */
  sendJSON(value: unknown): Promise<void>;
  /**
   * The oldest message that has arrived, else the next to arrive; with `where`, the first for which it returns true. No
   * listener and no iterator gets that message. What is not taken is delivered after `open`. Calls that wait are served
   * in order. Never an unhandled rejection.
   *
   * @param where a type guard gives its type to the result. What it throws rejects this call, and takes no message.
   * @param options.signal ends this call alone, with `AbortError`
   * @returns rejected with `StateError` once the connection is open or has ended
   */
  next<Message extends WebSocketMessage>(
    where: (message: WebSocketMessage) => message is Message,
    options?: { readonly signal?: GlobalAbortSignal | undefined },
  ): Promise<Message>;
  next(
    where?: ((message: WebSocketMessage) => boolean) | undefined,
    options?: { readonly signal?: GlobalAbortSignal | undefined },
  ): Promise<WebSocketMessage>;
}

/** The documented events and their arguments. */
export interface WebSocketEvents {
  /** The connection is open: messages can be sent. */
  open: [info: OpenInfo];
  /** A whole message arrived. */
  message: [message: WebSocketMessage];
  /**
   * A dial or a connection ended, or `close()` ended a client without a connection. The code is 1006 where
   * no Close came.
   */
  close: [code: number, reason: string, info: CloseInfo];
  /** Something failed: a dial, a connection, or a callback of yours. */
  error: [error: Error];
  /** A dial after a loss is scheduled: its number, from 1, and the delay before it in ms. */
  reconnecting: [attempt: number, delay: number];
  /** A dial after a loss failed. */
  'reconnect-error': [error: Error];
  /** All attempts failed: the client gives up until `connect()`. */
  'max-reconnect-attempts': [];
  /** A Ping was not answered within `heartbeatTimeout`; `close` follows. */
  'heartbeat-timeout': [];
  /** A heartbeat was answered: the round trip in ms. */
  pong: [rtt: number];
  /** `ws.state` changed. */
  state: [state: ConnectionState, previous: ConnectionState];
  /** A message was refused after `send()` had returned. */
  undelivered: [data: SendData, error: ReckerError];
}

/**
 * Plain counters, from `stats()`. Times in ms. Moments are whole ms since the epoch, as `Date.now()` gives them; with the
 * option `clock`, its `now()`.
 */
export interface WebSocketStats {
  /** Messages received since the client was made. */
  readonly messagesIn: number;
  /** Messages handed to a socket since the client was made. */
  readonly messagesOut: number;
  /** Payload bytes received. */
  readonly bytesIn: number;
  /** Payload bytes handed to a socket. */
  readonly bytesOut: number;
  /** Messages that were received when nobody listened or read, or that were left unread and given up. */
  readonly messagesUnread: number;
  /** Messages waiting in the client. */
  readonly queuedMessages: number;
  /** What holding them costs, as `sendQueue.maxBytes` counts it: their payload bytes, and 400 bytes a message. */
  readonly queuedBytes: number;
  /** Dials so far. */
  readonly dials: number;
  /** Connections that opened so far. */
  readonly opens: number;
  /** The newest round trip; `undefined` before the first. */
  readonly rtt: number | undefined;
  /** When the newest message or Pong came, one time for all that one read of the socket brought. */
  readonly lastReceivedAt: number | undefined;
  /** Whether reading is paused: an iterator or `pipeTo` holds as much as `receiveQueue` allows, or `pause()` was called. */
  readonly paused: boolean;
  /** When the present `ws.state` was entered. */
  readonly since: number;
}
