/**
 * Converts `TLSOptions` into the options of Node's `tls.connect()`.
 *
 * Every option that Node reads is an own property: a dependency may have polluted `Object.prototype`, and a
 * `rejectUnauthorized` found there would switch verification off.
 */
import { isIP } from 'node:net';
import nodeTls, { type ConnectionOptions } from 'node:tls';
import { withoutPrototype } from '../../../port/index.js';
import { UNSET_SOCKET } from '../../node/index.js';
import { guardedIdentityCheck, type IdentityCheck } from './identityCheck.js';

/** The checked option `tls`, or a proxy's `requestTls` and `proxyTls`. */
export type CheckedTls = Readonly<Record<string, unknown>>;

/** The peer of a TLS connection. */
export interface TlsPeer {
  readonly host: string;
  readonly port: number;
}

/**
 * TLS towards `peer`. Verification is on unless `rejectUnauthorized: false` says otherwise: the environment's
 * NODE_TLS_REJECT_UNAUTHORIZED does not switch it off.
 */
export function tlsOptions(peer: TlsPeer, given?: CheckedTls): ConnectionOptions {
  const { host, port } = peer;
  return { host, port, ...tlsSettings(host, given), ...UNSET } as unknown as ConnectionOptions;
}

/** Those of them that the agents of Node's http client read from a request, too. */
export function tlsSettings(host: string, given?: CheckedTls): CheckedTls {
  const tls = withoutPrototype(given);
  return {
    ca: tls.ca,
    cert: tls.cert,
    key: tls.key,
    passphrase: tls.passphrase,
    pfx: tls.pfx,
    rejectUnauthorized: tls.rejectUnauthorized ?? true,
    servername: tls.servername ?? serverName(host),
    minVersion: tls.minVersion,
    maxVersion: tls.maxVersion,
    // Read for each dial: a program may change it at any time.
    ciphers: tls.ciphers ?? nodeTls.DEFAULT_CIPHERS,
    secureOptions: tls.secureOptions,
    ALPNProtocols: tls.alpnProtocols ?? HTTP,
    checkServerIdentity: identityCheck(tls),
  };
}

/** The default ALPN protocols: some servers choose the protocol by it, and close the connection without it. */
const HTTP: readonly string[] = Object.freeze(['http/1.1']);

/** RFC 6066 §3: a server name has no trailing dot, and is no IP address. */
export function serverName(host: string): string {
  return isIP(host) === 0 ? host.replace(/\.$/, '') : '';
}

/** Node's check, or the user's. */
function identityCheck({ checkServerIdentity: given }: CheckedTls): unknown {
  return given === undefined ? nodeTls.checkServerIdentity : guardedIdentityCheck(given as IdentityCheck);
}

/** Options of Node that `TLSOptions` does not have. */
const UNSET = Object.freeze({
  ...UNSET_SOCKET,
  socket: undefined,
  secureContext: undefined,
  secureProtocol: undefined,
  session: undefined,
  pskCallback: undefined,
  crl: undefined,
  sigalgs: undefined,
  enableTrace: undefined,
  dhparam: undefined,
  ecdhCurve: undefined,
  // Node's default: it asserts that this is a number.
  minDHSize: 1024,
  privateKeyEngine: undefined,
  privateKeyIdentifier: undefined,
  requestOCSP: undefined,
  sessionIdContext: undefined,
  sessionTimeout: undefined,
  ticketKeys: undefined,
  clientCertEngine: undefined,
  allowPartialTrustChain: undefined,
});
