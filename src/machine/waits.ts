/**
 * What is left of a wait for the peer, in ms: guards, delays and actions ask the same.
 */
import type { ConnectionContext } from './context.js';
import type { ConnectionEvent } from './events.js';
import type { ConnectionEnvironment } from './policy.js';
import { untilClosed, untilOverdue } from './sendProgress.js';

/** What is left to a peer that was asked for and has sent nothing, in ms; 0 or less: it counts as dead. */
export function answerRest(
  { policy, environment, awaitedSince }: ConnectionContext,
  event: ConnectionEvent,
): number {
  if (event.type !== 'socket.answered' || event.sending === undefined) return 0;
  return untilOverdue(policy, event.sending, environment.now() - awaitedSince);
}

/** What is left to a peer that is closing, in ms. */
export function closingRest(
  { policy, environment, awaitedSince }: ConnectionContext,
  event: ConnectionEvent,
): number {
  if (event.type !== 'socket.answered' || event.sending === undefined) return policy.closeTimeout;
  return untilClosed(policy, event.sending, environment.now() - awaitedSince);
}

/** When the Ping after the newest one is due (ms, `environment.now()`): an interval later, however long its answer took. */
export const nextPingAt = ({ policy, pingedAt }: ConnectionContext): number =>
  pingedAt + policy.heartbeatInterval;

/** When a Ping is due although the one before is unanswered: only with an interval shorter than the time-out. */
export const pingAgainAt = (context: ConnectionContext): number => {
  const { heartbeatInterval, heartbeatTimeout } = context.policy;
  return heartbeatInterval < heartbeatTimeout ? nextPingAt(context) : Number.POSITIVE_INFINITY;
};

/**
 * When a fact of the runtime may begin the next dial at the earliest (ms, `environment.now()`): never before a `Retry-After` is
 * over, and on waking not sooner after the last dial than `reconnectDelay`, since pages are shown and hidden often.
 */
export function earliestDial(
  { policy, notBefore, dialledAt }: ConnectionContext,
  event: ConnectionEvent,
): number {
  return event.type === 'runtime.awake' ? Math.max(notBefore, dialledAt + policy.reconnectDelay) : notBefore;
}

/** How far the time of day is ahead of the time of intervals: both move alike while the machine is awake. */
export const wallAheadOf = (environment: ConnectionEnvironment): number =>
  environment.wallTime() - environment.now();
