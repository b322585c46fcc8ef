/** The published recker@1, with its reconnection without an end and its heartbeat. */
import { ReckerWebSocket, type WebSocketMessage } from 'recker-upstream';
import { type Client, DEFAULTS, type Listener, type Sent, type Settings } from '../client.js';
import { errorFacts, Recorded } from '../recorded.js';

class UpstreamSession extends Recorded {
  readonly #ws: ReckerWebSocket;

  constructor(url: string, settings: Settings) {
    super();
    const { heartbeat, reconnectDelay, headers, protocols, maxAttempts, compression, proxy } = {
      ...DEFAULTS,
      ...settings,
    };
    this.#ws = new ReckerWebSocket(url, {
      reconnect: true,
      maxReconnectAttempts: maxAttempts ?? 0,
      ...(compression === true ? { perMessageDeflate: true } : {}),
      ...(proxy === undefined ? {} : { proxy }),
      reconnectDelay,
      heartbeatInterval: heartbeat,
      heartbeatTimeout: heartbeat / 2,
      ...(headers === undefined ? {} : { headers: headers as Record<string, string> }),
      ...(protocols === undefined ? {} : { protocols: [...protocols] }),
    });
    for (const kind of ['open', 'message', 'close', 'error'] as const) {
      this.on(kind, ({ at: _, kind: __, ...facts }) => this.note(kind, facts));
    }
    this.#ws.on('max-reconnect-attempts', () => this.note('over'));
    this.connect();
  }

  get isOpen(): boolean {
    return this.#ws.isConnected;
  }

  get bufferedAmount(): number {
    return 0;
  }

  on(kind: 'open' | 'message' | 'close' | 'error', listener: Listener): void {
    switch (kind) {
      case 'open':
        this.#ws.on('open', () => listener(this.happening(kind)));
        break;
      case 'message':
        this.#ws.on('message', ({ data }: WebSocketMessage) => listener(this.happening(kind, { data })));
        break;
      case 'close':
        this.#ws.on('close', (code: number, reason: string) =>
          listener(this.happening(kind, { code, reason })),
        );
        break;
      case 'error':
        this.#ws.on('error', (error: unknown) => listener(this.happening(kind, errorFacts(error))));
    }
  }

  send(data: string | Uint8Array): Sent {
    const sent: Sent = { fate: 'waiting' };
    this.#ws.send(data).then(
      () => {
        sent.fate = 'sent';
      },
      (error: unknown) => this.refuse(sent, error),
    );
    return sent;
  }

  close(code?: number, reason?: string): void {
    this.#ws.close(code, reason);
  }

  connect(): void {
    this.#ws.connect().catch(() => {});
  }

  reconnect(): void {
    this.connect();
  }

  readSlowly(each: () => Promise<void>): void {
    void this.#take(each);
  }

  async #take(each: () => Promise<void>): Promise<void> {
    for await (const _message of this.#ws) await each();
  }
}

export const client: Client = {
  name: 'recker@1',
  has: { heartbeat: true, queue: false, headers: true, reconnect: true },
  offers: ['maxAttempts', 'proxy'],
  open: (url, settings = {}) => new UpstreamSession(url, settings),
};
