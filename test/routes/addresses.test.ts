/**
 * The options `lookup`, `family` and `localAddress`, and what lookups of a user's may do: through each route that
 * resolves a name here. Addresses of 127.0.0.0/8 are all this machine's.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import dns from 'node:dns';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { type LookupFunction, ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { ConnectProxy } from '../support/connectProxy.js';
import { SocksProxy } from '../support/socksProxy.js';

let server: Server;
let port: number;
let http: ConnectProxy;
let socks: SocksProxy;
/** Where the connections of the server came from. */
let from: (string | undefined)[] = [];
const clients: ReckerWebSocket[] = [];

beforeAll(async () => {
  server = createServer();
  new WebSocketServer({ server }).on('connection', (_, request) => from.push(request.socket.remoteAddress));
  // At one address: all others of the machine refuse.
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  http = await ConnectProxy.start();
  socks = await SocksProxy.start({ reply: ({ host }) => (host === REFUSING.address ? 5 : 0) });
});
afterEach(async () => {
  vi.restoreAllMocks();
  from = [];
  await Promise.all(clients.splice(0).map((each) => each.close()));
});
afterAll(async () => {
  await Promise.all([http.stop(), socks.stop()]);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

type Answer = Parameters<LookupFunction>[2];

/** A lookup that knows one answer, and what it was asked. */
function knowing(...answer: Parameters<Answer>): { lookup: LookupFunction; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    lookup(name: string, { family, all }: { family: number; all: true }, callback: Answer) {
      asked.push(`${name} ${family} ${all}`);
      setImmediate(() => callback(...answer));
    },
  };
}

function client(url: string, options: WebSocketOptions): ReckerWebSocket {
  const ws = new ReckerWebSocket(url, options);
  ws.on('error', () => {});
  clients.push(ws);
  return ws;
}

const connect = (options: WebSocketOptions, url = `ws://a.test:${port}/`): Promise<void> =>
  client(url, options).connect();
const failure = (options: WebSocketOptions, url?: string): Promise<Error & { code?: string }> =>
  connect(options, url).then(
    () => expect.unreachable(),
    (error) => error,
  );

const REFUSING = { address: '127.0.0.2', family: 4 };
const FINE = { address: '127.0.0.1', family: 4 };

describe('the option lookup', () => {
  it('resolves the name of the server: each address is dialled until one answers', async () => {
    const { lookup, asked } = knowing(null, [REFUSING, FINE]);
    await connect({ lookup });
    expect(asked).toEqual(['a.test 0 true']);
  });

  it('resolves the name of a proxy, and not that of the server behind it', async () => {
    for (const [scheme, proxy] of [
      ['http', http],
      ['socks5h', socks],
    ] as const) {
      const { lookup, asked } = knowing(null, [REFUSING, FINE]);
      await connect({ lookup, proxy: `${scheme}://p.test:${proxy.port}` }, `ws://127.0.0.1:${port}/`);
      expect(asked).toEqual(['p.test 0 true']);
    }
  });

  it('resolves the name of the server for a SOCKS proxy that takes addresses', async () => {
    const { lookup, asked } = knowing(null, [REFUSING, FINE]);
    socks.requests.length = 0;
    await connect({ lookup, proxy: `socks5://127.0.0.1:${socks.port}` });
    expect(asked).toEqual(['a.test 0 true']);
    expect(socks.requests.map(({ host }) => host)).toEqual(['127.0.0.2', '127.0.0.1']);
  });

  it('may answer as lookups of one address do, and within its call', async () => {
    await connect({ lookup: (_name, _options, callback) => callback(null, '127.0.0.1', 4) });
  });

  it('is not asked where an address is dialled', async () => {
    const { lookup, asked } = knowing(null, []);
    await connect({ lookup }, `ws://127.0.0.1:${port}/`);
    expect(asked).toEqual([]);
  });

  it.each<[string, LookupFunction, object]>([
    [
      'reports an error',
      knowing(Object.assign(new Error('no such zone'), { code: 'ENOTFOUND' })).lookup,
      { code: 'ENOTFOUND', message: expect.stringContaining('no such zone') },
    ],
    [
      'throws',
      () => {
        throw new Error('not today');
      },
      { message: 'not today' },
    ],
    ['rejects', () => Promise.reject(new Error('not today')), { message: 'not today' }],
    ['throws no error', (_name, _options, callback) => callback('odd' as never), { name: 'ConnectionError' }],
    ['gives no address', knowing(null, []).lookup, { code: 'ENOTFOUND' }],
    ['gives nothing', knowing(null).lookup, { name: 'ConnectionError' }],
    ['gives names', knowing(null, ['localhost'] as never).lookup, { code: 'ERR_INVALID_IP_ADDRESS' }],
    ['gives null', knowing(null, [null] as never).lookup, { code: 'ERR_INVALID_IP_ADDRESS' }],
  ])('is a failed dial where it %s', async (_, lookup, expected) => {
    expect(await failure({ lookup })).toMatchObject({ name: 'ConnectionError', ...expected });
  });

  it('may call back once too often', async () => {
    const lookup: LookupFunction = (_name, _options, callback) => {
      callback(null, [FINE]);
      callback(new Error('again'));
    };
    await connect({ lookup });
    await connect({ lookup });
  });

  it('is called once for all who dial at once, and again later', async () => {
    const { lookup, asked } = knowing(null, [FINE]);
    await Promise.all(Array.from({ length: 20 }, () => connect({ lookup })));
    expect(asked).toHaveLength(1);
    await connect({ lookup });
    await Promise.all([connect({ lookup, family: 4 }), connect({ lookup }, `ws://b.test:${port}/`)]);
    expect(asked).toEqual(['a.test 0 true', 'a.test 0 true', 'a.test 4 true', 'b.test 0 true']);
  });

  it('is joined by later dials while it goes on, also where the dial that began it is over', async () => {
    let calls = 0;
    let answer: Answer = () => {};
    const lookup: LookupFunction = (_name, _options, callback) => {
      calls += 1;
      answer = callback;
    };
    const early = await failure({ lookup, connectTimeout: 20 });
    expect(early).toMatchObject({ name: 'TimeoutError', phase: 'connect' });
    const later = connect({ lookup });
    await new Promise((resolve) => setImmediate(resolve));
    answer(null, [FINE]);
    await later;
    expect(calls).toBe(1);
  });

  it('keeps the async context of each client apart, though they share a lookup', async () => {
    const storage = new AsyncLocalStorage<number>();
    const { lookup, asked } = knowing(null, [FINE]);
    const seen = await Promise.all(
      [1, 2, 3].map((n) =>
        storage.run(n, async () => {
          const ws = client(`ws://a.test:${port}/`, { lookup });
          const opened = new Promise((resolve) => ws.on('open', () => resolve(storage.getStore())));
          await ws.connect();
          return opened;
        }),
      ),
    );
    expect([seen, asked.length]).toEqual([[1, 2, 3], 1]);
  });
});

describe('without the option', () => {
  it('what replaces dns.lookup is asked, as by a socket of Node', async () => {
    const { lookup, asked } = knowing(null, [FINE]);
    vi.spyOn(dns, 'lookup').mockImplementation(lookup as never);
    await connect({});
    expect(asked).toEqual(['a.test 0 true']);
  });

  it('names every address and code where all fail, and has the code of the first', async () => {
    const { lookup } = knowing(null, [REFUSING, { address: '127.0.0.3', family: 4 }]);
    const error = await failure({ lookup });
    expect(error).toMatchObject({ name: 'ConnectionError', code: 'ECONNREFUSED' });
    for (const { address } of [REFUSING, { address: '127.0.0.3' }]) {
      expect(error.message).toContain(`connect ECONNREFUSED ${address}:${port}`);
    }
  });

  it('an address that failed comes last in the next dial', async () => {
    const silent = createServer().on('upgrade', (_request, socket) => socket.destroy());
    await new Promise<void>((resolve) => silent.listen(port, '127.0.0.4', resolve));
    const { lookup } = knowing(null, [{ address: '127.0.0.4', family: 4 }, FINE]);
    const url = `ws://resetting.test:${port}/`;
    // It accepts the connection, so it wins, and then fails: only the next dial can begin elsewhere.
    expect(await failure({ lookup }, url)).toMatchObject({ name: 'ConnectionError' });
    await connect({ lookup }, url);
    silent.close();
  });
});

describe('the options family and localAddress', () => {
  it('family: addresses of the other one are not dialled', async () => {
    const { lookup, asked } = knowing(null, [{ address: '::1', family: 6 }, FINE]);
    await connect({ lookup, family: 4 });
    expect(asked).toEqual(['a.test 4 true']);
    expect(await failure({ lookup: knowing(null, [FINE]).lookup, family: 6 })).toMatchObject({
      code: 'ENOTFOUND',
      message: expect.stringContaining('no address of IPv6'),
    });
  });

  it('localAddress: the connection comes from there, to an address of its family', async () => {
    const { lookup, asked } = knowing(null, [{ address: '::1', family: 6 }, FINE]);
    await connect({ lookup, localAddress: '127.0.0.7' });
    expect([asked, from]).toEqual([['a.test 4 true'], ['127.0.0.7']]);
    await connect({ localAddress: '127.0.0.8' }, `ws://127.0.0.1:${port}/`);
    expect(from.at(-1)).toBe('127.0.0.8');
  });

  it('localAddress: so does the connection to a proxy', async () => {
    for (const [scheme, proxy] of [
      ['http', http],
      ['socks5', socks],
    ] as const) {
      const ws = client(`ws://127.0.0.1:${port}/`, {
        localAddress: '127.0.0.9',
        proxy: `${scheme}://127.0.0.1:${proxy.port}`,
      });
      await ws.connect();
      expect([...proxy.sockets].map(({ remoteAddress }) => remoteAddress)).toContain('127.0.0.9');
    }
  });

  it('localAddress: an address of the other family that is dialled is final, by name', async () => {
    const ws = client('ws://[::1]:1/', { localAddress: '127.0.0.1', reconnect: true, reconnectDelay: 1 });
    await expect(ws.connect()).rejects.toMatchObject({ name: 'ConfigurationError', option: 'localAddress' });
    expect(ws.stats().dials).toBe(1);
  });
});
