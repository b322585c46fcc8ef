/**
 * What is published on Node's `diagnostics_channel`, by channel. Types only.
 */
import type { RedactedError } from '../../machine/index.js';

/** The client that events are about. Its `url` may still hold query values. */
export interface DiagnosedClient {
  readonly connectionId: string;
  readonly url: string;
}

/** What every event on a diagnostics channel says of its client. */
export interface DiagnosticSource {
  /** The same for all connections of one client, and unique in the process. Inspectors get it as `rootId`. */
  readonly connectionId: string;
  /** The URL without user info and query values; `''` before the first dial of a `url` provider. */
  readonly url: string;
}

/** An error as diagnostics show it: without its message, which may quote the peer. */
export type DiagnosticError = Omit<RedactedError, 'message'>;

/**
 * The channels of Node's `diagnostics_channel`, and what subscribers of each receive. Node only: other builds publish
 * nothing. No message data, close reason, header value, query value or credential is in it.
 *
 * @example
 * import { subscribe } from 'node:diagnostics_channel';
 * import type { DiagnosticEvents } from 'recker';
 *
 * subscribe('recker:close', (event) => {
 *   const { connectionId, code } = event as DiagnosticEvents['recker:close'];
 *   console.log(connectionId, code);
 * });
 */
export interface DiagnosticEvents {
  /** A dial begins. There is one for each that `stats().dials` counts. */
  readonly 'recker:dial': DiagnosticSource & {
    /** 0 for a first dial, n for the n-th after a loss. */
    readonly attempt: number;
  };
  /** The event `open`. */
  readonly 'recker:open': DiagnosticSource & {
    /** Which attempt succeeded. */
    readonly attempt: number;
    /** Whether the client was open before, since `connect()`. */
    readonly reconnected: boolean;
    /** Milliseconds since the loss; 0 for a first dial. */
    readonly downtime: number;
  };
  /** The event `close`: a dial or a connection ended, or `close()` ended a client without a connection. */
  readonly 'recker:close': DiagnosticSource & {
    /** The close code; 1006 where no Close came. */
    readonly code: number;
    /** Whether the closing handshake was completed. */
    readonly wasClean: boolean;
    /** Whether another dial follows. */
    readonly willReconnect: boolean;
    /** Payload bytes that were lost with the connection. */
    readonly unsentBytes: number;
    /** What ended it, if it was an error. */
    readonly error?: DiagnosticError | undefined;
  };
  /** The event `reconnecting`: a dial is scheduled. */
  readonly 'recker:retry': DiagnosticSource & {
    /** The number of the dial, from 1. */
    readonly attempt: number;
    /** Milliseconds until it. */
    readonly delay: number;
  };
  /** The event `heartbeat-timeout`. */
  readonly 'recker:heartbeat-timeout': DiagnosticSource;
  /** The event `undelivered`: a message will not be sent. */
  readonly 'recker:undelivered': DiagnosticSource & {
    /** The size of its payload. */
    readonly bytes: number;
    /** Whether it was not text. */
    readonly isBinary: boolean;
    /** Why it was refused. */
    readonly error: DiagnosticError;
  };
}
