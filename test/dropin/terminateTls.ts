/** Terminates TLS in front of a port, as a load balancer does. */
import { connect } from 'node:net';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { listenOn } from '../../src/testing/sockets.js';

export interface TlsTerminator {
  readonly port: number;
  /** Connections that are live. */
  readonly connections: number;
  destroyAll(): void;
  stop(): Promise<void>;
}

export async function terminateTls(to: number, options: TlsOptions): Promise<TlsTerminator> {
  const sockets = new Set<TLSSocket>();
  const server = createServer(options, (socket) => {
    sockets.add(socket);
    const onwards = connect(to, '127.0.0.1');
    socket
      .on('error', () => {})
      .on('close', () => {
        sockets.delete(socket);
        onwards.destroy();
      });
    onwards.on('error', () => {}).on('close', () => socket.destroy());
    socket.pipe(onwards).pipe(socket);
  });
  server.on('tlsClientError', () => {});
  const port = await listenOn(server, 0);
  const destroyAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    get connections() {
      return sockets.size;
    },
    destroyAll,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      destroyAll();
      await closed;
    },
  };
}
