/**
 * A real WebSocket server on loopback that misbehaves on demand.
 *
 * Owns: the port, the present behaviour, the live connections and the record of what clients did. How a handshake is
 * answered is in faultHandshake.ts, broken frames are in frames.ts. Must not know: the client.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Server as UpgradeServer, WebSocketServer } from 'ws';
import { answerHandshake, type HandshakeFault } from './faultHandshake.js';
import { type FaultConnection, FaultRecord, type Seen, type SeenMessage } from './faultRecord.js';
import { type ConnectionFaults, FaultSocket } from './faultSocket.js';
import { closeFrame, type GarbageKind, garbage, halfFrame } from './frames.js';
import { listenOn, loopback, resetSocket } from './sockets.js';

/** The options of `FaultServer.start()`. All optional. */
export interface FaultServerOptions {
  /** The port on 127.0.0.1. Default 0: a free one. */
  readonly port?: number | undefined;
  /** Key and certificate in PEM, to serve `wss:`. Default: none, it serves `ws:`. */
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer } | undefined;
  /** The subprotocols that it supports, the preferred one first. Default: it chooses the client's first. */
  readonly protocols?: readonly string[] | undefined;
  /** Whether it accepts permessage-deflate, or the options of `ws` for it. Default false. */
  readonly perMessageDeflate?: boolean | Readonly<Record<string, unknown>> | undefined;
}

/**
 * A WebSocket server on 127.0.0.1 whose behaviour a test changes while it runs. At first it accepts.
 *
 * It answers handshakes in one manner at a time; each method that sets the manner replaces the one before. `accept()`
 * and `echo()` also undo `ignoreClose()` and `setPongs(false)`.
 *
 * @example
 * ```ts
 * import { FaultServer } from 'recker/testing';
 *
 * async function flaky(connect: (url: string) => void): Promise<void> {
 *   await using server = await FaultServer.start();
 *   server.refuse(503, { 'Retry-After': '3' });
 *   connect(server.url('/feed'));
 *   server.echo();
 *   const connection = await server.waitForConnection();
 *   connection.send('hello');
 *   server.cutInsideFrame();
 * }
 * ```
 */
export class FaultServer {
  /** What clients did since the start or the last `forget()`. */
  readonly seen: Seen;

  readonly #options: FaultServerOptions;
  readonly #upgrader: UpgradeServer<typeof FaultSocket>;
  readonly #sockets = new Set<Socket>();
  readonly #connections = new Set<FaultSocket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #server: Server | undefined;
  #port: number;
  readonly #record = new FaultRecord();
  readonly #faults: ConnectionFaults = { echoes: false, ignoresClose: false, pongs: true };
  #handshake: HandshakeFault = { kind: 'accept' };
  #frozen = false;
  #held: (() => void)[] = [];

  private constructor(options: FaultServerOptions) {
    this.#options = options;
    this.seen = this.#record.seen;
    this.#port = options.port ?? 0;
    const { protocols, perMessageDeflate = false } = options;
    this.#upgrader = new WebSocketServer({
      noServer: true,
      WebSocket: FaultSocket,
      autoPong: false,
      perMessageDeflate: typeof perMessageDeflate === 'object' ? { ...perMessageDeflate } : perMessageDeflate,
      ...(protocols && {
        handleProtocols: (offered) => protocols.find((protocol) => offered.has(protocol)) ?? false,
      }),
    });
  }

  /**
   * Starts a server on 127.0.0.1.
   *
   * @throws the system's error where the port is not available, e.g. EADDRINUSE, two seconds after the first try
   */
  static async start(options: FaultServerOptions = {}): Promise<FaultServer> {
    const server = new FaultServer(options);
    await server.restart();
    return server;
  }

  /** The port. It stays the same after `stop()` and `restart()`. */
  get port(): number {
    return this.#port;
  }

  /** The URL of a path: `wss:` with the option `tls`, else `ws:`. Default path: `/`. */
  url(path = '/'): string {
    return `${this.#options.tls ? 'wss' : 'ws'}://${loopback}:${this.#port}${path}`;
  }

  /** The live connections, the oldest first. */
  get connections(): readonly FaultConnection[] {
    return [...this.#connections];
  }

  /** How many TCP connections are live, including those before or without a handshake. */
  get sockets(): number {
    return this.#sockets.size;
  }

  /** Accepts the next handshakes, and does nothing else. */
  accept(): void {
    this.#set({ kind: 'accept' });
    this.#faults.echoes = false;
    this.#faults.ignoresClose = false;
    this.#faults.pongs = true;
  }

  /** As `accept()`, and sends every message back, on live connections, too. */
  echo(): void {
    this.accept();
    this.#faults.echoes = true;
  }

  /**
   * Answers the next handshakes with an HTTP status, and ends the connection.
   *
   * @param headers of the answer. Default: none beside `Connection` and `Content-Length`
   * @param body of the answer, as text. Default: none
   */
  refuse(status: number, headers: Readonly<Record<string, string>> = {}, body = ''): void {
    this.#set({ kind: 'refuse', status, headers, body });
  }

  /** Reads the next requests, and never answers them. */
  stall(): void {
    this.#set({ kind: 'stall' });
  }

  /** Destroys the TCP connection when a request arrives. */
  drop(): void {
    this.#set({ kind: 'drop' });
  }

  /** Accepts the next handshakes `ms` milliseconds late. */
  answerLate(ms: number): void {
    this.#set({ kind: 'late', ms });
  }

  /** Accepts with a 101 that is sent byte by byte, with `everyMs` milliseconds between two bytes. */
  drip(everyMs: number): void {
    this.#set({ kind: 'drip', everyMs });
  }

  /** Accepts and destroys the connection at once. */
  dropAfterAccept(): void {
    this.#set({ kind: 'dropAfterAccept' });
  }

  /** Accepts, and sends these messages in the same write as the 101: one TCP segment, where they fit. */
  sendOnAccept(data: readonly (string | Uint8Array)[]): void {
    this.#set({ kind: 'send', data });
  }

  /** Accepts, and sends a Close in the same write as the 101. Default reason: `''`. */
  closeOnAccept(code: number, reason = ''): void {
    this.#set({ kind: 'close', code, reason });
  }

  /** Accepts with a wrong `Sec-WebSocket-Accept` (RFC 6455 §4.1). */
  wrongAccept(): void {
    this.#set({ kind: 'forge', headers: { 'Sec-WebSocket-Accept': 'd3Jvbmcgd3JvbmcgIHdyb25nIQ==' } });
  }

  /** Accepts with an extension that the client did not offer. */
  unaskedExtension(): void {
    this.#set({ kind: 'forge', headers: { 'Sec-WebSocket-Extensions': 'x-unasked' } });
  }

  /** Accepts with a subprotocol that the client did not offer. */
  wrongProtocol(): void {
    this.#set({ kind: 'forge', headers: { 'Sec-WebSocket-Protocol': 'x-unasked' } });
  }

  /** Does not answer a Close of the client and keeps TCP open, on live connections and on the next ones. */
  ignoreClose(): void {
    this.#faults.ignoresClose = true;
  }

  /** Whether Pings are answered, on live connections, too. At first they are. */
  setPongs(answered: boolean): void {
    this.#faults.pongs = answered;
  }

  /**
   * Sends a Close on every live connection and keeps TCP open, whatever the client answers, also after its FIN. Only
   * `terminateAll()`, `resetAll()`, `stop()` or an RST of the client ends those connections.
   *
   * @param reason default `''`
   */
  closeAndKeepTcp(code: number, reason = ''): void {
    for (const connection of this.#connections) connection.keepTcp();
    this.#write(closeFrame(code, reason));
  }

  /** Stops reading and writing on all connections, also for Pongs; handshakes wait. TCP stays open. */
  freeze(): void {
    if (this.#frozen) return;
    this.#frozen = true;
    for (const connection of this.#connections) {
      connection.pause();
      connection.raw?.cork();
    }
  }

  /** Undoes `freeze()`: what was held is read and written. */
  thaw(): void {
    if (!this.#frozen) return;
    this.#frozen = false;
    for (const connection of this.#connections) {
      connection.raw?.uncork();
      connection.resume();
    }
    for (const answer of this.#held.splice(0)) answer();
  }

  /** Sends the beginning of a frame on every live connection, then destroys it. */
  cutInsideFrame(): void {
    this.#write(halfFrame(), (socket) => socket.destroy());
  }

  /**
   * Writes invalid bytes on every live connection: given ones, or one of {@link GarbageKind}.
   *
   * @param options `keepTcp` keeps TCP open, as `closeAndKeepTcp()` does: a client that fails the connection sends its
   *   Close and a FIN together (RFC 6455 §7.1.7), and the FIN is answered by default. Default `false`
   */
  sendGarbage(what: Uint8Array | GarbageKind, options: { readonly keepTcp?: boolean } = {}): void {
    if (options.keepTcp === true) for (const connection of this.#connections) connection.keepTcp();
    this.#write(typeof what === 'string' ? garbage(what) : Buffer.from(what));
  }

  /** Sends one message on every live connection: a string as text, bytes as binary. */
  broadcast(data: string | Uint8Array): void {
    for (const connection of this.#connections) connection.send(data);
  }

  /** Starts the closing handshake on every live connection. Defaults: 1000, `''`. */
  closeAll(code = 1000, reason = ''): void {
    for (const connection of this.#connections) connection.close(code, reason);
  }

  /** Destroys every live connection without a Close: the client gets a FIN. */
  terminateAll(): void {
    for (const connection of this.#connections) connection.terminate();
  }

  /** Ends every TCP connection with an RST, also those without a handshake. */
  resetAll(): void {
    for (const socket of this.#sockets) resetSocket(socket);
  }

  /**
   * Waits for a connection. Rejects when the server is stopped meanwhile.
   *
   * @param n the n-th connection that was ever accepted, from 1. Default: the newest live one, or the next one where
   * none is live
   */
  waitForConnection(n?: number): Promise<FaultConnection> {
    return this.#record.until(() =>
      n === undefined ? [...this.#connections].at(-1) : this.#record.accepted[n - 1],
    );
  }

  /**
   * Waits for a message; one that has arrived before counts, too. Each is returned once. Rejects when the server is
   * stopped meanwhile.
   *
   * @param matches which messages to wait for. Default: any
   */
  waitForMessage(matches: (message: SeenMessage) => boolean = () => true): Promise<SeenMessage> {
    return this.#record.until(() => this.#record.claim(matches));
  }

  /**
   * Waits until `done` returns true; it is called after every change of `seen`. Rejects when the server is stopped
   * meanwhile.
   */
  async waitFor(done: (seen: Seen) => boolean): Promise<void> {
    await this.#record.until(() => done(this.seen) || undefined);
  }

  /** Empties `seen`. Earlier connections still count for `waitForConnection(n)`. */
  forget(): void {
    this.#record.forget();
  }

  /** Destroys every connection and frees the port. The behaviour and `seen` are kept. Idempotent. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#held = [];
    this.#frozen = false;
    if (server !== undefined) {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of this.#sockets) socket.destroy();
      // `ws` reports their end only later.
      this.#connections.clear();
      await closed;
    }
    this.#record.fail(new Error('The fault server was stopped'));
  }

  /** Stops the server if it runs, and listens on the same port again, with the same behaviour. */
  async restart(): Promise<void> {
    await this.stop();
    const { tls } = this.#options;
    const server: Server = tls ? createTlsServer({ ...tls }) : createServer();
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        this.#record.changed();
      });
    });
    server.on('request', (_request, response) => response.writeHead(426).end());
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#port = await listenOn(server, this.#port);
  }

  /** As `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #set(handshake: HandshakeFault): void {
    this.#handshake = handshake;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Until the handshake is done there is no other listener.
    socket.on('error', () => socket.destroy());
    this.seen.handshakes.push({ url: request.url ?? '', headers: request.headers, at: performance.now() });
    this.#record.changed();
    let made: FaultSocket | undefined;
    const answer = (): void =>
      answerHandshake(
        {
          request,
          socket,
          upgrade: () => {
            this.#upgrader.handleUpgrade(request, socket, head, (connection) => {
              made = connection;
              connection.on('close', () => this.#connections.delete(connection));
              connection.watch(socket, this.#faults, this.#record);
            });
            return made;
          },
          ready: () => {
            if (made !== undefined) this.#add(made);
          },
          later: (ms, then) => this.#later(ms, then),
        },
        this.#handshake,
      );
    if (this.#frozen) this.#held.push(answer);
    else answer();
  }

  #add(connection: FaultSocket): void {
    this.#record.accepted.push(connection);
    this.#connections.add(connection);
    this.#record.changed();
  }

  #write(bytes: Buffer, then?: (socket: Duplex) => void): void {
    for (const { raw } of this.#connections) raw?.write(bytes, () => then?.(raw));
  }

  #later(ms: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      then();
    }, ms);
    this.#timers.add(timer);
  }
}
