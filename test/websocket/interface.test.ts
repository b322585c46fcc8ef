/**
 * The interface of the class, case by case from the standard (https://websockets.spec.whatwg.org/#the-websocket-interface),
 * Web IDL and the event handlers of HTML.
 */
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/index.js';
import { CloseEvent, ErrorEvent, WebSocket, webSocketClass } from '../../src/websocket/index.js';
import { domExceptionOf, fake, thrown } from './support.js';

/** Calls with arguments that the types forbid. */
const make = (Impl: unknown, ...args: unknown[]): WebSocket =>
  new (Impl as new (...all: unknown[]) => WebSocket)(...args);

describe('the constructor', () => {
  it.each([
    ['ws://h/', 'ws://h/'],
    ['WSS://H:443/a b', 'wss://h/a%20b'],
    ['http://h:80/x', 'ws://h/x'],
    ['https://h:8443/x?a=b', 'wss://h:8443/x?a=b'],
    [new URL('http://h/y'), 'ws://h/y'],
    [{ toString: (): string => 'ws://h/z' }, 'ws://h/z'],
  ])('takes the URL %s', (given, url) => {
    const { Impl } = fake();
    const ws = make(Impl, given);
    expect([ws.url, ws.readyState]).toEqual([url, 0]);
  });

  it.each([
    '',
    'x',
    '/path',
    'ftp://h/',
    'ws://',
    'ws://h:99999/',
    'ws://h/#',
    'ws://h/#a',
    'mailto:a@b',
    'ws://[1/',
    undefined,
    null,
    {},
  ])('refuses the URL %j with a SyntaxError', (url) => {
    expect(domExceptionOf(() => make(WebSocket, url))).toBe('SyntaxError');
  });

  it('shows no part of a URL that it refuses', () => {
    expect(() => new WebSocket('ws://user:secret@h/#token')).toThrow(/^The URL must have no fragment$/);
  });

  it('dials before it returns, once', () => {
    const { Impl, transport } = fake();
    new Impl('ws://h/');
    expect(transport.dials.map(({ request }) => request.url)).toEqual(['ws://h/']);
  });

  it.each([
    [undefined, []],
    [[], []],
    ['chat', ['chat']],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [new Set(['a', 'b']), ['a', 'b']],
    [null, ['null']],
    [5, ['5']],
  ])('offers the subprotocols of %j', (protocols, offered) => {
    const { Impl, transport } = fake();
    make(Impl, 'ws://h/', protocols);
    expect(transport.last.request.protocols).toEqual(offered);
  });

  it.each([['', ''], [''], ['a b'], ['a', 'A'], ['a', 'a'], ['č'], ['a,b'], ['\u0000']])(
    'refuses the subprotocols %j',
    (...protocols) => {
      expect(domExceptionOf(() => make(WebSocket, 'ws://h/', protocols))).toBe('SyntaxError');
    },
  );

  it('refuses a call without new and without a URL', () => {
    expect(thrown(() => (WebSocket as unknown as () => void)())).toBe('TypeError');
    expect(thrown(() => make(WebSocket))).toBe('TypeError');
    expect(thrown(() => make(WebSocket, Symbol('x')))).toBe('TypeError');
  });

  it('reads the third argument, and a plain object as the second', () => {
    for (const place of [[undefined], []]) {
      const { Impl, transport } = fake({ headers: { a: '1', B: '2' }, tls: { servername: 's' } });
      const lookup = (): void => {};
      make(Impl, 'wss://h/', ...place, {
        protocols: ['p'],
        headers: { b: '3', c: ['4', '5'] },
        origin: 'http://o',
        handshakeTimeout: 5,
        perMessageDeflate: true,
        maxPayload: 7,
        family: 4,
        lookup,
        localAddress: '127.0.0.1',
        rejectUnauthorized: false,
        reconnect: true,
        agent: false,
        unknown: {},
      });
      const { request } = transport.last;
      expect(request).toMatchObject({
        protocols: ['p'],
        perMessageDeflate: true,
        maxPayload: 7,
        addresses: { family: 4, lookup, localAddress: '127.0.0.1' },
        tls: { servername: 's', rejectUnauthorized: false },
      });
      expect({ ...request.headers }).toEqual({ a: '1', b: '3', c: '4, 5', Origin: 'http://o' });
    }
  });

  it('merges what the providers of the class return, at each dial', async () => {
    const { Impl, transport } = fake({
      headers: async () => ({ Token: '1', Other: '2' }),
      tls: () => ({ servername: 's' }),
    });
    make(Impl, 'wss://h/', [], { headers: [['token', '3']], ca: 'x' });
    await expect.poll(() => transport.dials.length).toBe(1);
    expect({ ...transport.last.request.headers }).toEqual({ Other: '2', token: '3' });
    expect(transport.last.request.tls).toMatchObject({ servername: 's', ca: 'x' });
  });

  it('ends with the timeout of the third argument', () => {
    const { Impl, clock } = fake();
    const ws = make(Impl, 'ws://h/', [], { handshakeTimeout: 50 });
    clock.advance(49);
    expect(ws.readyState).toBe(0);
    clock.advance(1);
    expect(ws.readyState).toBe(3);
  });

  it.each([
    [{ agent: {} }, 'agent'],
    [{ perMessageDeflate: 5 }, 'perMessageDeflate'],
    [{ headers: 5 }, 'headers'],
    [{ maxPayload: -1 }, 'maxPayload'],
    [{ handshakeTimeout: '5' }, 'connectTimeout'],
    [{ family: 5 }, 'family'],
  ])('refuses %j by the name of the option', (init, option) => {
    try {
      make(WebSocket, 'ws://h/', [], init);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError);
      expect((error as ConfigurationError).option).toBe(option);
      return;
    }
    throw new Error('It was taken');
  });

  it('ignores a third argument that is no object, and inherited members', () => {
    const { Impl, transport } = fake();
    make(Impl, 'ws://h/', 'a', 'x');
    make(Impl, 'ws://h/', 'a', Object.create({ agent: {} }));
    make(Impl, 'ws://h/', 'a', { agent: null, headers: undefined });
    expect(transport.dials).toHaveLength(3);
  });

  it('reads no option of ours from a call', () => {
    const { Impl, transport } = fake();
    make(Impl, 'ws://h/', [], { reconnect: true, proxy: 'http://127.0.0.1:1', heartbeatInterval: -1 });
    expect([transport.last.request.proxy, transport.dials.length]).toEqual([undefined, 1]);
  });
});

describe('webSocketClass()', () => {
  it('returns a subclass, of which there may be others', () => {
    const { Impl, transport } = fake({ protocols: ['bound'] });
    class Mine extends Impl {}
    const ws = new Mine('ws://h/');
    expect(ws).toBeInstanceOf(WebSocket);
    expect(transport.last.request.protocols).toEqual(['bound']);
    expect([Impl.name, Impl.length, Object.getPrototypeOf(Impl) === WebSocket]).toEqual([
      'WebSocket',
      1,
      true,
    ]);
  });

  it.each([
    [{ reconect: true }, 'reconect'],
    [{ heartbeatInterval: -1 }, 'heartbeatInterval'],
    [{ protocols: ['a', 'A'] }, 'protocols'],
    [{ proxy: 'http://127.0.0.1', dispatcher: { dispatch: () => true } }, 'proxy'],
    [{ transport: { name: 'x', supports: [], dial() {} }, headers: { a: 'b' } }, 'headers'],
  ])('checks %j at once', (options, option) => {
    expect(() => webSocketClass(options as never)).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', option }),
    );
  });
});

describe('close()', () => {
  it.each([0, 1, 999, 1001, 1005, 1006, 2999, 5000, 65536, -1, Number.NaN, null, '', 'x', {}, 999.4, 4999.6])(
    'refuses the code %j in every state',
    (code) => {
      const { Impl, transport } = fake();
      const ws = new Impl('ws://h/');
      const refused = () => domExceptionOf(() => ws.close(code as number));
      expect(refused()).toBe('InvalidAccessError');
      expect(ws.readyState).toBe(0);
      transport.last.open();
      expect(refused()).toBe('InvalidAccessError');
      expect(ws.readyState).toBe(1);
      ws.close();
      expect(refused()).toBe('InvalidAccessError');
      transport.last.peerClose();
      transport.last.end();
      expect([ws.readyState, refused()]).toEqual([3, 'InvalidAccessError']);
    },
  );

  it.each([
    [[], null, ''],
    [[undefined, undefined], null, ''],
    [[undefined, ''], null, ''],
    [[undefined, 'why'], 1000, 'why'],
    [[1000], 1000, ''],
    [['3000', 5], 3000, '5'],
    [[4999, 'x'.repeat(123)], 4999, 'x'.repeat(123)],
    [[999.5], 1000, ''],
    [[3000.5], 3000, ''],
    [[3000, null], 3000, 'null'],
  ])('sends what %j asks for', (args, code, reason) => {
    const { Impl, transport } = fake();
    const ws = new Impl('ws://h/');
    transport.last.open();
    ws.close(...(args as [number, string]));
    expect([ws.readyState, transport.last.closes]).toEqual([2, [{ code, reason }]]);
    ws.close(4000);
    expect(transport.last.closes).toHaveLength(1);
  });

  it.each(['x'.repeat(124), 'é'.repeat(62), '\ud800'.repeat(42)])(
    'refuses a reason that is too long',
    (reason) => {
      expect(domExceptionOf(() => new (fake().Impl)('ws://h/').close(1000, reason))).toBe('SyntaxError');
    },
  );
});

describe('send()', () => {
  it('needs data, and an open connection', () => {
    const { Impl } = fake();
    const ws = new Impl('ws://h/');
    expect(thrown(() => (ws.send as () => void)())).toBe('TypeError');
    expect(domExceptionOf(() => ws.send('x'))).toBe('InvalidStateError');
    expect(thrown(() => ws.send(Symbol('x') as never))).toBe('TypeError');
    expect(ws.bufferedAmount).toBe(0);
  });

  it.each([
    [null, 'null'],
    [undefined, 'undefined'],
    [5.5, '5.5'],
    [{}, '[object Object]'],
    [{ toString: () => 'own' }, 'own'],
    [[1, 2], '1,2'],
    [true, 'true'],
  ])('sends %j as the text %j', (given, text) => {
    const { Impl, transport } = fake();
    const ws = new Impl('ws://h/');
    transport.last.open();
    ws.send(given as never);
    expect(transport.last.sent).toEqual([text]);
  });
});

describe('the interface', () => {
  it('has its constants on class and prototype, read-only and enumerable', () => {
    for (const holder of [WebSocket, WebSocket.prototype]) {
      for (const [name, value] of Object.entries({ CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 })) {
        expect(Object.getOwnPropertyDescriptor(holder, name)).toEqual({
          value,
          enumerable: true,
          writable: false,
          configurable: false,
        });
      }
    }
  });

  it('has enumerable members with the names and lengths of Web IDL', () => {
    expect([WebSocket.length, WebSocket.prototype.send.length, WebSocket.prototype.close.length]).toEqual([
      1, 1, 0,
    ]);
    expect([WebSocket.name, String(WebSocket.prototype)]).toEqual(['WebSocket', '[object WebSocket]']);
    for (const name of [
      'url',
      'readyState',
      'bufferedAmount',
      'extensions',
      'protocol',
      'onopen',
      'binaryType',
    ]) {
      const { enumerable, configurable, get } =
        Object.getOwnPropertyDescriptor(WebSocket.prototype, name) ?? {};
      expect([name, enumerable, configurable, get?.name, get?.length]).toEqual([
        name,
        true,
        true,
        `get ${name}`,
        0,
      ]);
    }
    expect(Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onclose')?.set?.name).toBe('set onclose');
    expect(Object.getOwnPropertyDescriptor(WebSocket.prototype, 'url')?.set).toBeUndefined();
  });

  it('refuses to work on other objects', () => {
    for (const name of ['url', 'readyState', 'bufferedAmount', 'onopen', 'binaryType'] as const) {
      expect(thrown(() => WebSocket.prototype[name])).toBe('TypeError');
    }
    expect(thrown(() => WebSocket.prototype.send.call({} as never, 'x'))).toBe('TypeError');
    expect(thrown(() => WebSocket.prototype.close.call({} as never))).toBe('TypeError');
  });

  it('is extensible, and its methods can be replaced', () => {
    const { Impl, transport } = fake();
    const ws = new Impl('ws://h/');
    transport.last.open();
    const sent: unknown[] = [];
    const send = ws.send.bind(ws);
    Object.assign(ws, { tag: 1, send: (data: string) => send(`<${data}>`) });
    ws.send('x');
    sent.push(...transport.last.sent);
    expect([(ws as unknown as { tag: number }).tag, sent]).toEqual([1, ['<x>']]);
  });

  it('shows no secret', async () => {
    const { inspect } = await import('node:util');
    const { Impl } = fake({ headers: { Authorization: 'hidden' } });
    const ws = new Impl('ws://user:hidden@h/?token=hidden');
    expect(`${inspect(ws, { showHidden: false })} ${JSON.stringify(ws)}`).not.toContain('hidden');
  });

  it('keeps the binary types that there are', () => {
    const ws = new (fake().Impl)('ws://h/');
    const read: string[] = [ws.binaryType];
    for (const type of ['arraybuffer', 'x', 'nodebuffer', '', 'fragments', 'blob']) {
      ws.binaryType = type as 'blob';
      read.push(ws.binaryType);
    }
    expect(read).toEqual([
      'blob',
      'arraybuffer',
      'arraybuffer',
      'nodebuffer',
      'nodebuffer',
      'nodebuffer',
      'blob',
    ]);
  });
});

describe('on… attributes', () => {
  it('call no method that the instance has replaced', () => {
    const { Impl, transport } = fake();
    const ws = new Impl('ws://h/');
    const seen: unknown[] = [];
    ws.addEventListener = () => {
      throw new Error('replaced');
    };
    ws.onopen = () => seen.push('open');
    ws.onmessage = ({ data }) => seen.push(data);
    transport.last.open();
    transport.last.message('x');
    expect(seen).toEqual(['open', 'x']);
  });

  it.each(['onopen', 'onmessage', 'onerror', 'onclose'] as const)('%s', (name) => {
    const ws = new (fake().Impl)('ws://h/');
    const read: unknown[] = [ws[name]];
    const own = (): void => {};
    const object = {};
    for (const value of [own, 5, object, 'x', own, undefined, own, null]) {
      ws[name] = value as never;
      read.push(ws[name]);
    }
    expect(read).toEqual([null, own, null, object, null, own, null, own, null]);
  });

  it('keep the place of the first, and are called with the socket as this', () => {
    const { Impl, transport } = fake();
    const ws = new Impl('ws://h/');
    const calls: unknown[] = [];
    ws.onopen = () => calls.push('never');
    ws.addEventListener('open', () => calls.push('second'));
    ws.onopen = function (this: unknown) {
      calls.push(this === ws);
    };
    transport.last.open();
    expect(calls).toEqual([true, 'second']);
  });

  it('an object that cannot be called does nothing, even with handleEvent', () => {
    const { Impl, transport } = fake();
    const ws = new Impl('ws://h/');
    ws.onopen = { handleEvent: () => expect.unreachable() } as never;
    transport.last.open();
    expect(ws.readyState).toBe(1);
  });
});

describe('events', () => {
  it('have the members of their interfaces', () => {
    const close = new CloseEvent('close', { code: 4000, reason: 'x', wasClean: true });
    const error = new ErrorEvent('error', { message: 'm', error: 5 });
    expect([close.type, close.code, close.reason, close.wasClean]).toEqual(['close', 4000, 'x', true]);
    expect([error.type, error.message, error.error]).toEqual(['error', 'm', 5]);
    expect([close instanceof Event, String(close), CloseEvent.name]).toEqual([
      true,
      '[object CloseEvent]',
      'CloseEvent',
    ]);
    const empty = new CloseEvent('close');
    expect([empty.code, empty.reason, empty.wasClean]).toEqual([0, '', false]);
  });
});
