/**
 * Public types that several files of the api use. Types only.
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

/** A received message. `isBinary` narrows its type. */
export type WebSocketMessage = TextMessage | BinaryMessage;

/** What `send()` takes. */
export type SendData = string | ArrayBuffer | ArrayBufferView | GlobalBlob;

/** The argument of `open`. */
export interface OpenInfo {
  /** Whether the dial followed a loss. */
  readonly reconnected: boolean;
  /** Which attempt succeeded: 0 for a first dial, n for the n-th after a loss. */
  readonly attempt: number;
  /** Whole milliseconds since the loss; 0 for a first dial. */
  readonly downtime: number;
  /** Headers of the server's 101; none in browsers. Not enumerable, because cookies are among them. */
  readonly headers: ResponseHeaders;
}

/** The third argument of `close`. */
export interface CloseInfo {
  /**
   * True if the peer's Close was received and ours was sent (RFC 6455 §7.1.4), however TCP ended then. Also true if
   * `close()` ended a client without a connection.
   */
  readonly wasClean: boolean;
  /** The error that ended it, if there was one. */
  readonly error?: ReckerError | undefined;
  /** Payload bytes that the socket had and the kernel may not have taken: lost with the connection. */
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
 * Counters, from `stats()`. Durations are in ms. Times are whole ms since the epoch, as of `Date.now()`, or of the option
 * `clock`.
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
  /** Received messages that no listener and no reader got, and unread messages that were dropped. */
  readonly messagesUnread: number;
  /** Messages that wait in the send queue. */
  readonly queuedMessages: number;
  /** What holding these messages costs, as `sendQueue.maxBytes` counts it: the payload, and 400 bytes for each. */
  readonly queuedBytes: number;
  /** Dials since the client was made. */
  readonly dials: number;
  /** Connections that opened since the client was made. */
  readonly opens: number;
  /** The newest round trip; `undefined` before the first. */
  readonly rtt: number | undefined;
  /** When the newest message or Pong was received. All messages of one read of the socket have the same time. */
  readonly lastReceivedAt: number | undefined;
  /** Whether reading is paused: an iterator or `pipeTo` holds as much as `receiveQueue` allows, or `pause()` was called. */
  readonly paused: boolean;
  /** When the present `ws.state` was entered. */
  readonly since: number;
}
