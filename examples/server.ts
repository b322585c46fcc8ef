/**
 * What the examples talk to: a plain `ws` server in the same program, so that each is a single command.
 */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

export interface EmbeddedServer {
  /** For `createClient({ baseUrl })`. */
  readonly baseUrl: string;
  /** Everybody who is connected. */
  readonly sockets: Set<WebSocket>;
  stop(): Promise<void>;
}

/** Listens on a free port of this machine, and calls `welcome` for each connection. */
export async function startServer(
  welcome: (socket: WebSocket, request: IncomingMessage) => void,
  protocols?: (offered: Set<string>) => string | false,
): Promise<EmbeddedServer> {
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    ...(protocols === undefined ? {} : { handleProtocols: protocols }),
  });
  await once(server, 'listening');
  server.on('connection', welcome);
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets: server.clients,
    async stop() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
