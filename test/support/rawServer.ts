/**
 * A server that answers a request with the bytes that a test writes.
 */
import { createHash } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { listenOn } from '../../src/testing/sockets.js';

export interface RawServer {
  readonly port: number;
  /** The heads of all requests, in order. */
  readonly heads: string[];
  stop(): Promise<void>;
}

/** @param answer writes to the socket; called with the head of each connection's first request */
export async function rawServer(
  answer: (socket: Socket, head: string) => void,
  tls?: TlsOptions,
): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const heads: string[] = [];
  const onSocket = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    let head = '';
    const read = (chunk: Buffer): void => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', read).resume();
      heads.push(head);
      answer(socket, head);
    };
    socket.on('data', read);
  };
  const server = tls === undefined ? createServer(onSocket) : createTlsServer(tls, onSocket);
  server.on('tlsClientError', () => {});
  const port = await listenOn(server, 0);
  return {
    port,
    heads,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** The `Sec-WebSocket-Accept` that fits a request (RFC 6455 §4.2.2). */
export function acceptOf(head: string): string {
  return acceptOfKey(/sec-websocket-key: *(\S+)/i.exec(head)?.[1] ?? '');
}

/** The same for the request's key. */
export function acceptOfKey(key: string): string {
  return createHash('sha1').update(`${key}${GUID}`).digest('base64');
}
