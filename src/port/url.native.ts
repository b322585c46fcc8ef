/**
 * The form of url.ts for React Native, whose class `URL` validates little, resolves no `..` and reads only `http:` URLs
 * (https://github.com/facebook/react-native/blob/main/packages/react-native/Libraries/Blob/URL.js).
 *
 * Reads what a WebSocket client meets, with the results of https://url.spec.whatwg.org/#url-parsing: `http(s):` and
 * `ws(s):` URLs with a name, an IPv4 address or a bracketed IPv6 address, and what is relative to them. Of any other
 * URL it reads the scheme alone, for messages. Two things are left to the platform's own parser, which reads the URL when
 * it is dialled: IDNA of names, and unusual forms of IP addresses. A percent-encoded name is refused.
 */
import type { ParsedUrl } from './url.js';
import { utf8Bytes } from './utf8.js';

export type { ParsedUrl } from './url.js';

const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  'http:': '80',
  'ws:': '80',
  'https:': '443',
  'wss:': '443',
};

const SCHEME = /^([a-z][a-z0-9+.-]*:)(.*)$/is;
/** User info, host and port; path; query; fragment. */
const AFTER_SCHEME = /^[/\\]*([^/\\?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/s;
const HOST_AND_PORT = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d*))?$/i;
/** https://url.spec.whatwg.org/#forbidden-domain-code-point, without those that end a host. */
const FORBIDDEN_IN_HOST = /[\s%<>^|\x7f]|[^\x20-\u{10ffff}]/u;

/** What is written as it is; all else is percent-encoded (https://url.spec.whatwg.org/#path-percent-encode-set). */
const NOT_IN_PATH = /[^!$-;=@-\]_a-z|~]/gu;
const NOT_IN_QUERY = /[^!$-&(-;=?-~]/gu;
const NOT_IN_USER_INFO = /[^!$-.0-9A-Z_a-z~]/gu;

function encoded(text: string, left: RegExp): string {
  return text.replace(left, (character) => {
    const bytes = [...utf8Bytes(character)];
    return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
  });
}

/** Without `.` and `..`, which may be percent-encoded. */
function pathOf(text: string): string {
  const kept: string[] = [];
  const segments = text.split(/[/\\]/).slice(1);
  for (const [index, segment] of segments.entries()) {
    const dots = segment.replace(/%2e/gi, '.');
    if (dots === '..') kept.pop();
    else if (dots !== '.') kept.push(segment);
    const isLast = index === segments.length - 1;
    if (isLast && (dots === '.' || dots === '..')) kept.push('');
  }
  return encoded(`/${kept.join('/')}`, NOT_IN_PATH);
}

function parseFull(protocol: string, rest: string): ParsedUrl | undefined {
  const [, authority = '', path = '', query = '', fragment = ''] = AFTER_SCHEME.exec(rest) ?? [];
  const at = authority.lastIndexOf('@');
  const [, host = '', port = ''] = HOST_AND_PORT.exec(authority.slice(at + 1)) ?? [];
  if (host === '' || FORBIDDEN_IN_HOST.test(host) || Number(port) > 65_535) return undefined;
  const userInfo = authority.slice(0, Math.max(at, 0));
  const colon = userInfo.includes(':') ? userInfo.indexOf(':') : userInfo.length;
  const username = encoded(userInfo.slice(0, colon), NOT_IN_USER_INFO);
  const password = encoded(userInfo.slice(colon + 1), NOT_IN_USER_INFO);
  const hostname = host.toLowerCase();
  const own = port === '' ? '' : String(Number(port));
  const hostAndPort = own === '' || own === DEFAULT_PORTS[protocol] ? hostname : `${hostname}:${own}`;
  const pathname = pathOf(/^[/\\]/.test(path) ? path : `/${path}`);
  const search = query === '?' ? '' : encoded(query, NOT_IN_QUERY);
  const credentials =
    username === '' && password === '' ? '' : `${username}${password === '' ? '' : `:${password}`}@`;
  const before = `${protocol}//${credentials}${hostAndPort}${pathname}`;
  const href = `${before}${query === '?' ? '?' : search}${fragment}`;
  return { href, protocol, username, password, host: hostAndPort, hostname, pathname, search };
}

/** The text of the full URL that `text` is, seen from `base` (RFC 3986 §5.2.2). */
function resolved(text: string, base: ParsedUrl): string {
  if (/^[/\\]{2}/.test(text)) return `${base.protocol}${text}`;
  const root = base.href.slice(0, base.href.length - base.href.replace(/^[^/]*\/\/[^/?#]*/, '').length);
  if (/^[/\\]/.test(text)) return root + text;
  if (text === '' || text.startsWith('#')) return `${root}${base.pathname}${base.search}${text}`;
  if (text.startsWith('?')) return `${root}${base.pathname}${text}`;
  return `${root}${base.pathname.slice(0, base.pathname.lastIndexOf('/') + 1)}${text}`;
}

/** The URL, resolved against `base`; undefined where it is none. */
export function parseUrl(given: string, base?: string): ParsedUrl | undefined {
  // https://url.spec.whatwg.org/#concept-basic-url-parser, steps 1 and 3.
  const text = given.replace(/^[\0-\x20]+|[\0-\x20]+$/g, '').replace(/[\t\n\r]/g, '');
  const [, scheme, rest = ''] = SCHEME.exec(text) ?? [];
  if (scheme !== undefined) {
    const protocol = scheme.toLowerCase();
    if (Object.hasOwn(DEFAULT_PORTS, protocol)) return parseFull(protocol, rest);
    const nothing = { username: '', password: '', host: '', hostname: '', pathname: rest, search: '' };
    return { href: `${protocol}${rest}`, protocol, ...nothing };
  }
  const from = base === undefined ? undefined : parseUrl(base);
  if (from === undefined || from.host === '') return undefined;
  return parseUrl(resolved(text, from));
}
