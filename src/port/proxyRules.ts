/**
 * What the option `proxy` must not ask for: things said twice, and things that a proxy of its kind cannot do.
 * Nothing is left out in silence.
 *
 * Pure, and without any module of Node: the api checks options with it in browsers, too. Shows no value, since
 * any part of a proxy's settings may be a secret.
 */
import { utf8Length } from './utf8.js';

/** Credentials as they are given. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** The members that are looked at here. Own or none. */
export interface ProxyClaims {
  readonly url: string;
  readonly auth?: Credentials;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly bypass?: string | readonly string[];
  readonly proxyTls?: object;
}

/** RFC 1929 §2: one byte tells the length of each. */
const MAX_CREDENTIAL = 255;

/** What is allowed, where `claims` goes beyond it; undefined where all is well. The URL has been checked. */
export function proxyContradiction(claims: ProxyClaims): string | undefined {
  const { auth, token, headers, bypass } = claims;
  const url = new URL(claims.url);
  const own = Object.keys(headers ?? {}).some((name) => name.toLowerCase() === 'proxy-authorization');
  if ([auth !== undefined, token !== undefined, own].filter(Boolean).length > 1) {
    return 'an object with one of auth, token and a Proxy-Authorization header';
  }
  if (bypassEntries(bypass ?? []).some((entry) => !isBypassEntry(entry))) {
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
  // SOCKS4 ends the user's name with a NUL.
  return isLong || username.includes('\0')
    ? `a SOCKS proxy with a user name and password of at most ${MAX_CREDENTIAL} bytes (RFC 1929 §2), without NUL`
    : undefined;
}

/** The user info of a URL, decoded. */
export function credentialsOf({ username, password }: URL): Credentials | undefined {
  if (username === '' && password === '') return undefined;
  return { username: decoded(username), password: decoded(password) };
}

/** A lone `%` is no reason to fail: it is taken as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `bypass` as a list; commas and white space part entries, too. */
export function bypassEntries(bypass: string | readonly string[]): string[] {
  return (typeof bypass === 'string' ? [bypass] : bypass)
    .flatMap((each) => each.split(/[\s,]+/))
    .filter((entry) => entry !== '');
}

/** Host, or an address in brackets, and perhaps a port. */
export const BYPASS_HOST = /^(\[[0-9a-f:.]+\]|(?:\*?\.)?[^\s:*[\]/@]+)(?::(\d{1,5}))?$/i;

function isBypassEntry(entry: string): boolean {
  if (entry === '*' || isIPv6(entry)) return true;
  if (entry.includes('/')) return isBlock(entry);
  const [, host = '', port = '0'] = BYPASS_HOST.exec(entry) ?? [];
  if (host === '' || Number(port) > 65_535) return false;
  return !host.startsWith('[') || isIPv6(host.slice(1, -1));
}

function isBlock(entry: string): boolean {
  const [, network = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(entry) ?? [];
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(network)) {
    return network.split('.').every((byte) => Number(byte) <= 255) && Number(bits) <= 32;
  }
  return isIPv6(network.replace(/^\[(.*)\]$/, '$1')) && Number(bits) <= 128;
}

/** The URL parser knows IPv6 (https://url.spec.whatwg.org/#concept-ipv6-parser). */
function isIPv6(text: string): boolean {
  return text.includes(':') && /^[0-9a-f:.]+$/i.test(text) && URL.canParse(`ws://[${text}]`);
}
