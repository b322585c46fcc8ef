/**
 * Checks and resolves URLs. Shows no part of a URL that may be a secret.
 */
import {
  basicAuthorization,
  ConfigurationError,
  credentialsOf,
  type ParsedUrl,
  parseUrl,
} from '../../port/index.js';
import { isUrl, kindOf, schemeMeant } from '../values/index.js';

const SCHEMES = ['wss:', 'ws:'];
const BASE_SCHEMES = ['https:', 'http:', 'wss:', 'ws:'];

/** Where the page or worker is from: the base of a path, as it is for `new WebSocket(path)`. */
function pageUrl(): string | undefined {
  const { href } = (globalThis as { readonly location?: { readonly href?: unknown } }).location ?? {};
  return typeof href === 'string' && href.startsWith('http') ? href : undefined;
}

/**
 * Resolves a path or URL, as `new URL(path, base)` does.
 *
 * @param base an `http(s):` or `ws(s):` URL; `http` becomes `ws`. Default: the page's or worker's `location`, where there is one
 * @throws ConfigurationError that says what to write instead; shows no user info and no query
 */
export function resolveUrl(given: unknown, base?: ParsedUrl): ParsedUrl {
  if (typeof given !== 'string' && !isUrl(given)) {
    throw new ConfigurationError('url', `url must be a string or a URL; got ${kindOf(given)}`);
  }
  const text = typeof given === 'string' ? given : given.href;
  const isFull = parseUrl(text) !== undefined;
  const href = base?.href ?? (isFull ? undefined : pageUrl());
  const url = parseUrl(text, href);
  if (url === undefined) {
    throw new ConfigurationError(
      'url',
      href === undefined
        ? 'url must be a full ws:// or wss:// URL, or a path together with a baseUrl: createClient({ baseUrl })'
        : 'url must be a path or a full ws:// or wss:// URL',
    );
  }
  if (url.protocol === 'http:' || url.protocol === 'https:') {
    const scheme = url.protocol === 'http:' ? 'ws' : 'wss';
    if (isFull) {
      throw new ConfigurationError(
        'url',
        `url must begin with ${scheme}://, not ${url.protocol}//: write ${scheme}://${url.host}`,
      );
    }
  } else if (url.protocol !== 'ws:' && url.protocol !== 'wss:') {
    throw new ConfigurationError(
      'url', // Without a scheme, what precedes the first colon may be a user name.
      `url must begin with ws:// or wss://${text.startsWith(`${url.protocol}//`) ? `, not ${url.protocol}${schemeMeant(text, SCHEMES)}` : ''}`,
    );
  }
  if (text.includes('#')) {
    throw new ConfigurationError(
      'url',
      'url must have no fragment: a WebSocket URL ends before the # (RFC 6455 §3)',
    );
  }
  return url.protocol.startsWith('ws') ? url : (parseUrl(url.href.replace('http', 'ws')) as ParsedUrl);
}

/** Checks a `baseUrl`: `http(s)` or `ws(s)`. */
export function parseBaseUrl(given: unknown): ParsedUrl {
  const text = isUrl(given) ? given.href : given;
  const url = typeof text === 'string' ? parseUrl(text) : undefined;
  if (url !== undefined) {
    if (BASE_SCHEMES.includes(url.protocol)) {
      if (!(text as string).includes('#')) return url;
      throw new ConfigurationError(
        'baseUrl',
        'baseUrl must have no fragment: leave out the # and what follows it',
      );
    }
  }
  throw new ConfigurationError(
    'baseUrl',
    `baseUrl must be a full http(s):// or ws(s):// URL${typeof text === 'string' ? schemeMeant(text, BASE_SCHEMES) : ''}`,
  );
}

/** Scheme, host and port, with `ws` for `http`: the headers of `createClient()` are sent to one origin only. */
export function originOf(url: ParsedUrl): string {
  return `${url.protocol.replace('http', 'ws')}//${url.host}`;
}

/** Splits a URL into the URL to dial and the `Authorization` value for its user info (RFC 7617). */
export function splitCredentials(url: ParsedUrl): { href: string; authorization: string | undefined } {
  const credentials = credentialsOf(url);
  if (credentials === undefined) return { href: url.href, authorization: undefined };
  const { protocol, host, pathname, search } = url;
  const href = `${protocol}//${host}${pathname}${search}`;
  return { href, authorization: basicAuthorization(credentials) };
}
