/**
 * The statechart of one connection: everything that decides when and whether.
 *
 * Rules of the house
 * - Everything that affects when a socket is dialled, kept or given up is here, and nothing else is. Messages
 *   are not: they pass from the service to the api directly.
 * - Pure: no Node module, no clock, no randomness. What is needed of those comes in as closures.
 * - No boolean says what a state can say. Where a call changes what will follow, there is a state for it.
 *
 * Theory of operation
 * - `session` invokes the one socket. Being inside it and having a socket is the same thing: leaving it
 *   destroys the socket, whatever the reason, so there is no second one and no late event of an old one.
 * - Every end of a dial or connection that was not asked for goes through `lost`, where the retry decision is
 *   made, once, and the loss is announced together with what follows.
 * - `lost` is transient. So is the way of a wanted new connection: a socket is only replaced by leaving
 *   `session` and entering it again.
 *
 * @example
 * import { createActor } from 'xstate';
 * import { connectionMachine, DEFAULT_POLICY } from 'recker/machine';
 *
 * const actor = createActor(connectionMachine, {
 *   input: {
 *     policy: DEFAULT_POLICY,
 *     environment: {
 *       dial: () => ({ ping() {}, pingAgain() {}, askLiveness() {}, close() {}, destroy() {} }),
 *       farewell() {},
 *       shouldReconnect: () => true,
 *       random: () => 0,
 *       now: () => 0,
 *       wallTime: () => 0,
 *     },
 *   },
 * }).start();
 * actor.send({ type: 'connect' });
 * actor.getSnapshot().hasTag('connecting'); // true
 */
import {
  type ActorRefFromLogic,
  assign,
  cancel,
  emit,
  type MetaObject,
  type NonReducibleUnknown,
  raise,
  type StateMachine,
  sendTo,
  setup,
} from 'xstate';
import {
  ConnectionClosedError,
  clampDelay,
  type Failure,
  type HandshakeError,
  type Loss,
  MAX_DELAY,
  ownMember,
  retryAfterOf,
  type SendProgress,
  TimeoutError,
} from '../port/index.js';
import { type BackoffSettings, backoffDelay } from './backoff.js';
import type {
  ConnectionAction,
  ConnectionDelay,
  ConnectionGuard,
  ConnectionStateSchema,
  ConnectionStateValue,
  Named,
} from './chartType.js';
import { isBeyondRetry, isPassingSinceOpen } from './decision.js';
import type { ConnectionEmitted, ConnectionEvent, LossStage } from './events.js';
import type { ConnectionEnvironment, ConnectionInput, ConnectionPolicy } from './policy.js';
import { untilClosed, untilOverdue, untilStalled } from './sendProgress.js';
import { socketActor } from './socketActor.js';

/** The names of `ws.state`: each resting state of the chart carries exactly one of them as a tag. */
export const CONNECTION_STATES = Object.freeze([
  'idle',
  'connecting',
  'open',
  'closing',
  'backoff',
  'reconnecting',
  'exhausted',
  'closed',
] as const);

/** One of {@link CONNECTION_STATES}. */
export type ConnectionState = (typeof CONNECTION_STATES)[number];

/** What the chart says about `send()` and `connect()` in a state, beside the state's name. */
export type ConnectionTag =
  | ConnectionState
  /** Messages are handed to the socket. */
  | 'sends'
  /** Messages wait for the next connection. */
  | 'queues'
  /** Messages wait where a loss is followed by another dial, else they are refused. */
  | 'queuesIfReconnecting'
  /** Nothing happens any more until a call. */
  | 'resting'
  /** Ended for good by an abort. */
  | 'aborted';

/** What the retry decision came to. */
export type Verdict =
  | { readonly kind: 'retry'; readonly delay: number }
  | { readonly kind: 'final' }
  | { readonly kind: 'spent' };

/** What the chart remembers. */
export interface ConnectionContext {
  readonly policy: ConnectionPolicy;
  readonly environment: ConnectionEnvironment;
  /** Dials after a loss since the counter was reset: 0 for a first dial. */
  readonly attempt: number;
  /** The newest loss; for `closing`, what is known of it so far. */
  readonly loss: Loss | undefined;
  /** What that loss ended. */
  readonly stage: LossStage;
  /** Whether it has been open since `connect()`: what has worked is given more time to work again. */
  readonly hasBeenOpen: boolean;
  /** When the connection opened (ms, `environment.now()`), for `failure.uptime`. */
  readonly openedAt: number | undefined;
  /** When the newest Ping was sent, or the connection opened (ms since the epoch), for the cadence. */
  readonly pingedAt: number;
  /** When the present wait for the peer began, for a Pong or for the end of the closing (ms since the epoch). */
  readonly awaitedSince: number;
  /** How far the time of day was ahead of `environment.now()` then: it moves away from it while the machine sleeps. */
  readonly wallAhead: number;
  /** When, in that wait, the socket is asked what it has received (ms since the epoch). */
  readonly askAt: number;
  /** What is known of the bytes on their way out; undefined where the kernel was never full. */
  readonly sending: SendProgress | undefined;
  /** When bytes that wait count as stalled, if none is taken before (ms since the epoch). */
  readonly stallsAt: number | undefined;
  readonly verdict: Verdict;
}

const FINAL: Verdict = { kind: 'final' };
const SPENT: Verdict = { kind: 'spent' };

/** The loss in the terms of `shouldReconnect`. */
function failureOf(context: ConnectionContext, loss: Loss): Failure {
  const { error } = loss;
  const answer = error as Partial<Pick<Failure, 'status' | 'headers' | 'hop'>> | undefined;
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
    uptime:
      context.openedAt === undefined
        ? 0
        : Math.max(0, Math.round(context.environment.now() - context.openedAt)),
    hasBeenOpen: context.hasBeenOpen,
  };
}

/** The retry decision: `shouldReconnect` is asked first, then the count. */
function judge(context: ConnectionContext): Verdict {
  const { policy, environment, loss } = context;
  if (!policy.reconnect || loss === undefined) return FINAL;
  const failure = failureOf(context, loss);
  const answer = isBeyondRetry(failure) ? false : environment.shouldReconnect(failure);
  if (answer === false) return FINAL;
  if (policy.maxReconnectAttempts > 0 && context.attempt >= policy.maxReconnectAttempts) return SPENT;
  if (typeof answer === 'number') return { kind: 'retry', delay: clampDelay(answer) };
  const settings = isPassingSinceOpen(failure) ? slow(policy) : policy;
  // A transport that is not ours may not have read the date of its answer.
  const atLeast =
    ownMember(failure.error as Partial<HandshakeError> | undefined, 'retryAfter') ??
    retryAfterOf(failure.headers, environment.wallTime());
  return {
    kind: 'retry',
    delay: backoffDelay(settings, context.attempt + 1, environment.random(), atLeast),
  };
}

const wallAheadOf = (environment: ConnectionEnvironment): number =>
  environment.wallTime() - environment.now();

/** The back-off for what takes somebody's time to repair: the longest delay from the first attempt on. */
const slow = (policy: ConnectionPolicy): BackoffSettings => ({
  ...policy,
  reconnectDelay: policy.maxReconnectDelay,
});

const CUT_OFF: Loss = { code: 1006, reason: '', wasClean: false };

const machineSetup = setup({
  types: {
    input: {} as ConnectionInput,
    context: {} as ConnectionContext,
    events: {} as ConnectionEvent,
    emitted: {} as ConnectionEmitted,
    tags: {} as ConnectionTag,
  },
  actors: { socket: socketActor },
  delays: {
    /** When a dial has taken too long. */
    connectTimeout: ({ context }) => context.policy.connectTimeout || MAX_DELAY,
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
    retryDelay: ({ context }) =>
      context.verdict.kind === 'retry' ? Math.min(context.verdict.delay, MAX_DELAY - 1) : 0,
  },
  guards: {
    hasConnectTimeout: ({ context }) => context.policy.connectTimeout > 0,
    hasHeartbeat: ({ context }) => context.policy.heartbeatInterval > 0,
    pingsMeanwhile: ({ context: { policy } }) => policy.heartbeatInterval < policy.heartbeatTimeout,
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
      stallsAt !== undefined && environment.now() - stallsAt > policy.heartbeatInterval,
    /** No answer yet, but bytes on their way out move, or need longer than a Ping alone. */
    isStillSending: ({ context, event }) => answerRest(context, event) > 0,
    hasStalled: ({ context: { policy }, event }) =>
      event.type === 'socket.answered' &&
      event.sending?.waiting === true &&
      untilStalled(policy, event.sending) <= 0,
    hasBeenFull: ({ context: { sending } }) => sending !== undefined,
    isClosingOverdue: ({ context, event }) => closingRest(context, event) <= 0,
    canRetry: ({ context }) => context.verdict.kind === 'retry',
    isSpent: ({ context }) => context.verdict.kind === 'spent',
  },
  actions: {
    resetAttempts: assign({ attempt: 0 }),
    resetAttemptsAtOnce: assign(({ context }) => (context.policy.minUptime === 0 ? { attempt: 0 } : {})),
    countAttempt: assign({ attempt: ({ context }) => context.attempt + 1 }),
    enterConnecting: assign({ stage: 'connecting', openedAt: undefined, hasBeenOpen: false }),
    enterReconnecting: assign({ stage: 'reconnecting', openedAt: undefined }),
    announceOpening: emit(({ context }) => ({
      type: 'opened',
      attempt: context.attempt,
      reconnected: context.hasBeenOpen,
    })),
    enterOpen: assign(({ context }) => {
      const now = context.environment.now();
      return {
        stage: 'open',
        openedAt: now,
        pingedAt: now,
        hasBeenOpen: true,
        sending: undefined,
        stallsAt: undefined,
      };
    }),
    sendPing: sendTo('socket', { type: 'ping' }),
    sendAnotherPing: sendTo('socket', { type: 'pingAgain' }),
    recordPing: assign({ pingedAt: ({ context }) => context.environment.now() }),
    /** From here on the peer has `heartbeatTimeout` to answer, whatever Pings follow. */
    beginWait: assign(
      ({ context: { policy, environment, pingedAt, stallsAt = Number.POSITIVE_INFINITY } }) => ({
        awaitedSince: pingedAt,
        wallAhead: wallAheadOf(environment),
        askAt: Math.min(pingedAt + policy.heartbeatTimeout, stallsAt),
      }),
    ),
    extendWait: assign({
      askAt: ({ context, event }) => context.environment.now() + answerRest(context, event),
    }),
    recordSending: assign(({ context, event }) => {
      if (!('sending' in event) || event.sending === undefined) return {};
      const { sending } = event;
      const now = context.environment.now();
      return { sending, stallsAt: sending.waiting ? now + untilStalled(context.policy, sending) : undefined };
    }),
    /** What is known of the bytes is from before a sleep. */
    forgetStall: assign({ stallsAt: undefined }),
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
    /** On leaving for a new connection that was asked for: the old peer gets its Close before the socket goes. */
    bidFarewell: ({ context, event }) => {
      if (event.type === 'reconnect') context.environment.farewell();
    },
    recordLoss: assign({ loss: ({ event }) => ('loss' in event ? event.loss : CUT_OFF) }),
    /** What the closing had already told, e.g. the error that began it, stays true. */
    recordRestOfLoss: assign({
      loss: ({ context, event }) => ('loss' in event ? { ...context.loss, ...event.loss } : CUT_OFF),
    }),
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
    forgetLoss: assign({ loss: undefined }),
    /** From here on it is as if the socket had closed; what its peer said before stays true. */
    giveUpClosing: raise(({ context }) => ({
      type: 'socket.closed',
      loss: {
        ...(context.loss ?? CUT_OFF),
        error: context.loss?.error ?? new TimeoutError('close', context.policy.closeTimeout),
      },
    })),
    decideRetry: assign({ verdict: ({ context }) => judge(context) }),
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
  },
});

/** What is left to a peer that was asked for and has sent nothing, in ms; 0 or less: it counts as dead. */
function answerRest(
  { policy, environment, awaitedSince }: ConnectionContext,
  event: ConnectionEvent,
): number {
  if (event.type !== 'socket.answered' || event.sending === undefined) return 0;
  return untilOverdue(policy, event.sending, environment.now() - awaitedSince);
}

/** What is left to a peer that is closing, in ms. */
function closingRest(
  { policy, environment, awaitedSince }: ConnectionContext,
  event: ConnectionEvent,
): number {
  if (event.type !== 'socket.answered' || event.sending === undefined) return policy.closeTimeout;
  return untilClosed(policy, event.sending, environment.now() - awaitedSince);
}

/** What stands for a loss in which nothing but the connection's end was seen. */
const closedError = ({ code, reason }: Loss): ConnectionClosedError =>
  new ConnectionClosedError(code, reason);

function lost(
  context: ConnectionContext,
  told: { readonly asked: boolean; readonly willReconnect: boolean },
): ConnectionEmitted {
  return { type: 'lost', stage: context.stage, loss: context.loss ?? CUT_OFF, ...told };
}

/** `connecting` and `reconnecting` differ in what they are called and in what their failure is told as. */
const whileDialling = {
  after: {
    connectTimeout: { guard: 'hasConnectTimeout', target: '#lost', actions: 'recordConnectTimeout' },
  },
  on: {
    'socket.opened': { target: '#open' },
    'socket.failed': { target: '#lost', actions: 'recordLoss' },
    close: { target: '#closed', actions: ['recordCutOff', 'announceAskedLoss'] },
  },
} as const;

/**
 * The chart's type, for `createActor` and `@xstate/graph`. It has the 14 type arguments that `StateMachine` takes in every
 * supported version of XState.
 */
export type ConnectionMachine = StateMachine<
  ConnectionContext,
  ConnectionEvent,
  { [id: string]: ActorRefFromLogic<typeof socketActor> | undefined },
  { src: 'socket'; logic: typeof socketActor; id: string | undefined },
  Named<ConnectionAction>,
  Named<ConnectionGuard>,
  ConnectionDelay,
  ConnectionStateValue,
  ConnectionTag,
  ConnectionInput,
  NonReducibleUnknown,
  ConnectionEmitted,
  MetaObject,
  ConnectionStateSchema
>;

export const connectionMachine: ConnectionMachine = machineSetup.createMachine({
  id: 'connection',
  context: ({ input }) => ({
    policy: input.policy,
    environment: input.environment,
    attempt: 0,
    loss: undefined,
    stage: 'connecting',
    openedAt: undefined,
    hasBeenOpen: false,
    pingedAt: 0,
    awaitedSince: 0,
    wallAhead: 0,
    askAt: 0,
    sending: undefined,
    stallsAt: undefined,
    verdict: FINAL,
  }),
  initial: 'idle',
  states: {
    idle: {
      id: 'idle',
      description: 'Made, never asked to connect. Left by a call.',
      tags: ['idle', 'queues'],
      on: {
        connect: { target: '#connecting' },
        reconnect: { target: '#connecting' },
        close: { target: '#closed', actions: 'announceEnd' },
        terminate: { target: '#closed', actions: 'announceTermination' },
        abort: { target: '#aborted' },
      },
    },

    session: {
      description: 'Exactly one socket lives while we are here; leaving destroys it.',
      invoke: {
        id: 'socket',
        src: 'socket',
        input: ({ context: { environment, attempt } }) => ({
          dial: (which, report) => environment.dial(which, report),
          attempt,
        }),
      },
      initial: 'connecting',
      on: {
        abort: { target: '#aborted', actions: ['recordAbort', 'announceAskedLoss'] },
        terminate: { target: '#closed', actions: 'announceTermination' },
        'socket.filled': { actions: 'recordSending' },
      },
      states: {
        connecting: {
          id: 'connecting',
          description:
            'The first dial of a connect(). Left when it opens, fails, takes too long or is closed.',
          tags: ['connecting', 'queues'],
          entry: 'enterConnecting',
          ...whileDialling,
        },
        reconnecting: {
          id: 'reconnecting',
          description: 'A dial after a loss. Left as connecting is.',
          tags: ['reconnecting', 'queues'],
          entry: 'enterReconnecting',
          ...whileDialling,
        },
        open: {
          id: 'open',
          description:
            'Frames flow. Left by close(), by reconnect(), by the Close of the peer, or by a loss.',
          tags: ['open', 'sends'],
          entry: ['announceOpening', 'enterOpen', 'resetAttemptsAtOnce', 'forgetLoss'],
          exit: 'bidFarewell',
          after: { minUptime: { actions: 'resetAttempts' } },
          on: {
            close: { target: '#closingByUs', actions: 'sendClose' },
            reconnect: { target: '#replaced', actions: 'recordCutOff' },
            'socket.peerClosed': { target: '#closingByPeer', actions: 'recordPeerClose' },
            'socket.peerErred': { target: '#closingByPeer', actions: 'recordPeerError' },
            'socket.closed': { target: '#lost', actions: 'recordLoss' },
          },
          initial: 'alive',
          states: {
            alive: {
              id: 'alive',
              description: 'The peer is taken to be there. Left when the next Ping is due.',
              after: {
                nextPing: { guard: 'hasHeartbeat', target: '#awaitingPong' },
                sendStall: { guard: 'hasHeartbeat', actions: 'askLiveness' },
              },
              on: {
                'socket.filled': { target: '#alive', reenter: true, actions: 'recordSending' },
                'socket.answered': [
                  {
                    guard: 'hasSleptOverStall',
                    target: '#awaitingPong',
                    actions: ['forgetSilence', 'forgetStall'],
                  },
                  {
                    guard: 'hasStalled',
                    target: '#lost',
                    actions: ['recordHeartbeatTimeout', 'announceHeartbeatTimeout'],
                  },
                  { guard: 'hasBeenFull', target: '#alive', reenter: true, actions: 'recordSending' },
                ],
              },
            },
            awaitingPong: {
              id: 'awaitingPong',
              description:
                'A Ping is under way. Left with its Pong; when its time is up the socket is asked what else it has received.',
              entry: ['sendPing', 'recordPing', 'beginWait'],
              on: { 'socket.ponged': { target: '#alive' } },
              initial: 'waiting',
              states: {
                waiting: {
                  id: 'waitingForPong',
                  description:
                    'Pings go on leaving at their interval where that is shorter. Left when time is up.',
                  after: {
                    heartbeatTimeout: { target: '#askedForPong', actions: 'askLiveness' },
                    pingMeanwhile: {
                      guard: 'pingsMeanwhile',
                      target: '#waitingForPong',
                      reenter: true,
                      actions: ['sendAnotherPing', 'recordPing'],
                    },
                  },
                },
                asked: {
                  id: 'askedForPong',
                  description: 'The socket is asked what it has received. Left by its answer.',
                  on: {
                    'socket.answered': [
                      {
                        guard: 'wasAsleep',
                        target: '#awaitingPong',
                        reenter: true,
                        actions: ['forgetSilence', 'forgetStall'],
                      },
                      {
                        guard: 'isPeerAliveAndPingDue',
                        target: '#awaitingPong',
                        reenter: true,
                        actions: 'recordSending',
                      },
                      { guard: 'isPeerAlive', target: '#alive', actions: 'recordSending' },
                      {
                        guard: 'isStillSending',
                        target: '#waitingForPong',
                        actions: ['recordSending', 'extendWait'],
                      },
                      { target: '#lost', actions: ['recordHeartbeatTimeout', 'announceHeartbeatTimeout'] },
                    ],
                  },
                },
              },
            },
          },
        },
        closing: {
          description:
            'A Close was sent or received; left when the connection is gone, or when closeTimeout is over.',
          tags: ['closing'],
          entry: 'beginClosing',
          exit: 'endClosing',
          after: {
            closeTimeout: [{ guard: 'hasBeenFull', actions: 'askLiveness' }, { actions: 'giveUpClosing' }],
          },
          on: {
            'closing.overdue': { actions: 'askLiveness' },
            'socket.answered': [
              { guard: 'isClosingOverdue', actions: 'giveUpClosing' },
              { guard: 'hasBeenFull', actions: ['recordSending', 'extendClosing'] },
            ],
          },
          initial: 'byUs',
          states: {
            byUs: {
              id: 'closingByUs',
              description: 'close() was called. Ends in closed.',
              on: {
                'socket.closed': { target: '#closed', actions: ['recordLoss', 'announceAskedLoss'] },
                connect: { target: '#closingToConnect' },
                reconnect: { target: '#closingToConnect' },
              },
            },
            toConnect: {
              id: 'closingToConnect',
              description: 'As byUs, and connect() was called since: dials when the old connection is gone.',
              on: {
                'socket.closed': { target: '#revived', actions: 'recordLoss' },
                close: { target: '#closingByUs' },
              },
            },
            byPeer: {
              id: 'closingByPeer',
              description:
                'The peer sent a Close, or broke the protocol and was sent one. Ends in the retry decision.',
              tags: ['queuesIfReconnecting'],
              on: {
                'socket.closed': { target: '#lost', actions: 'recordRestOfLoss' },
                close: { target: '#closingForGood' },
                reconnect: { target: '#closingToReconnect' },
              },
            },
            toReconnect: {
              id: 'closingToReconnect',
              description:
                'As byPeer, and reconnect() was called since: a decision not to dial again is overruled.',
              tags: ['queues'],
              on: {
                'socket.closed': { target: '#overruled', actions: 'recordRestOfLoss' },
                close: { target: '#closingForGood' },
              },
            },
            forGood: {
              id: 'closingForGood',
              description: 'As byPeer, and close() was called since: no dial follows.',
              on: {
                'socket.closed': { target: '#closed', actions: ['recordRestOfLoss', 'announceAskedLoss'] },
                connect: { target: '#closingToReconnect' },
                reconnect: { target: '#closingToReconnect' },
              },
            },
          },
        },
      },
    },

    lost: {
      id: 'lost',
      description:
        'Transient. A dial or connection has ended: here it is decided and announced what follows.',
      initial: 'undecided',
      states: {
        undecided: {
          description: 'The one place where the retry decision is made.',
          entry: 'decideRetry',
          always: [
            { guard: 'canRetry', target: '#backoff', actions: 'announceLoss' },
            { guard: 'isSpent', target: '#exhausted', actions: ['announceFinalLoss', 'announceExhaustion'] },
            { target: '#closed', actions: 'announceFinalLoss' },
          ],
        },
        overruled: {
          id: 'overruled',
          description: 'As undecided, but reconnect() was called while the connection was closing.',
          entry: 'decideRetry',
          always: [
            { guard: 'canRetry', target: '#backoff', actions: 'announceLoss' },
            { target: '#reconnecting', actions: ['announceLoss', 'resetAttempts'] },
          ],
        },
        replaced: {
          id: 'replaced',
          description: 'reconnect() replaces an open connection.',
          always: { target: '#reconnecting', actions: ['announceLoss', 'resetAttempts'] },
        },
        revived: {
          id: 'revived',
          description: 'connect() was called while close() was still under way.',
          always: { target: '#connecting', actions: ['announceReplacedLoss', 'resetAttempts'] },
        },
      },
    },

    backoff: {
      id: 'backoff',
      description:
        'Waiting for the next dial, which connect() joins. Left when the delay is over, or by another call.',
      tags: ['backoff', 'queues'],
      entry: ['countAttempt', 'announceRetry'],
      after: { retryDelay: { target: '#reconnecting' } },
      on: {
        reconnect: { target: '#reconnecting' },
        close: { target: '#closed', actions: 'announceEnd' },
        terminate: { target: '#closed', actions: 'announceTermination' },
        abort: { target: '#aborted' },
      },
    },

    exhausted: {
      id: 'exhausted',
      description: 'The permitted attempts are used up. Left by a call.',
      tags: ['exhausted', 'resting'],
      on: {
        connect: { target: '#connecting', actions: 'resetAttempts' },
        reconnect: { target: '#connecting', actions: 'resetAttempts' },
        close: { target: '#closed', actions: 'announceEnd' },
        terminate: { target: '#closed', actions: 'announceTermination' },
        abort: { target: '#aborted' },
      },
    },

    closed: {
      id: 'closed',
      description: 'Ended on purpose, or lost with no reconnection.',
      tags: ['closed', 'resting'],
      initial: 'ended',
      states: {
        ended: {
          description: 'Left by connect().',
          on: {
            connect: { target: '#connecting', actions: 'resetAttempts' },
            reconnect: { target: '#connecting', actions: 'resetAttempts' },
            abort: { target: '#aborted' },
          },
        },
        aborted: {
          id: 'aborted',
          description: 'Ended for good: an AbortSignal ended the client.',
          tags: ['aborted'],
        },
      },
    },
  },
});
