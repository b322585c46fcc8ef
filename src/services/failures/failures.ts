/**
 * Converts the errors of Node, `ws` and the proxies into this library's. Knows their codes and shapes; must not know
 * what follows a failure.
 */

import { ConnectionError, type Hop, isError, ReckerError } from '../../port/index.js';
import { adviceFor } from './advice.js';
import { codeOf } from './code.js';

interface SystemError extends Error {
  readonly code?: unknown;
  /** Node's happy eyeballs fail with an AggregateError whose own message is empty. */
  readonly errors?: readonly Error[];
  /** Node's HTTP parser adds everything that the peer sent, which may contain cookies and credentials. */
  rawPacket?: unknown;
  /** undici's parser does the same. */
  data?: unknown;
}

/**
 * TLS alerts after which no later handshake can succeed (RFC 8446 §6.2; 41 is SSL 3.0's, 71 TLS 1.2's):
 * handshake_failure, all about certificates (41 to 46, 48), access_denied, protocol_version, insufficient_security,
 * certificate_required, no_application_protocol.
 */
const FINAL_ALERTS: ReadonlySet<number> = new Set([40, 41, 42, 43, 44, 45, 46, 48, 49, 70, 71, 116, 120]);

/** Refusals of this process, whatever the peer does: by Node's permission model, and by OpenSSL (RFC 5746). */
const FINAL_CODES: ReadonlySet<string> = new Set([
  'ERR_ACCESS_DENIED',
  'ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED',
]);

/** The final alert that ended a handshake, received or sent. */
function alertOf({ message, code }: SystemError): number | undefined {
  // A refusal by this side has no number in its message: it sends protocol_version.
  if (code === 'ERR_SSL_UNSUPPORTED_PROTOCOL') return 70;
  const alert = Number(/SSL alert number (\d+)/.exec(message)?.[1]);
  return FINAL_ALERTS.has(alert) ? alert : undefined;
}

/**
 * The `ConnectionError` for what was thrown or emitted. An error of this library is returned as it is.
 *
 * @param final true where no later dial can succeed
 * @param isPlain true where the connection to that hop is known to be without TLS
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

/** The readable part of OpenSSL's messages, which contain addresses and source lines, too. Else the message. */
function reason(message: string): string {
  const sentence = /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1];
  return sentence === undefined ? message : `TLS failed: ${sentence}`;
}
