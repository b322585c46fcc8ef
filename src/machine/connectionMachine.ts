/**
 * The statechart of one connection: everything that decides when and whether to connect. This file holds its states and
 * transitions; context.ts, delays.ts, guards.ts, actions.ts and retry.ts hold what their names say.
 *
 * Rules of the house
 * - Everything that affects when a socket is dialled, kept or given up is here, and nothing else. Messages pass from the
 *   service to the api directly.
 * - Pure: no Node module, no clock, no randomness. What it needs of those comes in as closures.
 * - A delay is armed where it can pass. Where a setting turns something off, the entry to a state decides it.
 * - No boolean says what a state can say. Where a call changes what will follow, there is a state for it.
 *
 * Theory of operation
 * - `session` invokes the one socket. Being inside it and having a socket is the same thing: leaving it
 *   destroys the socket, whatever the reason, so there is no second one and no late event of an old one.
 * - Every end of a dial or connection that was not asked for goes through `lost`, where the retry decision is
 *   made once, and the loss is emitted together with what follows.
 * - `lost` is transient. So is a new connection that was asked for: a socket is replaced only by leaving `session` and
 *   entering it again.
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
import { setup } from 'xstate';
import { actions } from './actions.js';
import { beforeOpen } from './beforeOpen.js';
import type { ConnectionMachine } from './chartType.js';
import { type ConnectionContext, type ConnectionTag, initialContext } from './context.js';
import { delays } from './delays.js';
import type { ConnectionEmitted, ConnectionEvent } from './events.js';
import { guards } from './guards.js';
import type { ConnectionInput } from './policy.js';
import { socketActor } from './socketActor.js';

const machineSetup = setup({
  types: {
    input: {} as ConnectionInput,
    context: {} as ConnectionContext,
    events: {} as ConnectionEvent,
    emitted: {} as ConnectionEmitted,
    tags: {} as ConnectionTag,
  },
  actors: { socket: socketActor },
  delays,
  guards,
  actions,
});

/** What the surroundings report shortens the wait for the next dial. */
const hasten = [
  { guard: 'mayDial', target: '#reconnecting', actions: 'hastenRetry' },
  { target: '#backoff', reenter: true, actions: 'hastenRetry' },
] as const;

/** The peer is asked anew: a Ping from before the machine slept proves nothing. */
const askAnew = {
  guard: 'wasAsleep',
  target: '#awaitingPong',
  reenter: true,
  actions: ['forgetSilence', 'forgetStall'],
} as const;

/** The statechart of a connection. Its input is a `ConnectionInput`. */
export const connectionMachine: ConnectionMachine = machineSetup.createMachine({
  id: 'connection',
  context: initialContext,
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
        ...beforeOpen,
        open: {
          id: 'open',
          description:
            'Frames flow. Left by close(), by reconnect(), by the Close of the peer, or by a loss.',
          tags: ['open', 'sends'],
          entry: ['announceOpening', 'recordOpening'],
          exit: 'bidFarewell',
          on: {
            close: { target: '#closingByUs', actions: 'sendClose' },
            reconnect: { target: '#replaced', actions: 'recordCutOff' },
            'socket.peerClosed': { target: '#closingByPeer', actions: 'recordPeerClose' },
            'socket.peerErred': { target: '#closingByPeer', actions: 'recordPeerError' },
            'socket.closed': { target: '#lost', actions: 'recordLoss' },
          },
          initial: 'unwatched',
          states: {
            unwatched: {
              id: 'unwatched',
              description: 'There is no heartbeat: nobody asks whether the peer is there. Left as open is.',
            },
            alive: {
              id: 'alive',
              description: 'The peer is taken to be there. Left when the next Ping is due.',
              after: {
                nextPing: [{ guard: 'stallsFirst', actions: 'askLiveness' }, { target: '#awaitingPong' }],
              },
              on: {
                'runtime.online': { target: '#awaitingPong' },
                'runtime.awake': { target: '#awaitingPong' },
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
              entry: ['sendPing', 'beginWait'],
              on: {
                'socket.ponged': { target: '#alive' },
                'runtime.online': askAnew,
                'runtime.awake': askAnew,
              },
              initial: 'waiting',
              states: {
                waiting: {
                  id: 'waitingForPong',
                  description:
                    'Pings go on leaving at their interval where that is shorter. Left when time is up.',
                  after: {
                    heartbeatTimeout: [
                      {
                        guard: 'pingsAgainFirst',
                        target: '#waitingForPong',
                        reenter: true,
                        actions: ['sendAnotherPing', 'recordPing'],
                      },
                      { target: '#askedForPong', actions: 'askLiveness' },
                    ],
                  },
                },
                asked: {
                  id: 'askedForPong',
                  description: 'The socket is asked what it has received. Left by its answer.',
                  on: {
                    'socket.answered': [
                      askAnew,
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
      description: 'Transient. A dial or connection has ended. What follows is decided and emitted here.',
      initial: 'undecided',
      states: {
        undecided: {
          description: 'The one place where the retry decision is made.',
          entry: 'decideRetry',
          always: [
            {
              guard: 'canRetry',
              target: '#backoff',
              actions: ['announceLoss', 'scheduleRetry', 'announceRetry'],
            },
            { guard: 'isSpent', target: '#exhausted', actions: ['announceFinalLoss', 'announceExhaustion'] },
            { target: '#closed', actions: 'announceFinalLoss' },
          ],
        },
        overruled: {
          id: 'overruled',
          description: 'As undecided, but reconnect() was called while the connection was closing.',
          entry: 'decideRetry',
          always: [
            {
              guard: 'canRetry',
              target: '#backoff',
              actions: ['announceLoss', 'scheduleRetry', 'announceRetry'],
            },
            { target: '#reconnecting', actions: ['announceLoss', 'resetAttempts'] },
          ],
        },
        replaced: {
          id: 'replaced',
          description: 'reconnect() replaces a connection that is open, or that is being prepared.',
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
      after: { retryDelay: { target: '#reconnecting' } },
      on: {
        'runtime.online': hasten,
        'runtime.awake': hasten,
        reconnect: { target: '#reconnecting', actions: 'forgetHaste' },
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
