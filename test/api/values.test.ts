// biome-ignore-all lint/correctness/noComponentHookFactories: a row named Map is no component.
/**
 * Values of other realms and classes, in each place where they may be handed over: the tables of docs/values.md, cell by
 * cell, over real connections.
 */
import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { Headers as UndiciHeaders } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  createClient,
  type MessageIterator,
  ReckerWebSocket,
  type WebSocketOptions,
} from '../../src/index.js';
import { ConnectProxy } from '../support/connectProxy.js';
import { hold, using } from '../support/tables.js';
import { testTls } from '../support/tls.js';

let server: WebSocketServer;
let secure: WebSocketServer;
let proxy: ConnectProxy;
let base: string;
let secureBase: string;
/** What the newest handshake had as its header `x-token`. */
let token: string | undefined;

beforeAll(async () => {
  server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    handleProtocols: (offered) => [...offered][0] ?? false,
  });
  const https = createServer(testTls);
  secure = new WebSocketServer({ server: https });
  https.listen(0, '127.0.0.1');
  await Promise.all([once(server, 'listening'), once(https, 'listening')]);
  for (const each of [server, secure]) {
    each.on('connection', (peer: WebSocket, { headers }) => {
      token = headers['x-token'] as string | undefined;
      peer.on('message', (data, isBinary) => peer.send(data, { binary: isBinary }));
    });
  }
  base = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  secureBase = `wss://127.0.0.1:${(https.address() as AddressInfo).port}/`;
  proxy = await ConnectProxy.start();
});
afterAll(async () => {
  for (const each of [server, secure]) for (const peer of each.clients) peer.terminate();
  server.close();
  (secure.options.server as { close(): void }).close();
  await proxy.stop();
});

const taken = async (ws: ReckerWebSocket): Promise<string> => using(ws, async () => 'taken');

describe('headers', () => {
  const name = 'X-Token';
  const pairs = [[name, 'abc']];
  const arrived = (ws: ReckerWebSocket): Promise<string> => {
    token = undefined;
    return using(ws, async () => (token === 'abc' ? 'sent' : `dropped: ${token}`));
  };
  hold(
    'values.md',
    'proxy.headers',
    {
      'a record': () => ({ [name]: 'abc' }),
      'a record without a prototype': () => Object.assign(Object.create(null), { [name]: 'abc' }),
      'a record of another realm': () => runInNewContext(`({ '${name}': 'abc' })`),
      Headers: () => new Headers({ [name]: 'abc' }),
      "Headers of undici's package": () => new UndiciHeaders({ [name]: 'abc' }),
      Map: () => new Map([[name, 'abc']]),
      'Map of another realm': () => runInNewContext(`new Map([['${name}', 'abc']])`),
      'a list of pairs': () => pairs,
      'a generator of pairs': () =>
        (function* () {
          yield* pairs;
        })(),
      'an instance of a class with getters': () =>
        new (class {
          get [name]() {
            return 'abc';
          }
        })(),
      'an instance of a class with fields': () =>
        new (class {
          [name] = 'abc';
        })(),
      'an object that inherits its members': () => Object.create({ [name]: 'abc' }),
      'a record with a value that is no string': () => ({ [name]: 5 }),
      'a Map with a value that is no string': () => new Map([[name, 5]]),
      'a list of strings': () => [name, 'abc'],
      'an iterable that throws': () => ({
        [Symbol.iterator]() {
          throw new Error('No pairs');
        },
      }),
      WeakMap: () => new WeakMap([[{}, 'abc']]),
      Date: () => new Date(),
      'a promise': () => Promise.resolve({ [name]: 'abc' }),
      bytes: () => Buffer.from('abc'),
      'a number': () => 5,
    },
    {
      headers: (value) => arrived(new ReckerWebSocket(base, { headers: value as never })),
      'provider of headers': (value) => arrived(new ReckerWebSocket(base, { headers: () => value as never })),
      'createClient({ headers })': async (value) => {
        const client = createClient({ baseUrl: base, headers: value as never });
        return arrived(client.websocket('/', { autoConnect: false }));
      },
      'proxy.headers': async (value) => {
        proxy.heads.length = 0;
        const url = `http://127.0.0.1:${proxy.port}`;
        return using(new ReckerWebSocket(base, { proxy: { url, headers: value as never } }), async () =>
          /^x-token: abc$/im.test(proxy.heads[0] ?? '') ? 'sent' : 'dropped',
        );
      },
    },
  );

  it('a name that comes several times is one header with a list', async () => {
    const many = [
      [name, 'a'],
      ['x-token', 'b'],
    ] as const;
    await using(new ReckerWebSocket(base, { headers: many }), async () => expect(token).toBe('a, b'));
    await using(new ReckerWebSocket(base, { headers: { [name]: 'a', 'x-token': 'b' } }), async () =>
      expect(token).toBe('a, b'),
    );
  });

  it('says what was given, and shows no value', () => {
    for (const [value, kind] of [
      [new Date(), 'a Date'],
      [Promise.resolve(), 'a Promise'],
      [[['s3cret']], 'a list'],
    ]) {
      const make = () => new ReckerWebSocket(base, { headers: value as never });
      expect(make).toThrow(`got ${kind}`);
      expect(make).not.toThrow('s3cret');
    }
  });
});

/** A class of the same shape, as another realm or a polyfill has it. */
class OtherSignal extends EventTarget {
  readonly aborted = false;
  readonly reason = undefined;
}

describe('signals', () => {
  hold(
    'values.md',
    'connect({ signal })',
    {
      AbortSignal: () => new AbortController().signal,
      'an AbortSignal of another class': () => new OtherSignal(),
      AbortController: () => new AbortController(),
      'a boolean': () => true,
      null: () => null,
    },
    {
      signal: (value) => taken(new ReckerWebSocket(base, { signal: value as never })),
      'connect({ signal })': async (value) => {
        const ws = new ReckerWebSocket(base);
        const connected = ws.connect({ signal: value as never });
        await connected;
        await ws.close();
        return 'taken';
      },
      'pipeFrom(…, { signal })': (signal) =>
        using(new ReckerWebSocket(base), async (ws) => {
          const source = Readable.from(['x']);
          try {
            await ws.pipeFrom(source, { signal: signal as never });
          } catch (error) {
            expect(source.destroyed).toBe(true);
            throw error;
          }
          return 'taken';
        }),
      'pipeTo(…, { signal })': (signal) =>
        using(new ReckerWebSocket(base), async (ws) => {
          const sink = new PassThrough();
          const piped = ws.pipeTo(sink, { signal: signal as never });
          ws.close();
          try {
            await piped;
          } catch (error) {
            expect(sink.destroyed).toBe(true);
            throw error;
          }
          return 'taken';
        }),
      'next({ signal })': (signal) =>
        using(new ReckerWebSocket(base), async (ws) => {
          const messages: MessageIterator = ws[Symbol.asyncIterator]();
          const next = messages.next({ signal: signal as never });
          ws.send('x');
          await next;
          return 'taken';
        }),
    },
  );
});

/** As a polyfill or another realm has it. */
class OtherUrl {
  readonly href: string;
  readonly searchParams = {};
  constructor(href: string) {
    this.href = href;
  }
}

describe('URLs', () => {
  hold(
    'values.md',
    'provider of url',
    {
      text: () => base,
      URL: () => new URL(base),
      'a URL of another class': () => new OtherUrl(base),
      'a String object': () => new String(base),
      'an object with href alone': () => ({ href: base }),
      'a number': () => 5,
    },
    {
      'new ReckerWebSocket(url)': async (value) => taken(new ReckerWebSocket(value as never)),
      'client.websocket(url)': async (value) =>
        taken(createClient().websocket(value as never, { autoConnect: false })),
      'provider of url': (value) => taken(new ReckerWebSocket(() => value as never)),
      'createClient({ baseUrl })': async (value) =>
        taken(createClient({ baseUrl: value as never }).websocket('/', { autoConnect: false })),
    },
  );
});

describe('subprotocols', () => {
  const offered = (ws: ReckerWebSocket): Promise<string> =>
    using(ws, async () => (ws.protocol === 'chat' ? 'taken' : 'dropped'));
  hold(
    'values.md',
    'provider of protocols',
    {
      text: () => 'chat',
      'a list': () => ['chat', 'other'],
      'a list of another realm': () => runInNewContext(`['chat', 'other']`),
      Set: () => new Set(['chat']),
      'a list of numbers': () => [5],
      'a record': () => ({ chat: true }),
    },
    {
      protocols: async (value) => offered(new ReckerWebSocket(base, { protocols: value as never })),
      'provider of protocols': (value) =>
        offered(new ReckerWebSocket(base, { protocols: () => value as never })),
    },
  );
});

describe('certificates', () => {
  const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
  const each =
    (make: (text: string) => unknown): (() => (text: string) => unknown) =>
    () =>
      make;
  const dial = (tls: WebSocketOptions['tls']): Promise<string> =>
    taken(new ReckerWebSocket(secureBase, { tls }));
  type Make = (text: string) => never;
  hold(
    'values.md',
    'tls.ca',
    {
      text: each((text) => text),
      Buffer: each((text) => Buffer.from(text)),
      'Uint8Array of another realm': each((text) =>
        runInNewContext('Uint8Array.from(bytes)', { bytes: [...bytes(text)] }),
      ),
      DataView: each((text) => new DataView(bytes(text).buffer)),
      'a list': each((text) => [bytes(text)]),
      ArrayBuffer: each((text) => bytes(text).buffer),
      KeyObject: each(() => createSecretKey(Buffer.from('s3cret'))),
      'a number': each(() => 5),
    },
    {
      'tls.ca': async (make) => dial({ ca: (make as Make)(testTls.cert) }),
      'tls.cert, tls.key': async (make) =>
        dial({
          ca: testTls.cert,
          cert: (make as Make)(testTls.cert),
          key: (make as Make)(testTls.key),
        }),
    },
  );

  it('a private key is refused by its kind', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const make = () => new ReckerWebSocket(secureBase, { tls: { key: privateKey as never } });
    expect(make).toThrow('not a PrivateKeyObject');
  });
});

describe('options as a whole', () => {
  const wrong: readonly [string, unknown][] = [
    ['a Map', new Map([['reconnect', true]])],
    ['a list', []],
    [
      'a class with getters',
      new (class {
        get reconnect() {
          return true;
        }
      })(),
    ],
    ['inherited members', Object.assign(Object.create({ reconnect: true }), { awaitDrain: true })],
  ];
  for (const [what, value] of wrong) {
    it(`${what} is refused`, () => {
      expect(() => new ReckerWebSocket(base, value as never)).toThrow(/^options must be/);
      expect(() => new ReckerWebSocket(base, { sendQueue: value as never })).toThrow(/^sendQueue must be/);
    });
  }

  it('an instance of a class with fields is taken', () => {
    class Settings {
      readonly reconnect = true;
      check() {}
    }
    expect(() => new ReckerWebSocket(base, new Settings())).not.toThrow();
  });
});
