/**
 * One dial of the fake transport, and the connection it becomes.
 *
 * Owns: both ends of the port: what the client did is recorded, what the peer does is driven by the test.
 * Must not know: the chart, the api, a clock or a network. It keeps to the port's promises (once, in order,
 * nothing after `destroy()`) and throws when the test or the client breaks them; `late` is the way round.
 */
import type {
  DialRequest,
  ReckerError,
  ResponseHeaders,
  Transport,
  TransportObserver,
} from '../port/index.js';

/**
 * How `askLiveness()` is answered: `'byTraffic'`: alive where a message or a Pong came since `mark()`, else
 * dead; `'alive'` or `'dead'`: always so; these in a microtask. `'manual'`: the test calls `answer()`.
 */
export type AutoAnswer = 'byTraffic' | 'alive' | 'dead' | 'manual';

/** `dialling` until `open()` or `fail()`; `ended` after `fail()` or `end()`; `destroyed` by the client. */
export type FakePhase = 'dialling' | 'open' | 'ended' | 'destroyed';

/** What `open()` may be told. */
export interface OpenDetails {
  /** The subprotocol that the server chose. Default `''`: none. */
  readonly protocol?: string | undefined;
  /** The extensions that were agreed, as the header has them. Default `''`. */
  readonly extensions?: string | undefined;
  /** The headers of the 101, in lower case. Default: none. */
  readonly headers?: ResponseHeaders | undefined;
}

/** What `end()` may be told. Each default is what the driving so far implies. */
export interface EndDetails {
  /** Default: the code of `peerClose()`; 1006 where there was none. */
  readonly code?: number | undefined;
  /** Default: the reason of `peerClose()`, else `''`. */
  readonly reason?: string | undefined;
  /** Default: whether there was a `peerClose()`. */
  readonly wasClean?: boolean | undefined;
  /** Default: none. */
  readonly error?: ReckerError | undefined;
}

/** What the network and the peer do to a connection. */
export interface PeerActions {
  /** The upgrade succeeds. Once, while dialling. */
  open(details?: OpenDetails): void;
  /** The dial fails. Once, while dialling. */
  fail(error: ReckerError, sentCode?: number): void;
  /** A message arrives: text as a string, binary as bytes. Also while paused: then it had been read already. */
  message(data: string | Uint8Array): void;
  /** A Pong arrives, for a Ping and all older ones, once for each; `newer` Pings still wait. Default: 0. */
  pong(newer?: number): void;
  /** The peer's Close arrives; the connection stays until `end()`. Default 1005, `''`: a Close with no body. */
  peerClose(code?: number, reason?: string): void;
  /** The peer broke the protocol, and was sent a Close with `sentCode`; the connection stays until `end()`. */
  peerErr(error: ReckerError, sentCode: number): void;
  /** The connection is gone. Once, after `open()`. What was held is lost. */
  end(details?: EndDetails): void;
  /** The answer to `askLiveness()`, where none was given yet. */
  answer(alive: boolean): void;
  /** The kernel is full from here on: writes are held, and `bytes` of what was sent before (default 1) wait, too. */
  fill(bytes?: number): void;
}

/** For microtasks that a test's fake timers do not hold back. */
const SETTLED = Promise.resolve();

interface HeldWrite {
  readonly payload: number;
  /** Bytes on the wire that are left to take, framing included. */
  left: number;
}

/**
 * A connection whose peer is the test. Made by `fakeTransport()`.
 *
 * Driving it in an order that no network could produce (opening twice, a message before the opening, anything
 * after `destroy()`) throws an `Error`, and so does a `send()` of the client outside an open connection.
 *
 * @example
 * ```ts
 * import { fakeTransport } from 'recker/testing';
 *
 * const transport = fakeTransport({ holdWrites: true });
 * function slowPeer(): number {
 *   const connection = transport.last;
 *   connection.open();
 *   connection.take(10); // the kernel takes ten bytes of what the client sent
 *   return connection.bufferedAmount; // what it has not taken yet
 * }
 * ```
 */
export class FakeConnection implements Transport, PeerActions {
  /** What the client dialled with. */
  readonly request: DialRequest;
  /** Everything the client sent while the connection was open, in order. Bytes are copied. */
  readonly sent: (string | Uint8Array | Blob)[] = [];
  /** What the client sent after a Close, by either side: never on the wire, counted in `unsentBytes`. */
  readonly lost: (string | Uint8Array | Blob)[] = [];
  /** How many Pings were sent. */
  pings = 0;
  /** How often `flush()` was called. */
  flushes = 0;
  /** Every `close()` of the client. */
  readonly closes: { readonly code: number; readonly reason: string }[] = [];
  /** Whether the client has stopped reading. */
  paused = false;
  /** How `askLiveness()` is answered. Default `'byTraffic'`. */
  autoAnswer: AutoAnswer = 'byTraffic';
  /** The same actions with no check and no effect on this record: what a broken transport might still tell. */
  readonly late: PeerActions;

  readonly #observer: TransportObserver;
  readonly #held: HeldWrite[] = [];
  #phase: FakePhase = 'dialling';
  #holdWrites = false;
  #takenBytes = 0;
  #lostBytes = 0;
  #pongsDue = 0;
  #received = 0;
  #mark = 0;
  #questions = 0;
  #peerClose: { readonly code: number; readonly reason: string } | undefined;
  #peerErred = false;

  constructor(request: DialRequest, observer: TransportObserver) {
    this.request = request;
    this.#observer = observer;
    this.late = lateActions(observer);
  }

  /** Where the connection is in its life. */
  get phase(): FakePhase {
    return this.#phase;
  }

  /** Whether the client has destroyed it. */
  get destroyed(): boolean {
    return this.#phase === 'destroyed';
  }

  /** Whether the client asked for its liveness and has had no answer yet. */
  get asked(): boolean {
    return this.#questions > 0;
  }

  /**
   * True: what is sent stays in `bufferedAmount` until `take()`, as if the kernel's buffer were full. False, the
   * default: it is taken at once. Setting it to false takes what was held.
   */
  fill(bytes = 1): void {
    this.#require('fill()', 'open');
    this.#holdWrites = true;
    this.#held.push({ payload: 0, left: bytes });
    // Nothing is said of what it holds: such a kernel does not grow, and its first take counts.
    this.#observer.filled(0);
  }

  get holdWrites(): boolean {
    return this.#holdWrites;
  }

  set holdWrites(hold: boolean) {
    this.#holdWrites = hold;
    if (!hold) this.take();
  }

  /**
   * The kernel takes held bytes, in order, framing included: then `observer.taken()` is called.
   *
   * @param bytes how many at the most. Default: all that is held now
   * @returns how many were taken
   */
  take(bytes: number = this.bufferedAmount): number {
    if (!(bytes >= 0)) throw new RangeError(`take() needs 0 bytes or more, got ${bytes}`);
    let left = bytes;
    for (let write = this.#held[0]; write !== undefined && left > 0; write = this.#held[0]) {
      const part = Math.min(left, write.left);
      write.left -= part;
      left -= part;
      if (write.left > 0) break;
      this.#held.shift();
    }
    const taken = bytes - left;
    this.#takenBytes += taken;
    if (taken > 0 && this.#phase === 'open') this.#observer.taken(taken, this.#held.length > 0);
    return taken;
  }

  // What the peer does.

  open(details: OpenDetails = {}): void {
    this.#require('open()', 'dialling');
    this.#phase = 'open';
    this.#observer.opened(details.protocol ?? '', details.extensions ?? '', details.headers);
  }

  fail(error: ReckerError, sentCode?: number): void {
    this.#require('fail()', 'dialling');
    this.#phase = 'ended';
    this.#observer.failed(error, sentCode);
  }

  message(data: string | Uint8Array): void {
    this.#requireReading('message()');
    this.#received += 1;
    this.#observer.message(data, typeof data !== 'string');
  }

  pong(newer = 0): void {
    this.#requireReading('pong()');
    if (this.#pongsDue <= newer) throw impossible('pong()', 'every such Ping was answered, or none was sent');
    this.#pongsDue = newer;
    this.#received += 1;
    this.#observer.ponged(newer);
  }

  peerClose(code = 1005, reason = ''): void {
    this.#requireReading('peerClose()');
    this.#peerClose = { code, reason };
    this.#received += 1;
    this.#observer.peerClosed(code, reason);
  }

  peerErr(error: ReckerError, sentCode: number): void {
    this.#requireReading('peerErr()');
    this.#peerErred = true;
    this.#observer.peerErred(error, sentCode);
  }

  end(details: EndDetails = {}): void {
    this.#require('end()', 'open');
    this.#phase = 'ended';
    this.#loseHeld();
    const closed = this.#peerClose;
    const code = details.code ?? closed?.code ?? 1006;
    const reason = details.reason ?? closed?.reason ?? '';
    this.#observer.closed(code, reason, details.wasClean ?? closed !== undefined, details.error);
  }

  answer(alive: boolean): void {
    this.#require('answer()', 'open');
    if (this.#questions === 0) throw impossible('answer()', 'the client did not ask, or was answered');
    this.#questions -= 1;
    this.#observer.answered(alive);
  }

  // What the client does.

  get isWritable(): boolean {
    return (
      this.phase === 'open' && this.#peerClose === undefined && !this.#peerErred && this.closes.length === 0
    );
  }

  get bufferedAmount(): number {
    return this.#held.reduce((sum, { left }) => sum + left, 0);
  }

  get unsentBytes(): number {
    return this.#held.reduce((sum, { left, payload }) => sum + Math.min(left, payload), this.#lostBytes);
  }

  send(data: string | Uint8Array | Blob): number {
    this.#require('send() by the client', 'open');
    const payload = payloadBytes(data);
    // Callers may reuse their bytes, so the record needs its own.
    const kept = data instanceof Uint8Array ? data.slice() : data;
    if (this.#peerClose !== undefined || this.#peerErred || this.closes.length > 0) {
      this.lost.push(kept);
      this.#lostBytes += payload;
      return payload;
    }
    this.sent.push(kept);
    const left = payload + frameHeaderBytes(payload);
    if (this.#holdWrites) this.#hold({ payload, left });
    else {
      this.#takenBytes += left;
      SETTLED.then(() => this.#phase === 'open' && this.#observer.taken());
    }
    return payload;
  }

  flush(): void {
    this.flushes += 1;
  }

  ping(): void {
    if (this.#phase !== 'open') return;
    this.pings += 1;
    this.#pongsDue += 1;
  }

  mark(): void {
    this.#mark = this.#received;
  }

  askLiveness(): void {
    if (this.#phase !== 'open') return;
    this.#questions += 1;
    if (this.autoAnswer === 'manual') return;
    SETTLED.then(() => {
      const mode = this.autoAnswer;
      if (this.#phase !== 'open' || this.#questions === 0 || mode === 'manual') return;
      this.#questions -= 1;
      const heard = this.#received > this.#mark;
      this.#mark = this.#received;
      this.#observer.answered(mode === 'byTraffic' ? heard : mode === 'alive');
    });
  }

  close(code: number, reason: string): void {
    this.closes.push({ code, reason });
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  destroy(): void {
    if (this.#phase === 'destroyed') return;
    this.#phase = 'destroyed';
    this.#loseHeld();
  }

  #hold(write: HeldWrite): void {
    if (this.#held.push(write) > 1) return;
    SETTLED.then(() => {
      if (this.#phase === 'open' && this.#held.length > 0) this.#observer.filled(this.#takenBytes);
    });
  }

  #loseHeld(): void {
    this.#lostBytes = this.unsentBytes;
    this.#held.length = 0;
  }

  #require(what: string, phase: FakePhase): void {
    if (this.#phase === phase) return;
    const hint = this.#phase === 'destroyed' ? '; `late` sends events of a destroyed one' : '';
    throw impossible(what, `the connection is ${this.#phase}, not ${phase}${hint}`);
  }

  #requireReading(what: string): void {
    this.#require(what, 'open');
    if (this.#peerClose !== undefined) throw impossible(what, 'the peer has sent its Close');
    if (this.#peerErred) throw impossible(what, 'the peer has broken the protocol, so it is read no further');
  }
}

function lateActions(observer: TransportObserver): PeerActions {
  return {
    open: ({ protocol = '', extensions = '', headers } = {}) =>
      observer.opened(protocol, extensions, headers),
    fail: (error, sentCode) => observer.failed(error, sentCode),
    message: (data) => observer.message(data, typeof data !== 'string'),
    pong: (newer = 0) => observer.ponged(newer),
    peerClose: (code = 1005, reason = '') => observer.peerClosed(code, reason),
    peerErr: (error, sentCode) => observer.peerErred(error, sentCode),
    end: ({ code = 1006, reason = '', wasClean = false, error } = {}) =>
      observer.closed(code, reason, wasClean, error),
    answer: (alive) => observer.answered(alive),
    fill: () => observer.filled(0),
  };
}

function impossible(what: string, why: string): Error {
  return new Error(`${what} is impossible here: ${why}`);
}

function payloadBytes(data: string | Uint8Array | Blob): number {
  // Not by `Buffer`, which pages lack, and which bundlers would add to them.
  if (typeof data === 'string') return new Blob([data]).size;
  return data instanceof Uint8Array ? data.byteLength : data.size;
}

/** The header of a client's frame: two bytes, the longer length forms, the mask (RFC 6455 §5.2). */
function frameHeaderBytes(payload: number): number {
  return 6 + (payload > 65_535 ? 8 : payload > 125 ? 2 : 0);
}
