/**
 * The chart's side of the port: its commands to a socket, the facts that a socket reports, and how a failure is
 * described.
 *
 * The chart sees no message. The api connects this side to that of the transport.
 */
import type { Hop, ReckerError } from './errors.js';
import type { ResponseHeaders } from './responseHeaders.js';

/** How a dial or a connection ended. */
export interface Loss {
  /** The peer's close code; 1005 where its Close had none, 1006 where no Close came (RFC 6455 §7.1.5). */
  readonly code: number;
  /** The peer's close reason; `''` where there was none. */
  readonly reason: string;
  /** True where both sides sent a Close and the connection then ended (RFC 6455 §7.1.4). */
  readonly wasClean: boolean;
  /** The code of the Close that this side sent because the peer broke the protocol, e.g. 1002. */
  readonly sentCode?: number | undefined;
  /** What went wrong, if anything. */
  readonly error?: ReckerError | undefined;
}

/** How the bytes of one connection leave. Times in ms. */
export interface SendProgress {
  /** Whether bytes wait in the process because the kernel takes no more. */
  readonly waiting: boolean;
  /** How long ago the kernel took something after it was full; before it did, how long ago it became full. */
  readonly takenAgo: number;
  /** How long ago something was received; at most the time since the kernel was first full. */
  readonly heardAgo: number;
  /** Whether the kernel has taken anything after it was full. */
  readonly hasTaken: boolean;
  /** The longest time without a take while the kernel was full. */
  readonly longestGap: number;
  /** How long the peer may need, at the pace so far, for what the kernel holds once it has taken all. */
  readonly allowance: number;
}

/** What a socket, or the function that prepares it, reports to the chart. */
export type SocketFact =
  | { readonly type: 'socket.opened' }
  | { readonly type: 'socket.failed'; readonly loss: Loss }
  /** `prepare` is done: the connection counts as open. */
  | { readonly type: 'session.prepared' }
  /** `prepare` failed, and with it the attempt. */
  | { readonly type: 'session.failed'; readonly error: ReckerError }
  | { readonly type: 'socket.peerClosed'; readonly code: number; readonly reason: string }
  | { readonly type: 'socket.peerErred'; readonly sentCode: number; readonly error: ReckerError }
  | { readonly type: 'socket.closed'; readonly loss: Loss }
  /** The newest heartbeat was answered: by its Pong (RFC 6455 §5.5.3), or by a message that counts as one. */
  | { readonly type: 'socket.ponged' }
  /** Bytes begin to wait, because the kernel takes no more. */
  | { readonly type: 'socket.filled'; readonly sending: SendProgress }
  /**
   * The answer to `askLiveness()`: whether anything was received since the mark, and, where the kernel was ever
   * full on this connection, how the outgoing bytes leave.
   */
  | { readonly type: 'socket.answered'; readonly alive: boolean; readonly sending?: SendProgress };

/** The chart's commands to the one socket that it invokes. No method throws. */
export interface SocketPort {
  /** Sends a heartbeat, and marks how much has been received so far. */
  ping(): void;
  /** Sends another heartbeat, and does not move the mark. */
  pingAgain(): void;
  /**
   * Asks whether anything arrived since the last `ping()`. The answer is `socket.answered`, never within the same
   * tick's timers.
   */
  askLiveness(): void;
  /** The process was stopped for a while: the time without progress is not counted. Default: no such time is kept. */
  forgetSilence?(): void;
  /** Starts the closing handshake (RFC 6455 §7.1.2). */
  close(code: number, reason: string): void;
  /** Destroys everything that the dial opened, at once. Nothing is reported afterwards. */
  destroy(): void;
}

/** The argument of `shouldReconnect`: how a dial or a connection was lost. */
export interface Failure {
  /** Reconnection attempts used so far: 0 for the loss of a first or an established connection. */
  readonly attempt: number;
  /** What ended it, if it was an error. */
  readonly error?: ReckerError | undefined;
  /** The close code; 1006 where no Close came. */
  readonly code: number;
  /** The code of the Close that the client sent because the peer broke the protocol. */
  readonly sentCode?: number | undefined;
  /** The peer's reason; `''` where no Close came. */
  readonly reason: string;
  /** Whether the peer's Close came and the client's left. */
  readonly wasClean: boolean;
  /** The HTTP status, where the answer to the handshake was not a valid 101. */
  readonly status?: number | undefined;
  /** The headers of that answer, with names in lower case. */
  readonly headers?: ResponseHeaders | undefined;
  /** Which hop failed, where that is known. */
  readonly hop?: Hop | undefined;
  /** How long the connection had been open, in milliseconds; 0 for a dial that failed. */
  readonly uptime: number;
  /** Whether the client has been open since `connect()`, whatever the address was. */
  readonly hasBeenOpen: boolean;
}
