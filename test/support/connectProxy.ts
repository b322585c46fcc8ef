/**
 * An HTTP proxy for CONNECT within the test's own process, for what a real one does not do: other answers, none
 * at all, or a record of what it was asked, byte by byte. Speaks raw TCP, so that no HTTP library smooths it.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { listenOn } from '../../src/testing/sockets.js';

export interface ConnectProxyOptions {
  /** PEM: the proxy's own hop speaks TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** What it says to a request head. Default: 200, and a tunnel. */
  answer?(head: string, socket: Socket): string | undefined;
}

export class ConnectProxy {
  port = 0;
  /** The head of each request, as it came. */
  readonly heads: string[] = [];
  /** Where a host of a request is found. */
  rename: (host: string) => string = (host) => host;
  /** Connections that are live. */
  readonly sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(options: ConnectProxyOptions) {
    const accept = (socket: Socket): void => this.#accept(socket, options);
    this.#server = options.tls ? createTlsServer(options.tls, accept) : createServer(accept);
    this.#server.on('tlsClientError', () => {});
    // The raw ones: those that never finish TLS count, too.
    this.#server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.on('error', () => {}).on('close', () => this.sockets.delete(socket));
    });
  }

  static async start(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(options);
    proxy.port = await listenOn(proxy.#server, 0);
    return proxy;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket, { answer }: ConnectProxyOptions): void {
    socket.on('error', () => {});
    let head = '';
    const read = (chunk: Buffer): void => {
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      socket.off('data', read);
      this.heads.push(head.slice(0, end));
      const said = answer === undefined ? GRANTED : answer(head, socket);
      if (said === undefined) return;
      if (said.startsWith('HTTP/1.1 2')) tunnel(socket, head, said, this.rename);
      else socket.end(said, 'latin1');
    };
    socket.on('data', read);
  }
}

const GRANTED = 'HTTP/1.1 200 Connection established\r\n\r\n';

function tunnel(socket: Socket, head: string, said: string, rename: (host: string) => string): void {
  const [, host = '', port] = /^CONNECT \[?([^\s\]]+?)\]?:(\d+) /.exec(head) ?? [];
  const target = connect(Number(port), rename(host), () => {
    socket.write(said, 'latin1');
    socket.pipe(target).pipe(socket);
  });
  target.on('error', () => socket.destroy()).on('close', () => socket.destroy());
  socket.on('close', () => target.destroy());
}
