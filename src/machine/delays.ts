/**
 * The named delays of the chart: each says when something is due, in ms from the moment at which its state is entered.
 */
import { MAX_DELAY } from '../port/index.js';
import type { ConnectionContext } from './context.js';
import type { ConnectionEvent } from './events.js';
import { closingRest } from './waits.js';

interface Asked {
  readonly context: ConnectionContext;
  readonly event: ConnectionEvent;
}

export const delays = {
  /** When a dial has taken too long. */
  connectTimeout: ({ context }) => context.policy.connectTimeout || MAX_DELAY,
  /** When it has taken too long to prepare the connection. */
  prepareTimeout: ({ context }) => context.policy.prepareTimeout,
  /** When the next Ping is due: an interval after the last one, however long its answer took. */
  nextPing: ({ context: { policy, environment, pingedAt } }) =>
    policy.heartbeatInterval === 0
      ? MAX_DELAY
      : Math.max(0, policy.heartbeatInterval - (environment.now() - pingedAt)),
  /** When, while an answer is awaited, another Ping is due: with an interval shorter than the time-out. */
  pingMeanwhile: ({ context: { policy } }) =>
    policy.heartbeatInterval < policy.heartbeatTimeout ? policy.heartbeatInterval : MAX_DELAY,
  /** When an unanswered Ping makes the peer suspect; later where bytes before it are still on their way. */
  heartbeatTimeout: ({ context: { environment, askAt } }) => Math.max(0, askAt - environment.now()),
  /** When, between two heartbeats, bytes that wait for the kernel make the peer suspect. */
  sendStall: ({ context: { policy, environment, stallsAt } }) =>
    stallsAt === undefined || policy.heartbeatInterval === 0
      ? MAX_DELAY
      : Math.max(0, stallsAt - environment.now()),
  /** What the peer is given beyond `closeTimeout`, since bytes before the Close are still on their way. */
  closeExtension: ({ context, event }) => Math.max(0, closingRest(context, event)),
  /** When a connection has lasted long enough for the attempts to be counted anew. */
  minUptime: ({ context }) => context.policy.minUptime || MAX_DELAY,
  /** When the peer has had its time for the closing handshake. */
  closeTimeout: ({ context }) => context.policy.closeTimeout,
  /** When the next dial is due. `MAX_DELAY` itself stands for "never", which a retry never is. */
  retryDelay: ({ context: { environment, dueAt } }) =>
    Math.min(Math.max(0, Math.round(dueAt - environment.now())), MAX_DELAY - 1),
} satisfies Record<string, (asked: Asked) => number>;
