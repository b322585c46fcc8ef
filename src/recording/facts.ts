/**
 * From a line back to the event that the chart received.
 *
 * Owns: that translation. What the format leaves out, such as messages of errors, has no part in what the chart decides.
 */

import type { SteppedEvent } from '../machine/index.js';
import {
  AbortError,
  ConfigurationError,
  ConnectionClosedError,
  ConnectionError,
  HandshakeError,
  type Loss,
  NO_CLOSE,
  ReckerError,
  SessionError,
  TimeoutError,
  type TimeoutPhase,
} from '../port/index.js';
import type { RecordedStep } from './format.js';

/** The event of a line; `undefined` where the chart knows none of that name. */
export function eventOf(step: RecordedStep): SteppedEvent | undefined {
  const { event: type, code = NO_CLOSE, sentCode = NO_CLOSE } = step;
  switch (type) {
    case 'connect':
    case 'reconnect':
    case 'terminate':
    case 'socket.opened':
    case 'session.prepared':
    case 'socket.ponged':
    case 'runtime.online':
    case 'runtime.awake':
    case 'closing.overdue':
      return { type };
    case 'close':
      return { type, code: step.code ?? 1000, reason: '' };
    case 'abort':
      return { type, error: ABORTED };
    case 'socket.failed':
    case 'socket.closed':
      return { type, loss: lossOf(step) };
    case 'session.failed':
      return { type, error: errorOf(step) ?? UNPREPARED };
    case 'socket.peerClosed':
      return { type, code, reason: '' };
    case 'socket.peerErred':
      return { type, sentCode, error: errorOf(step) ?? BROKEN };
    case 'socket.filled':
      return step.sending === undefined ? undefined : { type, sending: step.sending };
    case 'socket.answered':
      return {
        type,
        alive: step.alive === true,
        ...(step.sending === undefined ? {} : { sending: step.sending }),
      };
    default:
      return type.startsWith('after ') ? { type: type as `after ${string}` } : undefined;
  }
}

const ABORTED = new AbortError('The client was aborted');
const UNPREPARED = new SessionError('The connection could not be prepared');
const BROKEN = new ConnectionError('The peer broke the protocol');

function lossOf(step: RecordedStep): Loss {
  const { code = NO_CLOSE, wasClean = false, sentCode } = step;
  return {
    code,
    reason: '',
    wasClean,
    ...(sentCode === undefined ? {} : { sentCode }),
    error: errorOf(step),
  };
}

/** An error is made once for each kind that occurs: its stack costs more than a step. */
const made = new Map<string, ReckerError>();
const MOST_MADE = 1000;

/** What went wrong, as far as it decides what follows. */
function errorOf(step: RecordedStep): ReckerError | undefined {
  const { error, status, final, alert, retryAfter } = step;
  if (error === undefined) return undefined;
  const key = [error.name, error.code, status, final, alert, retryAfter].join();
  let found = made.get(key);
  if (found === undefined) {
    found = Object.assign(
      ofClass(step),
      status === undefined ? {} : { status },
      // A `Retry-After` is read where the answer arrives.
      { retryAfter: retryAfter ?? 0 },
    );
    if (made.size >= MOST_MADE) made.clear();
    made.set(key, found);
  }
  return found;
}

/** The phases of the deadlines, by the events that end them. */
const PHASES: Readonly<Record<string, TimeoutPhase>> = {
  'after connectTimeout': 'connect',
  'after prepareTimeout': 'prepare',
  'after closeTimeout': 'close',
};

function ofClass({ error, event, status = 0, final, alert, code = NO_CLOSE }: RecordedStep): ReckerError {
  const { name, code: errorCode } = error ?? { name: '' };
  switch (name) {
    case 'ConfigurationError':
      return new ConfigurationError('recorded', 'Recorded');
    case 'SessionError':
      return new SessionError('Recorded', { final });
    case 'ConnectionError':
      return new ConnectionError('Recorded', { code: errorCode, final, alert });
    case 'HandshakeError':
      return new HandshakeError('Recorded', { status });
    case 'TimeoutError':
      return new TimeoutError(PHASES[event] ?? 'heartbeat', 0);
    case 'AbortError':
      return new AbortError('Recorded');
    case 'ConnectionClosedError':
      return new ConnectionClosedError(code, '');
    default:
      return new ReckerError('Recorded', errorCode ?? 'ERR_RECKER');
  }
}
