/**
 * A real WebSocket server on loopback that misbehaves on demand.
 *
 * Owns: the port, the behaviour in force, the live connections and the record of what clients did. How a
 * handshake is answered is in faultHandshake.ts, broken frames are in frames.ts. Must not know: the client.
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

/** What a fault server is made with. All optional. */
export interface FaultServerOptions {
  /** Default 0: a free one. */
  readonly port?: number | undefined;
  /** PEM key and certificate: serves `wss:`. Default: `ws:`. */
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer } | undefined;
  /** The subprotocols it speaks, best first; none in common: none is chosen. Default: takes the client's first. */
  readonly protocols?: readonly string[] | undefined;
  /** Whether permessage-deflate is agreed to, or `ws`'s options for it. Default false. */
  readonly perMessageDeflate?: boolean | Readonly<Record<string, unknown>> | undefined;
}

/**
 * A WebSocket server on 127.0.0.1 whose behaviour a test changes while it runs. At first it accepts.
 *
 * One way of answering handshakes is in force at a time; each method that sets it replaces the one before, and
 * `accept()` and `echo()` also undo `ignoreClose()` and `setPongs(false)`.
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

  /** Starts a server. @throws the system's error where the port cannot be had, e.g. EADDRINUSE */
  static async start(options: FaultServerOptions = {}): Promise<FaultServer> {
    const server = new FaultServer(options);
    await server.restart();
    return server;
  }

  /** The port, kept over `stop()` and `restart()`. */
  get port(): number {
    return this.#port;
  }

  /** The URL of a path, `wss:` with TLS. Default `/`. */
  url(path = '/'): string {
    return `${this.#options.tls ? 'wss' : 'ws'}://${loopback}:${this.#port}${path}`;
  }

  /** The connections that are live, oldest first. */
  get connections(): readonly FaultConnection[] {
    return [...this.#connections];
  }

  /** How many TCP connections are live, those before and without a handshake included. */
  get sockets(): number {
    return this.#sockets.size;
  }

  /** Accepts the next handshakes and does no more. */
  accept(): void {
    this.#set({ kind: 'accept' });
    this.#faults.echoes = false;
    this.#faults.ignoresClose = false;
    this.#faults.pongs = true;
  }

  /** As `accept()`, and sends every message back, on live connections too. */
  echo(): void {
    this.accept();
    this.#faults.echoes = true;
  }

  /** Answers with an HTTP status and ends the connection. Defaults: no headers, no body. */
  refuse(status: number, headers: Readonly<Record<string, string>> = {}, body = ''): void {
    this.#set({ kind: 'refuse', status, headers, body });
  }

  /** Takes the request and never answers. */
  stall(): void {
    this.#set({ kind: 'stall' });
  }

  /** Destroys the TCP connection when the request arrives. */
  drop(): void {
    this.#set({ kind: 'drop' });
  }

  /** Accepts, `ms` milliseconds late. */
  answerLate(ms: number): void {
    this.#set({ kind: 'late', ms });
  }

  /** Accepts with a 101 that comes byte by byte, `everyMs` milliseconds apart. */
  drip(everyMs: number): void {
    this.#set({ kind: 'drip', everyMs });
  }

  /** Accepts and destroys the connection at once. */
  dropAfterAccept(): void {
    this.#set({ kind: 'dropAfterAccept' });
  }

  /** Accepts, with these messages in the same write as the 101: one TCP segment, up to its size. */
  sendOnAccept(data: readonly (string | Uint8Array)[]): void {
    this.#set({ kind: 'send', data });
  }

  /** Accepts, with a Close in the same write as the 101. */
  closeOnAccept(code: number, reason = ''): void {
    this.#set({ kind: 'close', code, reason });
  }

  /** Accepts with a wrong `Sec-WebSocket-Accept` (RFC 6455 §4.1). */
  wrongAccept(): void {
    this.#set({ kind: 'forge', headers: { 'Sec-WebSocket-Accept': 'd3Jvbmcgd3JvbmcgIHdyb25nIQ==' } });
  }

  /** Accepts with an extension that nobody asked for. */
  unaskedExtension(): void {
    this.#set({ kind: 'forge', headers: { 'Sec-WebSocket-Extensions': 'x-unasked' } });
  }

  /** Accepts with a subprotocol that nobody asked for. */
  wrongProtocol(): void {
    this.#set({ kind: 'forge', headers: { 'Sec-WebSocket-Protocol': 'x-unasked' } });
  }

  /** Leaves every Close of a client without an answer, and TCP open, on live connections and the next ones. */
  ignoreClose(): void {
    this.#faults.ignoresClose = true;
  }

  /** Whether Pings are answered, on live connections too. At first they are. */
  setPongs(answered: boolean): void {
    this.#faults.pongs = answered;
  }

  /**
   * Sends a Close on every live connection and keeps TCP open, whatever the client answers, a FIN included: only
   * `terminateAll()`, `resetAll()`, `stop()` or an RST of the client's end those connections.
   */
  closeAndKeepTcp(code: number, reason = ''): void {
    for (const connection of this.#connections) connection.keepTcp();
    this.#write(closeFrame(code, reason));
  }

  /** Stops reading and writing on all connections, Pongs included; handshakes wait. TCP stays up. */
  freeze(): void {
    if (this.#frozen) return;
    this.#frozen = true;
    for (const connection of this.#connections) {
      connection.pause();
      connection.raw?.cork();
    }
  }

  /** Ends `freeze()`: what was held is read and written. */
  thaw(): void {
    if (!this.#frozen) return;
    this.#frozen = false;
    for (const connection of this.#connections) {
      connection.raw?.uncork();
      connection.resume();
    }
    for (const answer of this.#held.splice(0)) answer();
  }

  /** Sends the beginning of a frame on every live connection, then ends TCP. */
  cutInsideFrame(): void {
    this.#write(halfFrame(), (socket) => socket.destroy());
  }

  /** Writes bytes that are no honest frames on every live connection; see {@link GarbageKind}. */
  sendGarbage(what: Uint8Array | GarbageKind): void {
    this.#write(typeof what === 'string' ? garbage(what) : Buffer.from(what));
  }

  /** Sends one message on every live connection: a string as text, bytes as binary. */
  broadcast(data: string | Uint8Array): void {
    for (const connection of this.#connections) connection.send(data);
  }

  /** Starts the closing handshake on every live connection. */
  closeAll(code = 1000, reason = ''): void {
    for (const connection of this.#connections) connection.close(code, reason);
  }

  /** Destroys every live connection without a Close: a FIN. */
  terminateAll(): void {
    for (const connection of this.#connections) connection.terminate();
  }

  /** Ends every TCP connection, those in the handshake included, with an RST. */
  resetAll(): void {
    for (const socket of this.#sockets) resetSocket(socket);
  }

  /**
   * Waits for a connection. With `n`: the n-th that was ever accepted, counted from 1. Without: the newest live
   * one, or the next one where none is live. Rejects when the server is stopped meanwhile.
   */
  waitForConnection(n?: number): Promise<FaultConnection> {
    return this.#record.until(() =>
      n === undefined ? [...this.#connections].at(-1) : this.#record.accepted[n - 1],
    );
  }

  /**
   * Waits for a message, those that have arrived already included; each is returned once. Rejects when the
   * server is stopped meanwhile.
   *
   * @param matches which messages to wait for. Default: any
   */
  waitForMessage(matches: (message: SeenMessage) => boolean = () => true): Promise<SeenMessage> {
    return this.#record.until(() => this.#record.claim(matches));
  }

  /** Waits until `done` holds; asked whenever anything was seen. Rejects when the server is stopped meanwhile. */
  async waitFor(done: (seen: Seen) => boolean): Promise<void> {
    await this.#record.until(() => done(this.seen) || undefined);
  }

  /** Empties `seen`. Connections still count for `waitForConnection(n)`. */
  forget(): void {
    this.#record.forget();
  }

  /** Kills every connection and frees the port. The behaviour and `seen` stay. Idempotent. */
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
      // `ws` tells of their end only later.
      this.#connections.clear();
      await closed;
    }
    this.#record.fail(new Error('The fault server was stopped'));
  }

  /** Stops where it runs, and listens on the same port again, with the behaviour it had. */
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
    // Until the handshake is done nobody else listens.
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
