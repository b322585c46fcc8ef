/**
 * The route through a SOCKS proxy: SOCKS4, 4a, 5 (RFC 1928, 1929), with names resolved here (`socks4:`, `socks5:`) or
 * by the proxy (`socks4a:`, `socks5h:`, `socks:`).
 *
 * The package `socks` negotiates, over a TCP socket of this library: a socket that `socks` opens could not be destroyed
 * while the proxy does not answer.
 */
import { isIP, type Socket } from 'node:net';
import type { SocksClientOptions, SocksClient as SocksClientType } from 'socks';
import {
  type AddressSettings,
  ConfigurationError,
  ConnectionError,
  type DialRequest,
} from '../../../port/index.js';
import { connectionError } from '../../failures/index.js';
import { type Attempt, NO_SETTINGS } from '../addresses/index.js';
import type { Route } from '../route.js';
import { authority, type Target } from '../target.js';
import type { ChosenProxy } from './proxySelection.js';
import { importSocksLibrary, type SocksLibrary, socksLibrary } from './socksLibrary.js';
import { tunnelRoute } from './tunnelRoute.js';
import type { TunnelSockets } from './tunnelSockets.js';

/** RFC 1928 §5: the length of a name is one byte. `socks` would throw inside a listener of the socket. */
const MAX_NAME = 255;

/** The meaning of each scheme, as in curl: the version, and whether names are resolved here. */
const SCHEMES: Readonly<Record<string, readonly [type: 4 | 5, here: boolean]>> = {
  'socks4:': [4, true],
  'socks4a:': [4, false],
  'socks5:': [5, true],
  'socks5h:': [5, false],
  'socks:': [5, false],
};

export function socksRoute(request: DialRequest, proxy: ChosenProxy): Route | Promise<Route> {
  const library = socksLibrary();
  return library === undefined
    ? importSocksLibrary().then((imported) => routeWith(imported, request, proxy))
    : routeWith(library, request, proxy);
}

function routeWith({ SocksClient }: SocksLibrary, request: DialRequest, proxy: ChosenProxy): Route {
  const deadline = withoutDeadline(SocksClient);
  const [type, resolvesHere] = SCHEMES[proxy.protocol] ?? [5, false];
  return tunnelRoute(request, proxy, async (sockets, target) => {
    checkHost(target, resolvesHere && type === 4);
    const reach = async (by: TunnelSockets, host: string): Promise<Socket> => {
      const socket = await by.tcp(proxy, 'proxy');
      try {
        const tunnel = await negotiate(deadline, socket, proxy, type, { host, port: target.port });
        by.opened();
        return tunnel;
      } catch (cause) {
        by.blame(cause);
        throw cause;
      }
    };
    return resolvesHere && isIP(target.host) === 0
      ? raceThrough(sockets, request, proxy, target, type, reach)
      : reach(sockets, target.host);
  });
}

/** Where names are resolved here, each address is an attempt, with its own connection to the proxy. */
async function raceThrough(
  sockets: TunnelSockets,
  { addresses = NO_SETTINGS }: DialRequest,
  proxy: ChosenProxy,
  target: Target,
  type: 4 | 5,
  reach: (by: TunnelSockets, host: string) => Promise<Socket>,
): Promise<Socket> {
  const begin = (address: string, attempt: Attempt): TunnelSockets => {
    const branch = sockets.branch();
    reach(branch, address).then(
      (tunnel) => attempt.won(tunnel),
      // The next address is tried only where the proxy refused this one.
      (error: ConnectionError) => attempt.failed(error, !ABOUT_THE_ADDRESS.has(error.code)),
    );
    return branch;
  };
  // The local address matters only for the connection to the proxy.
  const settings: AddressSettings = {
    lookup: addresses.lookup,
    family: type === 4 ? 4 : addresses.family,
    localAddress: undefined,
  };
  try {
    return await sockets.race(target, settings, begin, authority(proxy));
  } catch (cause) {
    throw connectionError(cause, cause instanceof AggregateError ? 'proxy' : 'server');
  }
}

/** Refuses a host that the protocol cannot express. */
function checkHost({ host }: Target, onlyIPv4: boolean): void {
  if (Buffer.byteLength(host) > MAX_NAME) {
    throw new ConfigurationError('url', `url: a host has at most ${MAX_NAME} bytes (RFC 1928 §5)`);
  }
  if (onlyIPv4 && isIP(host) === 6) throw ipv4Only();
}

function ipv4Only(): ConfigurationError {
  return new ConfigurationError(
    'proxy',
    'proxy: SOCKS4 has no IPv6 addresses; use socks5: or socks5h:, or socks4a: with a host name',
  );
}

/** The client class of `socks` to use, and its option `timeout` in ms. */
interface Deadline {
  readonly Client: typeof SocksClientType;
  readonly timeout: number;
}

/**
 * The client of `socks` without its deadline, because deadlines belong to the chart.
 *
 * The longest `timeout` is not enough: `socks` 2.8 never clears its timer, which would retain 22 KiB of each dial for
 * 24 days, with password and socket. So the timer fires at once and its method does nothing. Where `socks` no longer
 * has that method, the longest `timeout` is used. Remove with a release that clears the timer:
 * https://github.com/JoshGlazebrook/socks/blob/master/src/client/socksclient.ts, `connect()`.
 */
function withoutDeadline(Client: typeof SocksClientType): Deadline {
  const name = 'onEstablishedTimeout';
  if (!(name in Client.prototype)) return { Client, timeout: 2 ** 31 - 1 };
  class Negotiation extends Client {}
  Object.defineProperty(Negotiation.prototype, name, { value: () => {} });
  return { Client: Negotiation, timeout: 1 };
}

function negotiate(
  { Client, timeout }: Deadline,
  socket: Socket,
  { credentials }: ChosenProxy,
  type: 4 | 5,
  destination: { host: string; port: number },
): Promise<Socket> {
  const proxy: SocksClientOptions['proxy'] = { host: 'unused: the socket is ours', port: 1080, type };
  // Not enumerable: `socks` adds its options to its errors.
  Object.defineProperty(proxy, 'userId', { value: credentials?.username, enumerable: false });
  Object.defineProperty(proxy, 'password', { value: credentials?.password, enumerable: false });
  return new Promise<Socket>((resolve, reject) => {
    const client = new Client({ proxy, destination, command: 'connect', existing_socket: socket, timeout });
    client.once('established', () => resolve(socket));
    client.once('error', reject);
    client.connect(socket);
  }).catch((cause) => {
    throw refusal(cause, type);
  });
}

/**
 * The refusals of a proxy, by a part of the message of `socks`, each with a code of this library (after RFC 1928 §6
 * and RFC 1929 §2) and whether it is final: no later dial can succeed.
 */
const REFUSALS: readonly (readonly [text: string, code: string, final: boolean])[] = [
  ['Authentication failed', 'ERR_RECKER_SOCKS_AUTH', true],
  ['no accepted authentication type', 'ERR_RECKER_SOCKS_AUTH', true],
  ['unknown authentication type', 'ERR_RECKER_SOCKS_AUTH', true],
  // SOCKS4 (https://www.openssh.org/txt/socks4.protocol): 92 and 93 are about the user, 91 is anything.
  ['(RejectedIdent)', 'ERR_RECKER_SOCKS_AUTH', true],
  ['(Rejected)', 'ERR_RECKER_SOCKS_AUTH', true],
  ['(Failed)', 'ERR_RECKER_SOCKS_FAILURE', false],
  ['NotAllowed', 'ERR_RECKER_SOCKS_NOT_ALLOWED', true],
  ['CommandNotSupported', 'ERR_RECKER_SOCKS_COMMAND', true],
  ['AddressNotSupported', 'ERR_RECKER_SOCKS_ADDRESS', true],
  ['NetworkUnreachable', 'ERR_RECKER_SOCKS_NETWORK_UNREACHABLE', false],
  ['HostUnreachable', 'ERR_RECKER_SOCKS_HOST_UNREACHABLE', false],
  ['ConnectionRefused', 'ERR_RECKER_SOCKS_CONNECTION_REFUSED', false],
  ['TTLExpired', 'ERR_RECKER_SOCKS_TTL_EXPIRED', false],
  ['rejected connection', 'ERR_RECKER_SOCKS_FAILURE', false],
  ['Socket closed', 'ECONNRESET', false],
];

/** Refusals after which another address of the same name may succeed. */
const ABOUT_THE_ADDRESS: ReadonlySet<string> = new Set([
  'ERR_RECKER_SOCKS_FAILURE',
  'ERR_RECKER_SOCKS_ADDRESS',
  'ERR_RECKER_SOCKS_NETWORK_UNREACHABLE',
  'ERR_RECKER_SOCKS_HOST_UNREACHABLE',
  'ERR_RECKER_SOCKS_CONNECTION_REFUSED',
  'ERR_RECKER_SOCKS_TTL_EXPIRED',
]);

function refusal(given: unknown, type: 4 | 5): ConnectionError {
  const cause = given as Error & { options?: unknown };
  // The options of the dial: they contain the proxy and the socket.
  delete cause.options;
  const [, code, final] = REFUSALS.find(([text]) => cause.message.includes(text)) ?? [
    '',
    'ERR_RECKER_SOCKS',
    false,
  ];
  return new ConnectionError(`The SOCKS${type} proxy did not connect: ${cause.message} (${code})`, {
    cause,
    code,
    hop: 'proxy',
    final,
  });
}
