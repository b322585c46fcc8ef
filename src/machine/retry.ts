/**
 * The retry decision: what follows a loss.
 *
 * Owns the order in which it is made: the policy, what nobody may overrule, `shouldReconnect`, the count, the delay. Pure: what
 * it needs of the outside is asked of `environment`.
 */
import {
  clampDelay,
  type Failure,
  type HandshakeError,
  type Loss,
  ownMember,
  type ReckerError,
  retryAfterOf,
  SessionError,
} from '../port/index.js';
import { type BackoffSettings, backoffDelay } from './backoff.js';
import { type ConnectionContext, FINAL, type Verdict } from './context.js';
import { isBeyondRetry, isPassingSinceOpen } from './decision.js';
import type { ConnectionPolicy } from './policy.js';

const SPENT: Verdict = { kind: 'spent' };

/** Where an answer to the handshake may be. What `prepare` threw is the user's, whatever its members are called. */
const answerIn = (error: ReckerError | undefined): ReckerError | undefined =>
  error instanceof SessionError ? undefined : error;

/** The loss in the terms of `shouldReconnect`. */
function failureIn(context: ConnectionContext, loss: Loss): Failure {
  const { error } = loss;
  const answer = answerIn(error) as Partial<Pick<Failure, 'status' | 'headers' | 'hop'>> | undefined;
  return {
    attempt: context.attempt,
    error,
    code: loss.code,
    sentCode: loss.sentCode,
    reason: loss.reason,
    wasClean: loss.wasClean,
    status: ownMember(answer, 'status'),
    headers: ownMember(answer, 'headers'),
    hop: ownMember(answer, 'hop'),
    uptime: Math.round(uptimeOf(context)),
    hasBeenOpen: context.hasBeenOpen,
  };
}

/** How long the connection was open, in ms; 0 for a dial that failed. */
function uptimeOf({ openedAt, environment }: ConnectionContext): number {
  return openedAt === undefined ? 0 : Math.max(0, environment.now() - openedAt);
}

/**
 * The retry decision. A connection that was open for `minUptime` has used up no attempt: the next one is the first.
 */
export function decide(context: ConnectionContext): Pick<ConnectionContext, 'attempt' | 'verdict'> {
  const hasLasted = context.openedAt !== undefined && uptimeOf(context) >= context.policy.minUptime;
  const attempt = hasLasted ? 0 : context.attempt;
  return { attempt, verdict: judge({ ...context, attempt }) };
}

/**
 * `shouldReconnect` is asked first, then the count. A dial that the surroundings made fail uses up no attempt: one that
 * their report began, and one without a network.
 */
function judge(context: ConnectionContext): Verdict {
  const { policy, environment, loss, attempt, stage } = context;
  if (!policy.reconnect || loss === undefined) return FINAL;
  const failure = failureIn(context, loss);
  const answer = isBeyondRetry(failure) ? false : environment.shouldReconnect(failure);
  if (answer === false) return FINAL;
  const isOffline = stage !== 'open' && environment.isOffline?.() === true;
  const isSpared = isOffline || (stage === 'reconnecting' && context.isHastened);
  const { maxReconnectAttempts } = policy;
  if (!isSpared && maxReconnectAttempts > 0 && attempt >= maxReconnectAttempts) return SPENT;
  const next = isSpared ? Math.max(attempt, 1) : attempt + 1;
  const retryAfter = retryAfterIn(failure, environment.wallTime());
  const retry = (delay: number): Verdict => ({ kind: 'retry', attempt: next, delay, retryAfter, isOffline });
  if (typeof answer === 'number') return retry(clampDelay(answer));
  // With a network again, the next dial comes before that.
  const isSlow = isOffline || isPassingSinceOpen(failure);
  const { verdict } = context;
  if (isSpared && !isSlow && retryAfter === 0 && verdict.kind === 'retry' && !verdict.isOffline) {
    return retry(verdict.delay);
  }
  return retry(backoffDelay(isSlow ? slow(policy) : policy, next, environment.random(), retryAfter));
}

/** What the answer's `Retry-After` asked for, in ms; 0 where there was none. */
function retryAfterIn({ error, headers }: Failure, now: number): number {
  // A transport that is not ours may not have read the date of its answer.
  return (
    ownMember(answerIn(error) as Partial<HandshakeError> | undefined, 'retryAfter') ??
    retryAfterOf(headers, now) ??
    0
  );
}

/** The back-off for what takes somebody's time to repair: the longest delay from the first attempt on. */
const slow = (policy: ConnectionPolicy): BackoffSettings => ({
  ...policy,
  reconnectDelay: policy.maxReconnectDelay,
});
