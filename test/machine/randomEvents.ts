/**
 * Events of the chart with random members, for random lives.
 */
import type { ConnectionEvent } from '../../src/machine/index.js';
import { AbortError, ConnectionError, SessionError } from '../../src/port/index.js';
import type { Random } from '../support/random.js';

/** They end a life, or soon would. */
export const RARE_EVENTS: ReadonlySet<string> = new Set(['abort', 'terminate', 'close']);

/** A maker of each kind of event, but for delays. */
export function randomEvents(random: Random): Readonly<Record<string, () => ConnectionEvent>> {
  const error = () =>
    random.pick([
      undefined,
      new ConnectionError('refused', { code: 'ECONNREFUSED' }),
      new ConnectionError('certificate', { code: 'CERT_HAS_EXPIRED' }),
      new SessionError('refused', { final: true }),
    ]);
  const loss = () => ({
    code: random.pick([1006, 1000, 1008, 1012]),
    reason: '',
    wasClean: false,
    error: error(),
  });
  const sending = () => ({
    waiting: random.chance(0.6),
    takenAgo: random.int(4000),
    heardAgo: random.int(4000),
    hasTaken: random.chance(0.5),
    longestGap: random.int(2000),
    allowance: random.int(3000),
  });
  return {
    connect: () => ({ type: 'connect' }),
    reconnect: () => ({ type: 'reconnect' }),
    terminate: () => ({ type: 'terminate' }),
    close: () => ({ type: 'close', code: 1000, reason: '' }),
    abort: () => ({ type: 'abort', error: new AbortError('aborted') }),
    'socket.opened': () => ({ type: 'socket.opened' }),
    'socket.failed': () => ({ type: 'socket.failed', loss: loss() }),
    'session.prepared': () => ({ type: 'session.prepared' }),
    'session.failed': () => ({ type: 'session.failed', error: new SessionError('refused') }),
    'socket.peerClosed': () => ({ type: 'socket.peerClosed', code: 1001, reason: '' }),
    'socket.peerErred': () => ({
      type: 'socket.peerErred',
      sentCode: 1002,
      error: new ConnectionError('bad frame'),
    }),
    'socket.closed': () => ({ type: 'socket.closed', loss: loss() }),
    'socket.ponged': () => ({ type: 'socket.ponged' }),
    'socket.filled': () => ({ type: 'socket.filled', sending: sending() }),
    'socket.answered': () =>
      random.chance(0.5)
        ? { type: 'socket.answered', alive: random.chance(0.5) }
        : { type: 'socket.answered', alive: random.chance(0.4), sending: sending() },
    'runtime.online': () => ({ type: 'runtime.online' }),
    'runtime.awake': () => ({ type: 'runtime.awake' }),
  };
}
