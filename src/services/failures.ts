/**
 * Turns what Node, `ws` and the proxies report into this library's errors. Knows their codes and shapes;
 * must not know what will be done about a failure.
 */
import { ConnectionError, type Hop, ReckerError } from '../machine/errors.js';

interface SystemError extends Error {
  readonly code?: string;
  /** Node's happy eyeballs fail with an AggregateError whose own message is empty. */
  readonly errors?: readonly Error[];
}

/** The `ConnectionError` for whatever was thrown or emitted; an error of ours stays what it is. */
export function connectionError(cause: unknown, hop?: Hop): ReckerError {
  if (cause instanceof ReckerError) return cause;
  if (!(cause instanceof Error)) return new ConnectionError('The connection failed', { cause, hop });
  const { code, errors } = cause as SystemError;
  const text = cause.message || errors?.map((each) => each.message).join(', ') || 'The connection failed';
  return new ConnectionError(code === undefined || text.includes(code) ? text : `${text} (${code})`, {
    cause,
    hop,
    ...(code === undefined ? {} : { code }),
  });
}
