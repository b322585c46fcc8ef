/** This library, from the source of this tree. Options: reconnection without an end, and the times. */
import { createClient, type ReckerWebSocket, type WebSocketOptions } from '../../../src/index.js';
import { type Client, DEFAULTS, type Listener, type Sent, type Settings } from '../client.js';
import { errorFacts, Recorded } from '../recorded.js';

export class ReckerSession extends Recorded {
  readonly #ws: ReckerWebSocket;

  constructor(url: string, settings: Settings, more: WebSocketOptions = {}) {
    super();
    const { heartbeat, connectTimeout, closeTimeout, reconnectDelay, maxReconnectDelay, headers, protocols } =
      {
        ...DEFAULTS,
        ...settings,
      };
    const { stableAfter, jitter, maxQueued, maxAttempts = 0, maxPayload, compression, proxy } = settings;
    this.#ws = createClient().websocket(settings.urlOf ?? url, {
      reconnect: true,
      maxReconnectAttempts: maxAttempts,
      ...(stableAfter === undefined ? {} : { minUptime: stableAfter }),
      ...(jitter === true ? { reconnectJitter: 'full' } : {}),
      ...(maxQueued === undefined ? {} : { sendQueue: { maxMessages: maxQueued } }),
      ...(maxPayload === undefined ? {} : { maxPayload }),
      ...(compression === true ? { perMessageDeflate: true } : {}),
      ...(proxy === undefined ? {} : { proxy }),
      heartbeatInterval: heartbeat,
      heartbeatTimeout: heartbeat / 2,
      connectTimeout,
      closeTimeout,
      reconnectDelay,
      maxReconnectDelay,
      ...(headers === undefined ? {} : { headers: headers as NonNullable<WebSocketOptions['headers']> }),
      ...(protocols === undefined ? {} : { protocols: [...protocols] }),
      ...more,
    });
    for (const kind of ['open', 'message', 'close', 'error'] as const) {
      this.on(kind, ({ at: _, kind: __, ...facts }) => this.note(kind, facts));
    }
    this.#ws.on('close', (_code, _reason, { willReconnect }) => {
      if (!willReconnect) this.note('over');
    });
    this.#ws.on('reconnect-error', (error) => this.note('error', errorFacts(error)));
    this.#ws.on('undelivered', (_data, error) => this.note('refused', { message: error.message }));
  }

  get isOpen(): boolean {
    return this.#ws.isConnected;
  }

  get bufferedAmount(): number {
    return this.#ws.bufferedAmount;
  }

  on(kind: 'open' | 'message' | 'close' | 'error', listener: Listener): void {
    switch (kind) {
      case 'open':
        this.#ws.on('open', () => listener(this.happening(kind)));
        break;
      case 'message':
        this.#ws.on('message', ({ data }) => listener(this.happening(kind, { data })));
        break;
      case 'close':
        this.#ws.on('close', (code, reason, { unsentBytes }) =>
          listener(this.happening(kind, { code, reason, unsentBytes })),
        );
        break;
      case 'error':
        this.#ws.on('error', (error) => listener(this.happening(kind, errorFacts(error))));
    }
  }

  send(data: string | Uint8Array): Sent {
    const sent: Sent = { fate: 'waiting' };
    this.#ws.send(data).then(
      () => {
        sent.fate = 'sent';
      },
      (error: Error) => {
        // The event `undelivered` has reported it already.
        sent.fate = 'refused';
        sent.error = error.message;
      },
    );
    return sent;
  }

  close(code?: number, reason?: string): void {
    void this.#ws.close(code, reason);
  }

  terminate(): void {
    this.#ws.terminate();
  }

  connect(): void {
    void this.#ws.connect();
  }

  reconnect(): void {
    void this.#ws.reconnect();
  }

  readSlowly(each: () => Promise<void>): void {
    void this.#take(each);
  }

  async #take(each: () => Promise<void>): Promise<void> {
    for await (const _message of this.#ws) await each();
  }
}

export const client: Client = {
  name: 'recker',
  has: { heartbeat: true, queue: true, headers: true, reconnect: true },
  offers: ['url', 'stableAfter', 'jitter', 'maxQueued', 'maxAttempts', 'maxPayload', 'proxy'],
  open: (url, settings = {}) => new ReckerSession(url, settings),
};
