/**
 * A SOCKS proxy within the test's own process: 4, 4a and 5 (RFC 1928, 1929). It records what it was asked, and
 * says what it is configured to say. Written from the RFCs, so that it shares no mistake with the client's library.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { listenOn } from '../../src/testing/sockets.js';

/** What a client asked for. */
export interface SocksRequest {
  readonly version: 4 | 5;
  /** `name` where the client left resolving to the proxy. */
  readonly kind: 'ipv4' | 'ipv6' | 'name';
  readonly host: string;
  readonly port: number;
  /** SOCKS4's user, or `user:password` of SOCKS5. */
  readonly user: string;
}

export interface SocksProxyOptions {
  /** `user:password` to insist on (SOCKS5 only). */
  readonly credentials?: string;
  /** The reply code for a request; 0 grants it, `undefined` is silence. SOCKS4's codes are 90 + x. Default: 0. */
  reply?(request: SocksRequest): number | undefined;
  /** Takes a connection over before a byte is read. */
  hijack?(socket: Socket): void;
}

export class SocksProxy {
  port = 0;
  readonly requests: SocksRequest[] = [];
  readonly sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #options: SocksProxyOptions;

  private constructor(options: SocksProxyOptions) {
    this.#options = options;
    this.#server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on('error', () => {}).on('close', () => this.sockets.delete(socket));
      if (options.hijack) options.hijack(socket);
      else this.#serve(socket).catch(() => socket.destroy());
    });
  }

  static async start(options: SocksProxyOptions = {}): Promise<SocksProxy> {
    const proxy = new SocksProxy(options);
    proxy.port = await listenOn(proxy.#server, 0);
    return proxy;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  async #serve(socket: Socket): Promise<void> {
    const reader = new Reader(socket);
    const [version] = await reader.take(1);
    const request = version === 4 ? await this.#ask4(reader) : await this.#ask5(reader, socket);
    if (request === undefined) {
      socket.end();
      return;
    }
    this.requests.push(request);
    const code = this.#options.reply ? this.#options.reply(request) : 0;
    if (code === undefined) return;
    const said =
      version === 4
        ? Buffer.from([0, 90 + code, 0, 0, 0, 0, 0, 0])
        : Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
    if (code !== 0) {
      socket.end(said);
      return;
    }
    const target = connect(request.port, request.host, () => {
      socket.write(said);
      reader.release();
      socket.pipe(target).pipe(socket);
    });
    target.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('close', () => target.destroy());
  }

  async #ask4(reader: Reader): Promise<SocksRequest> {
    const rest = await reader.take(7);
    const port = rest.readUInt16BE(1);
    const address = [...rest.subarray(3)];
    const user = await reader.takeText();
    const isName = address.slice(0, 3).every((byte) => byte === 0) && address[3] !== 0;
    const host = isName ? await reader.takeText() : address.join('.');
    return { version: 4, kind: isName ? 'name' : 'ipv4', host, port, user };
  }

  async #ask5(reader: Reader, socket: Socket): Promise<SocksRequest | undefined> {
    const { credentials } = this.#options;
    const methods = await reader.take((await reader.take(1))[0] ?? 0);
    const wanted = credentials === undefined ? 0 : 2;
    socket.write(Buffer.from([5, methods.includes(wanted) ? wanted : 0xff]));
    if (!methods.includes(wanted)) return undefined;
    let user = '';
    if (credentials !== undefined) {
      const [, length = 0] = await reader.take(2);
      const name = (await reader.take(length)).toString();
      user = `${name}:${(await reader.take((await reader.take(1))[0] ?? 0)).toString()}`;
      socket.write(Buffer.from([1, user === credentials ? 0 : 1]));
      if (user !== credentials) return undefined;
    }
    const [, , , type] = await reader.take(4);
    const { kind, host } = await address5(reader, type);
    return { version: 5, kind, host, port: (await reader.take(2)).readUInt16BE(), user };
  }
}

async function address5(
  reader: Reader,
  type: number | undefined,
): Promise<Pick<SocksRequest, 'kind' | 'host'>> {
  if (type === 1) return { kind: 'ipv4', host: (await reader.take(4)).join('.') };
  if (type === 4) {
    const groups = (await reader.take(16)).toString('hex').match(/.{4}/g) ?? [];
    return { kind: 'ipv6', host: groups.join(':') };
  }
  return { kind: 'name', host: (await reader.take((await reader.take(1))[0] ?? 0)).toString() };
}

/** Exactly so many bytes of a socket at a time. */
class Reader {
  readonly #socket: Socket;
  #held = Buffer.alloc(0);
  #wake: () => void = () => {};
  readonly #listen = (chunk: Buffer): void => {
    this.#held = Buffer.concat([this.#held, chunk]);
    this.#wake();
  };

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#listen);
  }

  async take(length: number): Promise<Buffer> {
    while (this.#held.length < length) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const taken = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return taken;
  }

  /** Up to a NUL, which is taken, too. */
  async takeText(): Promise<string> {
    const bytes: number[] = [];
    for (;;) {
      const [byte = 0] = await this.take(1);
      if (byte === 0) return Buffer.from(bytes).toString();
      bytes.push(byte);
    }
  }

  release(): void {
    this.#socket.off('data', this.#listen);
  }
}
