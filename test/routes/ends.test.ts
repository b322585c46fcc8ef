/**
 * What the end of a connection says, through every dial: which messages went with it, and whether it was clean. Beside it, what each dial writes.
 */
import { createServer, type Socket } from 'node:net';
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CloseInfo, ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { FaultServer, TcpRelay } from '../../src/testing/index.js';
import { listenOn, resetSocket } from '../../src/testing/sockets.js';
import { ConnectProxy } from '../support/connectProxy.js';
import { acceptOf } from '../support/rawServer.js';
import { SocksProxy } from '../support/socksProxy.js';
import { testTls } from '../support/tls.js';

/** One route to a server. What the client itself connects to is a relay: its hop can be cut. */
interface TestRoute {
  readonly name: string;
  readonly tls?: true;
  /** The proxy that the relay leads to; the server where there is none. */
  readonly proxy?: () => { readonly port: number };
  options(relay: number): WebSocketOptions;
}

let http: ConnectProxy;
let socks: SocksProxy;
const agents: Agent[] = [];

beforeAll(async () => {
  http = await ConnectProxy.start();
  socks = await SocksProxy.start();
});
afterAll(async () => {
  await Promise.all([http.stop(), socks.stop(), ...agents.map((agent) => agent.destroy())]);
});

function agent(options?: Agent.Options): Agent {
  const made = new Agent(options);
  agents.push(made);
  return made;
}

const ca = { ca: testTls.cert };
const ROUTES: readonly TestRoute[] = [
  { name: 'directly', options: () => ({}) },
  { name: 'directly, wss', tls: true, options: () => ({ tls: ca }) },
  { name: 'an http proxy', proxy: () => http, options: (port) => ({ proxy: `http://127.0.0.1:${port}` }) },
  { name: 'a socks proxy', proxy: () => socks, options: (port) => ({ proxy: `socks5://127.0.0.1:${port}` }) },
  { name: 'a dispatcher', options: () => ({ dispatcher: agent() }) },
  { name: 'a dispatcher, wss', tls: true, options: () => ({ dispatcher: agent({ connect: ca }) }) },
];

interface Reached {
  readonly server: FaultServer;
  readonly relay: TcpRelay;
  readonly ws: ReckerWebSocket;
  /** Resolves with what the first `close` says. */
  readonly closed: Promise<{ code: number; info: CloseInfo; errors: readonly Error[] }>;
  [Symbol.asyncDispose](): Promise<void>;
}

async function reach(route: TestRoute, more: WebSocketOptions): Promise<Reached> {
  const deflate = more.perMessageDeflate === true;
  const server = await FaultServer.start({
    perMessageDeflate: deflate,
    ...(route.tls ? { tls: testTls } : {}),
  });
  const relay = await TcpRelay.start({ port: route.proxy?.().port ?? server.port });
  const port = route.proxy === undefined ? relay.port : server.port;
  const ws = new ReckerWebSocket(`${route.tls ? 'wss' : 'ws'}://127.0.0.1:${port}/`, {
    ...route.options(relay.port),
    ...more,
  });
  const errors: Error[] = [];
  ws.on('error', (error) => errors.push(error));
  const closed = new Promise<Awaited<Reached['closed']>>((resolve) => {
    ws.once('close', (code, _reason, info) => resolve({ code, info, errors }));
  });
  await ws.connect();
  await server.waitForConnection();
  const end = async (): Promise<void> => {
    await ws.close();
    await relay.close();
    await server.stop();
  };
  return { server, relay, ws, closed, [Symbol.asyncDispose]: end };
}

const MESSAGE = 'x'.repeat(1000);

describe.each(ROUTES)('$name: a message that the kernel refuses is in a figure', (route) => {
  it.each([
    [1, false],
    [20, false],
    [1, true],
    [20, true],
  ])('%i in one tick, compressed: %s', async (count, perMessageDeflate) => {
    await using reached = await reach(route, { perMessageDeflate });
    const { server, relay, ws, closed } = reached;
    let undelivered = 0;
    ws.on('undelivered', () => {
      undelivered += 1;
    });
    for (let sent = 0; sent < 5; sent += 1) await ws.send(MESSAGE);
    await server.waitFor(({ messages }) => messages.length === 5);
    // The RST is in the client's kernel when this returns, and the client has not read it: its writes fail.
    relay.reset();
    let sent = 5;
    for (; sent < 5 + count; sent += 1) ws.send(MESSAGE).catch(() => {});
    const { info } = await closed;
    const lost = info.unsentBytes / MESSAGE.length;
    expect({ lost, undelivered, received: server.seen.messages.length }).toEqual({
      lost: sent - 5 - undelivered,
      undelivered,
      received: 5,
    });
    expect(lost).toBeGreaterThan(0);
  });
});

describe.each(ROUTES)('$name: the upgrade request', (route) => {
  it('lists subprotocols with a space behind the comma, as browsers do', async () => {
    await using reached = await reach(route, { protocols: ['chat.v2', 'chat.v1', 'x'] });
    expect(reached.server.seen.handshakes[0]?.headers).toMatchObject({
      'sec-websocket-protocol': 'chat.v2, chat.v1, x',
    });
    expect(reached.ws.protocol).toBe('chat.v2');
  });
});

interface RawServer {
  readonly port: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A server of raw bytes: it upgrades, and what follows is the test's. */
async function rawServer(connected: (socket: Socket) => void): Promise<RawServer> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.once('data', (head: Buffer) => {
      const accept = acceptOf(head.toString('latin1'));
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      connected(socket);
    });
  });
  const port = await listenOn(server, 0);
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const CLOSE_1000 = Buffer.from([0x88, 2, 3, 0xe8]);
const isClose = (data: Buffer): boolean => ((data[0] ?? 0) & 0x0f) === 8;

describe.each(ROUTES.filter(({ tls, proxy }) => !tls && !proxy))('$name: a reset', (route) => {
  async function ending(
    connected: (socket: Socket) => void,
    act: (ws: ReckerWebSocket) => void = () => {},
  ): Promise<{ code: number; info: CloseInfo; errors: readonly Error[]; states: readonly string[] }> {
    await using server = await rawServer(connected);
    const { port } = server;
    const ws = new ReckerWebSocket(`ws://127.0.0.1:${port}`, {
      maxInFlight: 2 ** 30,
      ...route.options(port),
    });
    const errors: Error[] = [];
    const states: string[] = [];
    ws.on('error', (error) => errors.push(error));
    ws.on('state', (state) => states.push(state));
    const closed = new Promise<{ code: number; info: CloseInfo }>((resolve) => {
      ws.once('close', (code, _reason, info) => resolve({ code, info }));
    });
    await ws.connect();
    act(ws);
    const end = await closed;
    return { ...end, errors, states };
  }

  it.each(['server', 'client'])(
    'after a closing handshake that the %s began is a clean end',
    async (first) => {
      const { code, info, errors } = await ending(
        (socket) => {
          if (first === 'server') socket.write(CLOSE_1000);
          socket.on('data', (data: Buffer) => {
            if (!isClose(data)) return;
            if (first === 'client') socket.write(CLOSE_1000);
            resetSocket(socket);
          });
        },
        (ws) => {
          if (first === 'client') void ws.close();
        },
      );
      expect([code, info, errors]).toEqual([
        1000,
        { wasClean: true, unsentBytes: 0, willReconnect: false },
        [],
      ]);
    },
  );

  it('right behind the Close of the peer leaves ours behind: not clean, and an error', async () => {
    const { code, info, errors } = await ending((socket) => {
      socket.write(CLOSE_1000);
      resetSocket(socket);
    });
    expect([code, info.wasClean]).toEqual([1000, false]);
    expect(errors).toEqual([info.error]);
    expect(info.error).toMatchObject({ name: 'ConnectionError' });
  });

  it('while our Close waits behind data that the peer does not read is not clean', async () => {
    const size = 32 * 2 ** 20;
    let peer: Socket | undefined;
    const { code, info } = await ending(
      (socket) => {
        peer = socket;
        socket.pause();
        socket.write(CLOSE_1000);
      },
      (ws) => {
        void ws.send(Buffer.alloc(size));
        ws.on('state', (state) => {
          if (state === 'closing') resetSocket(peer as Socket);
        });
      },
    );
    expect([code, info.wasClean]).toEqual([1000, false]);
    expect(info.unsentBytes).toBeGreaterThan(0);
    expect(info.unsentBytes).toBeLessThanOrEqual(size);
  });
});

describe('a message in very many fragments', () => {
  const FRAGMENT = 64;

  /** The message's bytes on the wire: `count` frames of one binary message. */
  function fragments(count: number): Buffer {
    const frames = Buffer.alloc(count * (2 + FRAGMENT));
    for (let index = 0; index < count; index += 1) {
      const at = index * (2 + FRAGMENT);
      frames[at] = (index === count - 1 ? 0x80 : 0) | (index === 0 ? 2 : 0);
      frames[at + 1] = FRAGMENT;
    }
    return frames;
  }

  it('arrives in 65,536 of them', async () => {
    await using server = await rawServer((socket) => socket.write(fragments(65_536)));
    const ws = new ReckerWebSocket(`ws://127.0.0.1:${server.port}`);
    const arrived = new Promise<string | Buffer>((resolve) =>
      ws.once('message', ({ data }) => resolve(data)),
    );
    await ws.connect();
    expect((await arrived).length).toBe(65_536 * FRAGMENT);
  });

  it('is refused with 1008 in more', async () => {
    await using server = await rawServer((socket) => socket.write(fragments(65_537)));
    const ws = new ReckerWebSocket(`ws://127.0.0.1:${server.port}`);
    const failed = new Promise<Error>((resolve) => ws.once('error', resolve));
    await ws.connect();
    expect(await failed).toMatchObject({ code: 'WS_ERR_TOO_MANY_BUFFERED_PARTS' });
  });
});
