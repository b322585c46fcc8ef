/**
 * Translates what the chart emits into the documented events. Decides their arguments and order. Must not deliver them.
 */

import type { ConnectionEmitted } from '../../machine/index.js';
import {
  AbortError,
  ConnectionClosedError,
  type Loss,
  NO_CLOSE,
  type ReckerError,
  ReconnectExhaustedError,
  type ResponseHeaders,
  TimeoutError,
  type TimeoutPhase,
} from '../../port/index.js';
import type { CloseInfo, OpenInfo, WebSocketEvents } from '../types.js';

/** One documented event that is to be delivered. */
export type Announcement = {
  readonly [Name in keyof WebSocketEvents]: {
    readonly event: Name;
    readonly args: WebSocketEvents[Name];
    /** Dropped where the state that it announces has been left before it is delivered. */
    readonly passing?: true;
    /** An `error` that is thrown where nothing listens: nothing else reports that the client has failed for good. */
    readonly fatal?: boolean;
  };
}[keyof WebSocketEvents];

/** What the events report and the chart does not know. */
export interface Circumstances {
  /** Milliseconds since the loss; 0 for a first dial. */
  readonly downtime: number;
  /** Payload bytes that were lost with the connection. */
  readonly unsentBytes: number;
  /** Whether nothing else would report a final failure. */
  readonly unheard: boolean;
  /** The headers of the 101, where the transport can read them. */
  readonly headers?: ResponseHeaders | undefined;
}

/** The documented events for what the chart has emitted, in order. */
export function translate(emitted: ConnectionEmitted, circumstances: Circumstances): Announcement[] {
  switch (emitted.type) {
    case 'opened': {
      const { attempt, reconnected } = emitted;
      const { downtime, headers = {} } = circumstances;
      const info: OpenInfo = Object.defineProperty({ reconnected, attempt, downtime, headers }, 'headers', {
        enumerable: false,
      });
      return [{ event: 'open', args: [info], passing: true }];
    }
    case 'lost':
      return [...errorEventsOf(emitted, circumstances), closeOf(emitted, circumstances)];
    case 'ended': {
      const info: CloseInfo = { wasClean: true, unsentBytes: 0, willReconnect: false };
      return [{ event: 'close', args: [emitted.code, emitted.reason, info] }];
    }
    case 'terminated': {
      const { unsentBytes } = circumstances;
      const info: CloseInfo = { wasClean: false, unsentBytes, willReconnect: false };
      return [{ event: 'close', args: [NO_CLOSE, '', info] }];
    }
    case 'retryScheduled':
      return [{ event: 'reconnecting', args: [emitted.attempt, emitted.delay], passing: true }];
    case 'exhausted':
      return [
        { event: 'error', args: [exhaustionOf(emitted)], fatal: circumstances.unheard },
        { event: 'max-reconnect-attempts', args: [] },
      ];
    case 'preparing':
      return [];
    case 'heartbeatTimedOut':
      return [{ event: 'heartbeat-timeout', args: [] }];
  }
}

type Lost = Extract<ConnectionEmitted, { type: 'lost' }>;

/** A failed dial after a loss is a `reconnect-error`; every other failure is an `error`. */
function errorEventsOf(
  { stage, loss, asked, willReconnect }: Lost,
  { unheard }: Circumstances,
): Announcement[] {
  if (asked || loss.error === undefined) return [];
  if (stage === 'reconnecting') return [{ event: 'reconnect-error', args: [loss.error] }];
  if (isReportedElsewhere(loss.error)) return [];
  return [{ event: 'error', args: [loss.error], fatal: unheard && !willReconnect }];
}

/** The phases of connections that were open. */
const OF_CONNECTIONS: ReadonlySet<TimeoutPhase> = new Set(['heartbeat', 'close']);

/** An error that has an event of its own, or that the user caused, is only in the `info` of `close`. */
function isReportedElsewhere(error: ReckerError): boolean {
  return error instanceof AbortError || (error instanceof TimeoutError && OF_CONNECTIONS.has(error.phase));
}

function closeOf({ loss, willReconnect }: Lost, { unsentBytes }: Circumstances): Announcement {
  const { code, reason, wasClean, error } = loss;
  const info: CloseInfo = { wasClean, ...(error === undefined ? {} : { error }), unsentBytes, willReconnect };
  return { event: 'close', args: [code, reason, info] };
}

/** The error for a loss. It is made where the transport reported only that the connection ended. */
export function errorOfLoss(loss: Loss): ReckerError {
  return loss.error ?? new ConnectionClosedError(loss.code, loss.reason);
}

function exhaustionOf(emitted: Extract<ConnectionEmitted, { type: 'exhausted' }>): ReconnectExhaustedError {
  return new ReconnectExhaustedError(
    emitted.attempts,
    emitted.cause === undefined ? undefined : { cause: emitted.cause },
  );
}

/**
 * How a connection or the client ended: whether it was clean, and the error that promises reject with. The error is made
 * when it is first read: most ends need none, and a stack trace costs more than the rest of closing.
 */
export class Ending {
  /** True after `close()` and after the peer's 1000 or 1001: iteration ends and does not throw. */
  readonly isClean: boolean;
  readonly #emitted: ConnectionEmitted | undefined;
  #error: ReckerError | undefined;

  constructor(emitted: ConnectionEmitted | undefined, aborted: AbortError | undefined) {
    this.#emitted = emitted;
    this.#error = aborted;
    this.isClean = aborted === undefined && isClean(emitted);
  }

  /** Whether the user asked for it: then it need not be reported. */
  get isOwnDoing(): boolean {
    return this.#emitted?.type !== 'exhausted' && (this.#emitted?.type !== 'lost' || this.#emitted.asked);
  }

  get isExhaustion(): boolean {
    return this.#emitted?.type === 'exhausted';
  }

  get error(): ReckerError {
    this.#error ??= this.#makeError();
    return this.#error;
  }

  #makeError(): ReckerError {
    const emitted = this.#emitted;
    if (emitted?.type === 'exhausted') return exhaustionOf(emitted);
    if (emitted?.type === 'lost' && !emitted.asked) return errorOfLoss(emitted.loss);
    return new AbortError(`The client was ${emitted?.type === 'terminated' ? 'terminated' : 'closed'}`);
  }
}

/** A connection that was closed before it was open is a failed attempt, whatever the code. */
function isClean(emitted: ConnectionEmitted | undefined): boolean {
  if (emitted?.type === 'exhausted') return false;
  return emitted?.type !== 'lost' || emitted.asked || (emitted.stage === 'open' && isCleanEnd(emitted.loss));
}

/**
 * Normal closure, and going away (RFC 6455 §7.4.1): the peer has sent everything. It is a clean end also where TCP did not
 * end in time afterwards.
 */
export function isCleanEnd(loss: Loss): boolean {
  return loss.code === 1000 || loss.code === 1001;
}
