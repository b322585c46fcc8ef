/**
 * The names that the chart consists of, as the type of `connectionMachine` gives them to users.
 *
 * They are written out, and not inferred, because the inferred type names every type argument of XState's
 * `StateMachine`: 15 since XState 5.33, 14 before. Declarations with 15 do not compile beside an older copy; those with
 * 14 compile beside each (the last one has a default). The compiler holds the
 * values of the state against the chart, and test/machine/chartType.test.ts the other names.
 */
import type { ActorRefFromLogic, MetaObject, NonReducibleUnknown, StateMachine } from 'xstate';
import type { ConnectionContext, ConnectionTag } from './context.js';
import type { ConnectionEmitted, ConnectionEvent } from './events.js';
import type { ConnectionInput } from './policy.js';
import type { socketActor } from './socketActor.js';

/** Names of the chart's actions, for `connectionMachine.provide()`. */
export type ConnectionAction =
  | 'announceAskedLoss'
  | 'announceEnd'
  | 'announceExhaustion'
  | 'announceFinalLoss'
  | 'announceHeartbeatTimeout'
  | 'announceLoss'
  | 'announceOpening'
  | 'announcePreparing'
  | 'announceReplacedLoss'
  | 'announceRetry'
  | 'announceTermination'
  | 'askLiveness'
  | 'beginClosing'
  | 'beginWait'
  | 'bidFarewell'
  | 'decideRetry'
  | 'endClosing'
  | 'enterConnecting'
  | 'enterReconnecting'
  | 'extendClosing'
  | 'extendWait'
  | 'forgetHaste'
  | 'forgetLoss'
  | 'forgetSilence'
  | 'forgetStall'
  | 'giveUpClosing'
  | 'giveUpPreparing'
  | 'hastenRetry'
  | 'recordAbort'
  | 'recordConnectTimeout'
  | 'recordCutOff'
  | 'recordHeartbeatTimeout'
  | 'recordLoss'
  | 'recordOpening'
  | 'recordPeerClose'
  | 'recordPeerError'
  | 'recordPing'
  | 'recordRestOfLoss'
  | 'recordSending'
  | 'recordUnprepared'
  | 'resetAttempts'
  | 'scheduleRetry'
  | 'sendAnotherPing'
  | 'sendClose'
  | 'sendPing';

/** Names of the chart's guards. */
export type ConnectionGuard =
  | 'canRetry'
  | 'hasBeenFull'
  | 'hasConnectTimeout'
  | 'hasHeartbeat'
  | 'hasPreparation'
  | 'hasSleptOverStall'
  | 'hasStalled'
  | 'isClosingOverdue'
  | 'isPeerAlive'
  | 'isPeerAliveAndPingDue'
  | 'isSpent'
  | 'isStillSending'
  | 'mayDial'
  | 'pingsAgainFirst'
  | 'stallsFirst'
  | 'wasAsleep';

/** Names of the chart's delays. */
export type ConnectionDelay =
  | 'closeExtension'
  | 'closeTimeout'
  | 'connectTimeout'
  | 'heartbeatTimeout'
  | 'nextPing'
  | 'prepareTimeout'
  | 'retryDelay';

/** What `snapshot.value` can be, and `snapshot.matches()` takes in parts. */
export type ConnectionStateValue =
  | 'idle'
  | 'backoff'
  | 'exhausted'
  | { lost: 'undecided' | 'overruled' | 'replaced' | 'revived' }
  | { closed: 'ended' | 'aborted' }
  | {
      session:
        | 'connecting'
        | 'reconnecting'
        | 'preparing'
        | { open: 'unwatched' | 'alive' | { awaitingPong: 'waiting' | 'asked' } }
        | { closing: 'byUs' | 'toConnect' | 'byPeer' | 'toReconnect' | 'forGood' };
    };

/** The chart's tree of states with their ids, as XState's types take it. */
export interface ConnectionStateSchema {
  /** The id of the chart. */
  id: 'connection';
  /** The states, each with its id. */
  states: {
    readonly idle: { id: 'idle' };
    readonly session: {
      states: {
        readonly connecting: { id: 'connecting' };
        readonly reconnecting: { id: 'reconnecting' };
        readonly preparing: { id: 'preparing' };
        readonly open: {
          id: 'open';
          states: {
            readonly unwatched: { id: 'unwatched' };
            readonly alive: { id: 'alive' };
            readonly awaitingPong: {
              id: 'awaitingPong';
              states: { readonly waiting: { id: 'waitingForPong' }; readonly asked: { id: 'askedForPong' } };
            };
          };
        };
        readonly closing: {
          states: {
            readonly byUs: { id: 'closingByUs' };
            readonly toConnect: { id: 'closingToConnect' };
            readonly byPeer: { id: 'closingByPeer' };
            readonly toReconnect: { id: 'closingToReconnect' };
            readonly forGood: { id: 'closingForGood' };
          };
        };
      };
    };
    readonly lost: {
      id: 'lost';
      states: {
        readonly undecided: object;
        readonly overruled: { id: 'overruled' };
        readonly replaced: { id: 'replaced' };
        readonly revived: { id: 'revived' };
      };
    };
    readonly backoff: { id: 'backoff' };
    readonly exhausted: { id: 'exhausted' };
    readonly closed: {
      id: 'closed';
      states: { readonly ended: object; readonly aborted: { id: 'aborted' } };
    };
  };
}

/** As XState lists actions and guards that take no parameters. */
export type Named<Name extends string> = Name extends string
  ? { type: Name; params: NonReducibleUnknown }
  : never;

/** The one actor that the chart invokes, as XState's types list it. */
export type SocketSource = { src: 'socket'; logic: typeof socketActor; id: string | undefined };

/**
 * The chart's type, for `createActor` and `@xstate/graph`. It has the 14 type arguments that `StateMachine` takes in every
 * supported version of XState.
 */
export type ConnectionMachine = StateMachine<
  ConnectionContext,
  ConnectionEvent,
  { [id: string]: ActorRefFromLogic<typeof socketActor> | undefined },
  SocketSource,
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
