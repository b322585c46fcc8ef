/**
 * The oracle: what each call, fact and timer does in each state, written by hand from the contract and not
 * from the chart. The chart and the class are both held against it, and so are the generated paths.
 *
 * A cell says the state that follows, the documented events in order with their payloads (the `state` event
 * goes without saying: it is the first one wherever the state changes), what becomes of the call's promise, of
 * the message that was waiting, and of the socket. `none` is a fact or timer that cannot be there: the test
 * proves that it is not, or that it changes nothing.
 */

import {
  type Cell,
  type Cells,
  type Column,
  dropped,
  gaveUp,
  go,
  HELD,
  NO_FACTS,
  NO_TIMERS,
  type Row,
  UNMOVED,
} from './cells.js';
import {
  CLOSING_BY_US_WHILE_PREPARING,
  CLOSING_WHILE_PREPARING,
  PREPARING,
  PREPARING_AFTER_A_LOSS,
} from './preparingRows.js';

export * from './cells.js';

const backoffEvents = [dropped, 'reconnecting 1 1000'];

/** A dial after a loss has failed, and the next one is no further attempt. */
const failedAgain = (error: string, delay: number) => [
  `reconnect-error ${error}`,
  `close 1006 "" ${error} willReconnect`,
  `reconnecting 1 ${delay}`,
];

const RECONNECTING: Cells = {
  ...NO_FACTS,
  ...NO_TIMERS,
  ...UNMOVED,
  'connect()': go('reconnecting', [], { call: 'pending', ...HELD }),
  'close()': go('closed', ['close 1006 ""', 'undelivered waiting AbortError'], {
    call: 'resolves',
    waiting: 'refused AbortError',
    socket: ['destroy'],
  }),
  'reconnect()': go('reconnecting', [], { call: 'pending', ...HELD }),
  'terminate()': go('closed', ['close 1006 ""', 'undelivered waiting AbortError'], {
    waiting: 'refused AbortError',
    socket: ['destroy'],
  }),
  'send()': go('reconnecting', [], { call: 'pending', ...HELD }),
  abort: go('closed', ['close 1006 "" AbortError', 'undelivered waiting AbortError'], {
    waiting: 'refused AbortError',
    socket: ['destroy'],
  }),
  opened: go('open', ['open again 1'], { waiting: 'sent', socket: ['send waiting'] }),
  failed: go(
    'exhausted',
    [
      'reconnect-error ConnectionError',
      'close 1006 "" ConnectionError',
      ...gaveUp,
      'undelivered waiting ReconnectExhaustedError',
    ],
    { waiting: 'refused ReconnectExhaustedError', socket: ['destroy'] },
  ),
  'failed, offline': go('backoff', failedAgain('ConnectionError', 30_000), { socket: ['destroy'], ...HELD }),
  'failed for good': go(
    'closed',
    ['reconnect-error HandshakeError', 'close 1006 "" HandshakeError', 'undelivered waiting HandshakeError'],
    { waiting: 'refused HandshakeError', socket: ['destroy'] },
  ),
  connectTimeout: go(
    'exhausted',
    [
      'reconnect-error TimeoutError',
      'close 1006 "" TimeoutError',
      ...gaveUp,
      'undelivered waiting ReconnectExhaustedError',
    ],
    { waiting: 'refused ReconnectExhaustedError', socket: ['destroy'] },
  ),
};

export const TABLE: Readonly<Record<Row, Cells>> = {
  idle: {
    ...NO_FACTS,
    ...NO_TIMERS,
    ...UNMOVED,
    'connect()': go('connecting', [], { call: 'pending', socket: ['dial'] }),
    'close()': go('closed', ['close 4002 "ours"'], { call: 'resolves' }),
    'reconnect()': go('connecting', [], { call: 'pending', socket: ['dial'] }),
    'terminate()': go('closed', ['close 1006 ""']),
    // A microtask later the api sends `connect`, as it does where a client connects by itself.
    'send()': go('connecting', [], { call: 'pending', socket: ['dial'] }),
    abort: go('closed', []),
  },

  connecting: {
    ...NO_FACTS,
    ...NO_TIMERS,
    ...UNMOVED,
    'connect()': go('connecting', [], { call: 'pending', ...HELD }),
    'close()': go('closed', ['close 1006 ""', 'undelivered waiting AbortError'], {
      call: 'resolves',
      waiting: 'refused AbortError',
      socket: ['destroy'],
    }),
    'reconnect()': go('connecting', [], { call: 'pending', ...HELD }),
    'terminate()': go('closed', ['close 1006 ""', 'undelivered waiting AbortError'], {
      waiting: 'refused AbortError',
      socket: ['destroy'],
    }),
    'send()': go('connecting', [], { call: 'pending', ...HELD }),
    abort: go('closed', ['close 1006 "" AbortError', 'undelivered waiting AbortError'], {
      waiting: 'refused AbortError',
      socket: ['destroy'],
    }),
    opened: go('open', ['open first 0'], { waiting: 'sent', socket: ['send waiting'] }),
    failed: go(
      'backoff',
      ['error ConnectionError', 'close 1006 "" ConnectionError willReconnect', 'reconnecting 1 1000'],
      {
        socket: ['destroy'],
        ...HELD,
      },
    ),
    'failed for good': go(
      'closed',
      ['error HandshakeError', 'close 1006 "" HandshakeError', 'undelivered waiting HandshakeError'],
      { waiting: 'refused HandshakeError', socket: ['destroy'] },
    ),
    'failed, offline': go(
      'backoff',
      ['error ConnectionError', 'close 1006 "" ConnectionError willReconnect', 'reconnecting 1 30000'],
      { socket: ['destroy'], ...HELD },
    ),
    connectTimeout: go(
      'backoff',
      ['error TimeoutError', 'close 1006 "" TimeoutError willReconnect', 'reconnecting 1 1000'],
      { socket: ['destroy'], ...HELD },
    ),
  },

  preparing: PREPARING,
  'preparing, after a loss': PREPARING_AFTER_A_LOSS,

  open: {
    ...NO_FACTS,
    ...NO_TIMERS,
    'connect()': go('open', [], { call: 'resolves' }),
    'close()': go('closing', [], { call: 'pending', socket: ['close 4002 ours'] }),
    'reconnect()': go('reconnecting', [dropped], {
      call: 'pending',
      socket: ['close 1000 ', 'destroy', 'dial'],
    }),
    'terminate()': go('closed', ['close 1006 ""'], { socket: ['destroy'] }),
    'send()': go('open', [], { call: 'resolves', socket: ['send new'] }),
    abort: go('closed', ['close 1006 "" AbortError'], { socket: ['destroy'] }),
    peerClosed: go('closing', []),
    peerErred: go('closing', []),
    closed: go('backoff', backoffEvents, { socket: ['destroy'] }),
    online: go('open', [], { socket: ['ping'] }),
    awake: go('open', [], { socket: ['ping'] }),
    nextPing: go('open', [], { socket: ['ping'] }),
  },

  'open, awaiting a Pong': {
    ...NO_FACTS,
    ...NO_TIMERS,
    ...UNMOVED,
    'connect()': go('open', [], { call: 'resolves' }),
    'close()': go('closing', [], { call: 'pending', socket: ['close 4002 ours'] }),
    'reconnect()': go('reconnecting', [dropped], {
      call: 'pending',
      socket: ['close 1000 ', 'destroy', 'dial'],
    }),
    'terminate()': go('closed', ['close 1006 ""'], { socket: ['destroy'] }),
    'send()': go('open', [], { call: 'resolves', socket: ['send new'] }),
    abort: go('closed', ['close 1006 "" AbortError'], { socket: ['destroy'] }),
    peerClosed: go('closing', []),
    peerErred: go('closing', []),
    closed: go('backoff', backoffEvents, { socket: ['destroy'] }),
    ponged: go('open', ['pong 0']),
    heartbeatTimeout: go('open', [], { socket: ['askLiveness'] }),
  },

  'open, asked for its peer': {
    ...NO_FACTS,
    ...NO_TIMERS,
    ...UNMOVED,
    'connect()': go('open', [], { call: 'resolves' }),
    'close()': go('closing', [], { call: 'pending', socket: ['close 4002 ours'] }),
    'reconnect()': go('reconnecting', [dropped], {
      call: 'pending',
      socket: ['close 1000 ', 'destroy', 'dial'],
    }),
    'send()': go('open', [], { call: 'resolves', socket: ['send new'] }),
    'terminate()': go('closed', ['close 1006 ""'], { socket: ['destroy'] }),
    abort: go('closed', ['close 1006 "" AbortError'], { socket: ['destroy'] }),
    peerClosed: go('closing', []),
    peerErred: go('closing', []),
    closed: go('backoff', backoffEvents, { socket: ['destroy'] }),
    ponged: go('open', ['pong 7000']),
    'answered alive': go('open', []),
    'answered dead': go(
      'backoff',
      ['heartbeat-timeout', 'close 1006 "" TimeoutError willReconnect', 'reconnecting 1 1000'],
      { socket: ['destroy'] },
    ),
  },

  'closing, by us': {
    ...NO_FACTS,
    ...NO_TIMERS,
    ...UNMOVED,
    'connect()': go('closing', [], { call: 'pending' }),
    'close()': go('closing', [], { call: 'pending' }),
    'reconnect()': go('closing', [], { call: 'pending' }),
    'terminate()': go('closed', ['close 1006 ""'], { socket: ['destroy'] }),
    'send()': go('closing', ['undelivered new StateError'], { call: 'rejects StateError' }),
    abort: go('closed', ['close 1006 "" AbortError'], { socket: ['destroy'] }),
    peerClosed: go('closing', []),
    peerErred: go('closing', []),
    closed: go('closed', ['close 1006 ""'], { socket: ['destroy'] }),
    closeTimeout: go('closed', ['close 1006 "" TimeoutError'], { socket: ['destroy'] }),
  },

  'closing, by us, then connect()': {
    ...NO_FACTS,
    ...NO_TIMERS,
    ...UNMOVED,
    'connect()': go('closing', [], { call: 'pending' }),
    'close()': go('closing', [], { call: 'pending' }),
    'reconnect()': go('closing', [], { call: 'pending' }),
    'terminate()': go('closed', ['close 1006 ""'], { socket: ['destroy'] }),
    'send()': go('closing', ['undelivered new StateError'], { call: 'rejects StateError' }),
    abort: go('closed', ['close 1006 "" AbortError'], { socket: ['destroy'] }),
    peerClosed: go('closing', []),
    peerErred: go('closing', []),
    closed: go('connecting', [dropped], { socket: ['destroy', 'dial'] }),
    closeTimeout: go('connecting', ['close 1006 "" TimeoutError willReconnect'], {
      socket: ['destroy', 'dial'],
    }),
  },

  'closing, by the peer': {
    ...NO_FACTS,
    ...NO_TIMERS,
    ...UNMOVED,
    'connect()': go('closing', [], { call: 'pending', ...HELD }),
    'close()': go('closing', [], { call: 'pending', ...HELD }),
    'reconnect()': go('closing', [], { call: 'pending', ...HELD }),
    'terminate()': go('closed', ['close 1006 ""', 'undelivered waiting AbortError'], {
      waiting: 'refused AbortError',
      socket: ['destroy'],
    }),
    'send()': go('closing', [], { call: 'pending', ...HELD }),
    abort: go('closed', ['close 1006 "" AbortError', 'undelivered waiting AbortError'], {
      waiting: 'refused AbortError',
      socket: ['destroy'],
    }),
    closed: go('backoff', ['close 4001 "peer" wasClean willReconnect', 'reconnecting 1 1000'], {
      socket: ['destroy'],
      ...HELD,
    }),
    closeTimeout: go('backoff', ['close 4001 "peer" TimeoutError willReconnect', 'reconnecting 1 1000'], {
      socket: ['destroy'],
      ...HELD,
    }),
  },

  'closing, by the peer, then reconnect()': {
    ...NO_FACTS,
    ...NO_TIMERS,
    ...UNMOVED,
    'connect()': go('closing', [], { call: 'pending', ...HELD }),
    'close()': go('closing', [], { call: 'pending', ...HELD }),
    'reconnect()': go('closing', [], { call: 'pending', ...HELD }),
    'terminate()': go('closed', ['close 1006 ""', 'undelivered waiting AbortError'], {
      waiting: 'refused AbortError',
      socket: ['destroy'],
    }),
    'send()': go('closing', [], { call: 'pending', ...HELD }),
    abort: go('closed', ['close 1006 "" AbortError', 'undelivered waiting AbortError'], {
      waiting: 'refused AbortError',
      socket: ['destroy'],
    }),
    closed: go('backoff', ['close 4001 "peer" wasClean willReconnect', 'reconnecting 1 1000'], {
      socket: ['destroy'],
      ...HELD,
    }),
    closeTimeout: go('backoff', ['close 4001 "peer" TimeoutError willReconnect', 'reconnecting 1 1000'], {
      socket: ['destroy'],
      ...HELD,
    }),
  },

  'closing, by the peer, then close()': {
    ...NO_FACTS,
    ...NO_TIMERS,
    ...UNMOVED,
    'connect()': go('closing', [], { call: 'pending', ...HELD }),
    'close()': go('closing', [], { call: 'pending', ...HELD }),
    'reconnect()': go('closing', [], { call: 'pending', ...HELD }),
    'terminate()': go('closed', ['close 1006 ""', 'undelivered waiting AbortError'], {
      waiting: 'refused AbortError',
      socket: ['destroy'],
    }),
    'send()': go('closing', ['undelivered new StateError'], { call: 'rejects StateError', ...HELD }),
    abort: go('closed', ['close 1006 "" AbortError', 'undelivered waiting AbortError'], {
      waiting: 'refused AbortError',
      socket: ['destroy'],
    }),
    closed: go('closed', ['close 4001 "peer" wasClean', 'undelivered waiting AbortError'], {
      waiting: 'refused AbortError',
      socket: ['destroy'],
    }),
    closeTimeout: go('closed', ['close 4001 "peer" TimeoutError', 'undelivered waiting AbortError'], {
      waiting: 'refused AbortError',
      socket: ['destroy'],
    }),
  },

  'closing, by the peer, while preparing': CLOSING_WHILE_PREPARING,
  'closing, by us, while preparing after a failed dial': CLOSING_BY_US_WHILE_PREPARING,

  backoff: {
    ...NO_FACTS,
    ...NO_TIMERS,
    'connect()': go('backoff', [], { call: 'pending', ...HELD }),
    'close()': go('closed', ['close 4002 "ours"', 'undelivered waiting AbortError'], {
      call: 'resolves',
      waiting: 'refused AbortError',
    }),
    'reconnect()': go('reconnecting', [], { call: 'pending', socket: ['dial'], ...HELD }),
    'terminate()': go('closed', ['close 1006 ""', 'undelivered waiting AbortError'], {
      waiting: 'refused AbortError',
    }),
    'send()': go('backoff', [], { call: 'pending', ...HELD }),
    abort: go('closed', ['undelivered waiting AbortError'], { waiting: 'refused AbortError' }),
    online: go('reconnecting', [], { socket: ['dial'], ...HELD }),
    // The last dial began less than reconnectDelay ago.
    awake: go('backoff', [], HELD),
    retryDelay: go('reconnecting', [], { socket: ['dial'], ...HELD }),
  },

  reconnecting: RECONNECTING,
  'reconnecting, at a report of the runtime': {
    ...RECONNECTING,
    // What the surroundings caused uses up no attempt.
    failed: go('backoff', failedAgain('ConnectionError', 1000), { socket: ['destroy'], ...HELD }),
    connectTimeout: go('backoff', failedAgain('TimeoutError', 1000), { socket: ['destroy'], ...HELD }),
  },

  exhausted: {
    ...NO_FACTS,
    ...NO_TIMERS,
    ...UNMOVED,
    'connect()': go('connecting', [], { call: 'pending', socket: ['dial'] }),
    'close()': go('closed', ['close 4002 "ours"'], { call: 'resolves' }),
    'reconnect()': go('connecting', [], { call: 'pending', socket: ['dial'] }),
    'terminate()': go('closed', ['close 1006 ""']),
    'send()': go('exhausted', ['undelivered new StateError'], { call: 'rejects StateError' }),
    abort: go('closed', []),
  },

  closed: {
    ...NO_FACTS,
    ...NO_TIMERS,
    ...UNMOVED,
    'connect()': go('connecting', [], { call: 'pending', socket: ['dial'] }),
    'close()': go('closed', [], { call: 'resolves' }),
    'reconnect()': go('connecting', [], { call: 'pending', socket: ['dial'] }),
    'terminate()': go('closed', []),
    'send()': go('closed', ['undelivered new StateError'], { call: 'rejects StateError' }),
    abort: go('closed', []),
  },

  'closed, by an abort': {
    ...NO_FACTS,
    ...NO_TIMERS,
    ...UNMOVED,
    'connect()': go('closed', [], { call: 'rejects AbortError' }),
    'close()': go('closed', [], { call: 'resolves' }),
    'reconnect()': go('closed', [], { call: 'rejects AbortError' }),
    'terminate()': go('closed', []),
    'send()': go('closed', ['undelivered new StateError'], { call: 'rejects StateError' }),
    abort: go('closed', []),
  },
};

/** The cells that the option `prepare` changes. */
export const WITH_PREPARE: readonly { row: Row; column: Column; cell: Cell }[] = [
  { row: 'connecting', column: 'opened', cell: go('preparing', [], HELD) },
  { row: 'reconnecting', column: 'opened', cell: go('preparing', [], HELD) },
];

/** The rows in which another setting changes what follows; only the cells that differ. */
export const WITHOUT_RECONNECT: readonly { row: Row; column: Column; cell: Cell }[] = [
  {
    row: 'connecting',
    column: 'failed',
    cell: go(
      'closed',
      ['error ConnectionError', 'close 1006 "" ConnectionError', 'undelivered waiting ConnectionError'],
      {
        waiting: 'refused ConnectionError',
        socket: ['destroy'],
      },
    ),
  },
  {
    row: 'connecting',
    column: 'connectTimeout',
    cell: go(
      'closed',
      ['error TimeoutError', 'close 1006 "" TimeoutError', 'undelivered waiting TimeoutError'],
      {
        waiting: 'refused TimeoutError',
        socket: ['destroy'],
      },
    ),
  },
  {
    row: 'preparing',
    column: 'closed',
    cell: go(
      'closed',
      ['error SessionError', 'close 1006 "" SessionError', 'undelivered waiting SessionError'],
      { waiting: 'refused SessionError', socket: ['destroy'] },
    ),
  },
  {
    row: 'preparing',
    column: 'prepare failed',
    cell: go(
      'closed',
      ['error SessionError', 'close 1006 "" SessionError', 'undelivered waiting SessionError'],
      { waiting: 'refused SessionError', socket: ['close 1000 ', 'destroy'] },
    ),
  },
  {
    row: 'preparing',
    column: 'prepareTimeout',
    cell: go(
      'closed',
      ['error TimeoutError', 'close 1006 "" TimeoutError', 'undelivered waiting TimeoutError'],
      { waiting: 'refused TimeoutError', socket: ['close 1000 ', 'destroy'] },
    ),
  },
  {
    row: 'closing, by the peer, while preparing',
    column: 'closed',
    cell: go('closed', ['error SessionError', 'close 4001 "peer" wasClean SessionError'], {
      socket: ['destroy'],
    }),
  },
  { row: 'open', column: 'closed', cell: go('closed', ['close 1006 ""'], { socket: ['destroy'] }) },
  {
    row: 'open',
    column: 'reconnect()',
    cell: go('reconnecting', [dropped], { call: 'pending', socket: ['close 1000 ', 'destroy', 'dial'] }),
  },
  {
    row: 'open, asked for its peer',
    column: 'answered dead',
    cell: go('closed', ['heartbeat-timeout', 'close 1006 "" TimeoutError'], { socket: ['destroy'] }),
  },
  {
    row: 'closing, by the peer',
    column: 'send()',
    cell: go('closing', ['undelivered new StateError'], { call: 'rejects StateError' }),
  },
  {
    row: 'closing, by the peer',
    column: 'closed',
    cell: go('closed', ['close 4001 "peer" wasClean'], { socket: ['destroy'] }),
  },
  {
    row: 'closing, by the peer',
    column: 'closeTimeout',
    cell: go('closed', ['close 4001 "peer" TimeoutError'], { socket: ['destroy'] }),
  },
  {
    // "On a new connection, from any state, whatever `reconnect` says."
    row: 'closing, by the peer, then reconnect()',
    column: 'closed',
    cell: go('reconnecting', ['close 4001 "peer" wasClean willReconnect'], { socket: ['destroy', 'dial'] }),
  },
  {
    row: 'closing, by the peer, then reconnect()',
    column: 'closeTimeout',
    cell: go('reconnecting', ['close 4001 "peer" TimeoutError willReconnect'], {
      socket: ['destroy', 'dial'],
    }),
  },
];
