/**
 * What a server or a proxy says in its answer reaches the user: the headers of a 101, the status, headers and the
 * beginning of the body of a refusal, through each route. A body that does not end changes nothing.
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { inspect } from 'node:util';
import { Agent, interceptors } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HandshakeError, type OpenInfo, ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { ConnectProxy } from '../support/connectProxy.js';
import { acceptOf, type RawServer, rawServer } from '../support/rawServer.js';
import { SocksProxy } from '../support/socksProxy.js';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function serve(answer: (socket: Socket, head: string) => void): Promise<RawServer> {
  const server = await rawServer(answer);
  stops.push(server.stop);
  return server;
}

let http: ConnectProxy;
let socks: SocksProxy;
beforeAll(async () => {
  http = await ConnectProxy.start();
  socks = await SocksProxy.start();
});
afterAll(() => Promise.all([http?.stop(), socks?.stop()]));

/** The error of a dial that fails. */
async function failure(port: number, options: WebSocketOptions = {}): Promise<HandshakeError> {
  const ws = new ReckerWebSocket(`ws://127.0.0.1:${port}/`, options);
  ws.on('error', () => {});
  const error = await ws.connect().then(
    () => new Error('It opened'),
    (cause) => cause,
  );
  expect(error).toBeInstanceOf(HandshakeError);
  return error;
}

function dispatcher(): NonNullable<WebSocketOptions['dispatcher']> {
  const agent = new Agent();
  stops.push(() => agent.destroy());
  return agent as never;
}

const ROUTES: Readonly<Record<string, () => WebSocketOptions>> = {
  directly: () => ({}),
  'through an HTTP proxy': () => ({ proxy: `http://127.0.0.1:${http.port}` }),
  'through a SOCKS proxy': () => ({ proxy: `socks5://127.0.0.1:${socks.port}` }),
  'through a dispatcher': () => ({ dispatcher: dispatcher() }),
};

const REASON = '{"reason":"user \\"bob\\" cannot create pods/exec"}';

describe.each(Object.entries(ROUTES))('%s', (_, options) => {
  it.each([
    ['with a length', `Content-Length: ${REASON.length}\r\n\r\n${REASON}`, REASON],
    ['in chunks', `Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n`, 'hello world'],
    ['empty', 'Content-Length: 0\r\n\r\n', ''],
  ])('the body of a refusal, %s', async (_title, rest, body) => {
    const { port } = await serve((socket) => socket.write(`HTTP/1.1 403 Forbidden\r\nX-Id: 7\r\n${rest}`));
    const error = await failure(port, options());
    expect(error).toMatchObject({ status: 403, hop: 'server', body });
    expect(error.headers['x-id']).toBe('7');
    expect(Object.keys(error)).not.toContain('body');
    if (body !== '') expect(`${inspect(error)} ${JSON.stringify(error)}`).not.toContain(body);
  });

  it('a body until the end of the connection, of which 8 KiB are kept', async () => {
    const { port } = await serve((socket) =>
      socket.end(`HTTP/1.1 500 No\r\nConnection: close\r\n\r\n${'x'.repeat(8190)}é${'y'.repeat(50_000)}`),
    );
    expect((await failure(port, options())).body).toBe(`${'x'.repeat(8190)}é`);
  });

  it('a body that breaks off', async () => {
    const { port } = await serve((socket) =>
      socket.end('HTTP/1.1 404 No\r\nContent-Length: 500\r\n\r\nnot here'),
    );
    expect(await failure(port, options())).toMatchObject({ status: 404, body: 'not here' });
  });

  it('a body that does not end is waited for until shortly before the deadline, which it does not change', async () => {
    const { port } = await serve((socket) =>
      socket.write('HTTP/1.1 401 No\r\nContent-Length: 500\r\n\r\nlog in'),
    );
    const begin = performance.now();
    const error = await failure(port, { ...options(), connectTimeout: 400, reconnect: true });
    expect(error).toMatchObject({ status: 401, body: 'log in' });
    expect(performance.now() - begin).toBeLessThan(900);
  });

  it('`open` has the headers of the 101, as Node joins them', async () => {
    const { port } = await serve((socket, head) => {
      const fields = [
        'Set-Cookie: lb=backend-7; Path=/',
        'Set-Cookie: b=2',
        'X-Id: 1',
        'x-id: 2',
        'Server: a',
      ];
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${fields.join('\r\n')}\r\n` +
          `Server: b\r\nSec-WebSocket-Accept: ${acceptOf(head)}\r\n\r\n`,
      );
    });
    const ws = new ReckerWebSocket(`ws://127.0.0.1:${port}/`, { ...options(), closeTimeout: 1 });
    const infos: OpenInfo[] = [];
    ws.on('open', (info) => infos.push(info));
    await ws.connect();
    const [info] = infos;
    expect(info?.headers).toMatchObject({
      'set-cookie': ['lb=backend-7; Path=/', 'b=2'],
      'x-id': '1, 2',
      server: 'a',
    });
    expect(Object.keys(info ?? {})).toEqual(['reconnected', 'attempt', 'downtime']);
    expect(inspect(info)).not.toContain('backend-7');
    await ws.close();
  });
});

describe('the proxy itself refuses', () => {
  const refusing = async (answer: string, more?: (socket: Socket) => void) => {
    const server = await serve((socket) => {
      socket.write(answer);
      more?.(socket);
    });
    return { proxy: `http://127.0.0.1:${server.port}` };
  };

  it.each([
    ['with a length', 'Content-Length: 5\r\n\r\nhello trailing'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n'],
    ['behind informational answers', 'Content-Length: 5\r\n\r\nhello', 'HTTP/1.1 103 E\r\nLink: a\r\n\r\n'],
  ])('%s', async (_, rest, before = '') => {
    const options = await refusing(`${before}HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\n${rest}`);
    const error = await failure(1, options);
    expect(error).toMatchObject({ status: 407, hop: 'proxy', body: 'hello' });
    expect(error.headers['proxy-authenticate']).toBe('Basic');
  });

  it('until the end of the connection, in pieces', async () => {
    const pieces = ['a', 'b', 'c'];
    const next = (socket: Socket): void => {
      const piece = pieces.shift();
      if (piece === undefined) socket.end();
      else socket.write(piece, () => setImmediate(next, socket));
    };
    const options = await refusing('HTTP/1.1 502 No\r\n\r\n', next);
    expect(await failure(1, options)).toMatchObject({ status: 502, hop: 'proxy', body: 'abc' });
  });

  it('and its body does not end', async () => {
    const options = await refusing('HTTP/1.1 403 No\r\nContent-Length: 99\r\n\r\nso far');
    const error = await failure(1, { ...options, connectTimeout: 300, reconnect: true });
    expect(error).toMatchObject({ status: 403, hop: 'proxy', body: 'so far' });
  });

  it.each([1, 3])('%i informational answers before the 200 are passed over', async (count) => {
    const before = 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(count);
    const server = await serve((socket) => {
      socket.write(`${before}HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\n`);
      socket.once('data', (chunk) => {
        const accept = acceptOf(chunk.toString('latin1'));
        const fields = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}`;
        socket.write(`HTTP/1.1 101 S\r\n${fields}\r\n\r\n\x81\x02hi`, 'latin1');
      });
    });
    const proxy = `http://127.0.0.1:${server.port}`;
    const ws = new ReckerWebSocket('ws://127.0.0.1:1/', { proxy, closeTimeout: 1 });
    const [message] = await Promise.all([once(ws, 'message'), ws.connect()]);
    expect(message).toMatchObject([{ data: 'hi' }]);
    await ws.close();
  });
});

describe('interceptors of undici that turn an answer into an error', () => {
  it.each([
    ['responseError()', () => interceptors.responseError(), 401, { body: 'no entry' }],
    ['retry()', () => interceptors.retry({ maxRetries: 1, minTimeout: 1, maxTimeout: 1 }), 503, {}],
  ])('%s: a HandshakeError with status, headers and Retry-After', async (_, make, status, more) => {
    const { port, heads } = await serve((socket) =>
      socket.end(
        `HTTP/1.1 ${status} No\r\nRetry-After: 0\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n` +
          'Content-Type: text/plain\r\nContent-Length: 8\r\n\r\nno entry',
      ),
    );
    const agent = new Agent();
    stops.push(() => agent.destroy());
    const error = await failure(port, { dispatcher: agent.compose(make()) as never });
    expect(error).toMatchObject({ status, hop: 'server', ...more });
    expect(error.headers['retry-after']).toBe('0');
    expect(error.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(inspect(error)).not.toContain('a=1');
    expect(heads.length).toBeGreaterThan(0);
  });
});
