/**
 * The public shapes that more than one file of the api speaks of. Types only.
 */

import type { ConnectionState } from '../machine/index.js';
import type { GlobalBlob, ReckerError, ResponseHeaders } from '../port/index.js';
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
