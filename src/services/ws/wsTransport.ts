/**
 * The transport of Node: `ws` implements the protocol over a connection that a route has dialled.
 *
 * It owns the socket and every byte on it. It must not know why it is dialled, what follows a loss, or the time: it
 * has no policy, no retry and no timer.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import WebSocket from 'ws';
import {
  ConnectionError,
  type DialRequest,
  HandshakeError,
  NO_CLOSE,
  type ReckerError,
  TRANSPORT_FEATURES,
  type Transport,
  type TransportFactory,
  type TransportObserver,
} from '../../port/index.js';
import { connectionError } from '../failures/index.js';
import { incomplete101, readBody, refusalText } from '../handshake/index.js';
import { afterIo } from '../node/index.js';
import { type Route, routeFor } from '../routes/index.js';
import { loadFor } from '../routes/proxy/index.js';
import { microtask, wallTime } from '../runtime/index.js';
import { engineOptions } from './engineOptions.js';
import { EMPTY, Outgoing, type OutgoingObserver } from './outgoing.js';
import type { SendSettings } from './sendSettings.js';

/** The size in bytes of the counter in a Ping, by which a Pong is assigned to its Ping. */
const PING_PAYLOAD = 4;

/**
 * `ws` calls its own public `close()` when the peer's Close arrives, with the code and reason of its answer, and on a
 * protocol error of the peer, with the code only. Neither has an event, so the method is overridden.
 */
class Engine extends WebSocket {
  transport: WsTransport | undefined;

  override close(code?: number, reason?: string | Buffer): void {
    this.transport?.onEngineClose(code, reason);
    super.close(code, reason);
    this.transport?.onCloseGiven();
  }

  /** `ws` calls this itself in one case, which has no event either: too many Pings wait for their Pong. */
  override terminate(): void {
    this.transport?.onEngineTerminate();
    super.terminate();
  }

  /**
   * All events go to the transport, without the emitter: that is faster for messages, and six listeners would cost each
   * connection half a KiB.
   */
  override emit(event: string | symbol, first?: unknown, second?: unknown): boolean {
    const { transport } = this;
    if (transport === undefined) return false;
    if (event === 'message') transport.onMessage(first as Buffer, second as boolean);
    else if (event === 'pong') transport.onPong(first as Buffer);
    else if (event === 'upgrade') transport.onUpgrade(first as IncomingMessage);
    else if (event === 'unexpected-response') transport.onUnexpectedResponse(second as IncomingMessage);
    else if (event === 'open') transport.onOpen();
    else if (event === 'error') transport.onError(first as Error);
    else if (event === 'close') transport.onClose(first as number, second as Buffer);
    return true;
  }
}

class WsTransport implements Transport, OutgoingObserver {
  #observer: TransportObserver | undefined;
  #engine: Engine | undefined;
  #route: Route | undefined;
  /** The TCP or TLS socket under the engine, once upgraded. */
  #socket: Socket | undefined;
  /** From the first message on. */
  #outgoing: Outgoing | undefined;
  #sending = PLAIN;
  /** The answer to the upgrade request, until the connection is open. */
  #answer: IncomingMessage | undefined;
  /** Until the connection is open. */
  #request: DialRequest | undefined;
  /** Ends the wait for the body of a refusal, and reports the failure. */
  #finishRefusal: (() => void) | undefined;
  /** Why the connection failed, where the socket or the engine reported it. */
  #error: ReckerError | undefined;
  #ending = false;
  /** Whether our Close was given to the engine, and whether the kernel has it. */
  #ourClose: 'none' | 'given' | 'left' = 'none';
  #paused = false;
  /** True at first: what arrived with the upgrade waits until those who await `connect()` have run. */
  #greeting = false;
  #markedBytes = 0;
  /** The number of Pings sent, and the number of the newest one that was answered. */
  #pings = 0;
  #ponged = 0;

  constructor(request: DialRequest, observer: TransportObserver) {
    this.#observer = observer;
    const failLater = (cause: unknown): void => microtask(() => this.#fail(connectionError(cause)));
    try {
      const route = routeFor(request);
      if (route instanceof Promise) {
        route.then(
          (made) => (this.#observer === undefined ? made.destroy() : this.#begin(request, made)),
          failLater,
        );
      } else this.#begin(request, route);
    } catch (cause) {
      // Reported after the dial has returned.
      failLater(cause);
    }
  }

  #begin(request: DialRequest, route: Route): void {
    this.#route = route;
    this.#request = request;
    let engine: Engine;
    try {
      const options = engineOptions(request, route, (error) => this.#fail(error));
      engine = new Engine(request.url, [...request.protocols], options);
    } catch (cause) {
      // ws and Node's http client throw for invalid options. Reported after the dial has returned.
      microtask(() => this.#fail(connectionError(cause)));
      return;
    }
    this.#engine = engine;
    engine.transport = this;
  }

  /**
   * The end of a socket is not reported at once: after a write that the kernel refused it is destroyed later. And `ws`
   * drops what is sent between the peer's Close and the end.
   */
  get isWritable(): boolean {
    return this.#engine?.readyState === WebSocket.OPEN && this.#socket?.writable === true;
  }

  get bufferedAmount(): number {
    return this.#outgoing?.bufferedAmount ?? this.#engine?.bufferedAmount ?? 0;
  }

  get unsentBytes(): number {
    return this.#outgoing?.unsentBytes ?? 0;
  }

  send(data: string | Uint8Array): number {
    this.#outgoing ??= new Outgoing(this.#socket as Socket, this.#engine as Engine, this.#sending, this);
    return this.#outgoing.send(data);
  }

  onCompressed(): void {
    this.#watchCloseLeave();
  }

  filled(before: number): void {
    this.#observer?.filled(before);
  }

  taken(bytes?: number, waiting?: boolean): void {
    this.#observer?.taken(bytes, waiting);
  }

  flush(): void {
    this.#outgoing?.flush();
  }

  ping(): void {
    const engine = this.#engine;
    if (engine?.readyState !== WebSocket.OPEN) return;
    this.#pings = (this.#pings + 1) >>> 0;
    const payload = Buffer.allocUnsafe(PING_PAYLOAD);
    payload.writeUInt32BE(this.#pings);
    engine.ping(payload);
  }

  mark(): void {
    this.#markedBytes = this.#socket?.bytesRead ?? 0;
  }

  askLiveness(): void {
    // The poll phase is between a timer and an immediate: what the kernel holds is read before the answer.
    afterIo(() => {
      const alive = this.#paused || (this.#socket?.bytesRead ?? 0) !== this.#markedBytes;
      this.mark();
      this.#observer?.answered(alive);
    });
  }

  close(code: number | null, reason: string): void {
    const engine = this.#engine;
    if (engine === undefined) return;
    this.#ending = true;
    this.#paused = false;
    // On a paused socket the peer's Close could not be read, and ws would wait for its closing timer.
    engine.resume();
    // Without a code `ws` sends an empty Close.
    engine.close(code ?? undefined, reason);
    this.flush();
  }

  pause(): void {
    this.#paused = true;
    this.#engine?.pause();
  }

  resume(): void {
    this.#paused = false;
    if (!this.#greeting) this.#engine?.resume();
  }

  destroy(): void {
    this.#observer = undefined;
    const finishRefusal = this.#finishRefusal;
    this.#finishRefusal = undefined;
    finishRefusal?.();
    this.flush();
    // Afterwards the socket no longer knows what has left.
    this.#outgoing?.settle();
    try {
      this.#engine?.terminate();
    } catch {
      // After a handshake that threw, the engine has no request and no socket. The route destroys them.
    }
    this.#route?.destroy();
  }

  // Called by the engine only.

  onEngineClose(code: number | undefined, reason: string | Buffer | undefined): void {
    // Nothing may follow a Close (RFC 6455 §5.5.1).
    this.#outgoing?.finish();
    if (this.#ending) return;
    this.#ending = true;
    if (code !== undefined && reason === undefined) {
      this.#sentCode = code;
      return;
    }
    this.#observer?.peerClosed(code ?? 1005, reason?.toString() ?? '');
  }

  /** The engine has written our Close to the socket, or keeps it until it has compressed what is before it. */
  onCloseGiven(): void {
    if (this.#ourClose !== 'none') return;
    this.#ourClose = 'given';
    if (this.#outgoing?.isCompressing !== true) this.#watchCloseLeave();
  }

  /** Whether the socket's buffer counts are valid. */
  get #isSound(): boolean {
    const socket = this.#socket;
    return this.#outgoing?.isSound ?? (socket !== undefined && !socket.destroyed && !socket.errored);
  }

  /** Our Close is in the socket: the callback of an empty write after it comes when the kernel has it. */
  #watchCloseLeave(): void {
    const socket = this.#socket;
    if (this.#ourClose !== 'given' || socket === undefined || !this.#isSound) return;
    if (socket.writableLength === 0) {
      this.#ourClose = 'left';
    } else if (socket.writable) {
      // Also called without an error where the socket was destroyed meanwhile.
      socket.write(EMPTY, (error) => {
        if (!error && this.#isSound) this.#ourClose = 'left';
      });
    }
  }

  /** Without an observer `destroy()` is the caller. */
  onEngineTerminate(): void {
    if (this.#observer === undefined) return;
    this.#error ??= new ConnectionError('The peer sent Pings faster than they could be answered', {
      code: 'ERR_RECKER_PING_FLOOD',
    });
  }

  /** The code of the Close that the engine sent because the peer broke the protocol. */
  #sentCode: number | undefined;

  onUpgrade(answer: IncomingMessage): void {
    this.#answer = answer;
    this.#socket = answer.socket;
  }

  onUnexpectedResponse(answer: IncomingMessage): void {
    const status = answer.statusCode ?? 0;
    const { headers } = answer;
    const receivedAt = wallTime();
    if (status === 101) {
      this.#fail(incomplete101(headers));
      return;
    }
    const timeLeft = this.#request?.timeLeft?.() ?? Number.POSITIVE_INFINITY;
    const finish = readBody(answer, timeLeft, (body) => {
      this.#fail(
        new HandshakeError(refusalText(status, headers), {
          status,
          headers,
          body,
          receivedAt,
        }),
      );
    });
    if (this.#observer !== undefined) this.#finishRefusal = finish;
  }

  onOpen(): void {
    const engine = this.#engine as Engine;
    const headers = this.#answer?.headers;
    this.#route?.opened?.();
    this.#answer = undefined;
    const { maxFrameSize } = this.#request as DialRequest;
    this.#request = undefined;
    const compresses = engine.extensions.includes('permessage-deflate');
    if (compresses || maxFrameSize !== undefined) this.#sending = { compresses, maxFrameSize };
    this.#greeting = true;
    engine.pause();
    afterIo(() => {
      this.#greeting = false;
      if (!this.#paused) engine.resume();
    });
    this.#observer?.opened(engine.protocol, engine.extensions, headers);
  }

  onMessage(data: Buffer, isBinary: boolean): void {
    this.#observer?.message(isBinary ? data : data.toString(), isBinary, data.length);
  }

  onPong(payload: Buffer): void {
    if (payload.length !== PING_PAYLOAD) return;
    const ping = payload.readUInt32BE();
    const newer = (this.#pings - ping) >>> 0;
    // It answers no Ping that waits: it is late, or for a Ping that was never sent.
    if (newer >= (this.#pings - this.#ponged) >>> 0) return;
    this.#ponged = ping;
    this.#observer?.ponged(newer);
  }

  onError(cause: Error): void {
    if (this.#finishRefusal !== undefined) {
      // The answer has arrived: only its body is incomplete.
      this.#finishRefusal();
      return;
    }
    if (this.#socket === undefined || this.#answer !== undefined) {
      const answer = this.#answer;
      this.#fail(
        answer === undefined
          ? connectionError(this.#route?.explain(cause) ?? cause)
          : new HandshakeError(
              cause.message,
              { status: answer.statusCode ?? 101, headers: answer.headers },
              { cause },
            ),
      );
      return;
    }
    this.#error = connectionError(cause);
    if (this.#sentCode !== undefined) {
      this.flush();
      this.#observer?.peerErred(this.#error, this.#sentCode);
    }
  }

  onClose(code: number, reason: Buffer): void {
    const observer = this.#observer;
    this.#observer = undefined;
    // RFC 6455 §7.1.4: both sides sent a Close. An error of TCP afterwards does not matter: some peers reset it.
    const wasClean = code !== NO_CLOSE && this.#ourClose === 'left';
    // ws hides the socket's error, which is the cause.
    const cause = wasClean ? undefined : this.#socket?.errored;
    if (cause) this.#error ??= connectionError(cause);
    observer?.closed(code, reason.toString(), wasClean, wasClean ? undefined : this.#error);
    this.#route?.destroy();
  }

  #fail(error: ReckerError): void {
    const observer = this.#observer;
    this.destroy();
    observer?.failed(error);
  }
}

/** How nearly all connections send. */
const PLAIN: SendSettings = Object.freeze({ compresses: false, maxFrameSize: undefined });

/** `ws` (https://github.com/websockets/ws), dialled directly, through a proxy or through an undici dispatcher. */
export const wsTransport: TransportFactory = Object.freeze({
  name: 'ws',
  supports: TRANSPORT_FEATURES,
  prepare: loadFor,
  dial: (request: DialRequest, observer: TransportObserver) => new WsTransport(request, observer),
});
