/**
 * ws as its README shows: the heartbeat of "How to detect and close broken connections?" (a Ping each interval, and
 * `terminate()` where the one before has no Pong), `handshakeTimeout`, `closeTimeout`, and a loop that dials again on `close`.
 */
import { type RawData, WebSocket } from 'ws';
import { type Client, DEFAULTS, type Sent, type Settings } from '../client.js';
import { errorFacts, type Facts, LoopSession } from '../recorded.js';
import { wsOptions } from './overWs.js';

class WsSession extends LoopSession<WebSocket> {
  readonly #url: string;
  readonly #settings: Settings & typeof DEFAULTS;

  constructor(url: string, settings: Settings) {
    super(settings);
    this.#url = url;
    this.#settings = { ...DEFAULTS, ...settings };
    this.dial();
  }

  protected make(): WebSocket {
    const { connectTimeout, closeTimeout, headers, protocols = [] } = this.#settings;
    const socket = new WebSocket(this.#settings.urlOf?.() ?? this.#url, [...protocols], {
      ...wsOptions(this.#settings),
      handshakeTimeout: connectTimeout,
      ...{ closeTimeout },
      ...(headers === undefined ? {} : { headers: headers as Record<string, string> }),
    });
    socket.on('open', () => this.#keepAlive(socket));
    return socket;
  }

  #keepAlive(socket: WebSocket): void {
    let isAlive = true;
    socket.on('pong', () => {
      isAlive = true;
    });
    const interval = setInterval(() => {
      if (!isAlive) return socket.terminate();
      isAlive = false;
      socket.ping();
    }, this.#settings.heartbeat);
    socket.on('close', () => clearInterval(interval));
  }

  protected listen(
    socket: WebSocket,
    kind: 'open' | 'message' | 'close' | 'error',
    listener: (facts: Facts) => void,
  ): void {
    switch (kind) {
      case 'open':
        socket.on('open', () => listener({}));
        break;
      case 'message':
        socket.on('message', (data: RawData, isBinary: boolean) =>
          listener({ data: isBinary ? data : data.toString() }),
        );
        break;
      case 'close':
        socket.on('close', (code, reason) => listener({ code, reason: reason.toString() }));
        break;
      case 'error':
        socket.on('error', (error) => listener(errorFacts(error)));
    }
  }

  protected end(socket: WebSocket, code?: number, reason?: string): void {
    socket.close(code, reason);
  }

  get isOpen(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  get bufferedAmount(): number {
    return this.socket?.bufferedAmount ?? 0;
  }

  send(data: string | Uint8Array): Sent {
    const sent = this.attempt(
      () =>
        this.socket?.send(data, (error) => {
          if (error) this.refuse(sent, error);
          else sent.fate = 'sent';
        }),
      'waiting',
    );
    return sent;
  }

  /** As doc/ws.md has it: `pause()` and `resume()`. */
  readSlowly(each: () => Promise<void>): void {
    const { socket } = this;
    socket?.on('message', async () => {
      socket.pause();
      await each();
      socket.resume();
    });
  }

  terminate(): void {
    this.stop();
    this.socket?.terminate();
  }
}

export const client: Client = {
  name: 'ws',
  has: { heartbeat: true, queue: false, headers: true, reconnect: false },
  offers: ['url', 'maxPayload'],
  open: (url, settings = {}) => new WsSession(url, settings),
};
