/**
 * Which settings of the option `proxy` contradict each other, or need what a proxy of that kind cannot do. None is
 * ignored silently.
 *
 * Pure, and without any module of Node: the api checks options with it in browsers, too. Shows no value, because any
 * part of a proxy's settings may be a secret.
 */
import { bypassEntries, readBypassEntry } from './bypassEntry.js';
import { type Credentials, credentialsOf } from './credentials.js';
import { type ParsedUrl, parseUrl } from './url.js';
import { utf8Length } from './utf8.js';

/** The settings that are checked here. Own members only. */
export interface ProxyClaims {
  readonly url: string;
  readonly auth?: Credentials;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly bypass?: string | readonly string[];
  readonly proxyTls?: object;
}

/** RFC 1929 §2: the length of each is one byte. */
const MAX_CREDENTIAL = 255;

/** What is allowed, where `claims` is not; undefined where it is. The URL has been checked. */
export function proxyContradiction(claims: ProxyClaims): string | undefined {
  const { auth, token, headers, bypass } = claims;
  const url = parseUrl(claims.url) as ParsedUrl;
  const own = Object.keys(headers ?? {}).some((name) => name.toLowerCase() === 'proxy-authorization');
  if ([auth !== undefined, token !== undefined, own].filter(Boolean).length > 1) {
    return 'an object with one of auth, token and a Proxy-Authorization header';
  }
  if (bypassEntries(bypass ?? []).some((entry) => readBypassEntry(entry) === undefined)) {
    return 'an object in which bypass is a list of host, host:port, *.suffix, address and CIDR block';
  }
  if (!url.protocol.startsWith('socks')) {
    return url.protocol === 'http:' && claims.proxyTls !== undefined
      ? 'an object without proxyTls where the proxy is an http: one; requestTls is for the server'
      : undefined;
  }
  for (const name of ['token', 'headers', 'proxyTls'] as const) {
    if (claims[name] !== undefined) return `an object without ${name}: a SOCKS proxy has no HTTP and no TLS`;
  }
  const { username, password } = auth ?? credentialsOf(url) ?? { username: '', password: '' };
  const isLong = [username, password].some((each) => utf8Length(each) > MAX_CREDENTIAL);
  // In SOCKS4 a NUL ends the user name.
  return isLong || username.includes('\0')
    ? `a SOCKS proxy with a user name and password of at most ${MAX_CREDENTIAL} bytes (RFC 1929 §2), without NUL`
    : undefined;
}
