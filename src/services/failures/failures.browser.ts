/**
 * The form of failures.ts for pages and workers, whose `WebSocket` does not say why a connection failed: what has a
 * message or a code here is an engine's own refusal.
 */
import { ConnectionError, isError, ReckerError } from '../../port/index.js';
import { codeOf } from './code.js';

/** The `ConnectionError` for whatever was thrown or emitted; an error of ours stays what it is. */
export function connectionError(cause: unknown): ReckerError {
  if (cause instanceof ReckerError) return cause;
  if (!isError(cause)) return new ConnectionError('The connection failed', { cause });
  const code = codeOf(cause);
  const message = cause.message || 'The connection failed';
  const isNamed = code === undefined || message.includes(code);
  return new ConnectionError(isNamed ? message : `${message} (${code})`, {
    cause,
    ...(code === undefined ? {} : { code }),
  });
}
