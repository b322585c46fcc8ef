/**
 * One TCP or TLS connection to the server, byte by byte.
 *
 * Owns: the socket, what was received on it and how it ended. Must not know: what is checked.
 */
import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { clientFrame } from '../frames.js';
import { resetSocket } from '../sockets.js';
import { type Answer, AnswerReader, type ServerFrame } from './answerReader.js';
import type { Target } from './target.js';
import type { ServerCheckTls } from './types.js';

/** For the checks, which know this file only. */
export { type ClientFrameOptions, clientFrame } from '../frames.js';

/** Taken at import: fake timers of a test that calls `checkServer()` do not stop it. */
const { setTimeout, clearTimeout, setImmediate, performance } = globalThis;
const sleep = wait;

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** How the server ended its side. */
export type WireEnd = 'FIN' | 'RST';

/** What a Close frame says. */
export interface SeenClose {
  /** 1005 where it has none. */
  readonly code: number;
  /** The length of its body. */
  readonly length: number;
}

/** How long a wait lasts; the wait ends early where its signal aborts. */
export interface Patience {
  readonly ms: number;
  readonly signal: AbortSignal;
}

/** Waits for so long, or until the signal aborts. */
export async function pause({ ms, signal }: Patience): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}

/** Ms on the monotonic clock. */
export const now = (): number => performance.now();

/** A timer that fires so much too late shows that this process could not run, in ms. */
const BLOCKED = 50;

/**
 * Calls back after `ms` in which this process could have read what the server sent: where it was blocked, the time begins
 * anew, up to three times; and what has arrived by then is read first.
 *
 * @returns what stops it
 */
function afterFair(ms: number, then: () => void): () => void {
  let isOver = false;
  let timer: NodeJS.Timeout;
  const arm = (tries: number): void => {
    const due = now() + ms;
    timer = setTimeout(() => {
      if (tries > 0 && now() - due > BLOCKED) arm(tries - 1);
      else
        setImmediate(() => {
          if (!isOver) then();
        });
    }, ms);
  };
  arm(3);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

/** A connection that was made. */
export class Wire {
  /** How the server ended its side; undefined while it has not. */
  end: WireEnd | undefined;
  /** When it did, in ms on the monotonic clock. */
  endedAt: number | undefined;
  /** When the first Close arrived. */
  closedAt: number | undefined;

  readonly #socket: Socket;
  readonly #reader = new AnswerReader();
  readonly #waits = new Set<() => void>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => {
      this.#reader.push(bytes);
      if (this.closedAt === undefined && this.close !== undefined) this.closedAt = now();
      this.#changed();
    });
    socket.on('end', () => this.#ended('FIN'));
    socket.on('error', () => this.#ended('RST'));
    socket.on('close', () => this.#ended('RST'));
  }

  /**
   * Connects.
   *
   * @throws the system's error, or an Error where it takes longer than `patience`
   */
  static connect(target: Target, tls: ServerCheckTls | undefined, patience: Patience): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = openSocket(target, tls);
      const settle = (then: () => void): void => {
        stop();
        patience.signal.removeEventListener('abort', give);
        socket.removeAllListeners();
        socket.on('error', () => {});
        then();
      };
      const give = (): void =>
        settle(() => {
          socket.destroy();
          reject(new Error(`no connection within ${patience.ms} ms`));
        });
      const stop = afterFair(patience.ms, give);
      patience.signal.addEventListener('abort', give);
      socket.once('error', (error) =>
        settle(() => {
          socket.destroy();
          reject(error);
        }),
      );
      socket.once(target.secure ? 'secureConnect' : 'connect', () => settle(() => resolve(new Wire(socket))));
      if (patience.signal.aborted) give();
    });
  }

  /** The server's answer to the handshake. */
  get answer(): Answer | undefined {
    return this.#reader.answer;
  }

  /** Whether the server sent what is no HTTP answer. */
  get isGarbage(): boolean {
    return this.#reader.garbage;
  }

  /** The server's frames, in order. */
  get frames(): readonly ServerFrame[] {
    return this.#reader.frames;
  }

  /** The server's first Close. */
  get close(): SeenClose | undefined {
    const frame = this.frames.find(({ opcode }) => opcode === OPCODE.close);
    if (frame === undefined) return undefined;
    const { payload, length } = frame;
    return { code: payload.length >= 2 ? payload.readUInt16BE(0) : 1005, length };
  }

  /** The server has said that it ends the connection, or has ended it. */
  get isOver(): boolean {
    return this.end !== undefined || this.close !== undefined;
  }

  /** Bytes that the kernel has not taken yet. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  /** Sends bytes; after the end nothing. */
  write(bytes: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes, () => this.#changed());
  }

  /** Sends a valid frame. */
  send(opcode: number, data: Uint8Array | string = ''): void {
    this.write(clientFrame(opcode, data));
  }

  /** Sends a Close (RFC 6455 §5.5.1). */
  sendClose(code: number, reason = ''): void {
    this.send(OPCODE.close, closeBody(code, reason));
  }

  /** Stops reading: the kernel's buffers fill, and the server's writes stall. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Undoes `stopReading()`. */
  goOnReading(): void {
    this.#socket.resume();
  }

  /** Ends this side with a FIN. */
  finish(): void {
    this.#socket.end();
  }

  /** Ends the connection without another word. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Ends the connection with an RST. */
  reset(): void {
    resetSocket(this.#socket);
  }

  /** Waits until `found` gives something; undefined where it takes longer than `patience`. */
  until<T>(found: () => T | undefined, { ms, signal }: Patience): Promise<T | undefined> {
    return new Promise((resolve) => {
      const done = (value: T | undefined): void => {
        stop();
        signal.removeEventListener('abort', give);
        this.#waits.delete(look);
        resolve(value);
      };
      const give = (): void => done(found());
      const look = (): void => {
        const value = found();
        if (value !== undefined) done(value);
      };
      const stop = afterFair(ms, give);
      signal.addEventListener('abort', give);
      this.#waits.add(look);
      if (signal.aborted) give();
      else look();
    });
  }

  #ended(end: WireEnd): void {
    if (this.end !== undefined) return;
    this.end = end;
    this.endedAt = now();
    this.#changed();
  }

  #changed(): void {
    for (const look of [...this.#waits]) look();
  }
}

/** A socket that connects to the server, by TLS where it is a `wss:` one. */
export function openSocket({ host, port, secure }: Target, tls: ServerCheckTls | undefined): Socket {
  const where = { host, port, allowHalfOpen: true };
  if (!secure) return connectTcp(where);
  return connectTls({ ...where, ALPNProtocols: ['http/1.1'], ...serverName(host), ...tlsOf(tls) });
}

/** The body of a Close. */
export function closeBody(code: number, reason = ''): Buffer {
  return Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]);
}

/** RFC 6066 §3: no address, and no trailing dot. */
function serverName(host: string): { servername?: string } {
  return /^[\d.]+$|:/.test(host) ? {} : { servername: host.replace(/\.$/, '') };
}

function tlsOf(tls: ServerCheckTls = {}): Record<string, unknown> {
  return Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
}
