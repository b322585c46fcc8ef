/**
 * Turns what Node, `ws` and the proxies report into this library's errors. Knows their codes and shapes;
 * must not know what will be done about a failure.
 */
import { ConnectionError, type Hop, ReckerError } from '../machine/errors.js';

interface SystemError extends Error {
  readonly code?: string;
  /** Node's happy eyeballs fail with an AggregateError whose own message is empty. */
  readonly errors?: readonly Error[];
  /** Node's HTTP parser adds all that the peer sent: cookies and echoed credentials are among it. */
  rawPacket?: unknown;
  /** undici's parser does the same. */
  data?: unknown;
}

/**
 * TLS alerts by which the other end refuses the client's certificate, or that there is none (RFC 8446 §6.2,
 * 41 is TLS 1.0's): sent again, it is refused again.
 */
const REFUSED_CERTIFICATE: ReadonlySet<string> = new Set([
  '41',
  '42',
  '43',
  '44',
  '45',
  '46',
  '48',
  '49',
  '116',
]);

/**
 * The `ConnectionError` for whatever was thrown or emitted; an error of ours stays what it is.
 *
 * @param final true where no later dial can fare better
 */
export function connectionError(cause: unknown, hop?: Hop, final = false): ReckerError {
  if (cause instanceof ReckerError) return cause;
  if (!(cause instanceof Error)) return new ConnectionError('The connection failed', { cause, hop, final });
  const error = cause as SystemError;
  if (error.rawPacket !== undefined) delete error.rawPacket;
  if (error.name === 'HTTPParserError') delete error.data;
  const { code, errors } = error;
  const text =
    reason(cause.message) || errors?.map((each) => each.message).join(', ') || 'The connection failed';
  const told = code === undefined || text.includes(code) ? text : `${text} (${code})`;
  const alert = /SSL alert number (\d+)/.exec(cause.message)?.[1] ?? '';
  return new ConnectionError(hop === 'proxy' ? `Proxy: ${told}` : told, {
    cause,
    hop,
    final: final || REFUSED_CERTIFICATE.has(alert),
    ...(code === undefined ? {} : { code }),
  });
}

/** OpenSSL puts one sentence among addresses and source lines of its own: that sentence. Else the message. */
function reason(message: string): string {
  const sentence = /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1];
  return sentence === undefined ? message : `TLS failed: ${sentence}`;
}
