/**
 * A TCP relay that stands between a client and a server, and breaks the network on demand.
 *
 * Owns: the listening port, the faults in force and the connections they apply to. How one connection carries
 * bytes is in relayLink.ts. Must not know: WebSocket, HTTP or TLS; to it all traffic is bytes.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { type LinkFaults, RelayLink } from './relayLink.js';
import { listenOn, loopback, resetSocket } from './sockets.js';

/** Where the relay connects to. */
export interface RelayTarget {
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined;
  readonly port: number;
}

/**
 * Relays 127.0.0.1:`port` to a target. Faults can be set at any time: `freeze`, `delay`, `drip`, `silent` and
 * `refuse` stay in force, for live and for new connections, until undone; `reset`, `halfClose` and `cutAfter`
 * strike once. No order of calls throws, and after `close()` every call is without effect.
 *
 * @example
 * ```ts
 * import { TcpRelay } from 'recker/testing';
 *
 * async function halfOpen(serverPort: number): Promise<void> {
 *   await using relay = await TcpRelay.start({ port: serverPort });
 *   // Connect a client to relay.url('/'), then cut the cable: no FIN, no RST, nothing passes.
 *   relay.freeze();
 *   // ... and mend it: what was held passes.
 *   relay.thaw();
 * }
 * ```
 */
export class TcpRelay {
  /** The free port it was given, for its whole life, refusing included. */
  readonly port: number;
  /** How many connections were accepted. */
  total = 0;

  readonly #target: { readonly host: string; readonly port: number };
  readonly #links = new Set<RelayLink>();
  readonly #mute = new Set<Socket>();
  readonly #faults: LinkFaults = {
    frozen: false,
    delay: 0,
    drip: undefined,
    toClient: 0,
    toServer: 0,
  };
  #cutNextAfter: number | undefined;
  #silent = false;
  #closed = false;
  readonly #whenEmpty: (() => void)[] = [];
  #server: Server | undefined;
  #wantsServer = true;
  #starting: Promise<void> | undefined;

  private constructor(target: RelayTarget, server: Server, port: number) {
    this.#target = { host: target.host ?? loopback, port: target.port };
    this.#server = server;
    this.port = port;
    server.on('connection', (socket: Socket) => this.#connected(socket));
  }

  /**
   * Starts a relay on a free port of 127.0.0.1. The target need not be there yet; a connection whose target
   * cannot be reached is reset.
   */
  static async start(target: RelayTarget): Promise<TcpRelay> {
    const server = newServer();
    return new TcpRelay(target, server, await listenOn(server, 0));
  }

  /** The `ws:` URL of a path on the relay. Default `/`. */
  url(path = '/'): string {
    return `ws://${loopback}:${this.port}${path}`;
  }

  /**
   * How many connections are live. A connection whose end could not pass, because the relay is frozen, counts.
   */
  get connections(): number {
    return this.#links.size + this.#mute.size;
  }

  /** Bytes written to clients so far. */
  get bytesToClient(): number {
    return this.#faults.toClient;
  }

  /** Bytes written to the target so far. */
  get bytesToServer(): number {
    return this.#faults.toServer;
  }

  /**
   * Half-open: nothing passes in either direction, no byte, no FIN, no RST. The relay stops reading, so that
   * both sides fill the kernel's buffers; what was held passes after `thaw()`.
   *
   * With `drop`, what arrives is read and thrown away: `thaw()` does not replay it. The stream then has a hole,
   * and a connection that was made meanwhile stays mute.
   */
  freeze(options: { readonly drop?: boolean } = {}): void {
    this.#faults.frozen = options.drop === true ? 'drop' : 'hold';
    this.#update();
  }

  /** Ends `freeze()`. Ends of either side that could not pass do so now. */
  thaw(): void {
    this.#faults.frozen = false;
    this.#update();
  }

  /** Delays every byte, and the end of the stream, by `ms` milliseconds each way. 0 ends it. */
  delay(ms: number): void {
    this.#faults.delay = checked('delay()', ms);
    this.#update();
  }

  /** Lets at most `bytesPerChunk` bytes pass toward the client every `everyMs` milliseconds. 0 bytes, the default, ends it. */
  drip(bytesPerChunk = 0, everyMs = 1): void {
    const bytes = Math.floor(checked('drip()', bytesPerChunk));
    const every = checked('drip()', everyMs);
    this.#faults.drip = bytes === 0 ? undefined : { bytes, every };
    this.#update();
  }

  /** Ends every live connection with an RST to both sides, frozen or not. */
  reset(): void {
    for (const link of [...this.#links]) link.reset();
    for (const socket of [...this.#mute]) resetSocket(socket);
  }

  /** Sends a FIN to the client of every live connection. Toward the target all passes as before. */
  halfClose(): void {
    for (const link of [...this.#links]) link.halfClose();
    for (const socket of [...this.#mute]) socket.end();
  }

  /**
   * Lets `bytes` more bytes pass toward the client, then destroys both sides: each live connection, or the next
   * one where none is live. Connections made later are unharmed.
   */
  cutAfter(bytes: number): void {
    const left = Math.floor(checked('cutAfter()', bytes));
    if (this.#links.size === 0) this.#cutNextAfter = left;
    for (const link of [...this.#links]) link.cutAfter(left);
  }

  /** Stops listening: new connections get ECONNREFUSED, live ones go on. The port is taken up again by `accept()`. */
  refuse(): void {
    this.#wantsServer = false;
    this.#server?.close();
    this.#server = undefined;
  }

  /** New connections are accepted and never relayed, not even once this is undone by `accept()`. */
  silent(): void {
    this.#silent = true;
  }

  /** Ends `refuse()` and `silent()`: new connections are relayed. Resolves when the port listens. */
  async accept(): Promise<void> {
    this.#silent = false;
    if (this.#closed) return;
    this.#wantsServer = true;
    if (this.#server !== undefined) return;
    this.#starting ??= this.#listen().finally(() => {
      this.#starting = undefined;
    });
    await this.#starting;
  }

  /** Destroys every connection and frees the port. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.refuse();
    await this.#starting?.catch(() => {});
    for (const link of [...this.#links]) link.destroy();
    for (const socket of [...this.#mute]) socket.destroy();
    if (this.connections > 0) await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  /** As `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #listen(): Promise<void> {
    const server = newServer();
    server.on('connection', (socket: Socket) => this.#connected(socket));
    await listenOn(server, this.port);
    // Closing a server before it listens does not stop it reliably, so refuse() leaves that to here.
    if (this.#wantsServer) this.#server = server;
    else server.close();
  }

  #connected(client: Socket): void {
    this.total += 1;
    if (this.#closed) {
      client.destroy();
    } else if (this.#silent || this.#faults.frozen === 'drop') {
      this.#keepMute(client);
    } else {
      const link = new RelayLink(client, this.#target, this.#faults, () => this.#gone(link));
      this.#links.add(link);
      if (this.#cutNextAfter !== undefined) link.cutAfter(this.#cutNextAfter);
      this.#cutNextAfter = undefined;
    }
  }

  /** Reads, so that the client's end is seen, and answers nothing. */
  #keepMute(client: Socket): void {
    this.#mute.add(client);
    client.on('error', () => client.destroy());
    client.on('end', () => client.destroy());
    client.on('close', () => this.#gone(client));
    client.resume();
  }

  #gone(connection: RelayLink | Socket): void {
    if (connection instanceof RelayLink) this.#links.delete(connection);
    else this.#mute.delete(connection);
    if (this.connections === 0) for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }

  #update(): void {
    for (const link of [...this.#links]) link.update();
  }
}

/** Half-open sockets are allowed, so that a FIN of one side is relayed as a FIN and not as both. */
function newServer(): Server {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  // A failed accept() of the kernel, e.g. EMFILE, must not end the process.
  server.on('error', () => {});
  return server;
}

function checked(what: string, value: number): number {
  if (typeof value === 'number' && value >= 0 && value < 2 ** 31) return value;
  throw new RangeError(`${what} takes 0 to 2^31 - 1, got ${String(value)}`);
}
