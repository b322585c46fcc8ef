/**
 * The rows of the hand-written table in which a client with the option `prepare` has a connection that is not open.
 */
import { type Cells, dropped, gaveUp, go, HELD, NO_FACTS, NO_TIMERS, UNMOVED } from './cells.js';

const CALLS = {
  'connect()': go('preparing', [], { call: 'pending', ...HELD }),
  'close()': go('closing', [], { call: 'pending', socket: ['close 4002 ours'], ...HELD }),
  'reconnect()': go('reconnecting', [dropped], {
    call: 'pending',
    socket: ['close 1000 ', 'destroy', 'dial'],
    ...HELD,
  }),
  'terminate()': go('closed', ['close 1006 ""', 'undelivered waiting AbortError'], {
    waiting: 'refused AbortError',
    socket: ['destroy'],
  }),
  'send()': go('preparing', [], { call: 'pending', ...HELD }),
  abort: go('closed', ['close 1006 "" AbortError', 'undelivered waiting AbortError'], {
    waiting: 'refused AbortError',
    socket: ['destroy'],
  }),
  peerClosed: go('closing', [], HELD),
  peerErred: go('closing', [], HELD),
} as const;

export const PREPARING: Cells = {
  ...NO_FACTS,
  ...NO_TIMERS,
  ...UNMOVED,
  ...CALLS,
  closed: go(
    'backoff',
    ['error SessionError', 'close 1006 "" SessionError willReconnect', 'reconnecting 1 1000'],
    { socket: ['destroy'], ...HELD },
  ),
  prepared: go('open', ['open first 0'], { waiting: 'sent', socket: ['send waiting'] }),
  'prepare failed': go(
    'backoff',
    ['error SessionError', 'close 1006 "" SessionError willReconnect', 'reconnecting 1 1000'],
    { socket: ['close 1000 ', 'destroy'], ...HELD },
  ),
  'prepare failed for good': go(
    'closed',
    ['error SessionError', 'close 1006 "" SessionError', 'undelivered waiting SessionError'],
    { waiting: 'refused SessionError', socket: ['close 1000 ', 'destroy'] },
  ),
  prepareTimeout: go(
    'backoff',
    ['error TimeoutError', 'close 1006 "" TimeoutError willReconnect', 'reconnecting 1 1000'],
    { socket: ['close 1000 ', 'destroy'], ...HELD },
  ),
};

export const PREPARING_AFTER_A_LOSS: Cells = {
  ...NO_FACTS,
  ...NO_TIMERS,
  ...UNMOVED,
  ...CALLS,
  closed: go(
    'exhausted',
    [
      'reconnect-error SessionError',
      'close 1006 "" SessionError',
      ...gaveUp,
      'undelivered waiting ReconnectExhaustedError',
    ],
    { waiting: 'refused ReconnectExhaustedError', socket: ['destroy'] },
  ),
  prepared: go('open', ['open again 1'], { waiting: 'sent', socket: ['send waiting'] }),
  'prepare failed': go(
    'exhausted',
    [
      'reconnect-error SessionError',
      'close 1006 "" SessionError',
      ...gaveUp,
      'undelivered waiting ReconnectExhaustedError',
    ],
    { waiting: 'refused ReconnectExhaustedError', socket: ['close 1000 ', 'destroy'] },
  ),
  'prepare failed for good': go(
    'closed',
    ['reconnect-error SessionError', 'close 1006 "" SessionError', 'undelivered waiting SessionError'],
    { waiting: 'refused SessionError', socket: ['close 1000 ', 'destroy'] },
  ),
  prepareTimeout: go(
    'exhausted',
    [
      'reconnect-error TimeoutError',
      'close 1006 "" TimeoutError',
      ...gaveUp,
      'undelivered waiting ReconnectExhaustedError',
    ],
    { waiting: 'refused ReconnectExhaustedError', socket: ['close 1000 ', 'destroy'] },
  ),
};

export const CLOSING_WHILE_PREPARING: Cells = {
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
  closed: go(
    'backoff',
    ['error SessionError', 'close 4001 "peer" wasClean SessionError willReconnect', 'reconnecting 1 1000'],
    { socket: ['destroy'], ...HELD },
  ),
  closeTimeout: go(
    'backoff',
    ['error SessionError', 'close 4001 "peer" SessionError willReconnect', 'reconnecting 1 1000'],
    { socket: ['destroy'], ...HELD },
  ),
};

/** What is reported is how this connection ends, and nothing of the dial that failed before. */
export const CLOSING_BY_US_WHILE_PREPARING: Cells = {
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
};
