/**
 * The statechart of one connection, for Stately Studio, its editor and its VS Code extension.
 *
 * Written by scripts/statecharts.ts from src/machine: do not edit. Here guards are true, actions do nothing
 * and delays are the defaults in ms; the chart that runs is `connectionMachine` from `recker/machine`.
 */
import { fromCallback, setup } from 'xstate';

export const connectionChart = setup({
  types: {
    events: {} as
      | { type: 'connect' }
      | { type: 'reconnect' }
      | { type: 'close' }
      | { type: 'terminate' }
      | { type: 'abort' }
      | { type: 'socket.filled' }
      | { type: 'socket.opened' }
      | { type: 'socket.failed' }
      | { type: 'session.prepared' }
      | { type: 'session.failed' }
      | { type: 'socket.peerClosed' }
      | { type: 'socket.peerErred' }
      | { type: 'socket.closed' }
      | { type: 'runtime.online' }
      | { type: 'runtime.awake' }
      | { type: 'socket.answered' }
      | { type: 'socket.ponged' }
      | { type: 'closing.overdue' },
    tags: {} as
      | 'idle'
      | 'queues'
      | 'connecting'
      | 'reconnecting'
      | 'preparing'
      | 'open'
      | 'sends'
      | 'closing'
      | 'queuesIfReconnecting'
      | 'backoff'
      | 'exhausted'
      | 'resting'
      | 'closed'
      | 'aborted',
  },
  actors: { socket: fromCallback(() => {}) },
  delays: {
    connectTimeout: 10000,
    prepareTimeout: 10000,
    nextPing: 30000,
    heartbeatTimeout: 10000,
    closeExtension: 5000,
    closeTimeout: 5000,
    retryDelay: 1000,
  },
  guards: {
    hasConnectTimeout: () => true,
    hasPreparation: () => true,
    hasHeartbeat: () => true,
    stallsFirst: () => true,
    pingsAgainFirst: () => true,
    isPeerAlive: () => true,
    isPeerAliveAndPingDue: () => true,
    wasAsleep: () => true,
    hasSleptOverStall: () => true,
    isStillSending: () => true,
    hasStalled: () => true,
    hasBeenFull: () => true,
    isClosingOverdue: () => true,
    mayDial: () => true,
    canRetry: () => true,
    isSpent: () => true,
  },
  actions: {
    resetAttempts: () => {},
    scheduleRetry: () => {},
    hastenRetry: () => {},
    forgetHaste: () => {},
    enterConnecting: () => {},
    enterReconnecting: () => {},
    forgetLoss: () => {},
    announcePreparing: () => {},
    announceOpening: () => {},
    recordOpening: () => {},
    sendPing: () => {},
    sendAnotherPing: () => {},
    recordPing: () => {},
    beginWait: () => {},
    extendWait: () => {},
    recordSending: () => {},
    forgetStall: () => {},
    forgetSilence: () => {},
    beginClosing: () => {},
    extendClosing: () => {},
    endClosing: () => {},
    askLiveness: () => {},
    sendClose: () => {},
    bidFarewell: () => {},
    recordLoss: () => {},
    recordRestOfLoss: () => {},
    recordUnprepared: () => {},
    giveUpPreparing: () => {},
    recordCutOff: () => {},
    recordConnectTimeout: () => {},
    recordHeartbeatTimeout: () => {},
    recordAbort: () => {},
    recordPeerClose: () => {},
    recordPeerError: () => {},
    giveUpClosing: () => {},
    decideRetry: () => {},
    announceFinalLoss: () => {},
    announceAskedLoss: () => {},
    announceLoss: () => {},
    announceReplacedLoss: () => {},
    announceHeartbeatTimeout: () => {},
    announceRetry: () => {},
    announceExhaustion: () => {},
    announceTermination: () => {},
    announceEnd: () => {},
  },
}).createMachine({
  id: 'connection',
  initial: 'idle',
  states: {
    idle: {
      id: 'idle',
      description: 'Made, never asked to connect. Left by a call.',
      tags: ['idle', 'queues'],
      on: {
        connect: {
          target: '#connecting',
        },
        reconnect: {
          target: '#connecting',
        },
        close: {
          target: '#closed',
          actions: 'announceEnd',
        },
        terminate: {
          target: '#closed',
          actions: 'announceTermination',
        },
        abort: {
          target: '#aborted',
        },
      },
    },
    session: {
      description: 'Exactly one socket lives while we are here; leaving destroys it.',
      invoke: {
        id: 'socket',
        src: 'socket',
      },
      initial: 'connecting',
      on: {
        abort: {
          target: '#aborted',
          actions: ['recordAbort', 'announceAskedLoss'],
        },
        terminate: {
          target: '#closed',
          actions: 'announceTermination',
        },
        'socket.filled': {
          actions: 'recordSending',
        },
      },
      states: {
        connecting: {
          id: 'connecting',
          description:
            'The first dial of a connect(). Left when it opens, fails, takes too long or is closed.',
          tags: ['connecting', 'queues'],
          entry: 'enterConnecting',
          after: {
            connectTimeout: {
              guard: 'hasConnectTimeout',
              target: '#lost',
              actions: 'recordConnectTimeout',
            },
          },
          on: {
            'socket.opened': [
              {
                guard: 'hasPreparation',
                target: '#preparing',
              },
              {
                guard: 'hasHeartbeat',
                target: '#alive',
              },
              {
                target: '#unwatched',
              },
            ],
            'socket.failed': {
              target: '#lost',
              actions: 'recordLoss',
            },
            close: {
              target: '#closed',
              actions: ['recordCutOff', 'announceAskedLoss'],
            },
          },
        },
        reconnecting: {
          id: 'reconnecting',
          description: 'A dial after a loss. Left as connecting is.',
          tags: ['reconnecting', 'queues'],
          entry: 'enterReconnecting',
          after: {
            connectTimeout: {
              guard: 'hasConnectTimeout',
              target: '#lost',
              actions: 'recordConnectTimeout',
            },
          },
          on: {
            'socket.opened': [
              {
                guard: 'hasPreparation',
                target: '#preparing',
              },
              {
                guard: 'hasHeartbeat',
                target: '#alive',
              },
              {
                target: '#unwatched',
              },
            ],
            'socket.failed': {
              target: '#lost',
              actions: 'recordLoss',
            },
            close: {
              target: '#closed',
              actions: ['recordCutOff', 'announceAskedLoss'],
            },
          },
        },
        preparing: {
          id: 'preparing',
          description:
            'The upgrade succeeded and `prepare` runs. Left when it is done, fails or takes too long, by a call, or by a loss.',
          tags: ['preparing', 'queues'],
          entry: ['forgetLoss', 'announcePreparing'],
          exit: 'bidFarewell',
          after: {
            prepareTimeout: {
              actions: 'giveUpPreparing',
            },
          },
          on: {
            'session.prepared': [
              {
                guard: 'hasHeartbeat',
                target: '#alive',
              },
              {
                target: '#unwatched',
              },
            ],
            'session.failed': {
              target: '#lost',
              actions: 'recordUnprepared',
            },
            close: {
              target: '#closingByUs',
              actions: 'sendClose',
            },
            reconnect: {
              target: '#replaced',
              actions: 'recordCutOff',
            },
            'socket.peerClosed': {
              target: '#closingByPeer',
              actions: ['recordPeerClose', 'recordUnprepared'],
            },
            'socket.peerErred': {
              target: '#closingByPeer',
              actions: ['recordPeerError', 'recordUnprepared'],
            },
            'socket.closed': {
              target: '#lost',
              actions: ['recordLoss', 'recordUnprepared'],
            },
          },
        },
        open: {
          id: 'open',
          description:
            'Frames flow. Left by close(), by reconnect(), by the Close of the peer, or by a loss.',
          tags: ['open', 'sends'],
          entry: ['announceOpening', 'recordOpening'],
          exit: 'bidFarewell',
          on: {
            close: {
              target: '#closingByUs',
              actions: 'sendClose',
            },
            reconnect: {
              target: '#replaced',
              actions: 'recordCutOff',
            },
            'socket.peerClosed': {
              target: '#closingByPeer',
              actions: 'recordPeerClose',
            },
            'socket.peerErred': {
              target: '#closingByPeer',
              actions: 'recordPeerError',
            },
            'socket.closed': {
              target: '#lost',
              actions: 'recordLoss',
            },
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
                nextPing: [
                  {
                    guard: 'stallsFirst',
                    actions: 'askLiveness',
                  },
                  {
                    target: '#awaitingPong',
                  },
                ],
              },
              on: {
                'runtime.online': {
                  target: '#awaitingPong',
                },
                'runtime.awake': {
                  target: '#awaitingPong',
                },
                'socket.filled': {
                  target: '#alive',
                  reenter: true,
                  actions: 'recordSending',
                },
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
                  {
                    guard: 'hasBeenFull',
                    target: '#alive',
                    reenter: true,
                    actions: 'recordSending',
                  },
                ],
              },
            },
            awaitingPong: {
              id: 'awaitingPong',
              description:
                'A Ping is under way. Left with its Pong; when its time is up the socket is asked what else it has received.',
              entry: ['sendPing', 'beginWait'],
              on: {
                'socket.ponged': {
                  target: '#alive',
                },
                'runtime.online': {
                  guard: 'wasAsleep',
                  target: '#awaitingPong',
                  reenter: true,
                  actions: ['forgetSilence', 'forgetStall'],
                },
                'runtime.awake': {
                  guard: 'wasAsleep',
                  target: '#awaitingPong',
                  reenter: true,
                  actions: ['forgetSilence', 'forgetStall'],
                },
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
                      {
                        target: '#askedForPong',
                        actions: 'askLiveness',
                      },
                    ],
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
                      {
                        guard: 'isPeerAlive',
                        target: '#alive',
                        actions: 'recordSending',
                      },
                      {
                        guard: 'isStillSending',
                        target: '#waitingForPong',
                        actions: ['recordSending', 'extendWait'],
                      },
                      {
                        target: '#lost',
                        actions: ['recordHeartbeatTimeout', 'announceHeartbeatTimeout'],
                      },
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
            closeTimeout: [
              {
                guard: 'hasBeenFull',
                actions: 'askLiveness',
              },
              {
                actions: 'giveUpClosing',
              },
            ],
          },
          on: {
            'closing.overdue': {
              actions: 'askLiveness',
            },
            'socket.answered': [
              {
                guard: 'isClosingOverdue',
                actions: 'giveUpClosing',
              },
              {
                guard: 'hasBeenFull',
                actions: ['recordSending', 'extendClosing'],
              },
            ],
          },
          initial: 'byUs',
          states: {
            byUs: {
              id: 'closingByUs',
              description: 'close() was called. Ends in closed.',
              on: {
                'socket.closed': {
                  target: '#closed',
                  actions: ['recordLoss', 'announceAskedLoss'],
                },
                connect: {
                  target: '#closingToConnect',
                },
                reconnect: {
                  target: '#closingToConnect',
                },
              },
            },
            toConnect: {
              id: 'closingToConnect',
              description: 'As byUs, and connect() was called since: dials when the old connection is gone.',
              on: {
                'socket.closed': {
                  target: '#revived',
                  actions: 'recordLoss',
                },
                close: {
                  target: '#closingByUs',
                },
              },
            },
            byPeer: {
              id: 'closingByPeer',
              description:
                'The peer sent a Close, or broke the protocol and was sent one. Ends in the retry decision.',
              tags: ['queuesIfReconnecting'],
              on: {
                'socket.closed': {
                  target: '#lost',
                  actions: 'recordRestOfLoss',
                },
                close: {
                  target: '#closingForGood',
                },
                reconnect: {
                  target: '#closingToReconnect',
                },
              },
            },
            toReconnect: {
              id: 'closingToReconnect',
              description:
                'As byPeer, and reconnect() was called since: a decision not to dial again is overruled.',
              tags: ['queues'],
              on: {
                'socket.closed': {
                  target: '#overruled',
                  actions: 'recordRestOfLoss',
                },
                close: {
                  target: '#closingForGood',
                },
              },
            },
            forGood: {
              id: 'closingForGood',
              description: 'As byPeer, and close() was called since: no dial follows.',
              on: {
                'socket.closed': {
                  target: '#closed',
                  actions: ['recordRestOfLoss', 'announceAskedLoss'],
                },
                connect: {
                  target: '#closingToReconnect',
                },
                reconnect: {
                  target: '#closingToReconnect',
                },
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
            {
              guard: 'isSpent',
              target: '#exhausted',
              actions: ['announceFinalLoss', 'announceExhaustion'],
            },
            {
              target: '#closed',
              actions: 'announceFinalLoss',
            },
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
            {
              target: '#reconnecting',
              actions: ['announceLoss', 'resetAttempts'],
            },
          ],
        },
        replaced: {
          id: 'replaced',
          description: 'reconnect() replaces a connection that is open, or that is being prepared.',
          always: {
            target: '#reconnecting',
            actions: ['announceLoss', 'resetAttempts'],
          },
        },
        revived: {
          id: 'revived',
          description: 'connect() was called while close() was still under way.',
          always: {
            target: '#connecting',
            actions: ['announceReplacedLoss', 'resetAttempts'],
          },
        },
      },
    },
    backoff: {
      id: 'backoff',
      description:
        'Waiting for the next dial, which connect() joins. Left when the delay is over, or by another call.',
      tags: ['backoff', 'queues'],
      after: {
        retryDelay: {
          target: '#reconnecting',
        },
      },
      on: {
        'runtime.online': [
          {
            guard: 'mayDial',
            target: '#reconnecting',
            actions: 'hastenRetry',
          },
          {
            target: '#backoff',
            reenter: true,
            actions: 'hastenRetry',
          },
        ],
        'runtime.awake': [
          {
            guard: 'mayDial',
            target: '#reconnecting',
            actions: 'hastenRetry',
          },
          {
            target: '#backoff',
            reenter: true,
            actions: 'hastenRetry',
          },
        ],
        reconnect: {
          target: '#reconnecting',
          actions: 'forgetHaste',
        },
        close: {
          target: '#closed',
          actions: 'announceEnd',
        },
        terminate: {
          target: '#closed',
          actions: 'announceTermination',
        },
        abort: {
          target: '#aborted',
        },
      },
    },
    exhausted: {
      id: 'exhausted',
      description: 'The permitted attempts are used up. Left by a call.',
      tags: ['exhausted', 'resting'],
      on: {
        connect: {
          target: '#connecting',
          actions: 'resetAttempts',
        },
        reconnect: {
          target: '#connecting',
          actions: 'resetAttempts',
        },
        close: {
          target: '#closed',
          actions: 'announceEnd',
        },
        terminate: {
          target: '#closed',
          actions: 'announceTermination',
        },
        abort: {
          target: '#aborted',
        },
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
            connect: {
              target: '#connecting',
              actions: 'resetAttempts',
            },
            reconnect: {
              target: '#connecting',
              actions: 'resetAttempts',
            },
            abort: {
              target: '#aborted',
            },
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
