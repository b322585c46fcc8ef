/**
 * Which proxy a dial takes: the option, its `bypass`, and the environment as curl reads it; the last is also put
 * to the real curl, which must choose alike.
 */
import { execFile } from 'node:child_process';
import { inspect, promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proxyContradiction } from '../../src/port/proxyRules.js';
import { isBypassed } from '../../src/services/routes/proxy/bypass.js';
import {
  type ChosenProxy,
  chooseProxy,
  proxyAuthorization,
} from '../../src/services/routes/proxy/proxySelection.js';
import { authority, targetOf } from '../../src/services/routes/target.js';
import { ConnectProxy } from '../support/connectProxy.js';
import { needs } from '../support/tools.js';

const run = promisify(execFile);
type Environment = Record<string, string>;

/** `protocol//user:password@host:port`, or undefined for none. */
function chosen(option: unknown, url: string, environment: Environment = {}): string | undefined {
  const { proxy } = chooseProxy(option, url, environment);
  if (proxy === undefined) return undefined;
  const { protocol, credentials } = proxy;
  const user = credentials === undefined ? '' : `${credentials.username}:${credentials.password}@`;
  return `${protocol}//${user}${authority(proxy)}`;
}

describe('a URL', () => {
  it.each([
    ['http://proxy.test', 'http://proxy.test:80'],
    ['https://proxy.test', 'https://proxy.test:443'],
    ['http://proxy.test:3128/', 'http://proxy.test:3128'],
    ['socks://proxy.test', 'socks://proxy.test:1080'],
    ['socks4://proxy.test', 'socks4://proxy.test:1080'],
    ['socks4a://proxy.test', 'socks4a://proxy.test:1080'],
    ['socks5://proxy.test', 'socks5://proxy.test:1080'],
    ['socks5h://proxy.test:9050', 'socks5h://proxy.test:9050'],
    ['http://[::1]:3128', 'http://[::1]:3128'],
    ['http://a%40b:p%3Aw@proxy.test', 'http://a@b:p:w@proxy.test:80'],
    ['http://a:100%@proxy.test', 'http://a:100%@proxy.test:80'],
    ['http://only@proxy.test', 'http://only:@proxy.test:80'],
  ])('%s', (url, expected) => {
    expect(chosen(url, 'ws://a.test/')).toBe(expected);
    expect(chosen({ url }, 'wss://a.test/')).toBe(expected);
  });

  it('credentials: `auth` over the URL; Basic is UTF-8 (RFC 7617 §2.1); a token is taken as it is', () => {
    const value = (option: unknown) =>
      proxyAuthorization(chooseProxy(option, 'ws://a/', {}).proxy as ChosenProxy);
    const auth = { username: 'ü', password: 'x:y' };
    expect(value({ url: 'http://a:b@p', auth })).toBe(`Basic ${Buffer.from('ü:x:y').toString('base64')}`);
    expect(value({ url: 'http://p', token: 'Bearer abc' })).toBe('Bearer abc');
    expect(value('http://p')).toBeUndefined();
  });

  it.each([
    [
      'two kinds of authentication',
      { url: 'http://p', auth: { username: 'a', password: 's3cret' }, token: 's3cret' },
    ],
    [
      'two kinds of authentication',
      { url: 'http://p', token: 's3cret', headers: { 'proxy-Authorization': 's3cret' } },
    ],
    ['headers with SOCKS', { url: 'socks5://p', headers: { a: 's3cret' } }],
    ['token with SOCKS', { url: 'socks5://p', token: 's3cret' }],
    ['proxyTls with SOCKS', { url: 'socks5://p', proxyTls: {} }],
    ['proxyTls with http:', { url: 'http://p', proxyTls: {} }],
    [
      'a SOCKS password of 256 bytes',
      { url: 'socks5://p', auth: { username: 'a', password: 's3cret'.repeat(50) } },
    ],
    ['a NUL in a SOCKS user', { url: 'socks4://a%00s3cret@p' }],
    ['an invalid bypass', { url: 'http://p', bypass: '10.0.0.0/33' }],
  ])('refuses %s', (_, option) => {
    let error: unknown;
    try {
      chooseProxy(option, 'ws://a.test/', {});
    } catch (cause) {
      error = cause;
    }
    expect(error).toMatchObject({ name: 'ConfigurationError', option: 'proxy' });
    expect(inspect(error)).not.toContain('s3cret');
  });
});

describe('bypass', () => {
  it.each<[bypass: string | string[], url: string, bypassed: boolean]>([
    ['a.test', 'ws://a.test/', true],
    ['A.Test', 'ws://a.test./', true],
    ['a.test', 'ws://b.a.test/', false],
    ['a.test', 'ws://nota.test/', false],
    ['*.a.test', 'ws://b.a.test/', true],
    ['*.a.test', 'ws://c.b.a.test/', true],
    ['*.a.test', 'ws://a.test/', false],
    ['*.a.test', 'ws://nota.test/', false],
    ['.a.test', 'ws://b.a.test/', true],
    ['a.test:8080', 'ws://a.test:8080/', true],
    ['a.test:8080', 'ws://a.test/', false],
    ['a.test:443', 'wss://a.test/', true],
    ['*.a.test:80', 'ws://b.a.test/', true],
    ['*', 'ws://anything.test/', true],
    ['127.0.0.1', 'ws://127.0.0.1/', true],
    ['127.0.0.1:81', 'ws://127.0.0.1:82/', false],
    ['10.0.0.0/8', 'ws://10.255.1.2/', true],
    ['10.0.0.0/8', 'ws://11.0.0.1/', false],
    ['10.0.0.0/8', 'ws://a.test/', false],
    ['0.0.0.0/0', 'ws://1.2.3.4/', true],
    ['192.168.1.128/25', 'ws://192.168.1.127/', false],
    ['192.168.1.128/25', 'ws://192.168.1.128/', true],
    ['::1', 'ws://[::1]/', true],
    ['[::1]', 'ws://[::1]:99/', true],
    ['[::1]:99', 'ws://[::1]:99/', true],
    ['[::1]:98', 'ws://[::1]:99/', false],
    ['0:0:0:0:0:0:0:1', 'ws://[::1]/', true],
    ['fd00::/8', 'ws://[fd12:3456::1]/', true],
    ['fe80::/10', 'ws://[fec0::1]/', false],
    ['2001:db8::/33', 'ws://[2001:db8:8000::1]/', false],
    ['fd00::/8', 'ws://10.0.0.1/', false],
    ['a.test, b.test', 'ws://b.test/', true],
    [['a.test', '10.0.0.0/8'], 'ws://10.1.1.1/', true],
    [[], 'ws://a.test/', false],
    ['', 'ws://a.test/', false],
  ])('%j for %s: %s', (bypass, url, bypassed) => {
    expect(isBypassed(bypass, targetOf(url))).toBe(bypassed);
    expect(chosen({ url: 'http://p', bypass }, url)).toBe(bypassed ? undefined : 'http://p:80');
  });

  it.each([
    '10.0.0.0/33',
    '::/129',
    'a.test/8',
    'a.test:x',
    'a.test:70000',
    'http://a.test',
    '[::1',
    '10.0.0.0/',
    'a*b',
  ])('refuses %s, also where another entry fits', (entry) => {
    for (const bypass of [['*', entry], `*, ${entry}`]) {
      expect(proxyContradiction({ url: 'http://p', bypass })).toMatch(/bypass is a list of host/);
    }
  });
});

/** Environment, host, and whether the proxy is taken; what curl does, too. */
const NO_PROXY: readonly (readonly [noProxy: string, host: string, proxied: boolean])[] = [
  ['*', 'a.test', false],
  ['a.test,*', 'b.test', true],
  ['a.test', 'a.test', false],
  ['a.test', 'A.TEST', false],
  ['a.test', 'www.a.test', false],
  ['.a.test', 'www.a.test', false],
  ['.a.test', 'a.test', false],
  ['a.test.', 'a.test', false],
  ['a.test', 'nota.test', true],
  ['x.test,a.test', 'a.test', false],
  ['x.test, a.test', 'a.test', false],
  [' a.test ', 'a.test', false],
  ['', 'a.test', true],
  ['127.0.0.1', '127.0.0.1', false],
  ['127.0.0.0/8', '127.1.2.3', false],
  ['127.0.0.0/9', '127.128.0.1', true],
  ['127.0.0.0/33', '127.0.0.1', true],
  ['127.0.0.1', '127.0.0.2', true],
  ['.0.0.1', '127.0.0.1', true],
  ['::1', '[::1]', false],
  ['::/64', '[::1]', false],
  ['fd00::/8', '[::1]', true],
];

/** The forms of undici's EnvHttpProxyAgent that mean nothing to curl. */
const UNDICI: readonly (readonly [noProxy: string, host: string, proxied: boolean])[] = [
  ['*.a.test', 'www.a.test', false],
  ['*.a.test', 'WWW.A.test', false],
  ['*.a.test', 'a.test', true],
  ['*.a.test', 'nota.test', true],
  ['a.test:80', 'a.test', false],
  ['a.test:443', 'a.test', true],
  ['a.test:8080', 'a.test:8080', false],
  ['*.a.test:8080', 'b.a.test:8080', false],
  ['*.a.test:8080', 'b.a.test', true],
  ['x.test, a.test:80', 'a.test', false],
  ['[::1]', '[::1]', false],
  ['[::1]:80', '[::1]', false],
  ['[::1]:81', '[::1]', true],
  ['[0:0::1]', '[::1]', false],
  ['127.0.0.1:80', '127.0.0.1', false],
  ['127.0.0.1:81', '127.0.0.1', true],
  ['*.*', 'a.test', true],
  [':80', 'a.test', true],
];

describe('the environment', () => {
  const P = 'http://p.test:3128';

  it.each<[environment: Environment, url: string, expected: string | undefined]>([
    [{}, 'ws://a.test/', undefined],
    [{ http_proxy: P }, 'ws://a.test/', P],
    [{ http_proxy: P }, 'wss://a.test/', undefined],
    // https://everything.curl.dev/usingcurl/proxies/env: `http_proxy` in lower case only.
    [{ HTTP_PROXY: P }, 'ws://a.test/', undefined],
    [{ https_proxy: P }, 'wss://a.test/', P],
    [{ HTTPS_PROXY: P }, 'wss://a.test/', P],
    [{ HTTPS_PROXY: P }, 'ws://a.test/', undefined],
    [{ https_proxy: 'http://low.test:1', HTTPS_PROXY: P }, 'wss://a.test/', 'http://low.test:1'],
    [{ https_proxy: '', HTTPS_PROXY: P }, 'wss://a.test/', P],
    [{ all_proxy: P }, 'ws://a.test/', P],
    [{ ALL_PROXY: P }, 'wss://a.test/', P],
    [{ all_proxy: 'http://low.test:1', ALL_PROXY: P }, 'ws://a.test/', 'http://low.test:1'],
    [{ ALL_PROXY: 'http://all.test:1', https_proxy: P }, 'wss://a.test/', P],
    [{ ws_proxy: 'http://ws.test:1', http_proxy: P }, 'ws://a.test/', 'http://ws.test:1'],
    [{ WSS_PROXY: 'http://ws.test:1', https_proxy: P }, 'wss://a.test/', 'http://ws.test:1'],
    [{ http_proxy: P, no_proxy: 'a.test' }, 'ws://a.test/', undefined],
    [{ http_proxy: P, NO_PROXY: 'a.test' }, 'ws://a.test/', undefined],
    [{ http_proxy: P, no_proxy: 'b.test', NO_PROXY: 'a.test' }, 'ws://a.test/', P],
    [{ http_proxy: P, no_proxy: '', NO_PROXY: 'a.test' }, 'ws://a.test/', undefined],
    [{ http_proxy: 'p.test' }, 'ws://a.test/', 'http://p.test:1080'],
    [{ http_proxy: 'p.test:3128' }, 'ws://a.test/', P],
    [{ http_proxy: 'http://p.test' }, 'ws://a.test/', 'http://p.test:1080'],
    [{ http_proxy: 'http://p.test:80' }, 'ws://a.test/', 'http://p.test:80'],
    [{ http_proxy: 'https://p.test' }, 'ws://a.test/', 'https://p.test:443'],
    [{ http_proxy: 'http://u:p%40:80@[::1]' }, 'ws://a.test/', 'http://u:p@:80@[::1]:1080'],
    [{ http_proxy: 'socks5h://p.test' }, 'ws://a.test/', 'socks5h://p.test:1080'],
    [{ http_proxy: 'socks://p.test' }, 'ws://a.test/', 'socks4://p.test:1080'],
  ])('%j for %s: %s', (environment, url, expected) => {
    expect(chosen('env', url, environment)).toBe(expected);
  });

  it.each([...NO_PROXY, ...UNDICI])('NO_PROXY=%j for %s: proxied %s', (noProxy, host, proxied) => {
    const environment = { http_proxy: P, NO_PROXY: noProxy };
    expect(chosen('env', `ws://${host}/`, environment) !== undefined).toBe(proxied);
  });

  it.each(['ftp://p.test', 'http://', 's3cret://x', '::s3cret::', `socks5://a:${'s3cret'.repeat(60)}@p`])(
    'refuses %s by the name of its variable',
    (value) => {
      let error: unknown;
      try {
        chooseProxy('env', 'ws://a.test/', { all_proxy: value });
      } catch (cause) {
        error = cause;
      }
      expect(error).toMatchObject({ name: 'ConfigurationError', option: 'proxy' });
      expect(inspect(error)).not.toContain('s3cret');
    },
  );
});

needs('curl')('curl itself', () => {
  let proxy: ConnectProxy;
  beforeAll(async () => {
    proxy = await ConnectProxy.start({ answer: () => 'HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n' });
  });
  afterAll(() => proxy?.stop());

  /** Whether curl asks the proxy. Names resolve to a port of loopback on which nobody listens. */
  async function curlAsks(scheme: string, host: string, environment: Environment): Promise<boolean> {
    const before = proxy.heads.length;
    const args = ['-s', '-k', '-o', '/dev/null', '--max-time', '3', '--resolve', '*:9:127.0.0.1'];
    await run('curl', [...args, `${scheme}://${host}:9/`], { env: environment }).catch(() => {});
    return proxy.heads.length > before;
  }
  const here = () => `http://127.0.0.1:${proxy.port}`;

  it('agrees on NO_PROXY', async () => {
    for (const [noProxy, host, expected] of NO_PROXY) {
      // Debian's 7.88 does not match IPv6 blocks, which curl documents; later ones do.
      if (noProxy === '::/64') continue;
      const asked = await curlAsks('http', host, { http_proxy: here(), NO_PROXY: noProxy });
      expect(asked, `NO_PROXY=${noProxy} ${host}`).toBe(expected);
    }
  });

  it.each<[names: string[], scheme: string]>([
    [['http_proxy'], 'http'],
    [['HTTP_PROXY'], 'http'],
    [['https_proxy'], 'http'],
    [['HTTPS_PROXY'], 'https'],
    [['https_proxy'], 'https'],
    [['http_proxy'], 'https'],
    [['all_proxy'], 'https'],
    [['ALL_PROXY'], 'http'],
  ])('agrees on %s for %s', async (names, scheme) => {
    const environment = Object.fromEntries(names.map((name) => [name, here()]));
    const ours = chosen('env', `${scheme.replace('http', 'ws')}://a.test:9/`, environment);
    expect(await curlAsks(scheme, 'a.test', environment)).toBe(ours !== undefined);
  });
});
