/**
 * The actions of the chart: what it remembers (`assign`), asks of its socket (`sendTo`), and emits (`emit`).
 */
import * as xstate from 'xstate';
import { ConnectionClosedError, type Loss, SessionError, TimeoutError, withCause } from '../port/index.js';
import type { ConnectionDelay, SocketSource } from './chartType.js';
import { type ConnectionContext, CUT_OFF } from './context.js';
import type { ConnectionEmitted, ConnectionEvent } from './events.js';
import { decide } from './retry.js';
import { untilStalled } from './sendProgress.js';
import type { socketActor } from './socketActor.js';
import { answerRest, earliestDial } from './waits.js';

// XState's makers of actions, for this chart. Inside `setup()` they would infer as much, but everything in one file.
const assign = xstate.assign<
  ConnectionContext,
  ConnectionEvent,
  xstate.NonReducibleUnknown,
  ConnectionEvent,
  SocketSource
>;
const emit = xstate.emit<
  ConnectionContext,
  ConnectionEvent,
  xstate.NonReducibleUnknown,
  ConnectionEvent,
  ConnectionEmitted
>;
const raise = xstate.raise<
  ConnectionContext,
  ConnectionEvent,
  ConnectionEvent,
  xstate.NonReducibleUnknown,
  ConnectionDelay,
  ConnectionDelay
>;
const cancel = xstate.cancel<ConnectionContext, ConnectionEvent, xstate.NonReducibleUnknown, ConnectionEvent>;
const sendTo = xstate.sendTo<
  ConnectionContext,
  ConnectionEvent,
  xstate.NonReducibleUnknown,
  xstate.ActorRefFromLogic<typeof socketActor>,
  ConnectionEvent,
  ConnectionDelay,
  ConnectionDelay
>;

/** `stallsAt` where no bytes wait for the kernel. */
const NOT_WAITING = Number.POSITIVE_INFINITY;

/** Of the connection before. Its loss stays: inspectors show it with the step that dials again at once. */
const NEW_DIAL = { openedAt: undefined, sending: undefined, stallsAt: NOT_WAITING } as const;

export const actions = {
  resetAttempts: assign({ attempt: 0, isHastened: false }),
  /** The next dial is due when its delay is over. */
  scheduleRetry: assign(({ context: { environment, verdict } }) => {
    if (verdict.kind !== 'retry') return {};
    const now = environment.now();
    return {
      attempt: verdict.attempt,
      dueAt: now + verdict.delay,
      notBefore: now + verdict.retryAfter,
      isHastened: false,
    };
  }),
  /** The surroundings changed: the next dial is due as soon as they may begin it. */
  hastenRetry: assign(({ context, event }) => {
    const dueAt = earliestDial(context, event);
    return dueAt < context.dueAt ? { dueAt, isHastened: true } : {};
  }),
  /** The dial that follows is the user's. */
  forgetHaste: assign({ isHastened: false }),
  enterConnecting: assign(({ context: { environment } }) => ({
    stage: 'connecting',
    dialledAt: environment.now(),
    hasBeenOpen: false,
    ...NEW_DIAL,
  })),
  enterReconnecting: assign(({ context: { environment } }) => ({
    stage: 'reconnecting',
    dialledAt: environment.now(),
    ...NEW_DIAL,
  })),
  /** A connection is there: how the one before ended is no longer what a close() would report. */
  forgetLoss: assign({ loss: undefined }),
  announcePreparing: emit(({ context }) => ({
    type: 'preparing',
    attempt: context.attempt,
    reconnected: context.hasBeenOpen,
  })),
  announceOpening: emit(({ context }) => ({
    type: 'opened',
    attempt: context.attempt,
    reconnected: context.hasBeenOpen,
  })),
  recordOpening: assign(({ context }) => {
    const now = context.environment.now();
    return {
      stage: 'open',
      openedAt: now,
      pingedAt: now,
      hasBeenOpen: true,
      loss: undefined,
      isHastened: false,
    };
  }),
  sendPing: sendTo('socket', { type: 'ping' }),
  sendAnotherPing: sendTo('socket', { type: 'pingAgain' }),
  recordPing: assign({ pingedAt: ({ context }) => context.environment.now() }),
  /** The peer now has `heartbeatTimeout` to answer, whatever Pings follow. */
  beginWait: assign(({ context: { policy, environment, stallsAt } }) => {
    const now = environment.now();
    return {
      pingedAt: now,
      awaitedSince: now,
      wallAhead: environment.wallTime() - now,
      askAt: Math.min(now + policy.heartbeatTimeout, stallsAt),
    };
  }),
  extendWait: assign({
    askAt: ({ context, event }) => context.environment.now() + answerRest(context, event),
  }),
  recordSending: assign(({ context, event }) => {
    if (!('sending' in event) || event.sending === undefined) return {};
    const { sending } = event;
    const now = context.environment.now();
    return { sending, stallsAt: sending.waiting ? now + untilStalled(context.policy, sending) : NOT_WAITING };
  }),
  /** What is known of the bytes is from before a sleep. */
  forgetStall: assign({ stallsAt: NOT_WAITING }),
  forgetSilence: sendTo('socket', { type: 'forgetSilence' }),
  beginClosing: assign({ awaitedSince: ({ context }) => context.environment.now() }),
  extendClosing: raise({ type: 'closing.overdue' }, { id: 'closing.overdue', delay: 'closeExtension' }),
  endClosing: cancel('closing.overdue'),
  askLiveness: sendTo('socket', { type: 'askLiveness' }),
  sendClose: sendTo('socket', ({ event }) =>
    event.type === 'close'
      ? { type: 'close', code: event.code, reason: event.reason }
      : { type: 'close', code: 1000, reason: '' },
  ),
  /** The client gives up a connection that works, or replaces it: the peer gets a Close before the socket goes. */
  bidFarewell: ({
    context,
    event,
  }: {
    readonly context: ConnectionContext;
    readonly event: ConnectionEvent;
  }) => {
    if (event.type === 'reconnect' || event.type === 'session.failed') context.environment.farewell();
  },
  recordLoss: assign({ loss: ({ event }) => ('loss' in event ? event.loss : CUT_OFF) }),
  /** What was known when the closing began, e.g. its error, stays true. */
  recordRestOfLoss: assign({
    loss: ({ context, event }) => ('loss' in event ? restOf(event.loss, context.loss) : CUT_OFF),
  }),
  /** The connection ended before it was open: what ended it is the cause of the failed attempt. */
  recordUnprepared: assign({
    loss: ({ context, event }) =>
      event.type === 'session.failed' ? { ...CUT_OFF, error: event.error } : unprepared(context.loss),
  }),
  giveUpPreparing: raise(({ context }) => ({
    type: 'session.failed',
    error: new TimeoutError('prepare', context.policy.prepareTimeout),
  })),
  recordCutOff: assign({ loss: CUT_OFF }),
  recordConnectTimeout: assign({
    loss: ({ context }) => ({
      ...CUT_OFF,
      error: new TimeoutError('connect', context.policy.connectTimeout),
    }),
  }),
  recordHeartbeatTimeout: assign({
    loss: ({ context }) => ({
      ...CUT_OFF,
      error: new TimeoutError('heartbeat', context.policy.heartbeatTimeout),
    }),
  }),
  recordAbort: assign({
    loss: ({ event }) => (event.type === 'abort' ? { ...CUT_OFF, error: event.error } : CUT_OFF),
  }),
  recordPeerClose: assign({
    loss: ({ event }) =>
      event.type === 'socket.peerClosed'
        ? { code: event.code, reason: event.reason, wasClean: false }
        : CUT_OFF,
  }),
  recordPeerError: assign({
    loss: ({ event }) =>
      event.type === 'socket.peerErred'
        ? { ...CUT_OFF, sentCode: event.sentCode, error: event.error }
        : CUT_OFF,
  }),
  /** From here on it is as if the socket had closed; what its peer said before stays true. */
  giveUpClosing: raise(({ context }) => ({
    type: 'socket.closed',
    loss: {
      ...(context.loss ?? CUT_OFF),
      error: context.loss?.error ?? new TimeoutError('close', context.policy.closeTimeout),
    },
  })),
  /** Attempts are counted anew where the connection has lasted for `minUptime`. */
  decideRetry: assign(({ context }) => decide(context)),
  announceFinalLoss: emit(({ context }) => lost(context, { asked: false, willReconnect: false })),
  announceAskedLoss: emit(({ context }) => lost(context, { asked: true, willReconnect: false })),
  announceLoss: emit(({ context }) => lost(context, { asked: false, willReconnect: true })),
  announceReplacedLoss: emit(({ context }) => lost(context, { asked: true, willReconnect: true })),
  announceHeartbeatTimeout: emit({ type: 'heartbeatTimedOut' }),
  announceRetry: emit(({ context }) => ({
    type: 'retryScheduled',
    attempt: context.attempt,
    delay: context.verdict.kind === 'retry' ? context.verdict.delay : 0,
  })),
  announceExhaustion: emit(({ context }) => ({
    type: 'exhausted',
    attempts: context.attempt,
    cause: context.loss && (context.loss.error ?? closedError(context.loss)),
  })),
  announceTermination: emit({ type: 'terminated' }),
  announceEnd: emit(({ event }) =>
    event.type === 'close'
      ? { type: 'ended', code: event.code, reason: event.reason }
      : { type: 'ended', code: 1000, reason: '' },
  ),
};

/** What stands for a loss in which nothing but the connection's end was seen. */
const closedError = ({ code, reason }: Loss): ConnectionClosedError =>
  new ConnectionClosedError(code, reason);

function unprepared(loss: Loss = CUT_OFF): Loss {
  const cause = loss.error ?? closedError(loss);
  const message = withCause('The connection ended before prepare was done', cause);
  return { ...loss, error: new SessionError(message, { cause }) };
}

/** The end of a connection that its peer has closed. That the attempt had failed by then stays true. */
function restOf(rest: Loss, known: Loss | undefined): Loss {
  const isUnprepared = known?.error instanceof SessionError;
  return { ...known, ...rest, ...(isUnprepared ? { error: known.error } : {}) };
}

function lost(
  context: ConnectionContext,
  details: { readonly asked: boolean; readonly willReconnect: boolean },
): ConnectionEmitted {
  return { type: 'lost', stage: context.stage, loss: context.loss ?? CUT_OFF, ...details };
}
