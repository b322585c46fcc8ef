/**
 * Whom an examination dials, and the opening handshake as bytes.
 *
 * Owns: the reading of the URL and the request's lines (RFC 6455 §4.1). Must not know: sockets.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  ACCEPT_GUID,
  basicAuthorization,
  ConfigurationError,
  credentialsOf,
  redactUrl,
} from '../../port/index.js';

/** The server, as far as dialling it needs. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  /** Path and query. */
  readonly path: string;
  /** The value of `Host`. */
  readonly authority: string;
  /** The credentials of the URL, as a header. */
  readonly authorization: string | undefined;
  /** For people. */
  readonly shown: string;
}

/**
 * Reads a `ws:` or `wss:` URL.
 *
 * @throws ConfigurationError for anything else
 */
export function targetOf(given: unknown): Target {
  const url = readUrl(given);
  const secure = url.protocol === 'wss:';
  const credentials = credentialsOf(url);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    secure,
    path: `${url.pathname}${url.search}`,
    authority: url.host,
    authorization: credentials && basicAuthorization(credentials),
    shown: redactUrl(url.href),
  };
}

function readUrl(given: unknown): URL {
  const text = String(given);
  const refuse = (why: string) =>
    new ConfigurationError('url', `checkServer() takes a ws: or wss: URL; ${why}`);
  if (!URL.canParse(text)) throw refuse(`this is none: ${redactUrl(text)}`);
  const url = new URL(text);
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') {
    const hint = /^https?:$/.test(url.protocol) ? `, write ${url.protocol === 'http:' ? 'ws:' : 'wss:'}` : '';
    throw refuse(`the scheme is ${url.protocol}${hint}`);
  }
  if (url.hash !== '') throw refuse('a fragment is not allowed (RFC 6455 §3)');
  return url;
}

/** Whether a host is this machine for certain: a name that another server could own does not count. */
export function isLoopback(host: string): boolean {
  return (
    /^(?:localhost|.+\.localhost)\.?$/i.test(host) || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
  );
}

/** One line of the request: a header, its name and value. */
export type HeaderLine = readonly [name: string, value: string];

/** What a handshake has otherwise than usual. */
export interface RequestChanges {
  readonly method?: string | undefined;
  readonly httpVersion?: string | undefined;
  /** Replaces headers by name; `undefined` leaves one out, a list repeats it. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
  /** Appended to the path's query. */
  readonly query?: string | undefined;
}

/** The request of a handshake, and what the server has to make of its key. */
export interface HandshakeRequest {
  readonly bytes: Buffer;
  readonly accept: string;
  /** What the request offers in `Sec-WebSocket-Protocol`. */
  readonly offered: readonly string[];
}

/** The request of a valid handshake, with changes. */
export function handshakeRequest(
  target: Target,
  base: Readonly<Record<string, string>>,
  changes: RequestChanges = {},
): HandshakeRequest {
  const key = randomBytes(16).toString('base64');
  const usual: Record<string, string> = {
    Host: target.authority,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': key,
    'Sec-WebSocket-Version': '13',
    ...(target.authorization !== undefined && { Authorization: target.authorization }),
  };
  const lines = new Map<string, readonly HeaderLine[]>();
  for (const each of [usual, base, changes.headers ?? {}]) {
    for (const [name, value] of Object.entries(each)) {
      const values = value === undefined ? [] : typeof value === 'string' ? [value] : value;
      lines.set(
        name.toLowerCase(),
        values.map((one): HeaderLine => [name, one]),
      );
    }
  }
  const headers = [...lines.values()].flat();
  const { method = 'GET', httpVersion = '1.1', query } = changes;
  const path =
    query === undefined ? target.path : `${target.path}${target.path.includes('?') ? '&' : '?'}${query}`;
  const text = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const protocols = lines.get('sec-websocket-protocol') ?? [];
  return {
    bytes: Buffer.from(`${method} ${path} HTTP/${httpVersion}\r\n${text}\r\n`, 'latin1'),
    accept: acceptOf(key),
    offered: protocols.flatMap(([, value]) => tokens(value)),
  };
}

/** The value of `Sec-WebSocket-Accept` for a key (RFC 6455 §4.2.2). */
function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}${ACCEPT_GUID}`).digest('base64');
}

/** The parts of a list in a header, without parameters' inner structure. */
export function tokens(value: string): string[] {
  return value
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '');
}
