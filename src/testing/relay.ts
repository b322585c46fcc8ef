/**
 * A TCP relay between a client and a server that breaks the network on demand.
 *
 * Owns: the listening port, the faults in force and the connections they apply to. How one connection carries
 * bytes is in relayLink.ts. Must not know: WebSocket, HTTP or TLS: all traffic is bytes.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { type LinkFaults, RelayLink } from './relayLink.js';
import { listenOn, loopback, resetSocket } from './sockets.js';

/** Where the relay connects to. */
export interface RelayTarget {
  /** The host. Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** The port. */
  readonly port: number;
}

/**
 * Relays 127.0.0.1:`port` to a target. Faults can be set at any time. `freeze`, `delay`, `drip`, `silent` and `refuse`
 * stay in force, for live and for new connections, until they are undone; `reset`, `halfClose` and `cutAfter` happen
 * once. No order of calls throws. After `close()` every call has no effect.
 *
 * @example
 * ```ts
 * import { TcpRelay } from 'recker/testing';
 *
 * async function halfOpen(serverPort: number): Promise<void> {
 *   await using relay = await TcpRelay.start({ port: serverPort });
 *   // Connect a client to relay.url('/'), then break the link: no FIN, no RST, nothing passes.
 *   relay.freeze();
 *   // Restore it: what was held passes.
 *   relay.thaw();
 * }
 * ```
 */
export class TcpRelay {
  /** The port on which it listens. It stays the same after `refuse()` and `accept()`. */
  readonly port: number;
  /** How many connections were accepted so far. */
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
   * Starts a relay on a free port of 127.0.0.1. The target may start later; a connection whose target cannot be reached
   * is reset.
   *
   * @throws the system's error where no port is free, e.g. EMFILE
   */
  static async start(target: RelayTarget): Promise<TcpRelay> {
    const server = newServer();
    return new TcpRelay(target, server, await listenOn(server, 0));
  }

  /** The `ws:` URL of a path on the relay. Default path: `/`. */
  url(path = '/'): string {
    return `ws://${loopback}:${this.port}${path}`;
  }

  /**
   * How many connections are live, including those whose end could not pass because the relay is frozen.
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
   * Makes the link half-open: nothing passes in either direction, no byte, no FIN, no RST. The relay stops reading, so
   * both sides fill the kernel's buffers. After `thaw()` what was held passes.
   *
   * @param options.drop true: what arrives is read and discarded, and `thaw()` does not send it. The stream then has a
   * gap, and a connection that was made meanwhile never gets an answer. Default: false
   */
  freeze(options: { readonly drop?: boolean } = {}): void {
    this.#faults.frozen = options.drop === true ? 'drop' : 'hold';
    this.#update();
  }

  /** Undoes `freeze()`. The end of a side that could not pass does so now. */
  thaw(): void {
    this.#faults.frozen = false;
    this.#update();
  }

  /**
   * Delays every byte, and the end of the stream, in both directions.
   *
   * @param ms milliseconds, 0 to 2^31 - 1; 0 undoes it
   * @throws RangeError for any other value
   */
  delay(ms: number): void {
    this.#faults.delay = checked('delay()', ms);
    this.#update();
  }

  /**
   * Limits how much passes towards the client.
   *
   * @param bytesPerChunk how many bytes pass at a time, 0 to 2^31 - 1. Default 0, which undoes it
   * @param everyMs the time between two chunks in milliseconds. Default 1
   * @throws RangeError for any other value
   */
  drip(bytesPerChunk = 0, everyMs = 1): void {
    const bytes = Math.floor(checked('drip()', bytesPerChunk));
    const every = checked('drip()', everyMs);
    this.#faults.drip = bytes === 0 ? undefined : { bytes, every };
    this.#update();
  }

  /** Ends every live connection with an RST to both sides, also while frozen. */
  reset(): void {
    for (const link of [...this.#links]) link.reset();
    for (const socket of [...this.#mute]) resetSocket(socket);
  }

  /** Sends a FIN to the client of every live connection. Towards the target everything passes as before. */
  halfClose(): void {
    for (const link of [...this.#links]) link.halfClose();
    for (const socket of [...this.#mute]) socket.end();
  }

  /**
   * Destroys both sides of each live connection, or of the next one where none is live, after some more bytes. Later
   * connections are not affected.
   *
   * @param bytes how many more bytes pass towards the client, 0 to 2^31 - 1
   * @throws RangeError for any other value
   */
  cutAfter(bytes: number): void {
    const left = Math.floor(checked('cutAfter()', bytes));
    if (this.#links.size === 0) this.#cutNextAfter = left;
    for (const link of [...this.#links]) link.cutAfter(left);
  }

  /** Stops listening: new connections fail with ECONNREFUSED, live ones continue. `accept()` undoes it. */
  refuse(): void {
    this.#wantsServer = false;
    this.#server?.close();
    this.#server = undefined;
  }

  /** Accepts new connections and never answers on them, also not after `accept()`, which undoes it for later ones. */
  silent(): void {
    this.#silent = true;
  }

  /** Undoes `refuse()` and `silent()`: new connections are relayed. Resolves once the relay listens. */
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

  /** Destroys every connection and frees the port. Resolves once all are closed. Idempotent. */
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
    // Closing a server before it listens does not stop it reliably, so refuse() leaves it to this line.
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
