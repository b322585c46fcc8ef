/**
 * The one translator: what the chart announces, as the documented events. Decides wording and order; must not
 * deliver anything.
 */

import type { ConnectionEmitted } from '../../machine/index.js';
import {
  AbortError,
  ConnectionClosedError,
  type Loss,
  type ReckerError,
  ReconnectExhaustedError,
  type ResponseHeaders,
  TimeoutError,
  type TimeoutPhase,
} from '../../port/index.js';
import type { CloseInfo, OpenInfo, WebSocketEvents } from '../types.js';

/** One documented event, on its way to the listeners. */
export type Announcement = {
  readonly [Name in keyof WebSocketEvents]: {
    readonly event: Name;
    readonly args: WebSocketEvents[Name];
    /** Only of interest while the state that it announces lasts. */
    readonly passing?: true;
    /** An `error` that must not go unheard: nobody else was told that the client failed for good. */
    readonly fatal?: boolean;
  };
}[keyof WebSocketEvents];

/** What the chart does not know and the events tell. */
export interface Circumstances {
  /** Milliseconds since the loss; 0 for a first dial. */
  readonly downtime: number;
  /** Payload bytes that the connection took along. */
  readonly unsentBytes: number;
  /** Whether a final failure would be told to nobody. */
  readonly unheard: boolean;
  /** Of the 101, where the transport can read them. */
  readonly headers?: ResponseHeaders | undefined;
}

/** The documented events that an announcement of the chart stands for, in order. */
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
      return [...failuresOf(emitted, circumstances), closeOf(emitted, circumstances)];
    case 'ended': {
      const info: CloseInfo = { wasClean: true, unsentBytes: 0, willReconnect: false };
      return [{ event: 'close', args: [emitted.code, emitted.reason, info] }];
    }
    case 'terminated': {
      const { unsentBytes } = circumstances;
      const info: CloseInfo = { wasClean: false, unsentBytes, willReconnect: false };
      return [{ event: 'close', args: [1006, '', info] }];
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

/** A dial after a loss fails with `reconnect-error`; everything else that went wrong is an `error`. */
function failuresOf({ stage, loss, asked, willReconnect }: Lost, { unheard }: Circumstances): Announcement[] {
  if (asked || loss.error === undefined) return [];
  if (stage === 'reconnecting') return [{ event: 'reconnect-error', args: [loss.error] }];
  if (isToldOtherwise(loss.error)) return [];
  return [{ event: 'error', args: [loss.error], fatal: unheard && !willReconnect }];
}

/** The phases of connections that were open. */
const OF_CONNECTIONS: ReadonlySet<TimeoutPhase> = new Set(['heartbeat', 'close']);

/** What has an event of its own, or was the user's own doing, is only in the `close`'s `info`. */
function isToldOtherwise(error: ReckerError): boolean {
  return error instanceof AbortError || (error instanceof TimeoutError && OF_CONNECTIONS.has(error.phase));
}

function closeOf({ loss, willReconnect }: Lost, { unsentBytes }: Circumstances): Announcement {
  const { code, reason, wasClean, error } = loss;
  const info: CloseInfo = { wasClean, ...(error === undefined ? {} : { error }), unsentBytes, willReconnect };
  return { event: 'close', args: [code, reason, info] };
}

/** The error that stands for a loss, also where nothing but the connection's end was seen. */
export function failureOf(loss: Loss): ReckerError {
  return loss.error ?? new ConnectionClosedError(loss.code, loss.reason);
}

function exhaustionOf(emitted: Extract<ConnectionEmitted, { type: 'exhausted' }>): ReconnectExhaustedError {
  return new ReconnectExhaustedError(
    emitted.attempts,
    emitted.cause === undefined ? undefined : { cause: emitted.cause },
  );
}

/**
 * How a connection or the client came to its end: what those who wait are told, and whether it was clean. The
 * error is made when somebody asks for it: most ends are heard by nobody, and a stack trace costs more than
 * the rest of closing.
 */
export class Ending {
  /** True on `close()` and on the peer's 1000 or 1001: iteration ends instead of throwing. */
  readonly isClean: boolean;
  readonly #emitted: ConnectionEmitted | undefined;
  #error: ReckerError | undefined;

  constructor(emitted: ConnectionEmitted | undefined, aborted: AbortError | undefined) {
    this.#emitted = emitted;
    this.#error = aborted;
    this.isClean = aborted === undefined && isClean(emitted);
  }

  /** Whether the user asked for it: then nobody needs to be told. */
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
    if (emitted?.type === 'lost' && !emitted.asked) return failureOf(emitted.loss);
    return new AbortError(`The client was ${emitted?.type === 'terminated' ? 'terminated' : 'closed'}`);
  }
}

/** A connection that was closed before it was open is a failed attempt, whatever the code. */
function isClean(emitted: ConnectionEmitted | undefined): boolean {
  if (emitted?.type === 'exhausted') return false;
  return emitted?.type !== 'lost' || emitted.asked || (emitted.stage === 'open' && isCleanEnd(emitted.loss));
}

/**
 * The peer's normal closure and going away (RFC 6455 §7.4.1): it said that it was done. That TCP then did not
 * end in time takes nothing away from what it sent.
 */
export function isCleanEnd(loss: Loss): boolean {
  return loss.code === 1000 || loss.code === 1001;
}
