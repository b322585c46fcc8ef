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
 * TLS alerts by which the other end refuses the client's certificate, or that there is none
 * (RFC 8446 §6.2), in OpenSSL's names: sent again, it is refused again.
 */
const REFUSED_CERTIFICATE =
  /_ALERT_(?:CERTIFICATE_\w+|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)$/;

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
  const text = cause.message || errors?.map((each) => each.message).join(', ') || 'The connection failed';
  return new ConnectionError(code === undefined || text.includes(code) ? text : `${text} (${code})`, {
    cause,
    hop,
    final: final || (code !== undefined && REFUSED_CERTIFICATE.test(code)),
    ...(code === undefined ? {} : { code }),
  });
}
