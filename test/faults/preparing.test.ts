/** `prepare` on real sockets: servers that refuse the login, close in the middle, freeze, or send a flood. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { ReckerWebSocket, type Session, SessionError, type WebSocketOptions } from '../../src/index.js';
import { TcpRelay } from '../../src/testing/index.js';
import { acceptOf, rawServer } from '../support/rawServer.js';

/** What the server does with a message of a connection. @param nth how many connections there have been */
type Serve = (socket: WebSocket, text: string, nth: number) => void;

let http: Server;
let upgrader: WebSocketServer;
let serve: Serve;
let greet: (socket: WebSocket, nth: number) => void;
let connections: number;
let received: string[];
let closes: number[];
let ws: ReckerWebSocket | undefined;
let url: string;
let port: number;

beforeEach(async () => {
  connections = 0;
  received = [];
  closes = [];
  greet = () => {};
  // Any login will do.
  serve = (socket, text) => {
    if (text.startsWith('login')) socket.send('welcome');
  };
  http = createServer();
  upgrader = new WebSocketServer({ server: http });
  upgrader.on('connection', (socket) => {
    connections += 1;
    const nth = connections;
    const seen = closes;
    socket.on('error', () => {}).on('close', (code) => seen.push(code));
    socket.on('message', (data) => {
      received.push(`${nth} ${data}`);
      serve(socket, String(data), nth);
    });
    greet(socket, nth);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  ({ port } = http.address() as AddressInfo);
  url = `ws://127.0.0.1:${port}/`;
});

afterEach(async () => {
  ws?.terminate();
  ws = undefined;
  for (const socket of upgrader.clients) socket.terminate();
  await new Promise((resolve) => http.close(resolve));
});

const logIn = async (session: Session): Promise<void> => {
  session.send(`login ${session.attempt}`);
  const { data } = await session.next();
  if (data !== 'welcome')
    throw new SessionError(`The login was refused: ${data}`, { final: data === 'banned' });
};

function client(options: WebSocketOptions, to = url): ReckerWebSocket {
  ws = new ReckerWebSocket(to, { reconnect: true, reconnectDelay: 5, prepare: logIn, ...options });
  ws.on('error', () => {});
  return ws;
}

describe('a login', () => {
  it('refused once: the next attempt succeeds, and the queue leaves after it', async () => {
    serve = (socket, text, nth) => {
      if (text.startsWith('login')) socket.send(nth === 1 ? 'busy' : 'welcome');
    };
    const made = client({});
    const sent = made.send('queued');
    await made.connect();
    await sent;
    await expect.poll(() => received).toEqual(['1 login 0', '2 login 1', '2 queued']);
    await expect.poll(() => closes).toEqual([1000]);
  });

  it('refused for ever: attempts run out, and each waits longer', async () => {
    serve = (socket) => socket.send('busy');
    const made = client({ maxReconnectAttempts: 3 });
    const delays: unknown[] = [];
    made.on('reconnecting', (...args) => delays.push(args));
    await expect(made.connect()).rejects.toMatchObject({
      name: 'ReconnectExhaustedError',
      cause: { name: 'SessionError', message: 'The login was refused: busy' },
    });
    expect([delays, connections, made.stats().opens]).toEqual([
      [
        [1, 5],
        [2, 10],
        [3, 20],
      ],
      4,
      0,
    ]);
  });

  it('refused for good: no other dial', async () => {
    serve = (socket) => socket.send('banned');
    const made = client({ shouldReconnect: () => true });
    await expect(made.connect()).rejects.toMatchObject({ name: 'SessionError', final: true });
    await expect.poll(() => closes).toEqual([1000]);
    expect([connections, made.state]).toEqual([1, 'closed']);
  });

  it('in the middle of which the server closes with 4401', async () => {
    serve = (socket, _, nth) => (nth === 1 ? socket.close(4401, 'token expired') : socket.send('welcome'));
    const failures: unknown[] = [];
    const sessions: Session[] = [];
    const made = client({
      shouldReconnect: ({ code, error, wasClean }) => {
        failures.push([code, error?.name, wasClean]);
        return true;
      },
      prepare(session) {
        sessions.push(session);
        return logIn(session);
      },
    });
    const closed = new Promise<unknown[]>((resolve) => made.once('close', (...args) => resolve(args)));
    await made.connect();
    expect((await closed).slice(0, 2)).toEqual([4401, 'token expired']);
    expect(failures).toEqual([[4401, 'SessionError', true]]);
    expect(sessions[0]?.signal.aborted).toBe(true);
    expect(sessions[1]?.lastFailure).toMatchObject({ cause: { closeCode: 4401 } });
  });

  it('whose answer is in the same packet as the 101', async () => {
    const server = await rawServer((socket, head) => {
      const text = Buffer.from('welcome');
      socket.write(
        Buffer.concat([
          Buffer.from(
            `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptOf(head)}\r\n\r\n`,
          ),
          Buffer.from([0x81, text.length]),
          text,
          Buffer.from([0x81, 5]),
          Buffer.from('after'),
        ]),
      );
    });
    const made = client({}, `ws://127.0.0.1:${server.port}/`);
    const heard: unknown[] = [];
    await made.connect();
    made.on('message', ({ data }) => heard.push(data));
    await expect.poll(() => heard).toEqual(['after']);
    made.terminate();
    await server.stop();
  });

  it('to a link that freezes: prepareTimeout finds it', async () => {
    const relay = await TcpRelay.start({ port });
    const prepare = (session: Session) => {
      relay.freeze();
      return logIn(session);
    };
    const made = client({ prepare, prepareTimeout: 60, reconnect: false }, relay.url('/'));
    await expect(made.connect()).rejects.toMatchObject({ name: 'TimeoutError', phase: 'prepare' });
    expect(made.state).toBe('closed');
    await relay.close();
  });
});

describe('messages that arrive while it runs', () => {
  const flood = (count: number) => (socket: WebSocket) => {
    for (let message = 0; message < count; message += 1) socket.send(String(message));
    socket.send('welcome');
  };

  it.each([1000, 5000])('%i, read late by next(): none is lost or changes its place', async (count) => {
    greet = flood(count);
    const got: unknown[] = [];
    const made = client({
      async prepare({ next }) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        for (let message = 0; message < count; message += 1) got.push(Number((await next()).data));
      },
    });
    const heard: unknown[] = [];
    made.on('message', ({ data }) => heard.push(data));
    await made.connect();
    await expect.poll(() => heard).toEqual(['welcome']);
    expect(got).toEqual(Array.from({ length: count }, (_, message) => message));
  });

  it('1,000, of which next(where) takes the last: the others are delivered after open', async () => {
    greet = flood(1000);
    const made = client({
      prepare: async ({ next }) => void (await next(({ data }) => data === 'welcome')),
    });
    const read: number[] = [];
    const iterator = made[Symbol.asyncIterator]();
    await made.connect();
    while (read.length < 1000) read.push(Number((await iterator.next()).value?.data));
    expect(read).toEqual(Array.from({ length: 1000 }, (_, message) => message));
    expect(made.stats()).toMatchObject({ messagesIn: 1001, messagesUnread: 0 });
  });

  it('5,000, none of which next(where) takes: the attempt fails', async () => {
    greet = flood(5000);
    const made = client({
      reconnect: false,
      prepare: async ({ next }) => void (await next(({ data }) => data === 'never')),
    });
    await expect(made.connect()).rejects.toMatchObject({
      name: 'SessionError',
      cause: { name: 'QueueFullError' },
    });
    expect(made.stats().messagesUnread).toBe(made.stats().messagesIn);
  });

  it('5,000, none of which is read: reading pauses, and all are delivered after open', async () => {
    greet = flood(5000);
    let wasPaused: boolean | undefined;
    const made = client({
      async prepare() {
        await expect.poll(() => made.stats().paused).toBe(true);
        wasPaused = made.stats().messagesIn < 5001;
      },
    });
    const heard: unknown[] = [];
    made.on('message', ({ data }) => heard.push(data));
    await made.connect();
    await expect.poll(() => heard.length, { timeout: 5000 }).toBe(5001);
    expect(heard.slice(0, -1)).toEqual(Array.from({ length: 5000 }, (_, message) => String(message)));
    expect(wasPaused).toBe(true);
  });

  it('after a loss that found a slow iterator full: the login passes, and the iterator misses nothing', async () => {
    greet = (socket, nth) => {
      if (nth === 1) socket.send('welcome');
      for (let message = 0; message < 8; message += 1) socket.send(`${nth}.${message}`);
    };
    const made = client({
      receiveQueue: { maxMessages: 4 },
      prepare: async ({ send, next, reconnected }) => {
        send('login');
        if (!reconnected) await next();
      },
    });
    const iterator = made[Symbol.asyncIterator]();
    await made.connect();
    await expect.poll(() => made.stats().paused).toBe(true);
    await made.reconnect();
    const read: unknown[] = [];
    while (read.at(-1) !== '2.7') read.push((await iterator.next()).value?.data);
    expect(read.filter((data) => String(data).startsWith('2.'))).toEqual(
      Array.from({ length: 8 }, (_, message) => `2.${message}`),
    );
  });
});

describe('calls inside of it, on real sockets', () => {
  const calls = {
    'close()': (made: ReckerWebSocket) => void made.close(4002, 'enough'),
    'terminate()': (made: ReckerWebSocket) => made.terminate(),
  } as const;
  it.each(Object.entries(calls))('%s ends the client once', async (_, call) => {
    const ends: unknown[] = [];
    const made = client({
      prepare() {
        call(made);
      },
    });
    made.on('close', (code) => ends.push(code));
    await expect(made.connect()).rejects.toMatchObject({ name: 'AbortError' });
    await expect.poll(() => closes.length).toBe(1);
    expect([ends.length, made.state, connections]).toEqual([1, 'closed', 1]);
  });

  it('reconnect() dials anew, and an abort ends it for good', async () => {
    const abort = new AbortController();
    const made = client({
      signal: abort.signal,
      async prepare(session) {
        if (connections < 3) void made.reconnect();
        else abort.abort();
        await session.next();
      },
    });
    await expect(made.connect()).rejects.toMatchObject({ name: 'AbortError' });
    await expect.poll(() => closes.length).toBe(3);
    expect(closes.slice(0, 2)).toEqual([1000, 1000]);
    expect(made.state).toBe('closed');
  });

  it('two calls of next() at once, and one that goes on after the session died', async () => {
    greet = (socket, nth) => {
      if (nth === 1) socket.terminate();
      else for (const data of ['one', 'two']) socket.send(data);
    };
    const late: string[] = [];
    const made = client({
      async prepare({ attempt, next, send, signal }) {
        if (attempt > 0) {
          const both = await Promise.all([next(), next()]);
          for (const { data } of both) late.push(String(data));
          return;
        }
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        for (const call of [() => next(), () => send('x')])
          await call().catch((error: Error) => late.push(error.name));
      },
    });
    await made.connect();
    expect(late.sort()).toEqual(['StateError', 'StateError', 'one', 'two']);
    expect(received).toEqual([]);
  });
});
