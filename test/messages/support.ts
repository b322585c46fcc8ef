/** A real server whose handler a test gives, and what the message tests share. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly clients: ReadonlySet<WebSocket>;
  stop(): Promise<void>;
}

/** Starts a server on `port`, or a free one; `onConnection` is called with each client. */
export async function serve(onConnection: (socket: WebSocket) => void, port = 0): Promise<TestServer> {
  const server = new WebSocketServer({ port, host: '127.0.0.1', perMessageDeflate: false });
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  });
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const started: TestServer = {
    port: address.port,
    url: `ws://127.0.0.1:${address.port}/`,
    clients: server.clients,
    stop: () =>
      new Promise((resolve) => {
        for (const client of server.clients) client.terminate();
        server.close(() => resolve());
      }),
  };
  servers.push(started);
  return started;
}

/** The servers and the clients of the present test, the newest last. */
const servers: TestServer[] = [];
const clients: ReckerWebSocket[] = [];

/** Has `endAll()` end the client too. */
export function keep(client: ReckerWebSocket): ReckerWebSocket {
  clients.push(client);
  return client;
}

/** A client of the newest server, or, where there is none, one that needs a fake transport. */
export function makeClient(options: WebSocketOptions = {}): ReckerWebSocket {
  const server = servers.at(-1);
  // Short, because a fake peer never finishes the closing handshake.
  const closeTimeout = server === undefined ? { closeTimeout: 50 } : {};
  return keep(new ReckerWebSocket(server?.url ?? 'ws://localhost/', { ...closeTimeout, ...options }));
}

/** For `afterEach()`: ends every server and client of the test. */
export async function endAll(): Promise<void> {
  for (const client of clients.splice(0)) client.terminate();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
}

/** Waits until `done` says so, looking after each turn of the event loop; the test's own timeout is the bound. */
export async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}

/** Time passes for the sockets: for as long as nothing is to happen. */
export const quiet = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
