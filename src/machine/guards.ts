/**
 * The guards of the chart: questions about its context and the event at hand. They change nothing.
 */
import type { ConnectionContext } from './context.js';
import type { ConnectionEvent } from './events.js';
import { untilStalled } from './sendProgress.js';
import { answerRest, closingRest, earliestDial, nextPingAt, pingAgainAt, wallAheadOf } from './waits.js';

interface Asked {
  readonly context: ConnectionContext;
  readonly event: ConnectionEvent;
}

export const guards = {
  /** A clock that holds any time reaches even the longest: a test's may. */
  hasConnectTimeout: ({ context }) => context.policy.connectTimeout > 0,
  hasPreparation: ({ context }) => context.policy.prepares,
  hasHeartbeat: ({ context }) => context.policy.heartbeatInterval > 0,
  /** Bytes that wait for the kernel count as stalled before the next Ping is due. */
  stallsFirst: ({ context }) => context.stallsAt < nextPingAt(context),
  /** Another Ping is due before the peer is suspect. */
  pingsAgainFirst: ({ context }) => pingAgainAt(context) < context.askAt,
  isPeerAlive: ({ event }) => event.type === 'socket.answered' && event.alive,
  /** No time is left between the deadline of one Ping and the next one. */
  isPeerAliveAndPingDue: ({ context: { policy, environment, pingedAt }, event }) =>
    event.type === 'socket.answered' &&
    event.alive &&
    environment.now() - pingedAt >= policy.heartbeatInterval,
  /**
   * The deadline came so late that this process must have been stopped, or the time of day moved on by more than a
   * time-out beside it: many systems stop `now()` and the timers while the machine sleeps. Silence then says nothing, and
   * an answer is from before: the peer is asked anew. A shorter sleep leaves it the time to send its answer again. A
   * clock that was set back proves nothing; one that was set forward costs one more Ping.
   */
  wasAsleep: ({ context: { policy, environment, askAt, wallAhead } }) =>
    environment.now() - askAt > policy.heartbeatInterval ||
    wallAheadOf(environment) - wallAhead > policy.heartbeatTimeout,
  /** The same, where the deadline was that of bytes that wait. */
  hasSleptOverStall: ({ context: { policy, environment, stallsAt } }) =>
    environment.now() - stallsAt > policy.heartbeatInterval,
  /** No answer yet, but bytes on their way out move, or need longer than a Ping alone. */
  isStillSending: ({ context, event }) => answerRest(context, event) > 0,
  hasStalled: ({ context: { policy }, event }) =>
    event.type === 'socket.answered' &&
    event.sending?.waiting === true &&
    untilStalled(policy, event.sending) <= 0,
  hasBeenFull: ({ context: { sending } }) => sending !== undefined,
  isClosingOverdue: ({ context, event }) => closingRest(context, event) <= 0,
  /** What the surroundings report may begin the next dial at once. */
  mayDial: ({ context, event }) => earliestDial(context, event) <= context.environment.now(),
  canRetry: ({ context }) => context.verdict.kind === 'retry',
  isSpent: ({ context }) => context.verdict.kind === 'spent',
} satisfies Record<string, (asked: Asked) => boolean>;
