/** A real server whose handler a test gives, and what the message tests share. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

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
  return {
    port: address.port,
    url: `ws://127.0.0.1:${address.port}/`,
    clients: server.clients,
    stop: () =>
      new Promise((resolve) => {
        for (const client of server.clients) client.terminate();
        server.close(() => resolve());
      }),
  };
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
