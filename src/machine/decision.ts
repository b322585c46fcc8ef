/**
 * Whether a loss is worth another dial. Pure.
 */
import {
  ConfigurationError,
  ConnectionError,
  type Failure,
  type ReckerError,
  SessionError,
} from '../port/index.js';

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

/** A certificate that does not verify, or a TLS alert: what somebody may repair on the server. */
function isRefusedByTLS(error: ReckerError | undefined): boolean {
  return error instanceof ConnectionError && (error.alert !== undefined || CERTIFICATE_CODES.has(error.code));
}

/**
 * True for what is final for a client that never worked, and passes for one that did: the same address has worked, so
 * a captive portal is in between (3xx), a deployment is under way (404, 410), or a certificate has lapsed.
 */
export function isPassingSinceOpen({ hasBeenOpen, status, error }: Failure): boolean {
  if (!hasBeenOpen) return false;
  if (status !== undefined) return (status >= 300 && status < 400) || status === 404 || status === 410;
  return isRefusedByTLS(error);
}

/**
 * The default of the option `shouldReconnect`: true unless repeating the dial cannot help.
 * Final are Close 1002, 1003, 1007, 1008, 1009 and 1010, received or sent; an HTTP answer of 300 to 499 but
 * for 408, 425 and 429; a 101 that breaks the handshake; a certificate that does not verify; a TLS alert that says
 * that the two will never agree; a proxy that refuses the credentials; what the page forbids.
 *
 * Where the client has been open since `connect()`, an answer of 300 to 399, 404 or 410, a certificate and a TLS alert
 * are not final: the next dial then comes after `maxReconnectDelay`.
 *
 * @example
 * const options = { shouldReconnect: (failure) => failure.status === 401 || defaultShouldReconnect(failure) };
 */
export function defaultShouldReconnect(failure: Failure): boolean {
  if (FINAL_CLOSE_CODES.has(failure.code)) return false;
  if (failure.sentCode !== undefined && FINAL_CLOSE_CODES.has(failure.sentCode)) return false;
  if (isPassingSinceOpen(failure)) return true;
  const { status, error } = failure;
  if (status !== undefined) {
    if (status === 101) return false;
    if (status >= 300 && status < 500 && !PASSING_STATUSES.has(status)) return false;
  }
  return !(error instanceof ConnectionError && (error.final || isRefusedByTLS(error)));
}

/** True where no decision of a user's may overrule: the next dial would fail as this one did, or `prepare` said so. */
export function isBeyondRetry({ error }: Failure): boolean {
  return error instanceof ConfigurationError || (error instanceof SessionError && error.final);
}
