/**
 * For programs that replace the agents of Node's http client (global-agent, VS Code's extension host): every request
 * then goes through their agent, and the route is not used.
 *
 * Owns the rule that an option is applied or refused by name. Must not know any such program.
 */
import type { ClientRequest } from 'node:http';
import { checkServerIdentity, type TLSSocket } from 'node:tls';
import { ConfigurationError, ConnectionError, type DialRequest, withoutPrototype } from '../../port/index.js';
import { connectionError } from '../failures/index.js';
import { targetOf } from './target.js';
import { guardedIdentityCheck, type IdentityCheck, serverName } from './tls/index.js';

const BY = "Something has replaced the agents of Node's http client, as global-agent does";

/** The error, where options of `request` would have no effect through a foreign agent. */
export function lostOptions(request: DialRequest): ConfigurationError | undefined {
  const { dispatcher, proxy, addresses } = request;
  const { lookup, family, localAddress } = withoutPrototype(addresses);
  const wanted = { dispatcher, proxy, lookup, family: family === 0 ? undefined : family, localAddress };
  const lost = Object.entries(wanted).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const [first] = lost;
  if (first === undefined) return undefined;
  return new ConfigurationError(
    first,
    `${BY}: ${lost.join(', ')} would have no effect. Leave ${lost.length > 1 ? 'them' : 'it'} out, or exempt the host there`,
  );
}

/**
 * Checks TLS of a connection that a foreign agent opens for `sent`, as Node checks it otherwise, before the request
 * leaves: such an agent may have dropped settings of the request. Destroys the connection where a check fails.
 */
export function checkForeignTls(sent: ClientRequest, request: DialRequest): void {
  const { host, secure } = targetOf(request.url);
  if (!secure) return;
  sent.once('socket', (given) => {
    const socket = given as TLSSocket;
    const check = (): void => {
      const problem = tlsProblem(socket, host, withoutPrototype(request.tls));
      if (problem !== undefined) socket.destroy(problem);
    };
    if (socket.encrypted !== true)
      socket.destroy(dropped('a wss: URL', 'the agent opened no TLS connection'));
    else if (isSecure(socket)) check();
    else socket.once('secureConnect', check);
  });
}

/** There is no cipher before the end of the handshake. */
const isSecure = (socket: TLSSocket): boolean => socket.getCipher()?.name !== undefined;

type Settings = Readonly<Record<string, unknown>>;

function tlsProblem(socket: TLSSocket, host: string, tls: Settings): Error | undefined {
  const lost = lostMember(socket, tls);
  if (lost !== undefined) return dropped(`tls.${lost}`, 'the agent did not apply it');
  if (tls.rejectUnauthorized === false) return undefined;
  if (!socket.authorized) {
    // A code, whatever the types say.
    const code = String(socket.authorizationError ?? 'ERR_RECKER_AGENT_REPLACED');
    return new ConnectionError(`The certificate did not verify (${code})`, {
      code,
      hop: 'server',
      final: true,
    });
  }
  // As Node does: the certificate was checked when the session was made.
  if (socket.isSessionReused()) return undefined;
  const check = guardedIdentityCheck((tls.checkServerIdentity ?? checkServerIdentity) as IdentityCheck);
  const name = String(tls.servername ?? (serverName(host) || host));
  const problem = check(name, socket.getPeerCertificate(true) as never);
  return problem ? connectionError(problem, 'server') : undefined;
}

const VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/** A member of `tls` that was not applied. */
function lostMember(socket: TLSSocket, tls: Settings): string | undefined {
  const version = VERSIONS.indexOf(socket.getProtocol() ?? '');
  if (tls.minVersion !== undefined && version < VERSIONS.indexOf(String(tls.minVersion))) return 'minVersion';
  if (tls.maxVersion !== undefined && version > VERSIONS.indexOf(String(tls.maxVersion))) return 'maxVersion';
  const own = Object.keys(socket.getCertificate() ?? {}).length > 0;
  for (const name of ['cert', 'pfx']) if (tls[name] !== undefined && !own) return name;
  return undefined;
}

function dropped(what: string, why: string): ConnectionError {
  return new ConnectionError(`${BY}: ${what} has no effect, because ${why}`, {
    code: 'ERR_RECKER_AGENT_REPLACED',
    hop: 'server',
    final: true,
  });
}
