/** `createClient`: where a path leads, which headers go where, which options win. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type ClientOptions,
  ConfigurationError,
  createClient,
  type WebSocketOptions,
} from '../../src/index.js';
import { fakeTransport, VirtualClock } from '../../src/testing/index.js';

/** Dials once and tells what was asked for. */
function dialled(client: ClientOptions, url: string | URL, options: WebSocketOptions = {}) {
  const transport = fakeTransport();
  const clock = new VirtualClock();
  const ws = createClient({ ...client, websocket: { transport, clock, ...client.websocket } }).websocket(
    url,
    options,
  );
  ws.on('error', () => {});
  void ws.connect().catch(() => {});
  const { request } = transport.last;
  void ws.close();
  return { url: request.url, headers: request.headers, protocols: request.protocols, ws };
}

const thrown = (make: () => unknown): ConfigurationError => {
  try {
    make();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return error as ConfigurationError;
  }
  throw new Error('It was taken');
};

describe('without baseUrl, where there is a location', () => {
  const at = (location: unknown, url: string | (() => string)) => {
    vi.stubGlobal('location', location);
    return dialled({}, url as string).url;
  };
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    ['https://app.test/rooms/1?a=b', '/chat?c=d', 'wss://app.test/chat?c=d'],
    ['http://app.test:8080/rooms/1#x', 'chat', 'ws://app.test:8080/rooms/chat'],
    ['https://app.test/', '//other.test/chat', 'wss://other.test/chat'],
    ['https://app.test/', 'ws://other.test/chat', 'ws://other.test/chat'],
  ])('at %s, %s is %s', (href, path, url) => {
    expect(at({ href }, path)).toBe(url);
  });

  it('a provider may give a path', async () => {
    vi.stubGlobal('location', { href: 'https://app.test/' });
    const transport = fakeTransport();
    const ws = createClient({ websocket: { transport, clock: new VirtualClock() } }).ws(() => '/chat');
    void ws.connect().catch(() => {});
    await expect.poll(() => transport.dials[0]?.request.url).toBe('wss://app.test/chat');
    await ws.close();
  });

  it('baseUrl wins; a fragment, http: and a place that is no site are refused as ever', () => {
    vi.stubGlobal('location', { href: 'https://app.test/' });
    expect(dialled({ baseUrl: 'https://api.test' }, '/chat').url).toBe('wss://api.test/chat');
    expect(thrown(() => createClient().ws('/chat#x')).message).toContain('fragment');
    expect(thrown(() => createClient().ws('https://app.test/')).message).toContain('wss://app.test');
    for (const location of [{ href: 'file:///index.html' }, { href: 'about:blank' }, {}, undefined]) {
      vi.stubGlobal('location', location);
      expect(thrown(() => createClient().ws('/chat')).message).toContain('together with a baseUrl');
    }
  });
});

describe('URLs', () => {
  it.each<[string | undefined, string, string]>([
    ['http://api.test', '/chat', 'ws://api.test/chat'],
    ['https://api.test', '/chat?a=b', 'wss://api.test/chat?a=b'],
    ['ws://api.test:8080', '/chat', 'ws://api.test:8080/chat'],
    ['wss://api.test', 'chat', 'wss://api.test/chat'],
    ['https://api.test/v1', 'chat', 'wss://api.test/chat'],
    ['https://api.test/v1/', 'chat', 'wss://api.test/v1/chat'],
    ['https://api.test/v1/', '/chat', 'wss://api.test/chat'],
    ['https://api.test/v1/?x=y', '', 'wss://api.test/v1/?x=y'],
    ['https://api.test/v1/', '../chat', 'wss://api.test/chat'],
    ['https://api.test/', '?a=b', 'wss://api.test/?a=b'],
    ['https://api.test/', '//other.test/x', 'wss://other.test/x'],
    ['https://api.test/', 'ws://other.test/x', 'ws://other.test/x'],
    ['https://api.test/', 'wss://other.test/x', 'wss://other.test/x'],
    ['https://api.test:443/', '/x', 'wss://api.test/x'],
    ['http://api.test:443/', '/x', 'ws://api.test:443/x'],
    [undefined, 'ws://other.test/x', 'ws://other.test/x'],
    ['http://[::1]:8080', '/x', 'ws://[::1]:8080/x'],
    ['https://bücher.test', '/ü', 'wss://xn--bcher-kva.test/%C3%BC'],
    ['https://api.test', '/a%23b', 'wss://api.test/a%23b'],
  ])('%s and %s: %s', (baseUrl, path, url) => {
    const { ws, ...request } = dialled(baseUrl === undefined ? {} : { baseUrl }, path);
    expect([request.url, ws.url]).toEqual([url, url]);
  });

  it('may be URL objects', () => {
    const base = new URL('https://api.test/v1/');
    expect(dialled({ baseUrl: base }, new URL('wss://api.test/x')).url).toBe('wss://api.test/x');
  });

  it.each<[string | undefined, unknown, RegExp]>([
    [undefined, '/chat', /baseUrl/],
    [undefined, 'chat', /baseUrl/],
    ['https://api.test', 'http://api.test/x', /write ws:\/\/api.test/],
    ['https://api.test', 'https://api.test/x', /write wss:\/\/api.test/],
    ['https://api.test', '/chat#part', /fragment/],
    ['https://api.test', 'ftp://api.test/', /not ftp:/],
    ['https://api.test', 'javascript:alert(1)', /ws:\/\//],
    ['https://api.test', 'ws://', /url must be/],
    ['https://api.test', 5, /must be a string or a URL/],
    ['https://api.test', undefined, /must be a string or a URL/],
  ])('%s and %s throw at once', (baseUrl, path, text) => {
    const client = createClient(baseUrl === undefined ? {} : { baseUrl });
    const error = thrown(() => client.websocket(path as string));
    expect([error.option, error.message]).toEqual(['url', expect.stringMatching(text)]);
  });

  it.each(['', 'api.test', '/v1', 'ftp://api.test', 'https://api.test/#x', 'https://', 5, null, {}])(
    'the base %j throws at once',
    (baseUrl) => {
      expect(thrown(() => createClient({ baseUrl: baseUrl as string })).option).toBe('baseUrl');
    },
  );
});

describe('headers', () => {
  const headers = { Authorization: 'Bearer s3cret' };

  it.each<[string | undefined, string, boolean]>([
    ['https://api.test', '/x', true],
    ['https://api.test', 'wss://api.test/x', true],
    ['https://api.test:443', 'wss://API.test/x', true],
    ['http://api.test:80', 'ws://api.test/x', true],
    ['wss://api.test', '//api.test/x', true],
    ['https://api.test', 'wss://api.test:444/x', false],
    ['https://api.test', 'ws://api.test/x', false],
    ['http://api.test', 'wss://api.test/x', false],
    ['https://api.test', '//other.test/x', false],
    ['https://api.test', '\\\\other.test/x', false],
    ['https://api.test', '/\\other.test/x', false],
    ['https://api.test', 'wss://other.test/x', false],
    ['https://api.test', 'wss://api.test.other.test/x', false],
    ['https://api.test', 'wss://api.test@other.test/x', false],
    ['https://api.test', 'wss://sub.api.test/x', false],
    [undefined, 'wss://other.test/x', true],
  ])('of a client for %s go to %s: %s', (baseUrl, url, goes) => {
    const { Authorization } = dialled(
      { ...(baseUrl === undefined ? {} : { baseUrl }), headers },
      url,
    ).headers;
    if (url.includes('@')) expect(Authorization).toBe(`Basic ${Buffer.from('api.test:').toString('base64')}`);
    else expect(Authorization).toBe(goes ? 'Bearer s3cret' : undefined);
  });

  it('merge case-insensitively, and the option wins', () => {
    const options = { headers: { AUTHORIZATION: 'mine', 'x-b': '2' } };
    const client = { baseUrl: 'http://h', headers: { authorization: 'theirs', 'X-A': '1', 'X-B': '1' } };
    expect(dialled(client, '/', options).headers).toEqual({ AUTHORIZATION: 'mine', 'X-A': '1', 'x-b': '2' });
  });

  it('that a connection brings go wherever it goes', () => {
    const client = { baseUrl: 'http://h', headers };
    expect(dialled(client, 'ws://other.test/', { headers: { 'X-Mine': '1' } }).headers).toEqual({
      'X-Mine': '1',
    });
  });

  it('stand before the user info of a URL', () => {
    const basic = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
    expect(dialled({}, 'ws://user:p%40ss@h/').headers).toEqual({ Authorization: basic });
    expect(dialled({ headers }, 'ws://user:p%40ss@h/').headers).toEqual(headers);
    expect(dialled({ baseUrl: 'http://user:p%40ss@h' }, '/x')).toMatchObject({
      url: 'ws://h/x',
      headers: { Authorization: basic },
    });
    expect(dialled({ baseUrl: 'http://user:p%40ss@h' }, '//other.test/x').headers).toEqual({});
  });

  it.each([1, null, ['x'], { 'a b': 'x' }, { a: 'b\nc' }, { Upgrade: 'x' }])('%j throw at once', (given) => {
    expect(thrown(() => createClient({ headers: given as never })).option).toBe('headers');
  });

  it('are those of the moment when the client was made', () => {
    const given: Record<string, string> = { a: '1' };
    const transport = fakeTransport();
    const client = createClient({ headers: given, websocket: { transport, clock: new VirtualClock() } });
    given.a = 'b\r\nX: y';
    void client.ws('ws://h/').connect();
    expect(transport.last.request.headers).toEqual({ a: '1' });
  });
});

describe('options', () => {
  it('of a connection win over those of the client; undefined does not', () => {
    const client = { websocket: { protocols: 'common' } };
    expect(dialled(client, 'ws://h/').protocols).toEqual(['common']);
    expect(dialled(client, 'ws://h/', { protocols: ['own', 'other'] }).protocols).toEqual(['own', 'other']);
    expect(dialled(client, 'ws://h/', { protocols: undefined }).protocols).toEqual(['common']);
  });

  it('are checked when the client is made, and again with those of a connection', () => {
    expect(thrown(() => createClient({ websocket: { connectTimeout: -1 } })).option).toBe('connectTimeout');
    expect(thrown(() => createClient({ baseURL: 'http://h' } as ClientOptions)).option).toBe('baseURL');
    expect(thrown(() => createClient(null as never)).option).toBe('options');
    const client = createClient({ websocket: { dispatcher: { dispatch: () => true } } });
    expect(thrown(() => client.ws('ws://h/', { proxy: 'http://p' })).option).toBe('proxy');
    expect(thrown(() => client.ws('ws://h/', { connectTimeOut: 1 } as WebSocketOptions)).option).toBe(
      'connectTimeOut',
    );
  });

  it('autoConnect is true unless said otherwise, when the present code has returned', async () => {
    const transport = fakeTransport();
    const clock = new VirtualClock();
    const client = createClient({ websocket: { transport, clock } });
    const ws = client.ws('ws://h/');
    expect([ws.state, transport.dials.length]).toEqual(['idle', 0]);
    await null;
    expect([ws.state, transport.dials.length, clock.pending.length]).toEqual(['connecting', 1, 1]);
    client.ws('ws://h/', { autoConnect: false });
    createClient({ websocket: { transport, clock, autoConnect: false } }).ws('ws://h/');
    await null;
    clock.advance(1000);
    expect(transport.dials.length).toBe(1);
  });

  it('close() before that: no dial', async () => {
    const transport = fakeTransport();
    const clock = new VirtualClock();
    const ws = createClient({ websocket: { transport, clock } }).ws('ws://h/');
    void ws.close();
    await null;
    clock.advance(1000);
    expect([ws.state, transport.dials.length]).toEqual(['closed', 0]);
  });
});
