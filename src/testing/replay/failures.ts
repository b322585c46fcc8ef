/**
 * Errors of a recording, made again: as values, and as source text. Their messages were not recorded.
 */
import {
  AbortError,
  ConfigurationError,
  ConnectionClosedError,
  ConnectionError,
  HandshakeError,
  type ReckerError,
  SessionError,
  TimeoutError,
} from '../../port/index.js';
import type { RecordedFailure } from './cues.js';

const MESSAGE = 'as recorded';

/** An error with which the chart decides as it did. */
export function errorOf(failure: RecordedFailure): ReckerError {
  const { name, code, status, final, alert } = failure;
  switch (name) {
    case 'HandshakeError':
      return new HandshakeError(MESSAGE, { status: status ?? 500, ...retryAfterOf(failure) });
    case 'SessionError':
      return new SessionError(MESSAGE, { final });
    case 'ConfigurationError':
      return new ConfigurationError('url', MESSAGE);
    case 'TimeoutError':
      return new TimeoutError('connect', 0);
    case 'ConnectionClosedError':
      return new ConnectionClosedError(1006, '');
    case 'AbortError':
      return new AbortError(MESSAGE);
    default:
      return new ConnectionError(MESSAGE, { code, final, alert });
  }
}

/** What makes the same error, as source text, and the class that it needs. */
export function errorSource(failure: RecordedFailure): { readonly text: string; readonly uses: string } {
  const { name, code, status, final, alert } = failure;
  const made = (uses: string, ...args: readonly unknown[]) => ({
    uses,
    text: `new ${uses}(${args.map(literal).join(', ')})`,
  });
  switch (name) {
    case 'HandshakeError':
      return made(name, MESSAGE, { status: status ?? 500, ...retryAfterOf(failure) });
    case 'SessionError':
      return final ? made(name, MESSAGE, { final }) : made(name, MESSAGE);
    case 'ConfigurationError':
      return made(name, 'url', MESSAGE);
    case 'TimeoutError':
      return made(name, 'connect', 0);
    case 'ConnectionClosedError':
      return made(name, 1006, '');
    case 'AbortError':
      return made(name, MESSAGE);
    default: {
      const details = {
        ...(code === undefined ? {} : { code }),
        ...(final ? { final } : {}),
        ...(alert === undefined ? {} : { alert }),
      };
      return made('ConnectionError', code ?? MESSAGE, ...(Object.keys(details).length > 0 ? [details] : []));
    }
  }
}

/** An answer is measured in seconds, or by a date: then the rest is the time of its arrival. */
function retryAfterOf({ retryAfter }: RecordedFailure) {
  if (retryAfter === 0) return {};
  if (retryAfter % 1000 === 0) return { headers: { 'retry-after': String(retryAfter / 1000) } };
  const until = Math.ceil(retryAfter / 1000) * 1000;
  return {
    headers: { 'retry-after': new Date(until).toUTCString() },
    receivedAt: until - retryAfter,
  };
}

/** A value of JSON as source text in the style of this project. */
export function literal(value: unknown): string {
  if (typeof value === 'string')
    return `'${JSON.stringify(value).slice(1, -1).replace(/\\"/g, '"').replace(/'/g, "\\'")}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${/^[a-z]\w*$/i.test(name) ? name : literal(name)}: ${literal(member)}`,
  );
  return `{ ${members.join(', ')} }`;
}
