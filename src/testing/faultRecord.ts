/**
 * What a fault server has seen, and waiting for more of it.
 *
 * Owns: the record, and the waits on it. Must not know: how any of it came about.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { SeenFrame } from './frames.js';

/** The server's end of one connection: `ws`'s WebSocket. */
export interface FaultConnection {
  readonly protocol: string;
  readonly extensions: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: string | Uint8Array, done?: (error?: Error) => void): void;
  ping(data?: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  terminate(): void;
  pause(): void;
  resume(): void;
  on(event: 'message', listener: (data: RawBytes, isBinary: boolean) => void): unknown;
  on(event: 'ping' | 'pong', listener: (data: Buffer) => void): unknown;
  on(event: 'close', listener: (code: number, reason: Buffer) => void): unknown;
}

/** A message as `ws` gives it to its listeners. */
export type RawBytes = Buffer | ArrayBuffer | Buffer[];

/** An opening handshake that arrived, answered or not. */
export interface SeenHandshake {
  /** The request's target, e.g. `/feed?x=1`. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** When, in milliseconds, on the scale of `performance.now()`. */
  readonly at: number;
}

/** A whole message that arrived. */
export interface SeenMessage {
  /** Text as a string, binary as a Buffer. */
  readonly data: string | Buffer;
  readonly isBinary: boolean;
  readonly connection: FaultConnection;
}

/** What a fault server has seen since it started or since `forget()`. */
export interface Seen {
  readonly handshakes: SeenHandshake[];
  readonly messages: SeenMessage[];
  /** Close frames, when they arrived; 1005 for one with no code. */
  readonly closes: { readonly code: number; readonly reason: string }[];
  /** All frames in order of arrival, over all connections. */
  readonly frames: SeenFrame[];
  pings: number;
  pongs: number;
  /** Connections that are gone. */
  ended: number;
}

/** The record, and everything that waits for it to change. */
export class FaultRecord {
  readonly seen: Seen = {
    handshakes: [],
    messages: [],
    closes: [],
    frames: [],
    pings: 0,
    pongs: 0,
    ended: 0,
  };
  /** Every connection ever accepted, oldest first. */
  readonly accepted: FaultConnection[] = [];

  readonly #claimed = new Set<SeenMessage>();
  readonly #waiting = new Set<{ check(): boolean; fail(error: Error): void }>();

  /** The first message that matches and was not returned before. */
  claim(matches: (message: SeenMessage) => boolean): SeenMessage | undefined {
    const found = this.seen.messages.find((message) => !this.#claimed.has(message) && matches(message));
    if (found !== undefined) this.#claimed.add(found);
    return found;
  }

  /** Waits until something is found; looked for at once, and after each `changed()`. */
  until<T extends object | true>(find: () => T | undefined): Promise<T> {
    const promise = new Promise<T>((resolve, reject) => {
      const waiter = {
        check: (): boolean => {
          const found = find();
          if (found === undefined) return false;
          this.#waiting.delete(waiter);
          resolve(found);
          return true;
        },
        fail: reject,
      };
      if (!waiter.check()) this.#waiting.add(waiter);
    });
    // A wait that a test has given up must not end the process when the server stops.
    promise.catch(() => {});
    return promise;
  }

  changed(): void {
    for (const waiter of [...this.#waiting]) waiter.check();
  }

  /** Ends all waits. */
  fail(error: Error): void {
    for (const waiter of this.#waiting) waiter.fail(error);
    this.#waiting.clear();
  }

  forget(): void {
    const { seen } = this;
    for (const list of [seen.handshakes, seen.messages, seen.closes, seen.frames]) list.length = 0;
    seen.pings = 0;
    seen.pongs = 0;
    seen.ended = 0;
    this.#claimed.clear();
  }
}
