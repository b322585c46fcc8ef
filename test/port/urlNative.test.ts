/** React Native's form of the URL parser gives what the WHATWG one gives, for what a WebSocket client meets. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ParsedUrl, parseUrl } from '../../src/port/url.js';
import { parseUrl as parseNative } from '../../src/port/url.native.js';

const PARTS = ['href', 'protocol', 'username', 'password', 'host', 'hostname', 'pathname', 'search'] as const;

const partsOf = (url: ParsedUrl | undefined) =>
  url && Object.fromEntries(PARTS.map((part) => [part, url[part]]));

const sample = (...texts: string[]) => fc.constantFrom(...texts);

/** Pieces of the grammar, and of what users write instead. */
const HOSTS = ['a', 'Chat.Example.COM', 'a-b.c_d', '127.0.0.1', '[::1]', '', 'a b', 'a%', '[', 'a<', 'a.'];
const authority = fc
  .tuple(
    sample('', '', 'me@', 'me:pass@', 'me:@', ':x@', '@', 'm%20e:p:w@', 'ž:%2F=@', 'a@b@'),
    sample(...HOSTS),
    sample('', '', ':', ':80', ':443', ':8080', ':0080', ':65535', ':65536', ':x'),
  )
  .map((parts) => parts.join(''));
const path = fc
  .array(sample('a', 'B', '..', '.', '%2e', '%2E.', '', 'ž', 'a b', '"', '{x}', '🐎', '%zz', ':', '@', '|'), {
    maxLength: 5,
  })
  .map((segments) => segments.join('/'));
const tail = sample('', '', '?', '?a=b&c', "?a='ž <>", '?a/../b', '#', '#x', '?a#b');
const slashes = sample('//', '//', '/', '', '///', '\\\\');
const full = fc
  .tuple(sample('ws:', 'wss:', 'http:', 'HTTPS:'), slashes, authority, sample('', '/', '\\'), path, tail)
  // Without a host or a separator the path would be the host: IDNA is not what is compared here.
  .map(([scheme, slash, host, separator, rest, end]) =>
    separator === '' || host === ''
      ? `${scheme}${slash}${host}${end}`
      : `${scheme}${slash}${host}${separator}${rest}${end}`,
  );
const relative = fc
  .tuple(sample('', '/', '//a.b:9/', '/', './', '../', ' ', '\\'), path, tail)
  .map((parts) => parts.join(''))
  .filter((text) => !/^\s*([a-z][a-z0-9+.-]*:|[/\\]{2}(?!a\.b))/i.test(text));
const base = sample('http://h', 'https://h:8443/a/b?c', 'ws://me:x@h/a/', 'wss://h/a/b/c');

describe('the URL parser for React Native', () => {
  it('reads full URLs', () => {
    fc.assert(
      fc.property(full, (text) => {
        expect(partsOf(parseNative(text))).toEqual(partsOf(parseUrl(text)));
      }),
      { numRuns: 3000 },
    );
  });

  it('resolves paths', () => {
    fc.assert(
      fc.property(relative, base, (text, from) => {
        expect(partsOf(parseNative(text, from))).toEqual(partsOf(parseUrl(text, from)));
      }),
      { numRuns: 3000 },
    );
  });

  it('reads the scheme of any other URL, and no text without a scheme', () => {
    for (const text of ['ftp://a/', 'wws://a', 'localhost:8080/x', 'mailto:me@a'])
      expect(parseNative(text)?.protocol).toBe(new URL(text).protocol);
    for (const text of ['', '/chat', 'chat', '//a', 'ws//a', '?', ':', '1a://b']) {
      expect(parseNative(text)).toBeUndefined();
      expect(parseUrl(text)).toBeUndefined();
    }
    expect(parseNative('x', 'mailto:a')).toBeUndefined();
    expect(parseNative('x', 'nothing')).toBeUndefined();
  });
});
