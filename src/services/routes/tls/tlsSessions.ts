/**
 * Opens TLS, and resumes sessions (RFC 8446 §2.2, RFC 5077) from one dial of a client to the next.
 *
 * Owns at most one session of each client, which is freed with the client. A session is offered only to the same host
 * and port and under equal settings, because Node does not check the certificate again when a session is resumed.
 */
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { type Hop, withoutPrototype } from '../../../port/index.js';
import { connectionError } from '../../failures/index.js';
import { type CheckedTls, type TlsPeer, tlsOptions } from './tlsOptions.js';

interface KeptSession {
  readonly peer: string;
  readonly tls: CheckedTls;
  readonly session: Buffer;
}

const kept = new WeakMap<object, KeptSession>();

/**
 * As Node's `tls.connect()`.
 *
 * @param more options of `tls.connect()` that replace those made from `peer` and `given`, e.g. `socket`
 * @param hop whom the connection leads to, for the error
 * @param client stands for the client; without it no session is kept
 * @throws ConnectionError, final, where Node refuses the options: a key that cannot be read, an unknown cipher
 */
export function connectTls(
  peer: TlsPeer,
  given: CheckedTls | undefined,
  more: object,
  hop: Hop,
  client?: object,
): TLSSocket {
  // A copy: members may be getters, or change before the next dial.
  const tls = withoutPrototype(given);
  const options: ConnectionOptions = { ...tlsOptions(peer, tls), ...more };
  if (client === undefined) return open(options, hop);
  const name = `${peer.host}:${peer.port}`;
  const last = kept.get(client);
  if (last !== undefined && last.peer === name && isDeepStrictEqual(last.tls, tls)) {
    options.session = last.session;
  }
  const socket = open(options, hop);
  let isSecure = false;
  // TLS 1.3 sends two, after the handshake.
  socket.once('session', (session: Buffer) => kept.set(client, { peer: name, tls, session }));
  socket.once('secureConnect', () => {
    isSecure = true;
  });
  // With TLS 1.3 a refusal of the client's certificate comes after the handshake.
  socket.once('error', ({ code = '' }: NodeJS.ErrnoException) => {
    if (!isSecure || code.startsWith('ERR_SSL_')) kept.delete(client);
  });
  return socket;
}

function open(options: ConnectionOptions, hop: Hop): TLSSocket {
  try {
    return connect(options);
  } catch (cause) {
    throw connectionError(cause, hop, true);
  }
}
