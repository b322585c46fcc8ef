/**
 * What a fault server has seen, and the waits for more of it.
 *
 * Owns: the record, and the waits. Must not know: what caused any of it.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { SeenFrame } from './frames.js';

/** The server's end of one connection: `ws`'s WebSocket. */
export interface FaultConnection {
  /** The subprotocol that was chosen; `''` for none. */
  readonly protocol: string;
  /** The extensions that were agreed on, as in the header; `''` for none. */
  readonly extensions: string;
  /** As in the WHATWG interface: 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** Bytes that were sent and that the kernel has not taken. */
  readonly bufferedAmount: number;
  /**
   * Sends a message: a string as text, bytes as binary. `done` is called once the kernel has it, or with
   * the error.
   */
  send(data: string | Uint8Array, done?: (error?: Error) => void): void;
  /** Sends a Ping frame. Default: no payload. */
  ping(data?: string | Uint8Array): void;
  /** Starts the closing handshake. Default: a Close without a code. */
  close(code?: number, reason?: string): void;
  /** Destroys the connection at once, without a Close. */
  terminate(): void;
  /** Stops reading, so that the client's writes stall. */
  pause(): void;
  /** Reads again. */
  resume(): void;
  /** Listens to messages, control frames and the end, as with `ws`. */
  on(event: 'message', listener: (data: RawBytes, isBinary: boolean) => void): unknown;
  on(event: 'ping' | 'pong', listener: (data: Buffer) => void): unknown;
  on(event: 'close', listener: (code: number, reason: Buffer) => void): unknown;
}

/** A message as `ws` gives it to its listeners. */
export type RawBytes = Buffer | ArrayBuffer | Buffer[];

/** A request for an opening handshake that arrived, answered or not. */
export interface SeenHandshake {
  /** The request's target, e.g. `/feed?x=1`. */
  readonly url: string;
  /** The request's headers, with names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** When it arrived: milliseconds on the scale of `performance.now()`. */
  readonly at: number;
}

/** A whole message that arrived. */
export interface SeenMessage {
  /** Text as a string, binary as a `Buffer`. */
  readonly data: string | Buffer;
  /** False for text. */
  readonly isBinary: boolean;
  /** The connection on which it arrived. */
  readonly connection: FaultConnection;
}

/** What a fault server has seen since it started or since `forget()`. */
export interface Seen {
  /** The requests for a handshake, in the order of arrival. */
  readonly handshakes: SeenHandshake[];
  /** The messages of all connections, in the order of arrival. */
  readonly messages: SeenMessage[];
  /** The Close frames that arrived, in order. The code is 1005 for one without a code. */
  readonly closes: { readonly code: number; readonly reason: string }[];
  /** All frames of all connections, in the order of arrival. */
  readonly frames: SeenFrame[];
  /** How many Ping frames arrived. */
  pings: number;
  /** How many Pong frames arrived. */
  pongs: number;
  /** How many connections have ended. */
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
    // A wait that a test has abandoned must not end the process when the server stops.
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
