/**
 * What the relay and the fault server both need of TCP: a port of 127.0.0.1, and an RST that works.
 *
 * Owns: the loopback address, the retry while a port is still held, the workaround for Node's reset. Must not know: what
 * is served on a port.
 */
import type { AddressInfo, Server, Socket } from 'node:net';

/** The only address that the test kit listens on. */
export const loopback = '127.0.0.1';

/** How often a port that is in use is tried, 20 ms apart, before the error is thrown. */
const TRIES = 100;

/**
 * Listens on a port of 127.0.0.1; 0 takes a free one. A port that was freed a moment ago may be held for some
 * milliseconds by an outgoing connection of another process: it is tried again for two seconds.
 *
 * @returns the port
 * @throws the system's error, e.g. EADDRINUSE
 */
export async function listenOn(server: Server, port: number): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    try {
      await listenOnce(server, port);
      return (server.address() as AddressInfo | null)?.port ?? port;
    } catch (error) {
      const inUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!inUse || port === 0 || tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

function listenOnce(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      server.off('error', settle);
      server.off('listening', settle);
      if (error === undefined) resolve();
      else reject(error);
    };
    server.once('error', settle);
    server.once('listening', settle);
    server.listen(port, loopback);
  });
}

/**
 * Ends a TCP socket with an RST; without one where its FIN has not left yet.
 *
 * `resetAndDestroy()` of a socket that is shutting down never emits `close` and leaks its handle: libuv refuses
 * (EINVAL in `uv_tcp_close_reset`), and Node has dropped the handle by then (`Socket.prototype._destroy` in
 * lib/net.js, seen in 20.20). Remove when Node closes the handle in that case.
 */
export function resetSocket(socket: Socket): void {
  if (socket.writableEnded && !socket.writableFinished) socket.destroy();
  else socket.resetAndDestroy();
}
