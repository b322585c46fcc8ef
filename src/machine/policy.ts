/**
 * The input of the chart, which never changes: the numbers of the policy, and the few things it may ask of
 * the outside. No URL, header or credential is here, because an inspector shows all of it.
 */

import type { Failure, SocketFact, SocketPort } from '../port/index.js';
import type { BackoffSettings } from './backoff.js';

/** The numbers and switches that steer the chart. Times in ms; their defaults are {@link DEFAULT_POLICY}. */
export interface ConnectionPolicy extends BackoffSettings {
  /** Whether a loss is followed by another dial at all. */
  readonly reconnect: boolean;
  /** How many dials may follow a loss; 0 = no limit. */
  readonly maxReconnectAttempts: number;
  /** How long a connection must last before the attempts are counted anew; 0 = no longer than opening. */
  readonly minUptime: number;
  /** Time between two Pings; 0 = no heartbeat. */
  readonly heartbeatInterval: number;
  /** How long a Ping may stay unanswered. */
  readonly heartbeatTimeout: number;
  /** How long a dial may take; 0 = no limit. */
  readonly connectTimeout: number;
  /** Whether a connection has to be prepared before it counts as open. */
  readonly prepares: boolean;
  /** How long that may take. */
  readonly prepareTimeout: number;
  /** How long the closing handshake may take. */
  readonly closeTimeout: number;
}

/** The documented defaults. */
export const DEFAULT_POLICY: ConnectionPolicy = Object.freeze({
  reconnect: false,
  reconnectDelay: 1000,
  maxReconnectDelay: 30_000,
  reconnectJitter: 'none',
  maxReconnectAttempts: 5,
  minUptime: 0,
  heartbeatInterval: 30_000,
  heartbeatTimeout: 10_000,
  connectTimeout: 10_000,
  prepares: false,
  prepareTimeout: 10_000,
  closeTimeout: 5000,
});

/** The place of a dial in the sequence. */
export interface DialAttempt {
  /** 0 for a first dial, n for the n-th after a loss. */
  readonly attempt: number;
}

/** What the chart may ask of the outside. Nothing here may throw: the api wraps all code of users. */
export interface ConnectionEnvironment {
  /** Starts one dial; facts go to `report`, and none before this call has returned. */
  dial(attempt: DialAttempt, report: (fact: SocketFact) => void): SocketPort;
  /** Sends Close 1000 on the connection that is about to be replaced, as far as the kernel takes it. */
  farewell(): void;
  /** The decision of the option `shouldReconnect`: whether, or after how many ms. */
  shouldReconnect(failure: Failure): boolean | number;
  /** Whether the runtime says that it has no network. It may be wrong, so it forbids no dial. Default: false. */
  isOffline?(): boolean;
  /** 0 to below 1, for the jitter. */
  random(): number;
  /** Milliseconds that pass evenly, from any beginning: for intervals. */
  now(): number;
  /** ms since the epoch, by the time of day: it also passes while the machine sleeps, and may be corrected. */
  wallTime(): number;
}

/** The input of the chart. */
export interface ConnectionInput {
  /** Times and counts, from the client's options. */
  readonly policy: ConnectionPolicy;
  /** What the chart asks of the world around it. */
  readonly environment: ConnectionEnvironment;
}
