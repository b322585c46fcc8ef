/**
 * The chart's words: the commands and facts that it understands, and what it announces.
 *
 * Commands are imperatives, facts (in the port) are past tense and dotted. What the chart emits is not what users
 * receive: the api translates it, in one place, into the documented events.
 */
import type { AbortError, Loss, ReckerError, RuntimeFact, SocketFact } from '../port/index.js';

/** What a user's calls become. */
export type ConnectionCommand =
  | { readonly type: 'connect' }
  | { readonly type: 'close'; readonly code: number; readonly reason: string }
  | { readonly type: 'reconnect' }
  | { readonly type: 'terminate' }
  | { readonly type: 'abort'; readonly error: AbortError };

/** Everything that the chart understands. */
export type ConnectionEvent =
  | ConnectionCommand
  | SocketFact
  | RuntimeFact
  /** The chart's own reminder: what the peer was given beyond `closeTimeout` is over. */
  | { readonly type: 'closing.overdue' };

/** What was lost: the first dial of a `connect()`, a dial after a loss, or an open connection. To prepare is part of the dial. */
export type LossStage = 'connecting' | 'reconnecting' | 'open';

/** What the chart announces. */
export type ConnectionEmitted =
  /** The upgrade succeeded, and the connection has to be prepared. */
  | { readonly type: 'preparing'; readonly attempt: number; readonly reconnected: boolean }
  | { readonly type: 'opened'; readonly attempt: number; readonly reconnected: boolean }
  | {
      readonly type: 'lost';
      readonly stage: LossStage;
      readonly loss: Loss;
      /** True where `close()` or an abort asked for the end. */
      readonly asked: boolean;
      readonly willReconnect: boolean;
    }
  /** `terminate()` ended the client, with a connection or without one. */
  | { readonly type: 'terminated' }
  | { readonly type: 'ended'; readonly code: number; readonly reason: string }
  | { readonly type: 'retryScheduled'; readonly attempt: number; readonly delay: number }
  | { readonly type: 'exhausted'; readonly attempts: number; readonly cause: ReckerError | undefined }
  | { readonly type: 'heartbeatTimedOut' };
