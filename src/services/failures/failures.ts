/**
 * Turns what Node, `ws` and the proxies report into this library's errors. Knows their codes and shapes;
 * must not know what will be done about a failure.
 */

import { ConnectionError, type Hop, isError, ReckerError } from '../../port/index.js';
import { adviceFor } from './advice.js';
import { codeOf } from './code.js';

interface SystemError extends Error {
  readonly code?: unknown;
  /** Node's happy eyeballs fail with an AggregateError whose own message is empty. */
  readonly errors?: readonly Error[];
  /** Node's HTTP parser adds all that the peer sent: cookies and echoed credentials are among it. */
  rawPacket?: unknown;
  /** undici's parser does the same. */
  data?: unknown;
}

/**
 * TLS alerts that say that the two will never agree (RFC 8446 §6.2; 41 is SSL 3.0's, 71 TLS 1.2's): handshake_failure,
 * all about certificates (41 to 46, 48), access_denied, protocol_version, insufficient_security,
 * certificate_required, no_application_protocol.
 */
const FINAL_ALERTS: ReadonlySet<number> = new Set([40, 41, 42, 43, 44, 45, 46, 48, 49, 70, 71, 116, 120]);

/** What this process or this side's OpenSSL forbids, whatever the peer does: Node's permission model, and RFC 5746. */
const FINAL_CODES: ReadonlySet<string> = new Set([
  'ERR_ACCESS_DENIED',
  'ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED',
]);

/** The final alert that ended a handshake, received or sent. */
function alertOf({ message, code }: SystemError): number | undefined {
  // What this side refuses of the peer's handshake has no number in its message: protocol_version is sent.
  if (code === 'ERR_SSL_UNSUPPORTED_PROTOCOL') return 70;
  const alert = Number(/SSL alert number (\d+)/.exec(message)?.[1]);
  return FINAL_ALERTS.has(alert) ? alert : undefined;
}

/**
 * The `ConnectionError` for whatever was thrown or emitted; an error of ours stays what it is.
 *
 * @param final true where no later dial can fare better
 * @param isPlain true where it is known that no TLS was spoken with that hop
 */
export function connectionError(cause: unknown, hop?: Hop, final = false, isPlain = false): ReckerError {
  if (cause instanceof ReckerError) return cause;
  if (!isError(cause)) return new ConnectionError('The connection failed', { cause, hop, final });
  const error = cause as SystemError;
  const code = codeOf(error);
  const advice = adviceFor({ code, message: error.message, rawPacket: error.rawPacket }, { hop, isPlain });
  if (error.rawPacket !== undefined) delete error.rawPacket;
  if (error.name === 'HTTPParserError') delete error.data;
  const { errors } = error;
  const text =
    reason(cause.message) || errors?.map((each) => each.message).join(', ') || 'The connection failed';
  const named = code === undefined || text.includes(code) ? text : `${text} (${code})`;
  const full = advice === undefined ? named : `${named}: ${advice}`;
  const alert = alertOf(error);
  return new ConnectionError(hop === 'proxy' ? `Proxy: ${full}` : full, {
    cause,
    hop,
    final: final || alert !== undefined || (code !== undefined && FINAL_CODES.has(code)),
    alert,
    ...(code === undefined ? {} : { code }),
  });
}

/** OpenSSL puts one sentence among addresses and source lines of its own: that sentence. Else the message. */
function reason(message: string): string {
  const sentence = /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1];
  return sentence === undefined ? message : `TLS failed: ${sentence}`;
}
