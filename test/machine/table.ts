/**
 * The oracle: what each call, fact and timer does in each state, written by hand from the contract and not
 * from the chart. The chart and the class are both held against it, and so are the generated paths.
 *
 * A cell says the state that follows, the documented events in order with their payloads (the `state` event
 * goes without saying: it is the first one wherever the state changes), what becomes of the call's promise, of
 * the message that was waiting, and of the socket. `none` is a fact or timer that cannot be there: the test
 * proves that it is not, or that it changes nothing.
 */

/** The situations; each is a state, or a state with something that was asked for in it. */
export type Row =
  | 'idle'
  | 'connecting'
  | 'open'
  | 'open, awaiting a Pong'
  | 'open, asked for its peer'
  | 'closing, by us'
  | 'closing, by us, then connect()'
  | 'closing, by the peer'
  | 'closing, by the peer, then reconnect()'
  | 'closing, by the peer, then close()'
  | 'backoff'
  | 'reconnecting'
  | 'exhausted'
  | 'closed'
  | 'closed, by an abort';

/** What can happen. Calls, then facts, then timers. */
export type Column =
  | 'connect()'
  | 'close()'
  | 'reconnect()'
  | 'terminate()'
  | 'send()'
  | 'abort'
  | 'opened'
  | 'failed'
  | 'failed for good'
  | 'peerClosed'
  | 'peerErred'
  | 'closed'
  | 'ponged'
  | 'answered alive'
  | 'answered dead'
  | 'online'
  | 'awake'
  | 'connectTimeout'
  | 'nextPing'
  | 'heartbeatTimeout'
  | 'minUptime'
  | 'closeTimeout'
  | 'retryDelay';

/** What becomes of the promise that the call returned. */
export type Promised = 'resolves' | 'pending' | `rejects ${string}`;

export interface Cell {
  readonly to: string;
  readonly events: readonly string[];
  /** Of the call in this column. */
  readonly call?: Promised;
  /** Of the message that was given to send() before, where the state holds it. */
  readonly waiting?: 'sent' | 'held' | `refused ${string}`;
  /** What the socket sees, in order. */
  readonly socket?: readonly string[];
}

/** Settings of every row. All delays differ, so that a timer is known by its delay. */
export const SETTINGS = {
  reconnect: true,
  maxReconnectAttempts: 1,
  reconnectDelay: 1000,
  connectTimeout: 10_000,
  heartbeatInterval: 30_000,
  heartbeatTimeout: 7000,
  minUptime: 20_000,
  closeTimeout: 5000,
} as const;

/** The delay of each timer under {@link SETTINGS}. */
export const DELAYS: Partial<Record<Column, number>> = {
  connectTimeout: 10_000,
  nextPing: 30_000,
  heartbeatTimeout: 7000,
  minUptime: 20_000,
  closeTimeout: 5000,
  retryDelay: 1000,
};

/** close() is called with these, and the peer's Close carries those. */
export const OURS = { code: 4002, reason: 'ours' } as const;
export const PEERS = { code: 4001, reason: 'peer' } as const;

/** A cell in which something happens. */
const go = (to: string, events: readonly string[], rest: Omit<Cell, 'to' | 'events'> = {}): Cell => ({
  to,
  events,
  ...rest,
});

/** Not possible here. */
export const none = 'none';

type Cells = Readonly<Record<Column, Cell | typeof none>>;

const NO_FACTS = {
  opened: none,
  failed: none,
  'failed for good': none,
  peerClosed: none,
  peerErred: none,
  closed: none,
  ponged: none,
  'answered alive': none,
  'answered dead': none,
} as const;

/** What the surroundings report may come at any time; it changes nothing here. */
const UNMOVED = { online: none, awake: none } as const;

const NO_TIMERS = {
  connectTimeout: none,
  nextPing: none,
  heartbeatTimeout: none,
  minUptime: none,
  closeTimeout: none,
  retryDelay: none,
} as const;

const HELD = { waiting: 'held' } as const;
const dropped = 'close 1006 "" willReconnect';
const backoffEvents = [dropped, 'reconnecting 1 1000'];
const gaveUp = ['error ReconnectExhaustedError', 'max-reconnect-attempts'];

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
    connectTimeout: go(
      'backoff',
      ['error TimeoutError', 'close 1006 "" TimeoutError willReconnect', 'reconnecting 1 1000'],
      { socket: ['destroy'], ...HELD },
    ),
  },

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
    minUptime: go('open', []),
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

  reconnecting: {
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
    'failed for good': go(
      'closed',
      [
        'reconnect-error HandshakeError',
        'close 1006 "" HandshakeError',
        'undelivered waiting HandshakeError',
      ],
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
