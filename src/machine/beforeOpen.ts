/**
 * The states of a session before it is open: the dial, and what `prepare` does on the connection. States and transitions
 * only, as in connectionMachine.ts, of whose state `session` they are a part.
 */

/** Usable now: with a heartbeat or without one. */
const opening = [{ guard: 'hasHeartbeat', target: '#alive' }, { target: '#unwatched' }] as const;

/** `connecting` and `reconnecting` differ in their names, and in how their failure is reported. */
const whileDialling = {
  after: {
    connectTimeout: { guard: 'hasConnectTimeout', target: '#lost', actions: 'recordConnectTimeout' },
  },
  on: {
    'socket.opened': [{ guard: 'hasPreparation', target: '#preparing' }, ...opening],
    'socket.failed': { target: '#lost', actions: 'recordLoss' },
    close: { target: '#closed', actions: ['recordCutOff', 'announceAskedLoss'] },
  },
} as const;

export const beforeOpen = {
  connecting: {
    id: 'connecting',
    description: 'The first dial of a connect(). Left when it opens, fails, takes too long or is closed.',
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
  preparing: {
    id: 'preparing',
    description:
      'The upgrade succeeded and `prepare` runs. Left when it is done, fails or takes too long, by a call, or by a loss.',
    tags: ['preparing', 'queues'],
    entry: ['forgetLoss', 'announcePreparing'],
    exit: 'bidFarewell',
    after: { prepareTimeout: { actions: 'giveUpPreparing' } },
    on: {
      'session.prepared': opening,
      'session.failed': { target: '#lost', actions: 'recordUnprepared' },
      close: { target: '#closingByUs', actions: 'sendClose' },
      reconnect: { target: '#replaced', actions: 'recordCutOff' },
      'socket.peerClosed': {
        target: '#closingByPeer',
        actions: ['recordPeerClose', 'recordUnprepared'],
      },
      'socket.peerErred': {
        target: '#closingByPeer',
        actions: ['recordPeerError', 'recordUnprepared'],
      },
      'socket.closed': { target: '#lost', actions: ['recordLoss', 'recordUnprepared'] },
    },
  },
} as const;
