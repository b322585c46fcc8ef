/**
 * From our `TLSOptions` to what Node's `tls.connect()` takes.
 *
 * Knows the names of both. Everything that Node would otherwise look up on the prototype is an own property,
 * because a dependency may have polluted `Object.prototype`, and a `rejectUnauthorized` found there would
 * switch verification off.
 */
import { isIP } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, DEFAULT_CIPHERS } from 'node:tls';
import { guardedIdentityCheck, type IdentityCheck } from './identityCheck.js';
import { UNSET_SOCKET } from './unset.js';

/** The checked option `tls`, or a proxy's `requestTls` and `proxyTls`. */
export type CheckedTls = Readonly<Record<string, unknown>>;

/** What both ends of a TLS connection are called here. */
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
  const tls = ownOnly(given);
  return {
    host,
    port,
    ca: tls.ca,
    cert: tls.cert,
    key: tls.key,
    passphrase: tls.passphrase,
    pfx: tls.pfx,
    rejectUnauthorized: tls.rejectUnauthorized ?? true,
    // RFC 6066 §3: a server name is no IP address.
    servername: tls.servername ?? (isIP(host) === 0 ? host : ''),
    minVersion: tls.minVersion,
    maxVersion: tls.maxVersion,
    ciphers: tls.ciphers ?? DEFAULT_CIPHERS,
    ALPNProtocols: tls.alpnProtocols,
    checkServerIdentity: identityCheck(tls),
    ...UNSET,
  } as unknown as ConnectionOptions;
}

/** Node's check, or the user's. */
function identityCheck({ checkServerIdentity: given }: CheckedTls): unknown {
  return given === undefined ? checkServerIdentity : guardedIdentityCheck(given as IdentityCheck);
}

/** The same members, and nothing of any prototype. */
export function ownOnly<Value extends object>(value: Value | undefined): Value {
  return Object.assign(Object.create(null), value);
}

/** What is no option of ours, and must not come from anywhere else. */
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
  // Node's default; it asserts that there is a number.
  minDHSize: 1024,
  privateKeyEngine: undefined,
  privateKeyIdentifier: undefined,
  requestOCSP: undefined,
  secureOptions: undefined,
  sessionIdContext: undefined,
  sessionTimeout: undefined,
  ticketKeys: undefined,
  clientCertEngine: undefined,
  allowPartialTrustChain: undefined,
});
