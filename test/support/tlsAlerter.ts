/**
 * A peer that speaks just enough TLS to refuse: it answers a ClientHello with one alert, as raw bytes.
 */
import { createServer, type Socket } from 'node:net';
import { listenOn } from '../../src/testing/sockets.js';

export interface TlsAlerter {
  readonly port: number;
  /** How many connections said a ClientHello. */
  readonly hellos: number;
  stop(): Promise<void>;
}

const HANDSHAKE = 22;
const ALERT = 21;
const FATAL = 2;

/** @param description the number of the alert (RFC 8446 §6) */
export async function tlsAlerter(description: () => number): Promise<TlsAlerter> {
  const sockets = new Set<Socket>();
  let hellos = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.once('data', (hello: Buffer) => {
      if (hello[0] !== HANDSHAKE) return socket.destroy();
      hellos += 1;
      // A record of TLS 1.2, which 1.3 looks like, too: type, version, length, then level and description.
      socket.end(Buffer.from([ALERT, 3, 3, 0, 2, FATAL, description()]));
    });
  });
  const port = await listenOn(server, 0);
  return {
    port,
    get hellos() {
      return hellos;
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
