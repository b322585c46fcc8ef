/** What the adapters share: the record of what a library reported, and the loops that its users write. */
import type { Happening, Kind, Listener, Sent, Session, Settings } from './client.js';
import { DEFAULTS } from './client.js';

type Heard = 'open' | 'message' | 'close' | 'error';
export const HEARD: readonly Heard[] = ['open', 'message', 'close', 'error'];

/** The facts of an event, without its kind and time. */
export type Facts = Omit<Happening, 'kind' | 'at'>;

export abstract class Recorded implements Session {
  readonly events: Happening[] = [];
  readonly #begun = performance.now();
  abstract readonly isOpen: boolean;
  abstract readonly bufferedAmount: number;
  abstract send(data: string | Uint8Array): Sent;
  abstract close(code?: number, reason?: string): void;
  abstract on(kind: Heard, listener: Listener): void;

  protected note(kind: Kind, facts: Facts = {}): void {
    this.events.push(this.happening(kind, facts));
  }

  protected happening(kind: Kind, facts: Facts = {}): Happening {
    return { kind, at: performance.now() - this.#begun, ...facts };
  }

  /** Sends by a call that throws what it does not take. */
  protected attempt(send: () => void, otherwise: Sent['fate'] = 'accepted'): Sent {
    const sent: Sent = { fate: otherwise };
    try {
      send();
    } catch (error) {
      this.refuse(sent, error);
    }
    return sent;
  }

  protected refuse(sent: Sent, error: unknown): void {
    sent.fate = 'refused';
    sent.error = textOf(error);
    this.note('refused', { message: sent.error });
  }
}

/** A library that reconnects by itself and has the interface of the browser's WebSocket. */
export interface Target {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: string | Uint8Array): unknown;
  close(code?: number, reason?: string): void;
  addEventListener(type: string, listener: (event: TargetEvent) => void): void;
}

export interface TargetEvent {
  readonly data?: unknown;
  readonly code?: number;
  readonly reason?: string;
  readonly error?: unknown;
  readonly message?: string;
}

export const factsOf = (event: TargetEvent): Facts => ({
  ...(event.data === undefined ? {} : { data: asBuffer(event.data) }),
  ...(event.code === undefined ? {} : { code: event.code, reason: event.reason ?? '' }),
  ...errorFacts(event.error ?? event.message),
});

export function errorFacts(error: unknown): Facts {
  if (error === undefined || error === '') return {};
  const message = textOf(error);
  const { status } = error as { readonly status?: unknown };
  const named =
    typeof status === 'number'
      ? status
      : Number(/(?:response|status|answered)\D*\b([3-5]\d\d)\b/i.exec(message)?.[1]);
  return { message, ...(Number.isFinite(named) ? { status: named } : {}) };
}

export function textOf(error: unknown): string {
  if (typeof error === 'string') return error;
  const { message, name, code } = error as { readonly message?: string; name?: string; code?: string };
  return message || code || name || String(error);
}

const asBuffer = (data: unknown): unknown => (data instanceof ArrayBuffer ? Buffer.from(data) : data);

/** A session over one such object, for all its connections. */
export class TargetSession<T extends Target = Target> extends Recorded {
  protected readonly target: T;

  constructor(target: T) {
    super();
    this.target = target;
    target.binaryType = 'arraybuffer';
    for (const kind of HEARD) target.addEventListener(kind, (event) => this.note(kind, factsOf(event)));
  }

  get isOpen(): boolean {
    return this.target.readyState === 1;
  }

  get bufferedAmount(): number {
    return this.target.bufferedAmount;
  }

  on(kind: Heard, listener: Listener): void {
    this.target.addEventListener(kind, (event) => listener(this.happening(kind, factsOf(event))));
  }

  send(data: string | Uint8Array): Sent {
    return this.attempt(() => this.target.send(data));
  }

  close(code?: number, reason?: string): void {
    if (code === undefined) this.target.close();
    else this.target.close(code, reason);
  }
}

/** The loop that users write round a WebSocket without reconnection: dial again when it closes, later each time. */
export abstract class LoopSession<Socket> extends Recorded {
  protected socket: Socket | undefined;
  readonly #listeners: (readonly [Heard, Listener])[] = [];
  readonly #settings: Settings;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #ended = false;

  constructor(settings: Settings) {
    super();
    this.#settings = settings;
  }

  protected abstract make(): Socket;
  protected abstract listen(socket: Socket, kind: Heard, listener: (facts: Facts) => void): void;
  protected abstract end(socket: Socket, code?: number, reason?: string): void;

  protected dial(): void {
    const socket = this.make();
    this.socket = socket;
    for (const kind of HEARD) this.listen(socket, kind, (facts) => this.note(kind, facts));
    this.listen(socket, 'open', () => {
      this.#failures = 0;
    });
    this.listen(socket, 'close', () => {
      if (this.#ended) return;
      const { reconnectDelay, maxReconnectDelay } = { ...DEFAULTS, ...this.#settings };
      const delay = Math.min(reconnectDelay * 2 ** this.#failures, maxReconnectDelay);
      this.#failures += 1;
      this.#timer = setTimeout(() => this.dial(), delay);
    });
    for (const [kind, listener] of this.#listeners) this.#attach(socket, kind, listener);
  }

  #attach(socket: Socket, kind: Heard, listener: Listener): void {
    this.listen(socket, kind, (facts) => listener(this.happening(kind, facts)));
  }

  on(kind: Heard, listener: Listener): void {
    this.#listeners.push([kind, listener]);
    if (this.socket !== undefined) this.#attach(this.socket, kind, listener);
  }

  close(code?: number, reason?: string): void {
    this.stop();
    if (this.socket !== undefined) this.end(this.socket, code, reason);
  }

  /** Ends the loop. */
  protected stop(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }
}

/** The loop round a WebSocket with the browser's interface. */
export class TargetLoopSession extends LoopSession<Target> {
  readonly #make: () => Target;

  constructor(make: () => Target, settings: Settings) {
    super(settings);
    this.#make = make;
    this.dial();
  }

  get isOpen(): boolean {
    return this.socket?.readyState === 1;
  }

  get bufferedAmount(): number {
    return this.socket?.bufferedAmount ?? 0;
  }

  send(data: string | Uint8Array): Sent {
    return this.attempt(() => this.socket?.send(data));
  }

  protected make(): Target {
    const socket = this.#make();
    socket.binaryType = 'arraybuffer';
    return socket;
  }

  protected listen(socket: Target, kind: Heard, listener: (facts: Facts) => void): void {
    socket.addEventListener(kind, (event) => listener(factsOf(event)));
  }

  protected end(socket: Target, code?: number, reason?: string): void {
    if (code === undefined) socket.close();
    else socket.close(code, reason);
  }
}
