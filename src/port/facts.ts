/**
 * The chart's side of the port: what it may ask of a socket, the facts that come back, and how a failure is described.
 *
 * The chart sees no message. The api joins this side to the transport's.
 */
import type { Hop, ReckerError } from './errors.js';
import type { ResponseHeaders } from './responseHeaders.js';

/** How a dial or a connection ended. */
export interface Loss {
  /** The peer's close code; 1005 where its Close held none, 1006 where no Close came (RFC 6455 §7.1.5). */
  readonly code: number;
  /** The peer's close reason. */
  readonly reason: string;
  /** True where both sides sent a Close and the connection then ended (RFC 6455 §7.1.4). */
  readonly wasClean: boolean;
  /** The code of the Close that this side sent on its own account, e.g. 1002 for a protocol error of the peer. */
  readonly sentCode?: number | undefined;
  /** What went wrong, where something did. */
  readonly error?: ReckerError | undefined;
}

/** What the marks of one connection say. Times in ms. */
export interface SendProgress {
  /** Whether bytes wait in the process because the kernel takes no more. */
  readonly waiting: boolean;
  /** How long ago the kernel took something after it was full; before it did, how long ago it became full. */
  readonly takenAgo: number;
  /** How long ago something was received; at the most since the kernel was first full. */
  readonly heardAgo: number;
  /** Whether the kernel has taken anything after it was full. */
  readonly hasTaken: boolean;
  /** The longest time without a take while the kernel was full. */
  readonly longestGap: number;
  /** How long the peer may need, at the pace seen, for what the kernel holds once it has taken all. */
  readonly allowance: number;
}

/** What a socket tells the chart. Facts are past tense. */
export type SocketFact =
  | { readonly type: 'socket.opened' }
  | { readonly type: 'socket.failed'; readonly loss: Loss }
  | { readonly type: 'socket.peerClosed'; readonly code: number; readonly reason: string }
  | { readonly type: 'socket.peerErred'; readonly sentCode: number; readonly error: ReckerError }
  | { readonly type: 'socket.closed'; readonly loss: Loss }
  /** The newest heartbeat was answered: by its Pong (RFC 6455 §5.5.3), or by a message that stands for one. */
  | { readonly type: 'socket.ponged' }
  /** Bytes begin to wait, since the kernel takes no more. */
  | { readonly type: 'socket.filled'; readonly sending: SendProgress }
  /**
   * The answer to `askLiveness()`: whether anything was received since the mark, and, where the kernel was ever
   * full on this connection, how the bytes on their way out move.
   */
  | { readonly type: 'socket.answered'; readonly alive: boolean; readonly sending?: SendProgress };

/** What the chart may ask of the one socket it invokes. No method throws. */
export interface SocketPort {
  /** Sends a heartbeat and marks what has been received so far. */
  ping(): void;
  /** Sends another heartbeat, and leaves the mark where it is. */
  pingAgain(): void;
  /** Asks whether anything came since the last `ping()`; answered by `socket.answered`, never in the same tick's timers. */
  askLiveness(): void;
  /** The process was stopped for a while: the time for which nothing moved is forgotten. Default: there is no such time. */
  forgetSilence?(): void;
  /** Starts the closing handshake (RFC 6455 §7.1.2). */
  close(code: number, reason: string): void;
  /** Ends everything that the dial opened, now. Nothing is told afterwards. */
  destroy(): void;
}

/** What `shouldReconnect` is asked about. */
export interface Failure {
  /** Reconnection attempts used so far: 0 for the loss of a first or an established connection. */
  readonly attempt: number;
  /** What ended it, where there was an error. */
  readonly error?: ReckerError | undefined;
  /** The close code; 1006 where no Close came. */
  readonly code: number;
  /** The code of the Close that the client sent because the peer broke the protocol. */
  readonly sentCode?: number | undefined;
  /** The peer's reason; `''` where no Close came. */
  readonly reason: string;
  /** Whether the peer's Close came and ours left. */
  readonly wasClean: boolean;
  /** The HTTP status where the handshake was answered otherwise than with a valid 101. */
  readonly status?: number | undefined;
  /** Of that answer, with names in small letters. */
  readonly headers?: ResponseHeaders | undefined;
  /** Where it failed, if known. */
  readonly hop?: Hop | undefined;
  /** How long the connection had been open, in milliseconds; 0 for a dial that failed. */
  readonly uptime: number;
  /** Whether the client has been open since `connect()`, whatever the address was. */
  readonly hasBeenOpen: boolean;
}
