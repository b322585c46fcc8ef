/**
 * What the chart remembers, and the tags by which it says what a state means.
 *
 * Data only. How it changes is in actions.ts, and what follows from it in guards.ts and delays.ts.
 */
import type { Snapshot } from 'xstate';
import { type Loss, NO_CLOSE, type SendProgress } from '../port/index.js';
import type { LossStage } from './events.js';
import type { ConnectionEnvironment, ConnectionInput, ConnectionPolicy } from './policy.js';

/** The names of `ws.state`: each resting state of the chart carries exactly one of them as a tag. */
export const CONNECTION_STATES = Object.freeze([
  'idle',
  'connecting',
  'preparing',
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
  | {
      readonly kind: 'retry';
      /** The number of the attempt that follows. */
      readonly attempt: number;
      /** How long the back-off lasts, in ms. */
      readonly delay: number;
      /** How long the server asked for, in ms; 0 where it did not. */
      readonly retryAfter: number;
      /** Whether the delay is that of a runtime without a network, and says nothing of the attempt. */
      readonly isOffline: boolean;
    }
  | { readonly kind: 'final' }
  | { readonly kind: 'spent' };

/** What the chart remembers. */
export interface ConnectionContext {
  /** Times and counts, from the client's options. */
  readonly policy: ConnectionPolicy;
  /** What the chart asks of the world around it. */
  readonly environment: ConnectionEnvironment;
  /** The newest dial: 0 for a first one, n for the n-th after a loss. A connection that lasted counts when it is lost. */
  readonly attempt: number;
  /** The newest loss; for `closing`, what is known of it so far. */
  readonly loss: Loss | undefined;
  /** What that loss ended. */
  readonly stage: LossStage;
  /** Whether it has been open since `connect()`: what has worked is given more time to work again. */
  readonly hasBeenOpen: boolean;
  /** When the newest dial began (ms, `environment.now()`). */
  readonly dialledAt: number;
  /** In `backoff`: when the next dial is due (ms, `environment.now()`). */
  readonly dueAt: number;
  /** In `backoff`: until when a `Retry-After` forbids a dial (ms, `environment.now()`). */
  readonly notBefore: number;
  /** Whether the next or present dial after a loss is begun by what the surroundings reported, and not by its delay. */
  readonly isHastened: boolean;
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
  /** When bytes that wait count as stalled, if none is taken before (ms, `environment.now()`); infinite where none wait. */
  readonly stallsAt: number;
  /** What the newest retry decision came to. */
  readonly verdict: Verdict;
}

/** A loss that is followed by no dial. */
export const FINAL: Verdict = { kind: 'final' };

/** The end of a dial or connection without a Close (RFC 6455 §7.1.5). */
export const CUT_OFF: Loss = { code: NO_CLOSE, reason: '', wasClean: false };

/** What a chart begins with. */
export const initialContext = ({ input }: { readonly input: ConnectionInput }): ConnectionContext => ({
  policy: input.policy,
  environment: input.environment,
  attempt: 0,
  loss: undefined,
  stage: 'connecting',
  dialledAt: 0,
  dueAt: 0,
  notBefore: 0,
  isHastened: false,
  openedAt: undefined,
  hasBeenOpen: false,
  pingedAt: 0,
  awaitedSince: 0,
  wallAhead: 0,
  askAt: 0,
  sending: undefined,
  stallsAt: Number.POSITIVE_INFINITY,
  verdict: FINAL,
});

/**
 * A chart in `idle` as XState saves one. To restore it costs less than half of what XState needs to work out the initial state
 * anew, and both are the same: `idle` has no entry action.
 */
export const idleSnapshot = (
  input: ConnectionInput,
): Snapshot<unknown> & { readonly context: ConnectionContext } => ({
  ...IDLE,
  context: initialContext({ input }),
});

// All that XState reads of it are own members, and none is an object that a polluted prototype adds members to.
const IDLE = {
  status: 'active',
  output: undefined,
  error: undefined,
  value: 'idle',
  children: {},
  historyValue: undefined,
} as const;
