/**
 * Whether a loss is worth another dial. Pure; time is an argument.
 */
import { ConfigurationError, ConnectionError } from './errors.js';
import { ownMember } from './own.js';
import type { Failure } from './port.js';

/**
 * Close codes (RFC 6455 §7.4.1) after which the same client would only be closed again: protocol error,
 * unsupported data, invalid payload, policy violation, message too big, missing extension.
 */
const FINAL_CLOSE_CODES: ReadonlySet<number> = new Set([1002, 1003, 1007, 1008, 1009, 1010]);

/** The 4xx answers that pass with time: Request Timeout, Too Early, Too Many Requests (RFC 9110, 8470, 6585). */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * X.509 verification codes, as Node hands them through from OpenSSL
 * (https://nodejs.org/api/tls.html#x509-certificate-error-codes), and Node's own for a wrong host name.
 */
const CERTIFICATE_CODES: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_CRL',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_DECRYPT_CRL_SIGNATURE',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'CERT_SIGNATURE_FAILURE',
  'CRL_SIGNATURE_FAILURE',
  'CERT_NOT_YET_VALID',
  'CERT_HAS_EXPIRED',
  'CRL_NOT_YET_VALID',
  'CRL_HAS_EXPIRED',
  'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'ERROR_IN_CRL_LAST_UPDATE_FIELD',
  'ERROR_IN_CRL_NEXT_UPDATE_FIELD',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_CHAIN_TOO_LONG',
  'CERT_REVOKED',
  'INVALID_CA',
  'PATH_LENGTH_EXCEEDED',
  'INVALID_PURPOSE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'HOSTNAME_MISMATCH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/**
 * The default of the option `shouldReconnect`: true unless the failure is one that repeating cannot mend.
 * Final are Close 1002, 1003, 1007, 1008, 1009 and 1010, received or sent; an HTTP answer of 300 to 499 but
 * for 408, 425 and 429; a 101 that breaks the handshake; a certificate that does not verify; a proxy that
 * refuses the credentials.
 *
 * @example
 * const options = { shouldReconnect: (failure) => failure.status === 401 || defaultShouldReconnect(failure) };
 */
export function defaultShouldReconnect(failure: Failure): boolean {
  if (FINAL_CLOSE_CODES.has(failure.code)) return false;
  if (failure.sentCode !== undefined && FINAL_CLOSE_CODES.has(failure.sentCode)) return false;
  const { status, error } = failure;
  if (status !== undefined) {
    if (status === 101) return false;
    if (status >= 300 && status < 500 && !PASSING_STATUSES.has(status)) return false;
  }
  if (error instanceof ConnectionError && (error.final || CERTIFICATE_CODES.has(error.code))) return false;
  return true;
}

/** True where no decision of a user's may overrule: the next dial would be as impossible as this one. */
export function isBeyondRetry(failure: Failure): boolean {
  return failure.error instanceof ConfigurationError;
}

/**
 * The `Retry-After` of an answer (RFC 9110 §10.2.3), in ms from `now` (ms since the epoch); 0 where there is
 * none or it cannot be read.
 */
export function retryAfter(failure: Failure, now: number): number {
  const value = ownMember(failure.headers, 'retry-after');
  if (typeof value !== 'string') return 0;
  const text = value.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // biome-ignore lint/style/noRestrictedGlobals: parsing reads no clock; V8 takes all three forms of RFC 9110 §5.6.7.
  const date = Date.parse(text);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
